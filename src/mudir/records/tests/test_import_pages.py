"""The import on the page, without script: upload, columns, check, choice, result, undo."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mudir.clients.models import Client
from mudir.clients.services import create_client
from mudir.records.importing import running
from mudir.records.models import Import

pytestmark = pytest.mark.django_db
FILE = ("Company Name,Phone,Email\nمخابز السنبلة,0551234567,info@sunbula.example\n"
        "شركة النخبة للتجارة,0112345678,\nBroken,,no mail\n")
SALESFORCE = Path(__file__).parents[5] / "shared/data/salesforce_export/accountData.csv"


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}}


def upload(client, content: str | bytes, name="clients.csv"):
    data = content.encode() if isinstance(content, str) else content
    return client.post("/imports/", {"file": SimpleUploadedFile(name, data)})


def work() -> None:
    for job in Import.objects.all():
        running.work_on(job)


def targets_of(job: Import) -> dict[str, str]:
    return {f"target-{place}": target for place, target in enumerate(job.mapping)}


def test_a_file_goes_all_the_way_in_and_back(client, owner, client_of_owner):
    client.force_login(owner)
    address = upload(client, FILE).url
    job = Import.objects.get()
    assert "3 columns of 3 were understood" in client.get(address).content.decode()

    client.post(f"{address}mapping/", targets_of(job))
    assert 'hx-trigger="every 1s"' in client.get(address).content.decode()
    work()
    page = client.get(address).content.decode()
    assert "hx-trigger" not in page.split('id="import"')[1].split(">")[0]
    assert "This is no e-mail address." in page
    assert f'href="/clients/{client_of_owner.pk}/"' in page
    assert Client.objects.visible_to(owner).count() == 1

    client.post(f"{address}mends/", {"number": "4", "column": "2", "value": "broken@mail.example"})
    client.post(f"{address}run/", {"duplicates": "fill"})
    work()
    assert "The import is done." in client.get(address).content.decode()
    assert Client.objects.visible_to(owner).count() == 3

    client.post(f"{address}undoing/")
    work()
    assert "The import was taken back." in client.get(address).content.decode()
    assert list(Client.objects.visible_to(owner)) == [client_of_owner]


@pytest.mark.skipif(not SALESFORCE.exists(), reason="the real export is not here")
def test_the_real_export_of_salesforce_comes_in_whole_with_its_accents(client, owner):
    client.force_login(owner)
    address = upload(client, SALESFORCE.read_bytes(), "accountData.csv").url
    assert "This is a file of Salesforce." in client.get(address).content.decode()
    client.post(f"{address}mapping/", targets_of(Import.objects.get()))
    work()
    client.post(f"{address}run/", {"duplicates": "skip"})
    work()

    assert Import.objects.get().counts == {"new": 423}
    found = Client.objects.visible_to(owner)
    assert found.filter(name__in=["Crédito Inmobiliario Terras", "Pébéo of America"]).count() == 2
    assert found.filter(address_rows__street="00045844 c/ San Romualdo, 26 5º").count() == 1


def test_a_file_in_the_wrong_encoding_is_read_anew(client, owner):
    client.force_login(owner)
    address = upload(client, "Name;City\nالرياض;x\n".encode("cp1256")).url
    client.post(f"{address}mapping/", {"encoding": "cp1252", "kind": "clients.client", "read": "1"})
    assert Import.objects.get().samples[0] == ["ÇáÑíÇÖ"]
    client.post(f"{address}mapping/", {"encoding": "cp1256", "kind": "clients.contact", "read": "1"})

    job = Import.objects.get()
    assert (job.samples[0], job.kind, job.state) == (["الرياض"], "clients.contact", "draft")


def test_a_bad_file_is_answered_with_a_sentence(client, owner):
    client.force_login(owner)
    for content in ("", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9):
        answer = upload(client, content)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert client.post("/imports/").status_code == 422
    assert not Import.objects.exists()


def test_a_made_up_target_is_refused_in_words(client, owner):
    client.force_login(owner)
    address = upload(client, FILE).url
    answer = client.post(f"{address}mapping/", {"target-0": "name", "target-1": "owner", "target-2": ""})

    assert answer.status_code == 422
    assert "There is no field “owner”" in answer.content.decode()
    assert Import.objects.get().state == "draft"


@pytest.mark.parametrize(("method", "path"), [
    ("get", ""), ("get", "rejected/"), ("post", "mapping/"), ("post", "run/"), ("post", "mends/"), ("post", "undoing/"),
])
def test_the_import_of_another_is_the_404_of_an_unknown_one(client, owner, director, method, path):
    client.force_login(owner)
    key = upload(client, FILE).url.split("/")[-2]
    client.force_login(director)
    hidden, unknown = (getattr(client, method)(f"/imports/{pk}/{path}") for pk in (key, "987654321"))

    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content.replace(f"/{key}/".encode(), b"") == unknown.content.replace(b"/987654321/", b"")
    assert Import.objects.get().state == "draft"


def test_who_may_not_import_gets_no_page(client, staff):
    client.force_login(staff)
    assert client.get("/imports/").status_code == 403


def test_the_rejected_rows_come_as_a_file(client, owner):
    client.force_login(owner)
    address = upload(client, FILE).url
    client.post(f"{address}mapping/", targets_of(Import.objects.get()))
    work()
    answer = client.get(f"{address}rejected/")

    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "Company Name,Phone,Email,Reason", "Broken,,no mail,Email “no”: This is no e-mail address. "
        "Email “mail”: This is no e-mail address."]


def test_c06_markup_of_a_file_is_text_at_every_step_of_its_import(client, owner):
    """In heads, in cells, in the name of the file, in rejected rows and in those that are there already."""
    bad = "<cnry onclick=x>"
    client.force_login(owner)
    create_client(by=owner, name=f"{bad} there")
    file = f"Company Name,Phone,Email,{bad} head\n{bad} new,,,{bad}\n{bad} there,,,\n{bad} wrong,,{bad},\n"
    address = upload(client, file, f"{bad}.csv").url
    shown = []
    for path, form in (("mapping/", None), ("", None), ("run/", {"duplicates": "skip"}), ("", None)):
        if path:
            job = Import.objects.get()
            client.post(f"{address}{path}", form or targets_of(job))
            work()
        for page in (client.get(address), client.get("/imports/"), client.get(address, {"step": "columns"})):
            shown.append(page.content.decode())

    assert Import.objects.get().state == "done"
    assert sum("&lt;cnry onclick=x&gt;" in page for page in shown) > 8
    assert not [page for page in shown if "<cnry" in page]
    assert "<cnry" not in client.get("/clients/").content.decode()


def test_f02_the_name_of_an_import_is_never_a_path(client, owner, tmp_path):
    client.force_login(owner)
    for name in ("../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "a\u202efdc.csv", "con.csv"):
        upload(client, "Company Name\nHouse\n", name)

    assert {job.file_name for job in Import.objects.all()} == {"passwd", "boot.ini", "x", "afdc.csv", "con.csv"}
    kept = sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert len(kept) == 5
    assert {path.parent for path in kept} == {tmp_path / "files/imports"}
    assert all(len(path.name) == 32 and path.name.isalnum() for path in kept)
