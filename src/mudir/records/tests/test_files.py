"""Files of records: known by their bytes, kept once, shown only where nothing in them can run."""

import errno
import io
import os
import struct
import zipfile
import zlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from mudir.clients.models import Client
from mudir.clients.services import create_client, share
from mudir.records import files, merging, registry, search, trash
from mudir.records.files import kinds
from mudir.records.files.storing import keep
from mudir.records.history.reading import Asked, History
from mudir.records.models import Attachment, AttachmentVersion, Content, Event
from mudir.records.query import Condition, Group, Query, QuerySpec
from mudir.records.services import restore_of, trash_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\nendobj\n%%EOF"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"default": {
        "BACKEND": "mudir.kit.storage.WholeFiles", "OPTIONS": {"location": tmp_path}}}
    return tmp_path


def image(kind: str = "PNG", size=(40, 30), **given) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (10, 120, 110)).save(made, kind, **given)
    return made.getvalue()


def add(record, by, content: bytes = b"some words", name: str = "notes.txt", **given) -> AttachmentVersion:
    return files.add_file(record, io.BytesIO(content), name, by=by, **given)


def stored(folder) -> list[str]:
    return sorted(os.path.relpath(os.path.join(place, name), folder) for place, _folders, some in os.walk(folder)
                  for name in some)


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_kept_once_however_often_it_comes(owner, client_of_owner, contact_of_owner, storage):
    one = add(client_of_owner, owner)
    other = add(contact_of_owner, owner, name="the same.txt")

    assert one.content == other.content
    assert stored(storage) == [one.content.stored]
    assert one.content.stored.startswith(f"content/{one.content.sha256[:2]}/{one.content.sha256}-")


def test_a_file_of_the_same_name_is_a_further_version(client, owner, client_of_owner):
    first = add(client_of_owner, owner, b"first")
    second = add(client_of_owner, owner, b"second")
    assert (first.of, [first.number, second.number]) == (second.of, [1, 2])
    assert add(client_of_owner, owner, b"second").number == 2

    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/files/{first.of_id}/content/"
    assert b"".join(client.get(url)) == b"second"
    assert b"".join(client.get(f"{url}?version=1")) == b"first"
    assert client.get(f"{url}?version=3").status_code == 404


def test_an_upload_is_undone(client, owner, client_of_owner):
    first = add(client_of_owner, owner, b"first")
    second = add(client_of_owner, owner, b"second")
    other = add(client_of_owner, owner, b"other", "other.txt")
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/files/undoing/"
    client.post(f"{url}?version={second.pk}&version={other.pk}")
    assert files.files_of(client_of_owner) == [first]

    client.post(f"{url}?version={first.pk}")
    assert files.files_of(client_of_owner) == []
    assert files.removed_of(client_of_owner) == [first.of, other.of]


def test_an_upload_that_others_built_upon_is_not_undone(owner, lead, client_of_owner):
    first = add(client_of_owner, owner, b"first")
    second = add(client_of_owner, lead, b"second")

    assert not files.take_back(client_of_owner, by=owner, versions=[first.pk])
    assert not files.take_back(client_of_owner, by=owner, versions=[second.pk])
    AttachmentVersion.objects.update(at=timezone.now() - timedelta(days=2))
    assert not files.take_back(client_of_owner, by=lead, versions=[second.pk])
    assert AttachmentVersion.objects.count() == 2 and files.files_of(client_of_owner) == [second]


def test_a_file_is_renamed_and_the_renaming_undone(client, owner, client_of_owner):
    version = add(client_of_owner, owner, name="scan.txt")
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/files/{version.of_id}/name/"
    client.post(url, {"name": "عقد 2026.txt"})
    version.of.refresh_from_db()
    assert version.of.name == "عقد 2026.txt"
    assert [hit.id for hit in search.find(owner, "عقد 2026")] == [client_of_owner.pk]

    client.post(f"{url}?name=scan.txt")
    version.of.refresh_from_db()
    assert version.of.name == "scan.txt"


@pytest.mark.parametrize(("name", "problem"), [
    (" ", "Give it a name."), ("other.txt", "Another file of this record bears this name."),
    ("run.BAT", "A file of this name would run as a program: give it another ending."),
    ("x.pdf", "By what is in it, this is no file of the kind PDF: it is damaged or wrongly named."),
])
def test_a_name_that_misleads_is_refused(client, owner, client_of_owner, name, problem):
    version = add(client_of_owner, owner)
    add(client_of_owner, owner, b"other", "other.txt")
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/files/{version.of_id}/name/", {"name": name})

    assert answer.status_code == 422 and problem in answer.content.decode()
    version.of.refresh_from_db()
    assert version.of.name == "notes.txt"


def test_a_removed_file_comes_back_by_undo(client, owner, client_of_owner):
    version = add(client_of_owner, owner)
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/files/{version.of_id}/"
    client.post(f"{url}removal/")
    assert files.files_of(client_of_owner) == [] and client.get(f"{url}content/").status_code == 404

    client.post(f"{url}restoration/")
    assert files.files_of(client_of_owner) == [version]
    verbs = Event.objects.filter(verb__startswith="file.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["file.added", "file.removed", "file.put_back"]


def test_several_files_are_sent_at_once_and_the_bad_one_is_named(client, owner, client_of_owner):
    client.force_login(owner)
    sent = [SimpleUploadedFile("one.txt", b"one"), SimpleUploadedFile("two.exe", b"MZ\x90\0\3\0\0\0" * 50)]
    answer = client.post(f"/clients/{client_of_owner.pk}/files/", {"file": sent}, headers=PART)

    assert answer.status_code == 422
    assert "“two.exe”: This kind of file is not kept here." in answer.content.decode()
    assert [version.of.name for version in files.files_of(client_of_owner)] == ["one.txt"]


@pytest.mark.parametrize("content", [b"x" * 11, b""])
def test_what_is_too_large_or_empty_is_refused(owner, client_of_owner, settings, storage, content):
    settings.FILE_LARGEST = 10
    with pytest.raises(ValidationError):
        add(client_of_owner, owner, content)

    assert stored(storage) == [] and not Content.objects.exists()


def test_f16_of_a_file_that_is_too_large_no_more_is_written_than_the_bound(client, owner, client_of_owner, settings):
    settings.FILE_LARGEST, settings.UPLOAD_LARGEST = 1 << 20, 1 << 20
    client.force_login(owner)
    sent = SimpleUploadedFile("long.txt", b"word " * 1_000_000)
    answer = client.post(f"/clients/{client_of_owner.pk}/files/", {"file": sent}, headers=PART)

    assert answer.status_code == 422 and "“long.txt”: The file is larger than 1 MB." in answer.content.decode()
    assert answer.wsgi_request.FILES["file"].size < (1 << 20) + (1 << 17)
    assert not Content.objects.exists()


def test_f16_files_that_are_too_many_bytes_together_are_refused(client, owner, client_of_owner, settings):
    settings.UPLOAD_TOTAL = 1000
    client.force_login(owner)
    sent = [SimpleUploadedFile(f"{number}.txt", b"x" * 400) for number in range(3)]

    assert client.post(f"/clients/{client_of_owner.pk}/files/", {"file": sent}).status_code == 400
    assert not Content.objects.exists()


@pytest.mark.parametrize("content", [b"some words", image("PNG", (400, 300))])
def test_a_full_disk_leaves_nothing_half_written(client, owner, client_of_owner, storage, monkeypatch, content):
    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mudir.kit.storage.os.fsync", full)
    client.force_login(owner)
    sent = SimpleUploadedFile("notes.txt", content)
    answer = client.post(f"/clients/{client_of_owner.pk}/files/", {"file": sent}, headers=PART)

    assert answer.status_code == 422 and "There is no room left for files: nothing was kept." in answer.content.decode()
    assert stored(storage) == [] and not Content.objects.exists() and not Attachment.objects.exists()


def test_the_space_for_files_has_an_end(owner, client_of_owner, settings):
    settings.FILES_TOTAL = 15
    add(client_of_owner, owner, b"ten bytes.")
    with pytest.raises(ValidationError, match="used up"):
        add(client_of_owner, owner, b"ten others", "other.txt")

    assert add(client_of_owner, owner, b"ten bytes.", "again.txt").number == 1


def test_a_record_is_found_by_the_name_of_its_file(owner, stranger, client_of_owner):
    version = add(client_of_owner, owner, name="Framework agreement 2026.txt")
    assert [hit.id for hit in search.find(owner, "framework agreement")] == [client_of_owner.pk]
    assert search.find(stranger, "framework agreement") == []

    files.remove_file(version.of, by=owner)
    assert search.find(owner, "framework agreement") == []


def test_the_history_tells_of_files_added_renamed_and_removed(owner, client_of_owner):
    version = add(client_of_owner, owner, name="scan.txt")
    files.rename_file(version.of, by=owner, name="contract.txt")
    files.remove_file(version.of, by=owner)
    entries, _more = History(registry.for_model(Client), client_of_owner, owner).page(Asked(field="files"))

    assert {entry.author for entry in entries} == {owner}
    told = [(one.id, one.before, one.after) for entry in entries for one in entry.changes]
    assert sorted(told, key=str) == [  # of one moment, as a test is one transaction
        ("files", ("contract.txt",), None), ("files", ("scan.txt",), ("contract.txt",)), ("files", None, ("scan.txt",))]


def test_a_merge_moves_files_and_undoing_it_gives_them_back(owner, client_of_owner):
    other = create_client(by=owner, name="Another")
    own, others = add(client_of_owner, owner), add(other, owner, b"others", "Framework agreement.txt")
    made = merging.merge(client_of_owner, other, by=owner)

    assert {version.pk for version in files.files_of(client_of_owner)} == {own.pk, others.pk}
    assert [hit.id for hit in search.find(owner, "framework agreement")] == [client_of_owner.pk]
    merging.undo_merge(made, by=owner)
    assert files.files_of(client_of_owner) == [own]
    assert files.files_of(other) == [others]
    assert [hit.id for hit in search.find(owner, "framework agreement")] == [other.pk]


def test_a_record_in_the_trash_takes_its_files_along(client, owner, client_of_owner):
    version = add(client_of_owner, owner, name="Framework agreement.txt")
    record_type = registry.for_model(Client)
    trash_of(record_type)(client_of_owner, by=owner)
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/files/{version.of_id}/content/"
    assert client.get(url).status_code == 404 and search.find(owner, "framework agreement") == []

    restore_of(record_type)(client_of_owner, by=owner)
    assert b"".join(client.get(url)) == b"some words"
    assert [hit.id for hit in search.find(owner, "framework agreement")] == [client_of_owner.pk]


def test_lists_name_files_filter_by_them_and_export_them(client, owner, stranger, client_of_owner):
    other = create_client(by=owner, name="Another")
    add(client_of_owner, owner, name="ب.txt")
    add(client_of_owner, owner, b"2", "a.txt")
    files.remove_file(add(client_of_owner, owner, b"3", "gone.txt").of, by=owner)
    client.force_login(owner)
    listed = client.get("/clients/?columns=name,files").content.decode()
    exported = b"".join(client.get("/clients/export/?columns=name,files")).decode()

    assert '<td class="clip"><bdi>a.txt</bdi>; <bdi>ب.txt</bdi></td>' in listed
    assert "a.txt; ب.txt" in exported and "gone" not in listed + exported
    for asked, found in (("files.not_empty", {client_of_owner.name}), ("files.empty", {other.name}),
                         ("files.contains.a.txt", {client_of_owner.name}), ("files.contains.gone", set())):
        spec = QuerySpec(kind="clients.client", where=Group("and", (Condition.parse(asked),)))
        assert {row[1] for row in Query(spec, owner).page([]).rows} == found
        assert Query(spec, stranger).page([]).rows == []


# ── throwing away ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_content_is_thrown_away_when_nothing_refers_to_it_for_long(owner, client_of_owner, storage):
    version = add(client_of_owner, owner, image(), "photo.png")
    kept = add(client_of_owner, owner, b"kept")
    files.remove_file(version.of, by=owner)
    now = timezone.now()

    assert files.throw_away_unused(now + timedelta(days=89)) == 0
    assert files.throw_away_unused(now + timedelta(days=91)) == 1
    assert stored(storage) == [kept.content.stored]
    assert not Attachment.objects.filter(pk=version.of_id).exists()


def test_with_a_trash_that_is_never_emptied_no_file_goes(owner, client_of_owner, settings):
    settings.TRASH_DAYS = 0
    version = add(client_of_owner, owner)
    files.remove_file(version.of, by=owner)

    assert files.throw_away_unused(timezone.now() + timedelta(days=4000)) == 0
    assert files.removed_of(client_of_owner) == [version.of]


def test_bytes_of_which_no_row_tells_are_thrown_away_after_a_day(owner, client_of_owner, storage):
    version = add(client_of_owner, owner, image(), "photo.png")
    kept = stored(storage)
    folder = storage / "content" / version.content.sha256[:2]
    (folder / f"{'0' * 64}-stray").write_bytes(b"left by a process that was killed")
    (folder / ".beside").write_bytes(b"half of")
    files.throw_away_unused(timezone.now())
    assert len(stored(storage)) == len(kept) + 2

    files.throw_away_unused(timezone.now() + timedelta(days=2))
    assert stored(storage) == kept


def test_bytes_that_were_lost_come_back_with_the_same_file(owner, client_of_owner, storage):
    version = add(client_of_owner, owner)
    default_storage.delete(version.content.stored)
    add(client_of_owner, owner)

    version.content.refresh_from_db()
    assert stored(storage) == [version.content.stored]
    assert AttachmentVersion.objects.count() == 1


def test_the_files_of_a_record_go_with_it_for_ever(administrator, owner, client_of_owner):
    version = add(client_of_owner, owner)
    trash_of(registry.for_model(Client))(client_of_owner, by=owner)
    assert Attachment.objects.filter(pk=version.of_id).exists()

    client_of_owner.refresh_from_db()
    trash.remove_finally(client_of_owner, by=administrator)
    assert not Attachment.objects.exists() and not AttachmentVersion.objects.exists()


def test_fresh_content_may_still_be_on_its_way_to_a_file(storage):
    keep(io.BytesIO(b"on its way"), "x.txt")

    assert files.throw_away_unused() == 0
    assert len(stored(storage)) == 1


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_only_reads_a_record_reads_its_files_and_adds_none(client, owner, staff, client_of_owner):
    version = add(client_of_owner, owner)
    share(client_of_owner, by=owner, user=staff)
    client.force_login(staff)

    assert b"".join(client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/content/")) == b"some words"
    for act in (lambda: add(client_of_owner, staff), lambda: files.remove_file(version.of, by=staff)):
        with pytest.raises(PermissionDenied):
            act()
    assert AttachmentVersion.objects.count() == 1


def test_a13_a_file_is_reached_only_through_its_own_record(
    client, owner, stranger, client_of_owner, client_of_stranger,
):
    hidden = add(client_of_stranger, stranger, b"CNRY-hidden")
    client.force_login(owner)
    for path in ("", "content/", "picture/"):
        for record in (client_of_owner, client_of_stranger):
            assert client.get(f"/clients/{record.pk}/files/{hidden.of_id}/{path}").status_code == 404
    client.post(f"/clients/{client_of_owner.pk}/files/undoing/?version={hidden.pk}")
    for path in ("removal/", "restoration/", "name/"):
        assert client.post(f"/clients/{client_of_owner.pk}/files/{hidden.of_id}/{path}").status_code == 404
    answer = client.post(f"/clients/{client_of_owner.pk}/files/", {
        "of": hidden.of_id, "file": SimpleUploadedFile("x.txt", b"overwritten")})

    assert answer.status_code == 404
    assert hidden.of.versions.count() == 1 and hidden.of.removed_at is None


def test_who_does_not_see_the_record_adds_nothing(stranger, client_of_owner, storage):
    with pytest.raises(Client.DoesNotExist):
        add(client_of_owner, stranger)

    assert not Attachment.objects.exists()


# ── what it is ───────────────────────────────────────────────────────────────────────────────────────────────────────


def as_zip(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


@pytest.mark.parametrize(("content", "kind"), [
    (image(), "image/png"), (image("JPEG"), "image/jpeg"), (image("GIF"), "image/gif"), (image("WEBP"), "image/webp"),
    (PDF, "application/pdf"), (b"name,phone\n\xd3\xc7\xd1\xc9,1", "text/plain"), ("مرحبا".encode(), "text/plain"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "text/plain"),
    (b"<!doctype html><script>alert(1)</script>", "text/plain"), (as_zip(a=b"1"), "application/zip"),
    (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff" * 9, None), (b"\x7fELF\2\1\1" + bytes(60), None), (bytes(200), None),
    (as_zip(**{"[Content_Types].xml": b"", "word__document.xml": b"1"}), kinds.WORD), (b"PK\3\4 broken", None),
    (bytes(range(256)) * 4, None),
])
def test_f01_a_file_is_what_its_bytes_say(content, kind):
    if kind:
        assert kinds.type_of(io.BytesIO(content), "name") == kind
        return
    with pytest.raises(ValidationError, match="This kind of file is not kept here"):
        kinds.type_of(io.BytesIO(content), "name.txt")


@pytest.mark.parametrize(("content", "name"), [
    (b"@echo off", "offer.pdf.bat"), (b"words", "run.CmD"), (b"words", "a.js::$DATA"), (b"words", "a.vbs. ."),
    (b"words", "a.scr "), (PDF, "offer.pdf.exe"),
])
def test_f01_what_would_run_when_it_is_opened_is_refused(owner, client_of_owner, storage, content, name):
    with pytest.raises(ValidationError, match="would run as a program"):
        add(client_of_owner, owner, content, name)
    assert stored(storage) == []


@pytest.mark.parametrize(("content", "name"), [
    (b"<script>alert(1)</script>", "offer.pdf"), (PDF, "photo.jpg"), (b"words", "plan.docx"),
    (as_zip(a=b"1"), "plan.xlsx"), (b"<html>%PDF-1.7", "a.PDF"),
])
def test_f01_a_name_that_the_bytes_deny_is_refused(owner, client_of_owner, storage, content, name):
    with pytest.raises(ValidationError, match="By what is in it, this is no file of the kind"):
        add(client_of_owner, owner, content, name)
    assert stored(storage) == []


def archive(*, of: int, packed: bool = True) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as zipped, \
            zipped.open("zeros", "w") as part:
        for _megabyte in range(of):
            part.write(bytes(1 << 20))
    return made.getvalue()


def with_a_list_of(size: int) -> bytes:
    """An archive that claims so many bytes of a list of its parts."""
    content = bytearray(as_zip(a=b"1"))
    struct.pack_into("<I", content, content.rfind(b"PK\5\6") + 12, size)
    return bytes(content)


@pytest.mark.parametrize("content", [archive(of=1100), with_a_list_of(1 << 30)], ids=["parts", "list"])
def test_f01_an_archive_that_would_fill_a_disk_is_refused(content):
    with pytest.raises(ValidationError, match="unpacks to more than a disk should hold"):
        kinds.type_of(io.BytesIO(content), "a.zip")


def test_an_archive_of_much_is_kept():
    assert kinds.type_of(io.BytesIO(archive(of=40)), "a.zip") == "application/zip"


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"), ("C:\\Windows\\system.ini", "system.ini"), ("a\0b\r\nc.txt", "abc.txt"),
    ("offer\u202Etxt.pdf.txt", "offertxt.pdf.txt"), ("", "file"), ("..", ".."),
    ("x" * 300 + ".txt", "x" * 196 + ".txt"),
])
def test_f02_a_name_is_words_and_never_a_path(owner, client_of_owner, storage, name, shown):
    version = add(client_of_owner, owner, name=name)

    assert version.of.name == shown
    assert stored(storage) == [version.content.stored]


@pytest.mark.parametrize(("content", "name"), [
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.svg"),
    (b"<script>alert(1)</script>", "page.html"), (PDF, "offer.pdf"), (image() + b"<script>alert(1)</script>", "x.html"),
    (b"GIF89a=1;alert(1);//<script>", "x.gif"),
])
def test_c08_c09_no_file_is_opened_in_the_page(client, owner, client_of_owner, content, name):
    version = add(client_of_owner, owner, content, name)
    client.force_login(owner)
    answer = client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/content/")

    assert b"".join(answer) == content
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    page = client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/").content
    assert b"alert(1)</script>" not in page


def test_c09_a_picture_is_made_anew_from_its_pixels(client, owner, client_of_owner):
    exif = Image.Exif()
    exif[0x9286] = exif[0x010E] = "CNRY-exif"
    content = image("JPEG", (3000, 1500), exif=exif) + b"<script>CNRY</script>"
    version = add(client_of_owner, owner, content, "photo.jpg")
    client.force_login(owner)
    answer = client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/picture/")
    made = b"".join(answer)

    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"CNRY" not in made
    small = b"".join(client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/picture/?small=1"))
    assert Image.open(io.BytesIO(small)).size == (160, 80) and b"CNRY" not in small
    shown = Image.open(io.BytesIO(made))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("WEBP", (1600, 800), {})


def pdf(pages: int, size: int = 600) -> bytes:
    """A document of blank pages with a script that opens with it."""
    made = io.BytesIO()
    first, *others = [Image.new("RGB", (size, size), "white") for _page in range(pages)]
    first.save(made, "PDF", save_all=True, append_images=others)
    script = b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(CNRY\\)) >>"
    return made.getvalue().replace(b"/Type /Catalog", script)


def test_f13_a_document_is_shown_as_pictures_of_its_first_pages(client, owner, client_of_owner):
    version = add(client_of_owner, owner, pdf(12), "offer.pdf")
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/files/{version.of_id}/"
    page = client.get(url).content.decode()

    assert (version.content.type, version.content.pages, len(version.content.pictures)) == ("application/pdf", 12, 10)
    assert "10 of 12 pages are shown." in page and f'src="{url}picture/?version=1&amp;page=10"' in page
    answer = client.get(f"{url}picture/?page=10")
    made = b"".join(answer)
    assert answer.headers["Content-Type"] == "image/webp" and b"CNRY" not in made
    assert Image.open(io.BytesIO(made)).size == (1600, 1600)
    assert client.get(f"{url}picture/?page=11").status_code == 404


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", PDF, b"%PDF-1.4\n" + b"1 0 obj\n<<>>\nendobj\n" * 100_000])
def test_f13_a_document_that_cannot_be_drawn_is_kept_without_pictures(client, owner, client_of_owner, content):
    version = add(client_of_owner, owner, content, "offer.pdf")
    client.force_login(owner)

    assert version.content.pictures == []
    assert client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/").status_code == 200


def bomb(side: int) -> bytes:
    """A picture of many pixels in few bytes."""
    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(bytes(100_000))) + part(
        b"IEND", b"")


@pytest.mark.parametrize("content", [bomb(50_000), image()[:60], b"GIF89a" + b"\xff" * 400])
def test_f08_a_picture_that_cannot_be_made_small_is_kept_without_one(client, owner, client_of_owner, content):
    version = add(client_of_owner, owner, content, "photo.png")
    client.force_login(owner)

    assert version.content.pictures == [] and version.content.thumbnail == ""
    assert client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/picture/").status_code == 404
    assert client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/").status_code == 200


def test_d11_a_name_stays_in_its_header(client, owner, client_of_owner):
    version = add(client_of_owner, owner, name='عرض "x"\r\nSet-Cookie: a=b.txt')
    client.force_login(owner)
    answer = client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/content/")

    assert "\n" not in answer.headers["Content-Disposition"] and "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D8%B9")


def test_a_text_is_shown_as_the_words_it_is(client, owner, client_of_owner):
    version = add(client_of_owner, owner, "\ufeffالأسعار <b>2026</b>".encode(), "prices.html")
    long = add(client_of_owner, owner, b"long " * 20_000, "long.txt")
    client.force_login(owner)

    page = client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/").content.decode()
    assert 'aria-label="prices.html" role="region">الأسعار &lt;b&gt;2026&lt;/b&gt;</pre>' in page
    assert "Only the beginning is shown." in client.get(
        f"/clients/{client_of_owner.pk}/files/{long.of_id}/").content.decode()


def test_bytes_that_are_gone_from_the_disk_are_said_to_be_gone(client, owner, client_of_owner):
    version = add(client_of_owner, owner)
    default_storage.delete(version.content.stored)
    client.force_login(owner)

    assert client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/content/").status_code == 404
    assert client.get(f"/clients/{client_of_owner.pk}/files/{version.of_id}/").status_code == 200
