"""The list as a file: what is seen, nothing that runs, nothing lost."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client
from mudir.records.custom.writing import create_field
from mudir.records.exporting import rows, running
from mudir.records.models import Export, Notification
from mudir.records.notifications import page_of
from mudir.records.views import exports
from mudir.tests.state import changed, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(owner) -> list[Client]:
    made = [
        create_client(by=owner, name="شركة النخبة", tier="key", phones=[{"raw": "011 234 5678"}, {"raw": "0550123456"}],
                      addresses=[{"city": "الرياض"}], languages=["ar", "en"], notes="first, \"second\"\nthird"),
        create_client(by=owner, name="Müller & Söhne", tier="ordinary", addresses=[{"city": "Köln"}]),
        create_client(by=owner, name="Zilal", tier="ordinary"),
    ]
    Client.objects.unscoped("test").filter(pk=made[0].pk).update(
        last_contact_at=datetime(2026, 11, 24, 22, 30, tzinfo=UTC))
    return made


def csv_of(client, user, query: str = "") -> list[list[str]]:
    client.force_login(user)
    response = client.get(f"/clients/export/?{query}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def sheet_of(client, user, query: str = "") -> list[list]:
    client.force_login(user)
    response = client.get(f"/clients/export/?format=xlsx&{query}")
    assert response.status_code == 200
    return CalamineWorkbook.from_filelike(io.BytesIO(response.getvalue())).get_sheet_by_index(0).to_python()


def test_a_file_holds_the_columns_and_rows_of_the_list_in_its_order(client, owner, three):
    assert csv_of(client, owner, "columns=name,tier,city&sort=-name&f=tier.is.ordinary") == [
        ["name", "tier", "city"], ["Zilal", "Ordinary", ""], ["Müller & Söhne", "Ordinary", "Köln"],
    ]


def test_what_was_written_comes_back_exactly(client, owner, three):
    query = "columns=name,phones,languages,notes,last_contact_at,completeness,confidential&f=tier.is.key"
    heads, row = csv_of(client, owner, query)

    assert row == ["شركة النخبة", "+966112345678; +966550123456", "Arabic; English", "first, \"second\"\nthird",
                   "2026-11-25 01:30:00", str(three[0].completeness), "No"]
    assert sheet_of(client, owner, query) == [
        heads, [*row[:5], float(three[0].completeness), "No"],
    ]


def test_the_file_begins_with_the_mark_that_makes_spreadsheets_read_arabic(client, owner, three):
    client.force_login(owner)

    assert client.get("/clients/export/").getvalue().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_D09_no_cell_runs_as_a_formula(client, owner, start):
    evil = f"{start}cmd|' /C calc'!A0"
    made = create_client(by=owner, name="Evil")
    Client.objects.unscoped("test").filter(pk=made.pk).update(sector=evil, next_step=evil, source=evil)

    assert csv_of(client, owner, "columns=name,sector,next_step,source")[1] == ["Evil", *[f"'{evil}"] * 3]
    kept = sheet_of(client, owner, "columns=name,sector,next_step,source")[1]
    assert [cell.replace("_x000D_", "\r").strip() for cell in kept] == ["Evil", *[evil.strip()] * 3]


def test_a_phone_keeps_its_plus(client, owner, three):
    assert csv_of(client, owner, "columns=name,phone&f=tier.is.key")[1] == ["شركة النخبة", "+966112345678"]


def test_a_workbook_cell_is_a_value_never_a_formula_or_a_link(client, owner):
    made = create_client(by=owner, name="=1+1")
    Client.objects.unscoped("test").filter(pk=made.pk).update(website="https://evil.example/", sector="0012")

    assert sheet_of(client, owner, "columns=name,website,sector")[1] == ["=1+1", "https://evil.example/", "0012"]


def test_only_the_chosen_rows_are_taken_when_some_are_chosen(client, owner, three, client_of_stranger):
    chosen = "&".join(f"id={one.pk}" for one in (three[0], three[2], client_of_stranger))

    assert [row[0] for row in csv_of(client, owner, f"columns=name&{chosen}")] == ["name", "Zilal", "شركة النخبة"]
    assert len(csv_of(client, owner, f"columns=name&{chosen}&all=1")) == 4
    assert client.get("/clients/export/?id=x").status_code == 400


def test_nothing_hidden_is_in_the_file(client, owner, lead, three, client_of_stranger):
    edit_client(three[0], by=lead, management_note="CNRY-note")

    assert "CNRY" not in str(csv_of(client, owner))
    assert client.get("/clients/export/?columns=name,management_note").status_code == 400
    assert "CNRY-note" in str(csv_of(client, lead, "columns=name,management_note"))
    assert csv_of(client, lead, "f=name.contains.CNRY-Hidden")[1:] == []


def test_who_may_not_export_gets_no_file(client, staff, client_of_owner, lead):
    client.force_login(staff)

    assert client.get("/clients/export/").status_code == 403


def test_a_list_too_long_for_a_workbook_is_refused_in_words(client, owner, three, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS_OF_A_WORKBOOK", 2)
    client.force_login(owner)
    response = client.get("/clients/export/?format=xlsx")

    assert response.status_code == 400
    assert "A workbook holds up to 2 rows." in response.content.decode()
    assert len(csv_of(client, owner)) == 4


def test_an_export_of_many_batches_is_whole_and_in_order(client, owner, monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 3)
    for place in range(10):
        create_client(by=owner, name=f"Client {place}")

    assert [row[0] for row in csv_of(client, owner, "columns=name")[1:]] == [f"Client {place}" for place in range(10)]


def test_the_file_is_in_the_language_of_the_reader(client, owner, three):
    owner.language = "ar"
    owner.save()
    tier = Client._meta.get_field("tier")
    with translation.override("ar"):
        words = [[str(tier.verbose_name)], [str(dict(tier.choices)["key"])]]

    assert csv_of(client, owner, "columns=tier&f=tier.is.key") == words


def test_numbers_of_custom_fields_are_numbers_in_a_workbook(client, owner, administrator):
    create_field("clients.client", by=administrator, type="number", name_en="Size", code="size", digits=6)
    create_field("clients.client", by=administrator, type="computed", name_en="Twice", code="twice", formula="size * 2",
                 digits=2)
    for name, size in (("Ahmad", "12.5"), ("Basma", "123456789012.123456")):
        create_client(by=owner, name=name, **{"custom.size": size})

    assert sheet_of(client, owner, "columns=name,custom.size,custom.twice") == [
        ["name", "Size", "Twice"], ["Ahmad", 12.5, 25.0], ["Basma", "123456789012.123456", 246913578024.25]]


# ── long ones ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def long(monkeypatch):
    """Lists of two rows are too long to wait for, and are written row by row."""
    monkeypatch.setattr(running, "AT_ONCE", 1)
    for module in (rows, running):
        monkeypatch.setattr(module, "BATCH", 1)


def asked(client, user, query: str = "columns=name,tier", format: str = "csv") -> Export:
    client.force_login(user)
    answer = client.post(f"/clients/export/?{query}", {"format": format})
    job = Export.objects.get()
    assert answer.headers["Location"] == f"/exports/{job.pk}/"
    return job


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_long_file_is_asked_for_made_told_of_and_fetched(client, owner, three, long, format):
    client.force_login(owner)
    assert b"The list has 3 rows." in client.get(f"/clients/export/?format={format}").content
    job = asked(client, owner, "columns=name,tier&sort=-name", format)
    page = client.get(f"/exports/{job.pk}/").content.decode()
    assert "0 of 3" in page and client.get(f"/exports/{job.pk}/file/").status_code == 404
    job = running.work_on(job)

    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert [one.plain_sentence for one in page_of(owner)[0]] == [f"The file {job.file_name} is ready"]
    answer = client.get(f"/exports/{job.pk}/file/")
    content = b"".join(answer.streaming_content)
    assert job.file_name in answer.headers["Content-Disposition"] and len(content) == job.size
    names = ["شركة النخبة", "Zilal", "Müller & Söhne"]
    if format == "csv":
        assert [row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))] == ["name", *names]
    else:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert [row[0] for row in sheet] == ["name", *names]
    before = state()
    assert running.work_on(job).file == job.file  # rung twice
    assert changed(before) == []


def test_a_long_file_of_chosen_rows_holds_those(client, owner, three, long):
    client.force_login(owner)
    client.post("/clients/export/", {"columns": "name", "id": [one.pk for one in three], "format": "csv"})
    job = running.work_on(Export.objects.get())

    assert job.done == 3 and sorted(job.spec["ids"]) == sorted(one.pk for one in three)


def test_a_file_is_for_who_asked_alone_and_only_while_they_may_export(client, owner, teammate, lead, three, long):
    job = running.work_on(asked(client, owner))
    for other in (teammate, lead):
        client.force_login(other)
        assert [client.get(f"/exports/{job.pk}/{part}").status_code for part in ("", "file/")] == [404, 404]
        assert page_of(other)[0] == []
    owner.role = "department_staff"
    owner.save()
    client.force_login(owner)
    assert client.get(f"/exports/{job.pk}/file/").status_code == 403


def test_a_right_taken_away_while_the_file_is_made_ends_it(client, owner, three, long):
    job = asked(client, owner)
    owner.role = "department_staff"
    owner.save()
    job = running.work_on(job)

    assert (job.state, job.file.name, job.problem) == ("failed", "", "You may not export any more.")
    assert [one.plain_sentence for one in page_of(owner)[0]] == [f"The file {job.file_name} was not made"]


def test_rows_and_columns_that_go_out_of_sight_on_the_way_are_not_in_the_file(client, lead, owner, three, long,
                                                                             monkeypatch):
    read, calls = rows.read_values, []

    def trashing(*given):
        calls.append(given)
        if len(calls) == 2:  # one row is written
            Client.objects.unscoped("test").filter(pk=three[2].pk).update(trashed_at=datetime.now(UTC))
        return read(*given)

    def demoting(*given):
        lead.role = "client_manager"
        lead.save()
        return read(*given)

    monkeypatch.setattr(rows, "read_values", trashing)
    job = running.work_on(asked(client, lead, "columns=name,management_note&sort=name"))
    assert (job.state, job.done) == ("done", 2)

    Export.objects.all().delete()
    monkeypatch.setattr(rows, "read_values", demoting)
    job = running.work_on(asked(client, lead, "columns=name,management_note&sort=name"))
    assert (job.state, job.problem) == ("failed", "You may not see all of these columns any more.") and not job.file


def test_files_are_deleted_after_a_while(client, owner, three, long):
    old = running.work_on(asked(client, owner))
    storage, name = old.file.storage, old.file.name
    Export.objects.filter(pk=old.pk).update(created_at=datetime.now(UTC) - running.KEPT)
    fresh = Export.objects.create(user=owner, kind="clients.client", spec={}, format="csv", total=1, file_name="x.csv")
    assert storage.exists(name)
    running.throw_away_old()

    assert not storage.exists(name)
    assert list(Export.objects.all()) == [fresh]
    assert page_of(owner)[0] == [] and Notification.objects.filter(user=owner).exists()
