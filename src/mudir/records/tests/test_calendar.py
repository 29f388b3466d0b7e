"""The calendar: days with what the reader sees on them, in their calendar, and a record moved to another day."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mudir.accounts.models import User
from mudir.activities.models import Task
from mudir.activities.services import complete_task, edit_task, log_call, make_task
from mudir.clients import services as clients
from mudir.kit.formatting import Formatter
from mudir.records import calendar, registry
from mudir.records.calendar import Days, move
from mudir.records.custom.writing import create_field
from mudir.records.models import Event
from mudir.records.query import Condition, Group, QuerySpec, SpecError
from mudir.records.services import Conflict
from mudir.tests.state import changed, state

TODAY = date(2026, 11, 25)  # a Wednesday
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def on_that_day(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 25, 9, 0, tzinfo=UTC))


def days(actor: User, by: str = "due_date", kind: str = "activities.task", *, span="month", at="", **spec) -> Days:
    return Days(QuerySpec(kind, **spec), by, actor, Formatter("en", calendar=actor.calendar), span=span, at=at)


def standing(asked: Days) -> dict[str, list[str]]:
    """The titles on each day that has any."""
    return {one.day.isoformat(): [re.sub("<.*?>", "", entry.title) for entry in one.entries]
            for week in asked.weeks() for one in week if one.entries}


def task(by: User, title: str, day: date = TODAY, **given) -> Task:
    return make_task(by=by, title=title, due_date=day, **given)


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_month_stands_in_whole_weeks_of_the_reader_with_what_they_see(owner, stranger):
    task(owner, "First", date(2026, 11, 1))
    task(owner, "Of the month after", date(2026, 12, 5))
    task(owner, "Not shown any more", date(2026, 12, 6))
    task(stranger, "CNRY-hidden")
    weeks = days(owner).weeks()

    assert [weeks[0][0].day, weeks[-1][-1].day] == [date(2026, 11, 1), date(2026, 12, 5)]
    assert {len(week) for week in weeks} == {7}
    assert standing(days(owner)) == {"2026-11-01": ["First"], "2026-12-05": ["Of the month after"]}
    owner.week_start = 0
    assert days(owner).weeks()[0][0].day == date(2026, 10, 26)


def test_who_reckons_by_the_hijri_calendar_sees_its_months(owner):
    owner.calendar = "hijri"
    asked = days(owner)

    assert (asked.first, asked.last) == (date(2026, 11, 11), date(2026, 12, 9))  # Jumada al-Akhirah 1448
    assert (asked.before, asked.behind) == (date(2026, 10, 12), date(2026, 12, 10))
    assert [asked.fmt.numbers_of_day(day) for day in (asked.first, TODAY)] == [("1 Jumada al-Akhirah", ""), ("15", "")]


def test_a_week_is_the_one_of_the_country_and_leads_to_the_ones_beside_it(owner):
    asked = days(owner, span="week", at="2026-11-25")

    assert (asked.first, asked.last) == (date(2026, 11, 22), date(2026, 11, 28))
    assert (asked.before, asked.behind) == (date(2026, 11, 15), date(2026, 11, 29))


def test_the_filter_of_the_list_holds_on_its_calendar(owner):
    complete_task(task(owner, "Done"), by=owner)
    task(owner, "Open")
    open_ones = Group("and", (Condition("done_at", "empty"),))

    assert standing(days(owner, where=open_ones)) == {"2026-11-25": ["Open"]}
    assert standing(days(owner, text="done")) == {"2026-11-25": ["Done"]}


def test_an_entry_says_its_time_whose_it_is_and_whether_it_is_late_or_done(owner, lead, client_of_owner):
    late = task(owner, "Late", date(2026, 11, 24), client=client_of_owner)
    complete_task(task(owner, "Done", date(2026, 11, 24)), by=owner)
    task(owner, "Later today", due_time=datetime(2026, 1, 1, 14, 30).time())
    task(owner, "Earlier", due_time=datetime(2026, 1, 1, 8, 0).time())
    found = {re.sub("<.*?>", "", entry.title): entry for week in days(owner).weeks() for one in week
             for entry in one.entries}

    said = {title: (one.time, one.beside, one.is_done, one.is_late, bool(one.owner)) for title, one in found.items()}
    assert said == {
        "Late": ("", "شركة النخبة للتجارة", False, True, False), "Done": ("", "", True, False, False),
        "Earlier": ("08:00", "", False, False, False), "Later today": ("14:30", "", False, False, False)}
    assert list(found) == ["Late", "Done", "Earlier", "Later today"]
    assert (found["Late"].key, found["Late"].version) == (late.pk, late.version)
    assert [bool(entry.owner) for week in days(lead).weeks() for one in week for entry in one.entries] == [True]


def test_a_moment_stands_on_the_day_that_it_falls_on_for_the_reader(owner, client_of_owner):
    with timezone.override("Asia/Riyadh"):
        log_call(by=owner, client=client_of_owner, notes="x", minutes=1,
                 started_at=datetime(2026, 11, 23, 22, 30, tzinfo=UTC))
        (entry,) = [entry for week in days(owner, "started_at", "activities.call").weeks() for one in week
                    for entry in one.entries if one.day == date(2026, 11, 24)]
        assert entry.time == "01:30"


def test_a_field_without_code_can_be_the_days(owner, administrator):
    made = create_field("clients.client", by=administrator, name_en="Visit", name_ar="زيارة", type="date")
    clients.create_client(by=owner, name="Visited", **{made.id_of_field: TODAY})

    assert standing(days(owner, made.id_of_field, "clients.client")) == {"2026-11-25": ["Visited"]}


@pytest.mark.parametrize("by", ["title", "nothing", "owner"])
def test_only_a_date_makes_days(owner, by):
    with pytest.raises(SpecError, match=f"There is no field “{by}” here."):
        days(owner, by)


@pytest.mark.parametrize("at", ["x", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_cannot_be_shown_is_refused_in_words(client, owner, at):
    client.force_login(owner)
    assert client.get(f"/tasks/calendar/?at={at}").status_code == 400


@pytest.mark.parametrize("read_at_once", [2000, 10])
def test_a_full_day_shows_its_first_and_counts_the_rest(owner, monkeypatch, read_at_once):
    monkeypatch.setattr(calendar, "READ_AT_ONCE", read_at_once)
    monkeypatch.setattr(calendar, "COUNTED_ON_A_DAY", 6)
    for number in range(12):
        task(owner, f"Task {number}")
    (full,) = [one for week in days(owner).weeks() for one in week if one.entries]
    day = days(owner).day(TODAY)

    assert [re.sub("<.*?>", "", entry.title) for entry in full.entries] == [f"Task {number}" for number in range(3)]
    assert (full.found, full.more) == ((12, 9) if read_at_once == 2000 else (7, 4))
    assert len(day.entries) == (12 if read_at_once == 2000 else 7)


def test_an_empty_month_leads_to_the_nearest_day(client, owner):
    client.force_login(owner)
    task(owner, "Next year", date(2027, 3, 1))
    page = client.get("/tasks/calendar/").content.decode()

    assert "The nearest is on 1 Mar 2027" in page and "at=2027-03-01" in page
    assert days(owner, at="2028-01-01").nearest() == date(2027, 3, 1)


def test_many_entries_cost_as_many_questions_as_few(client, owner, django_assert_max_num_queries):
    client.force_login(owner)
    for number in range(30):
        task(owner, f"Task {number}", TODAY + timedelta(days=number % 5))
    with django_assert_max_num_queries(13):
        assert client.get("/tasks/calendar/").content.decode().count('class="entry') == 15


def test_the_rest_of_a_day_has_a_page_and_a_list(client, owner):
    client.force_login(owner)
    for number in range(6):
        task(owner, f"Task {number}")
    more = re.search(r'class="more" href="([^"]+)"', client.get("/tasks/calendar/").content.decode())[1]
    part = client.get("/tasks/calendar/" + more.replace("&amp;", "&"), headers=PART).content.decode()
    whole = re.search(r'class="all-filters" href="([^"]+)"', part)[1].replace("&amp;", "&")

    assert part.count('class="entry') == 6
    assert parse_qs(urlsplit(whole).query)["f"] == ["due_date.is.2026-11-25"]
    assert client.get(whole).content.decode().count("<tr data-id") == 6


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_moved_record_is_written_as_its_cell_would_be_and_taken_back_exactly(client, owner):
    client.force_login(owner)
    one = task(owner, "Carried", due_time=datetime(2026, 1, 1, 8, 0).time())
    here = "/tasks/calendar/?at=2026-11-25"
    given = {"to": "2026-11-28", "version": one.version, "back": here}
    answer = client.post(f"/tasks/{one.pk}/day/?by=due_date", given)
    page = client.get(here).content.decode()

    assert answer.headers["Location"] == here
    one.refresh_from_db()
    assert (one.due_date, one.due_time.hour) == (date(2026, 11, 28), 8)
    assert Event.objects.filter(verb="task.edited", object_id=one.pk).exists()
    undo = re.search(r'action="(/tasks/\d+/cells/due_date/undoing/[^"]+)"', page)[1].replace("&amp;", "&")
    assert client.post(undo).headers["Location"] == here
    one.refresh_from_db()
    assert one.due_date == TODAY


def test_a_moment_keeps_its_time_of_day(owner, client_of_owner):
    with timezone.override("Asia/Riyadh"):
        call = log_call(by=owner, client=client_of_owner, notes="x", minutes=1,
                        started_at=datetime(2026, 11, 23, 22, 30, tzinfo=UTC))
        field = registry.for_model(type(call)).fields["started_at"]
        moved = move(call, field=field, to=date(2026, 11, 20), by=owner, version=call.version)

    assert moved.started_at == datetime(2026, 11, 19, 22, 30, tzinfo=UTC)


def test_a_day_that_somebody_changed_meanwhile_is_not_written_over(client, owner):
    one = task(owner, "Contested")
    read_at = one.version
    edit_task(one, by=owner, due_date=date(2026, 11, 27))
    field = registry.for_model(Task).fields["due_date"]
    with pytest.raises(Conflict):
        move(one, field=field, to=date(2026, 11, 30), by=owner, version=read_at)
    client.force_login(owner)
    client.post(f"/tasks/{one.pk}/day/?by=due_date", {"to": "2026-11-30", "version": read_at})

    assert "was changed meanwhile" in client.get("/tasks/calendar/").content.decode()
    one.refresh_from_db()
    assert one.due_date == date(2026, 11, 27)
    edit_task(one, by=owner, title="Another name")
    assert move(one, field=field, to=date(2026, 11, 30), by=owner, version=one.version).due_date.day == 30


def test_what_the_service_refuses_is_said_and_nothing_moves(client, owner, client_of_owner):
    call = log_call(by=owner, client=client_of_owner, notes="x", minutes=1, started_at=timezone.now())
    field = registry.for_model(type(call)).fields["started_at"]
    with pytest.raises(ValidationError):
        move(call, field=field, to=date(2027, 11, 20), by=owner, version=call.version)
    client.force_login(owner)
    before = state()
    client.post(f"/calls/{call.pk}/day/?by=started_at", {"to": "2027-11-20", "version": call.version})

    assert changed(before) == []


def test_who_only_reads_moves_nothing_and_what_is_not_seen_is_not_there(client, owner, staff, stranger):
    one = task(owner, "Shown to nobody")
    client.force_login(stranger)
    before = state()
    assert client.post(f"/tasks/{one.pk}/day/?by=due_date", {"to": "2026-11-28", "version": 1}).status_code == 404
    client.force_login(owner)
    for by in ("title", "nothing", "created_at"):
        assert client.get(f"/tasks/{one.pk}/day/?by={by}").status_code == 404
    assert client.post(f"/tasks/{one.pk}/day/?by=due_date", {"to": "2026-11-28"}).status_code == 400
    assert client.post(f"/tasks/{one.pk}/day/?by=due_date", {"to": "soon", "version": 1}).status_code == 422
    with pytest.raises((PermissionDenied, Task.DoesNotExist)):
        move(one, field=registry.for_model(Task).fields["due_date"], to=TODAY, by=staff, version=one.version)
    assert "data-movable" not in client.get("/tasks/calendar/?by=created_at").content.decode()

    assert changed(before) == ["accounts_user"]  # who signed in when


def test_the_menu_asks_for_the_day_as_the_reader_reckons(client, owner):
    client.force_login(owner)
    one = task(owner, "Asked")
    assert 'value="2026-11-25"' in client.get(f"/tasks/{one.pk}/day/?by=due_date", headers=PART).content.decode()
    User.objects.filter(pk=owner.pk).update(calendar="hijri")
    assert 'value="1448-06-15"' in client.get(f"/tasks/{one.pk}/day/?by=due_date", headers=PART).content.decode()
    client.post(f"/tasks/{one.pk}/day/?by=due_date", {"to": "1448-06-16", "version": one.version})

    one.refresh_from_db()
    assert one.due_date == date(2026, 11, 26)


# ── in views ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_saved_view_remembers_its_calendar_and_leads_to_it(client, owner):
    client.force_login(owner)
    client.post("/tasks/views/?layout=calendar&by=created_at&span=week&f=owner.is.me", {"name": "My weeks",
                                                                                       "audience": "private"})
    pk = int(re.search(r"/tasks/calendar/\?view=(\d+)", client.get("/tasks/").content.decode())[1])
    page = client.get(f"/tasks/calendar/?view={pk}").content.decode()

    assert client.get(f"/tasks/?view={pk}").headers["Location"] == f"/tasks/calendar/?view={pk}"
    assert '<table class="calendar week"' in page and '<option value="created_at" selected>' in page
    assert "view-changes" not in page
    changed_page = client.get(f"/tasks/calendar/?view={pk}&f=owner.is.me&by=due_date&span=week").content.decode()
    assert "view-changes" in changed_page and f'href="/tasks/calendar/?view={pk}"' in changed_page
    keep = re.search(r'action="(/tasks/views/\d+/changes/[^"]+)"', changed_page)[1].replace("&amp;", "&")
    assert client.post(keep, {"version": 1}).headers["Location"] == f"/tasks/calendar/?view={pk}"
    assert '<option value="due_date" selected>' in client.get(f"/tasks/calendar/?view={pk}").content.decode()


def test_the_same_view_in_another_layout_is_a_changed_one(client, owner):
    client.force_login(owner)
    client.post("/clients/views/?layout=board&by=tier", {"name": "By tier", "audience": "private"})
    pk = int(re.search(r"/clients/board/\?view=(\d+)", client.get("/clients/board/").content.decode())[1])
    page = client.get(f"/clients/board/?view={pk}").content.decode()
    links = re.search(r'aria-label="Layout">(.*?)</nav>', page)[1]
    as_list = re.search(r'href="(/clients/\?[^"]+)"', links)[1].replace("&amp;", "&")
    changed_page = client.get(as_list).content.decode()

    assert '<option value="tier" selected>' in page and "view-changes" not in page
    assert "view-changes" in changed_page
    assert f'href="/clients/board/?view={pk}"' in re.search(r'aria-label="Layout">(.*?)</nav>', changed_page)[1]
