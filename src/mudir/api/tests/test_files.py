"""Files of records through the API: sent as they are, fetched as they were, never anybody else's."""

import hashlib

import pytest
from django.core.files.storage import default_storage

from mudir.api.tests.conftest import Program
from mudir.clients.services import share
from mudir.records.models import Attachment, Content, Event

BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"default": {
        "BACKEND": "mudir.kit.storage.WholeFiles", "OPTIONS": {"location": tmp_path}}}


@pytest.fixture
def url(client_of_owner) -> str:
    return f"/clients/{client_of_owner.pk}/files"


def test_a_file_is_sent_listed_and_fetched(program, url, owner):
    told = program.put(f"{url}?name=terms.txt", "مرحبا".encode(), **BYTES)
    kept = told.json()

    assert told.status_code == 200
    assert (kept["name"], kept["version"], kept["type"], kept["size"]) == ("terms.txt", 1, "text/plain", 10)
    assert (kept["sha256"], kept["by"]) == (hashlib.sha256("مرحبا".encode()).hexdigest(),
                                            {"id": owner.pk, "name": owner.name})
    assert program.get(url).json() == {"files": [kept]}
    answer = program.get(f"{url}/{kept['id']}/content")
    assert b"".join(answer) == "مرحبا".encode()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="terms.txt"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Event.objects.get(verb="file.added").details["door"] == "api"


def test_what_is_sent_again_is_not_kept_twice_and_other_bytes_are_a_version(program, url):
    first = program.put(f"{url}?name=terms.txt", b"first", **BYTES).json()
    assert program.put(f"{url}?name=terms.txt", b"first", **BYTES).json() == first
    second = program.put(f"{url}?name=terms.txt", b"second", **BYTES).json()

    assert (second["id"], second["version"]) == (first["id"], 2)
    read = program.get(f"{url}/{first['id']}").json()
    assert [(one["version"], one["sha256"]) for one in read["versions"]] == [
        (2, second["sha256"]), (1, first["sha256"])]
    assert b"".join(program.get(f"{url}/{first['id']}/content?version=1")) == b"first"
    assert program.get(f"{url}/{first['id']}/content?version=3").status_code == 404
    assert program.get(f"{url}/{first['id']}/content?version=x").status_code == 400


def test_a_file_is_renamed_removed_and_put_back(program, url):
    kept = program.put(f"{url}?name=terms.txt", b"words", **BYTES).json()
    one = f"{url}/{kept['id']}"
    assert program.patch(one, {"name": "Terms 2026.txt"}).json() == kept | {"name": "Terms 2026.txt"}
    refused = program.patch(one, {"name": "run.bat"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")

    assert program.delete(one).status_code == 204
    assert program.get(url).json() == {"files": []}
    assert program.get(f"{one}/content").status_code == program.delete(one).status_code == 404
    assert program.post(f"{one}/restoration").json() == kept | {"name": "Terms 2026.txt"}


@pytest.mark.parametrize(("asked", "content", "status"), [
    ("", b"words", 400), ("?name=", b"words", 400), (f"?name={'x' * 201}", b"words", 400),
    ("?name=a.txt&to=b", b"words", 400), ("?name=a.txt", b"", 422), ("?name=a.pdf", b"words", 422),
    ("?name=a.bat", b"words", 422), ("?name=a.txt", b"MZ\x90\0\3\0\0\0" * 9, 422), ("?name=a.txt", b"x" * 3000, 413),
])
def test_what_is_not_taken_is_told_as_a_problem(program, url, settings, asked, content, status):
    settings.FILE_LARGEST = 2000
    answer = program.put(f"{url}{asked}", content, **BYTES)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert not Content.objects.exists() and not Attachment.objects.exists()


def test_f16_a_file_larger_than_any_other_body_is_taken(program, url, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert program.put(f"{url}?name=long.txt", b"word " * 1000, **BYTES).json()["size"] == 5000


def test_who_only_reads_the_record_reads_its_files(program, url, client_of_owner, owner, staff):
    kept = program.put(f"{url}?name=terms.txt", b"words", **BYTES).json()
    share(client_of_owner, by=owner, user=staff)
    reading = Program(staff)

    assert b"".join(reading.get(f"{url}/{kept['id']}/content")) == b"words"
    assert reading.put(f"{url}?name=other.txt", b"others", **BYTES).status_code == 403
    assert reading.delete(f"{url}/{kept['id']}").status_code == 403
    assert Program(owner, "read").put(f"{url}?name=other.txt", b"others", **BYTES).status_code == 403
    assert Attachment.objects.count() == 1


def test_a13_the_file_of_an_unseen_record_is_unknown_through_any_other(
    program, url, stranger, client_of_stranger,
):
    path = f"/clients/{client_of_stranger.pk}/files"
    hidden = Program(stranger).put(f"{path}?name=CNRY.txt", b"CNRY-hidden", **BYTES).json()
    for base in (url, path):
        for method, rest in (("GET", ""), ("GET", "/content"), ("DELETE", ""), ("POST", "/restoration")):
            assert program.ask(method, f"{base}/{hidden['id']}{rest}").status_code == 404
        assert program.patch(f"{base}/{hidden['id']}", {"name": "x.txt"}).status_code == 404
    assert program.put(f"{path}?name=x.txt", b"words", **BYTES).status_code == 404
    assert Attachment.objects.get().name == "CNRY.txt"


def test_bytes_that_are_gone_from_the_disk_are_unknown(program, url):
    kept = program.put(f"{url}?name=terms.txt", b"words", **BYTES).json()
    default_storage.delete(Content.objects.get().stored)

    assert program.get(f"{url}/{kept['id']}/content").status_code == 404
