"""What becomes of the rows: new, duplicates, rejected; undone; gone on with after a kill."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from mudir.activities.services import log_call
from mudir.clients.models import Address, Client, Contact, ContactRole, Email, Phone
from mudir.clients.services import create_client, edit_client
from mudir.host.words import CannotStart
from mudir.records import search, tasks
from mudir.records.importing import intake, rejects, running
from mudir.records.importing.command import export_records, import_file
from mudir.records.merging import merge, undo_merge
from mudir.records.models import Event, Import, ImportRow, SearchEntry

pytestmark = pytest.mark.django_db

HEADS = "Name,Phone,Email,City,CR No.,Industry,External ID\n"
FILE = HEADS + (
    "مخابز السنبلة,0551234567,Info@Sunbula.example,الرياض,1010482913,Food,A1\n"
    "Zilal Studio,+966 11 555 5678,hello@zilal.example,Riyadh,1010482914,Design,A2\n"
    "شركة النخبة للتجارة,0551112223,new@elite.example,الرياض,,Trade,A3\n"  # there already, by name
    "Another Name,0112345678,,Jeddah,,,A4\n"  # there already, by phone
    "Zilal,,HELLO@zilal.example,,,,A2\n"  # the second row once more
    "Broken Mail,,info@@hibr.example,,,,A6\n"
    ",0509999999,,,,,A7\n"
)


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}}


def received(by, text=FILE, name="clients.csv", kind="") -> Import:
    return intake.receive(io.BytesIO(text.encode()), name, by=by, kind=kind)


def checked(by, text=FILE, **given) -> Import:
    job = intake.begin_check(received(by, text, **given), by=by)
    return running.work_on(job)


def imported(by, text=FILE, duplicates="skip", **given) -> Import:
    job = intake.begin(received(by, text, **given), by=by, duplicates=duplicates)
    return running.work_on(job)


def undone(job, by) -> Import:
    return running.work_on(intake.begin_undo(job, by=by))


def clients(by):
    return Client.objects.visible_to(by)


def everything() -> dict[str, list]:
    """Every row that an import may touch, as it stands."""
    with connection.cursor() as cursor:
        found = {}
        for model in (Client, Contact, ContactRole, Phone, Email, Address, SearchEntry):
            cursor.execute(f"SELECT to_jsonb(row) - 'updated_at' - 'version' - 'id' FROM {model._meta.db_table} row "
                           "ORDER BY 1")
            found[model.__name__] = cursor.fetchall()
        return found


# ── new records ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_becomes_what_the_form_would_have_made(owner):
    imported(owner, HEADS + "مخابز السنبلة,055 123 4567,Info@Sunbula.example,الرياض,1010482913,Food,A1\n")
    by_form = create_client(
        by=owner, name="مخابز السنبلة", sector="Food", registration_number="1010482913", external_id="A1",
        phones=[{"raw": "055 123 4567", "type": "work"}], emails=[{"address": "Info@Sunbula.example"}],
        addresses=[{"city": "الرياض"}],
    )
    one, other = (
        {name: value for name, value in Client.objects.visible_to(owner).filter(pk=pk).values()[0].items()
         if name not in {"id", "created_at", "updated_at"}}
        for pk in (clients(owner).exclude(pk=by_form.pk).get().pk, by_form.pk)
    )
    assert one == other
    for model in (Phone, Email, Address):
        rows = [{name: value for name, value in row.items() if name not in {"id", "client_id"}}
                for row in model.objects.order_by("pk").values()]
        assert rows[0] == rows[1]


def test_what_is_imported_is_found_is_on_the_timeline_and_in_the_history(owner):
    imported(owner)
    client = clients(owner).get(name="مخابز السنبلة")

    assert [hit.id for hit in search.find(owner, "السنبله")] == [client.pk]
    assert list(Event.objects.filter(object_id=client.pk).values_list("verb", "actor_id")) == [
        ("client.imported", owner.pk)]
    history = Client.pgh_event_model.objects.get(pgh_obj_id=client.pk)
    assert (history.pgh_label, history.pgh_context["user"], history.pgh_context["door"]) == (
        "insert", owner.pk, "import")
    assert Phone.pgh_event_model.objects.filter(client_id=client.pk, pgh_label="insert").count() == 1


def test_people_come_in_with_their_clients(owner, client_of_owner):
    job = imported(owner, "First Name,Last Name,Company,Job Title,Mobile Phone,Birthday\n"
                          "محمد,الخالدي,شركة النخبة للتجارة,Buyer,0551234567,12/31/1980\n"
                          "Noura,Salem,New House,Lead,0551234568,01/02/1990\n"
                          "Omar,Salem,New House,,0551234569,\n")

    assert (job.kind, job.counts) == ("clients.contact", {"new": 3})
    first = Contact.objects.visible_to(owner).get(name="محمد الخالدي")
    assert (list(first.clients.all().unscoped("test")), first.birthday) == ([client_of_owner], date(1980, 12, 31))
    house = clients(owner).get(name="New House")
    assert sorted(house.contacts.all().unscoped("test").values_list("name", flat=True)) == ["Noura Salem", "Omar Salem"]
    client_of_owner.refresh_from_db()
    assert client_of_owner.completeness == 70  # 50 without a person to speak to


@pytest.mark.parametrize(("kind", "text"), [
    ("clients.client", HEADS + "مخابز السنبلة,055 123 4567 / 19191,Info@Sunbula.example,الرياض,10-10,Food,A1\n"),
    ("clients.contact", "Name,Account Name,Job Title,Phone,Notes\nSara Ali,Zilal,Buyer,00966551234567,Likes tea\n"),
])
def test_what_is_imported_is_found_by_what_a_new_reading_finds_it_by(owner, kind, text):
    imported(owner, text, kind=kind)
    entries = SearchEntry.objects.order_by("kind", "object_id")
    written = list(entries.values_list("kind", "object_id", "tokens", "words"))
    entries.delete()
    search.rebuild()

    assert written
    assert list(entries.all().values_list("kind", "object_id", "tokens", "words")) == written


def test_a_row_is_rejected_for_each_value_that_no_form_takes(owner):
    text = ("Name,Email,Country,Tier,Client since,Phone,Website,Languages\n"
            "A,b@@c,,,,,,\nB,,Atlantis,,,,,\nC,,,Golden,,,,\nD,,,,31/02/2020,,,\nE,,,,,9.66551E+11,,\n"
            f"F,,,,,,no link,\nG,,,,,,,Klingonish\n{'x' * 201},,,,,,,\nCaf\ufffd,,,,,,,\n"
            "Good,a@b.example,السعودية,Key,1448-06-21,0551234567,acme.example,Arabic; English\n")
    job = imported(owner, text)

    assert job.counts == {"new": 1, "rejected": 9}
    assert [row.reasons[0]["code"] for row in ImportRow.objects.filter(of=job).order_by("number")] == [
        "email", "country", "choice", "day", "rounded", "link", "language", "long", "unreadable"]
    good = clients(owner).get()
    assert (good.tier, good.country, good.website, good.languages, good.client_since) == (
        "key", "SA", "https://acme.example", ["ar", "en"], date(2026, 12, 1))


# ── duplicates ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("duplicates", ["skip", "fill", "overwrite", "new"])
def test_the_check_counts_as_the_import_does_and_saves_nothing(owner, client_of_owner, duplicates):
    before = everything()
    check = checked(owner)
    assert everything() == before
    assert check.counts == {"new": 2, "duplicate": 3, "rejected": 2}

    job = running.work_on(intake.begin(check, by=owner, duplicates=duplicates))
    made = {"skip": 2, "fill": 2, "overwrite": 2, "new": 5}[duplicates]
    assert (job.state, job.counts["new"], job.counts["rejected"]) == ("done", made, 2)
    assert clients(owner).count() == 1 + made


def test_fill_takes_only_what_was_blank(owner, client_of_owner):
    imported(owner, duplicates="fill")
    client_of_owner.refresh_from_db()

    assert (client_of_owner.sector, client_of_owner.email, client_of_owner.external_id) == (
        "Electronics", "info@elite.example", "A3")
    assert set(client_of_owner.email_rows.values_list("address", flat=True)) == {
        "info@elite.example", "new@elite.example"}


def test_overwrite_lets_the_file_win_and_loses_no_number(owner, client_of_owner):
    imported(owner, duplicates="overwrite")
    client_of_owner.refresh_from_db()

    assert (client_of_owner.sector, client_of_owner.name) == ("Trade", "Another Name")
    assert set(client_of_owner.phone_rows.values_list("e164", flat=True)) == {"+966112345678", "+966551112223"}


@pytest.mark.parametrize(("there", "row", "counts"), [
    ({"name": "محمد الخالدي", "kind": "individual"}, "Mohammed Al-Khalidi,,,,,,\n", {"duplicate": 1}),
    ({"name": "Acme", "registration_number": "7001"}, "Acme,,,,7002,,\n", {"new": 1}),
    ({"name": "Acme", "external_id": "001x01"}, "Acme,,,,,,001x02\n", {"new": 1}),
    ({"name": "Acme", "external_id": "4711"}, "Acme,,,,,,001x02\n", {"duplicate": 1}),
    ({"name": "Ali Omar", "kind": "individual", "phones": [{"raw": "0551234567"}]}, "Ali Omar,0557654321,,,,,\n",
     {"new": 1}),
    ({"name": "Ali Omar", "kind": "individual", "phones": [{"raw": "0551234567"}]}, "Ali Omar,055 123 4567,,,,,\n",
     {"duplicate": 1}),
    ({"name": "????"}, "!!!!,,,,,,\n", {"new": 1}),
])
def test_what_two_have_in_common_and_what_tells_them_apart(owner, there, row, counts):
    create_client(by=owner, **there)
    assert checked(owner, HEADS + row).counts == counts


def test_a_record_that_the_person_does_not_see_is_never_told(owner, stranger):
    hidden = create_client(by=stranger, name="CNRY Holding", phones=[{"raw": "0551234567"}], external_id="A1")
    job = checked(owner, HEADS + "CNRY Holding,0551234567,,,,,A1\n")

    assert job.counts == {"new": 1}
    assert not ImportRow.objects.exists()
    imported(owner, HEADS + "CNRY Holding,0551234567,,,,Sector,A1\n", duplicates="overwrite")
    hidden.refresh_from_db()
    assert (hidden.sector, hidden.version) == ("", 1)


def test_the_rejected_rows_hold_what_was_uploaded_and_nothing_of_the_house(owner, client_of_owner):
    edit_client(client_of_owner, by=owner, notes="CNRY-secret")
    job = imported(owner, duplicates="overwrite")
    lines = "".join(rejects.lines(job)).splitlines()

    assert lines[0].removeprefix("\ufeff") == HEADS.strip() + ",Reason"
    assert lines[1:] == [
        'Broken Mail,,info@@hibr.example,,,,A6,Email “info@@hibr.example”: This is no e-mail address.',
        ",0509999999,,,,,A7,The name is missing.",
    ]


# ── who may what ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_field_that_is_not_theirs_to_set_is_as_unknown_as_one_that_there_is_not(owner, lead):
    said = []
    for target in ("owner", "management_note", "no_such_field"):
        with pytest.raises(ValidationError) as refused:
            intake.map_columns(received(owner), by=owner, mapping=["name", target, "", "", "", "", ""])
        said.append(refused.value.messages[0].replace(target, "…"))
    assert len(set(said)) == 1
    job = intake.map_columns(received(lead), by=lead, mapping=["name", "owner", "", "", "", "", ""])
    assert job.mapping[1] == "owner"


def test_whoever_hands_out_clients_may_name_their_owners(lead, owner):
    job = imported(lead, f"Name,Account Owner\nAcme,{owner.email.upper()}\nZilal,Nobody\n")

    assert job.counts == {"new": 1, "rejected": 1}
    assert clients(owner).get().name == "Acme"


def test_who_may_not_import_gets_nothing_in(staff):
    with pytest.raises(PermissionDenied):
        received(staff)
    assert not Import.objects.exists()


def test_nobody_goes_on_with_the_import_of_another(owner, teammate):
    with pytest.raises(Import.DoesNotExist):
        intake.begin(received(owner), by=teammate, duplicates="skip")


# ── undo ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("duplicates", ["skip", "fill", "overwrite", "new"])
def test_an_undo_leaves_everything_as_it_was(owner, client_of_owner, contact_of_owner, duplicates):
    before = everything()
    job = imported(owner, duplicates=duplicates)
    assert everything() != before
    people = imported(owner, "Full Name,Company,Email\nA B,New House,a@b.example\n"
                             "C D,شركة النخبة للتجارة,c@d.example\n")
    assert people.counts == {"new": 2}

    assert (undone(people, owner).state, undone(job, owner).state) == ("undone", "undone")
    assert everything() == before
    assert not Event.objects.filter(verb__endswith=".imported").exists()


def test_an_undo_keeps_what_somebody_has_worked_on_since(owner, client_of_owner):
    job = imported(owner, duplicates="fill")
    edited = clients(owner).get(name="مخابز السنبلة")
    edit_client(edited, by=owner, notes="They call back")
    called = clients(owner).get(name="Zilal Studio")
    log_call(by=owner, client=called, outcome="reached", notes="Hello")
    edit_client(clients(owner).get(pk=client_of_owner.pk), by=owner, notes="New")

    assert undone(job, owner).kept == 3
    assert set(clients(owner).values_list("name", flat=True)) == {
        "مخابز السنبلة", "Zilal Studio", "شركة النخبة للتجارة"}


# ── a large file, read by a process of its own ───────────────────────────────────────────────────────────────────────


def came_in(by) -> list[list[tuple]]:
    return [
        list(clients(by).order_by("name").values_list("name", "name_other", "phone", "email", "city", "completeness")),
        list(Phone.objects.order_by("e164", "client__name").values_list("client__name", "e164", "raw", "type")),
        list(ImportRow.objects.order_by("number").values_list("number", "outcome", "reasons", "same_as", "name")),
    ]


def test_a_file_read_on_another_core_comes_in_as_one_read_here(owner, client_of_owner, monkeypatch):
    here = imported(owner)
    read_here = came_in(owner)
    undone(here, owner)
    ImportRow.objects.all().delete()
    monkeypatch.setattr(running, "LARGE", 0)
    beside = imported(owner)

    assert beside.counts == here.counts
    assert came_in(owner) == read_here
    assert [outcome for _number, outcome, *_rest in read_here[2]].count("rejected") == 2


def test_owners_are_known_on_the_other_core_too(lead, owner, monkeypatch):
    monkeypatch.setattr(running, "LARGE", 0)
    job = imported(lead, f"Name,Account Owner\nAcme,{owner.email.upper()}\nZilal,Nobody\n")

    assert (job.state, job.counts) == ("done", {"new": 1, "rejected": 1})
    assert clients(owner).get().owner == owner


def test_a_file_that_turns_out_unreadable_on_the_other_core_is_told_in_words(owner, monkeypatch):
    job = received(owner)
    with job.file.storage.open(job.file.name, "ab") as file:
        file.write(b'"never closed' + b"x" * 110_000)
    monkeypatch.setattr(running, "LARGE", 0)

    with override("en"):
        done = running.work_on(intake.begin(job, by=owner, duplicates="skip"))

    assert done.state == "failed"
    assert done.problem.startswith("Behind row 8 a quotation mark is never closed")


# ── kills, and two at once ───────────────────────────────────────────────────────────────────────────────────────────


def many(count: int) -> str:
    """Rows of which those behind the 90th have the e-mail of an earlier one."""
    return HEADS + "".join(f"House {number} {'abcdefgh'[number % 8]}x{number},,h{number % 90}@x.example,,,,\n"
                           for number in range(count))


def test_a_killed_worker_goes_on_where_it_was(owner, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 20)
    job = intake.begin(received(owner, many(100)), by=owner, duplicates="skip")

    written = running.Run._write

    def killed(run, rows, *, done_before):
        if done_before == 60:
            raise SystemExit
        written(run, rows, done_before=done_before)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(running.Run, "_write", killed)
        running.work_on(Import.objects.get(pk=job.pk))
    halfway = Import.objects.get(pk=job.pk)
    assert (halfway.state, halfway.done, clients(owner).count()) == ("running", 60, 60)

    done = running.work_on(halfway)
    assert (done.state, done.counts) == ("done", {"new": 90, "skipped": 10})
    assert clients(owner).count() == 90
    assert running.work_on(done).counts == {"new": 90, "skipped": 10}  # rung twice


def test_a_killed_command_is_finished_by_the_worker(owner, tmp_path, monkeypatch):
    (tmp_path / "many.csv").write_text(many(100))
    monkeypatch.setattr(running, "BATCH", 20)
    written = running.Run._write

    def killed(run, rows, *, done_before):
        if done_before == 60:
            raise SystemExit
        written(run, rows, done_before=done_before)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(running.Run, "_write", killed)
        import_file(tmp_path / "many.csv", by=owner)
    asked = ProcrastinateJob.objects.get(task_name="mudir.records.tasks.work_on_import")
    tasks.work_on_import.func(**asked.args)

    done = Import.objects.get(pk=asked.args["import_id"])
    assert (done.state, done.counts) == ("done", {"new": 90, "skipped": 10})
    assert clients(owner).count() == 90


@pytest.mark.django_db(transaction=True)
def test_an_import_that_somebody_works_on_is_left_to_them(owner):
    job = intake.begin(received(owner), by=owner, duplicates="skip")
    before = ProcrastinateJob.objects.count()
    with ThreadPoolExecutor(1) as other, running.alone(job) as is_ours:
        assert is_ours
        other.submit(as_another, tasks.work_on_import.func, job.pk).result()

    assert not clients(owner).exists()
    assert ProcrastinateJob.objects.count() == before + 1  # asked again for later
    tasks.work_on_import.func(job.pk)
    assert Import.objects.get(pk=job.pk).state == "done"


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_make_nobody_twice(owner, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)
    jobs = [intake.begin(received(owner, many(90)), by=owner, duplicates="skip") for _one in range(2)]
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(partial(as_another, running.work_on), jobs))

    assert [job.state for job in done] == ["done", "done"]
    assert sum(job.counts.get("new", 0) for job in done) == clients(owner).count() == 90
    assert sum(job.counts.get("skipped", 0) for job in done) == 90


def test_what_is_merged_while_the_import_runs_is_changed_in_the_record_it_went_up_in(owner, monkeypatch):
    """And undoing the import leaves both what people did since."""
    stays, goes = (create_client(by=owner, name=name, external_id=name) for name in ("Sunbula", "Zilal"))
    found = running.matches

    def merged_meanwhile(importer, rows, made):
        pairs = found(importer, rows, made)
        if Client.objects.visible_to(owner).filter(pk=goes.pk).exists():
            merge(stays, goes, by=owner, picks={"external_id": stays.pk})
        return pairs

    monkeypatch.setattr(running, "matches", merged_meanwhile)
    job = imported(owner, "Name,External ID,Industry\nZilal,Zilal,Design\nNew house,N1,Food\n", duplicates="overwrite")

    assert (job.state, job.counts) == ("done", {"new": 1, "changed": 1})
    assert Client.objects.visible_to(owner).get(pk=stays.pk).sector == "Design"
    new = Client.objects.visible_to(owner).get(external_id="N1")
    made = merge(new, Client.objects.visible_to(owner).get(pk=stays.pk), by=owner)
    job = undone(job, owner)
    assert (job.state, job.kept) == ("undone", 2)
    undo_merge(made, by=owner)
    assert {one.name for one in clients(owner)} == {"New house", "Zilal"}


def as_another(work, given):
    """In a thread, with a connection of its own that is closed behind it."""
    try:
        return work(given)
    finally:
        connection.close()


def test_an_import_asks_for_its_work_once_and_for_the_spellings_after(owner):
    job = intake.begin(received(owner), by=owner, duplicates="skip")
    asked = ProcrastinateJob.objects.get()

    assert (asked.task_name, asked.args, asked.lock) == (
        "mudir.records.tasks.work_on_import", {"import_id": job.pk}, f"import-{job.pk}")


def test_a_value_put_right_makes_a_row_good(owner):
    job = checked(owner)

    assert intake.mend(job, by=owner, number=7, column=2, value="info@hibr") is not None
    assert intake.mend(job, by=owner, number=7, column=2, value="info@hibr.example") is None
    assert Import.objects.get(pk=job.pk).counts == {"new": 5, "duplicate": 1, "rejected": 1}
    running.work_on(intake.begin(Import.objects.get(pk=job.pk), by=owner, duplicates="skip"))
    assert clients(owner).get(name="Broken Mail").email == "info@hibr.example"


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_imports_and_sums_up(owner, client_of_owner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "clients.csv"
    path.write_text(FILE, encoding="utf-8")
    dry = import_file(path, kind="clients", by=owner, dry_run=True)
    summary = import_file(path, kind="clients", by=owner, duplicates="skip")

    assert (dry["rows"], dry["new"], dry["duplicate"], dry["rejected"]) == (7, 2, 3, 2)
    assert (summary["rows"], summary["new"], summary["skipped"], summary["rejected"]) == (7, 2, 3, 2)
    assert [reason["row"] for reason in summary["reasons"]] == [7, 8]
    assert (tmp_path / "clients.rejected.csv").read_text("utf-8-sig").count("\n") == 3
    with pytest.raises(CannotStart, match="There is no field “owner”"):
        import_file(path, kind="clients", by=owner, mapping={"City": "owner"})


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_is_exported_comes_in_again_as_it_was(owner, stranger, tmp_path, name):
    imported(owner, FILE + "=Formula Ltd,+966551239999,,,,'Food,\n")
    told = export_records(tmp_path / name, kind="clients", by=owner)
    assert told["rows"] == clients(owner).count()
    facts = ["name", "phone", "email", "city", "registration_number", "sector", "external_id", "kind", "tier"]
    before = list(clients(owner).order_by("name").values_list(*facts))

    summary = import_file(tmp_path / name, kind="clients", by=stranger)
    assert (summary["new"], summary["rejected"]) == (len(before), 0)
    assert list(clients(stranger).order_by("name").values_list(*facts)) == before
