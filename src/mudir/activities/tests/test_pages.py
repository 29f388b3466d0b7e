import re
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mudir.activities.models import Call, Note, Task
from mudir.activities.services import complete_task, log_call, make_task, postpone_task, write_note
from mudir.clients.models import Client, Contact
from mudir.clients.services import add_nuance, create_client, create_contact, share

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def days(count):
    return timezone.localdate() + timedelta(days=count)


def form(**fields):
    return {"token": uuid.uuid4(), "when": days(3).isoformat(), **fields}


def plain(html):
    """Without what differs between two answers on purpose: the tokens."""
    html = re.sub(r'name="(csrfmiddlewaretoken|token)" value="[^"]+"|value="[^"]+"( id="[a-z]+-token")', "", html)
    return re.sub(r"\s+", " ", html)


def part(html, opening, closing):
    """A part of a page, from its opening tag to what stands behind it."""
    return html.partition(opening)[2].partition(closing)[0]


def last_undo(answer):
    """Where the last toast of an answer posts to."""
    return re.findall(r'<m-toast class="toast"><span>[^<]*</span><form method="post" action="([^"]+)"',
                      answer.content.decode())[-1]


@pytest.fixture
def task(owner, client_of_owner):
    return make_task(by=owner, client=client_of_owner, title="Send the offer", due_date=days(1))


# ── the composer ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_of_activities_opens_in_both_languages(client, owner, client_of_owner, contact_of_owner, language):
    call = log_call(by=owner, client=client_of_owner, contact=contact_of_owner, outcome="call_back", notes="Hello")
    note = write_note(by=owner, client=client_of_owner, text="Hello")
    task = Task.objects.visible_to(owner).get()
    owner.language = language
    owner.save()
    client.force_login(owner)
    key, person = client_of_owner.pk, contact_of_owner.pk
    pages = [
        "/", "/calls/", "/notes/", "/tasks/", "/calls/new/", "/notes/new/", f"/tasks/new/?client={key}",
        f"/clients/{key}/", f"/clients/{key}/preview/", f"/clients/{key}/composer/", f"/clients/{key}/next/",
        f"/clients/{key}/calls/", f"/clients/{key}/notes/", f"/clients/{key}/tasks/", f"/contacts/{person}/",
        f"/contacts/{person}/calls/", f"/contacts/{person}/next/", f"/tasks/{task.pk}/postponement/",
        *(f"/{kind}/{one.pk}/{page}" for kind, one in (("calls", call), ("notes", note), ("tasks", task))
          for page in ("", "edit/", "preview/")),
    ]
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_a_call_is_logged_with_a_sentence_and_one_button(client, owner, client_of_owner, contact_of_owner):
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/calls/", form(
        notes="Wants the catalogue", outcome="reached", contact=contact_of_owner.pk, next_step="Send it"))

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{client_of_owner.pk}/")
    call = Call.objects.visible_to(owner).get()
    assert (call.notes, call.outcome, call.direction, call.contact) == (
        "Wants the catalogue", "reached", "outgoing", contact_of_owner)
    assert Task.objects.visible_to(owner).get().due_date == days(3)
    assert "The call is logged. Next: Send it, in 3 days." in client.get(answer.headers["Location"]).content.decode()


def test_a_form_sent_twice_by_a_double_click_logs_one_call(client, owner, client_of_owner):
    client.force_login(owner)
    sent = form(notes="Hello", outcome="reached")
    for _click in range(2):
        client.post(f"/clients/{client_of_owner.pk}/calls/", sent, headers=FRAGMENT)

    assert Call.objects.visible_to(owner).count() == 1


@pytest.mark.parametrize(("noun", "sent"), [
    ("calls", {"notes": "Hello", "outcome": "call_back"}), ("notes", {"text": "Hello"}), ("tasks", {"title": "Write"}),
])
@pytest.mark.parametrize("about", ["client", "contact"])
def test_what_a_form_answers_is_what_a_fresh_load_shows(
    client, owner, client_of_owner, contact_of_owner, noun, sent, about
):
    client.force_login(owner)
    make_task(by=owner, client=client_of_owner, contact=contact_of_owner, title="Something else", due_date=days(9))
    address = f"/{about}s/{client_of_owner.pk if about == 'client' else contact_of_owner.pk}/"
    answer = client.post(f"{address}{noun}/", form(**sent, client=client_of_owner.pk), headers={
        **FRAGMENT, "HX-Current-URL": f"http://testserver{address}"})
    page = plain(client.get(address).content.decode())
    answer = plain(answer.content.decode())

    composer, _mark, rest = answer.partition('<hx-partial hx-target="#next" hx-swap="outerHTML">')
    following, _mark, rest = rest.partition('</hx-partial><hx-partial hx-target="#timeline" hx-swap="innerHTML">')
    entries = rest.partition("</hx-partial>")[0]
    assert "Hello" in entries or "Write" in entries
    for fragment in (composer.replace(' aria-selected="true"', "").replace(' aria-selected="false"', ""), following):
        assert fragment.strip() in page.replace(' aria-selected="true"', "").replace(' aria-selected="false"', "")
    assert part(page, '<ol class="timeline" id="timeline">', "</ol>").strip() == entries.strip()


def test_the_answer_keeps_the_filter_of_the_timeline(client, owner, client_of_owner):
    client.force_login(owner)
    write_note(by=owner, client=client_of_owner, text="A note")
    answer = client.post(f"/clients/{client_of_owner.pk}/calls/", form(notes="A call"), headers={
        **FRAGMENT, "HX-Current-URL": f"http://testserver/clients/{client_of_owner.pk}/?show=notes"}).content.decode()

    entries = answer.partition('hx-target="#timeline"')[2]
    assert "A note" in entries
    assert "A call" not in entries


@pytest.mark.parametrize(("noun", "sent", "said"), [
    ("notes", {"text": " "}, "This field is required."),
    ("tasks", {"title": "Write", "when": ""}, "Choose the day."),
    ("tasks", {"title": "Write", "when": "", "due": "2020-01-01"}, "That day has passed."),
    ("calls", {"next_step": "Write", "when": ""}, "Choose the day."),
    ("calls", {"minutes": "-1"}, "Ensure this value is greater than or equal to 0."),
    ("calls", {"started_at": "2099-01-01T10:00"}, "A call that is still to come is a task."),
    ("calls", {"outcome": "made up"}, ""),
])
def test_a_form_that_cannot_be_saved_says_why_and_keeps_the_words(client, owner, client_of_owner, noun, sent, said):
    client.force_login(owner)
    for headers in ({}, FRAGMENT):
        answer = client.post(f"/clients/{client_of_owner.pk}/{noun}/", form(**{"notes": "My words", **sent}),
                             headers=headers)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert noun != "calls" or "My words" in answer.content.decode()
    assert not any(model.objects.unscoped("test").exists() for model in (Call, Note, Task))


def test_a_hijri_day_is_a_day(client, owner, client_of_owner):
    client.force_login(owner)
    client.post(f"/clients/{client_of_owner.pk}/tasks/", form(title="Ramadan greetings", when="", due="1490-09-01"))

    assert Task.objects.visible_to(owner).get().due_date == date(2067, 11, 8)


@pytest.mark.parametrize("noun", ["calls", "notes", "tasks"])
def test_nothing_is_written_about_a_hidden_client(client, owner, client_of_stranger, noun):
    client.force_login(owner)
    hidden = client.post(f"/clients/{client_of_stranger.pk}/{noun}/", form(text="x", title="x"))
    unknown = client.post(f"/clients/987654321/{noun}/", form(text="x", title="x"))

    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content == unknown.content
    assert not any(model.objects.unscoped("test").exists() for model in (Call, Note, Task))


def test_who_only_reads_a_client_gets_no_composer_and_may_not_post(client, owner, staff, client_of_owner):
    share(client_of_owner, by=owner, user=staff)
    client.force_login(staff)
    page = client.get(f"/clients/{client_of_owner.pk}/").content.decode()

    assert 'id="composer"' not in page
    assert client.post(f"/clients/{client_of_owner.pk}/calls/", form()).status_code == 403
    assert not Call.objects.unscoped("test").exists()


def test_a_contact_of_no_client_has_no_composer(client, owner):
    alone = create_contact(by=owner, name="Alone")
    client.force_login(owner)

    assert 'id="composer"' not in client.get(f"/contacts/{alone.pk}/").content.decode()


def test_a_call_with_a_contact_belongs_to_the_client_that_was_chosen(client, owner, contact_of_owner):
    other = create_client(by=owner, name="Basma")
    contact_of_owner.roles.create(client=other, role="user")
    client.force_login(owner)
    client.post(f"/contacts/{contact_of_owner.pk}/calls/", form(client=other.pk, notes="Hello"))

    call = Call.objects.visible_to(owner).get()
    assert (call.client, call.contact) == (other, contact_of_owner)


def test_a_client_without_a_next_step_is_told_what_its_stage_asks_for(client, owner, client_of_owner):
    client.force_login(owner)
    page = client.get(f"/clients/{client_of_owner.pk}/next/").content.decode()
    assert "Nothing is planned" in page
    answer = client.post(f"/clients/{client_of_owner.pk}/tasks/", form(title="Complete the key facts", place="client"),
                         headers=FRAGMENT).content.decode()

    assert Task.objects.visible_to(owner).get().title == "Complete the key facts"
    assert "Nothing is planned" not in answer
    assert 'id="composer"' not in answer  # what stands half written there stays


# ── tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("place", ["client", "contact", "day"])
def test_a_tick_answers_with_what_a_fresh_load_shows(client, owner, client_of_owner, contact_of_owner, place):
    make_task(by=owner, client=client_of_owner, contact=contact_of_owner, title="Second", due_date=days(2))
    first = make_task(by=owner, client=client_of_owner, contact=contact_of_owner, title="First", due_date=days(0))
    address = {"client": client_of_owner.get_absolute_url(), "contact": contact_of_owner.get_absolute_url(),
               "day": "/"}[place]
    client.force_login(owner)
    answer = client.post(f"/tasks/{first.pk}/completion/", {"place": place}, headers={
        **FRAGMENT, "HX-Current-URL": f"http://testserver{address}"})
    page = plain(client.get(address).content.decode())

    body = plain(answer.content.decode()).partition("<hx-partial")[0].strip()
    assert "First" not in body
    assert "Second" in body
    assert body in page


def test_a_plain_click_goes_back_to_where_it_was_made(client, owner, task):
    client.force_login(owner)
    address = "/tasks/?f=owner.is.me&f=done_at.empty"
    answer = client.post(f"/tasks/{task.pk}/completion/", headers={"Referer": f"http://testserver{address}"})
    assert answer.headers["Location"] == address
    elsewhere = client.post(f"/tasks/{task.pk}/reopening/", headers={"Referer": "https://elsewhere.example/"})
    assert elsewhere.headers["Location"] == f"/tasks/{task.pk}/"


def test_done_and_put_off_are_taken_back_by_their_toasts(client, owner, task):
    client.force_login(owner)
    for address, sent in (("completion/", {}), ("postponement/", {"to": days(5).isoformat()})):
        answer = client.post(f"/tasks/{task.pk}/{address}", {**sent, "place": "day"}, headers=FRAGMENT)
        undo = last_undo(answer)
        assert client.post(undo).status_code == 302

    task.refresh_from_db(from_queryset=Task.objects.unscoped("test"))
    assert (task.done_at, task.due_date, task.postponed) == (None, days(1), 0)


@pytest.mark.parametrize("to", ["", "x", "2020-01-01"])
def test_a_task_is_not_put_off_to_no_day(client, owner, task, to):
    client.force_login(owner)

    assert client.post(f"/tasks/{task.pk}/postponement/", {"to": to}).status_code == 422
    assert Task.objects.visible_to(owner).get().due_date == days(1)


def test_a_logged_call_is_undone_by_its_toast_and_brought_back_by_the_next(client, owner, client_of_owner):
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/calls/", form(notes="Hello"), headers=FRAGMENT)
    undo = last_undo(answer)
    assert client.post(undo).headers["Location"] == client_of_owner.get_absolute_url()
    assert not Call.objects.visible_to(owner).exists()

    undo = last_undo(client.get(client_of_owner.get_absolute_url()))
    assert client.post(undo).status_code == 302
    assert Call.objects.visible_to(owner).get().notes == "Hello"


def test_the_trash_of_a_record_page_is_the_kinds_own_way_there(client, owner, client_of_owner):
    call = log_call(by=owner, client=client_of_owner)
    client.force_login(owner)
    client.post(f"/calls/{call.pk}/trash/")
    client_of_owner.refresh_from_db(from_queryset=Client.objects.unscoped("test"))
    assert client_of_owner.last_contact_at is None

    client.post(f"/calls/{call.pk}/restoration/")
    client_of_owner.refresh_from_db(from_queryset=Client.objects.unscoped("test"))
    assert client_of_owner.last_contact_at == call.started_at


@pytest.mark.parametrize("address", [
    "completion/", "reopening/", "postponement/", "removal/", "removal/undoing/", "postponement/2026-01-01/removal/",
])
def test_nothing_is_done_to_a_task_that_is_not_seen(client, owner, stranger, task, address):
    client.force_login(stranger)

    assert client.post(f"/tasks/{task.pk}/{address}", {"to": days(9).isoformat()}).status_code == 404
    assert client.post(f"/tasks/987654321/{address}", {"to": days(9).isoformat()}).status_code == 404
    same = Task.objects.visible_to(owner).get()
    assert (same.version, same.due_date, same.done_at) == (1, days(1), None)


@pytest.mark.parametrize("kind", ["calls", "tasks", "notes"])
def test_lists_cost_the_same_for_one_and_for_thirty(client, owner, client_of_owner, contact_of_owner, kind):
    def write():
        log_call(by=owner, client=client_of_owner, contact=contact_of_owner, next_step="Write", next_step_date=days(1))
        write_note(by=owner, client=client_of_owner, contact=contact_of_owner, text="Hello")

    write()
    client.force_login(owner)
    client.get(f"/{kind}/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/{kind}/")
    for _time in range(29):
        write()
    with CaptureQueriesContext(connection) as thirty:
        client.get(f"/{kind}/")
    assert len(thirty) == len(one)


def test_a_timeline_costs_the_same_for_one_and_for_ten_calls(client, owner, client_of_owner, contact_of_owner):
    client.force_login(owner)
    log_call(by=owner, client=client_of_owner, contact=contact_of_owner)
    client.get(client_of_owner.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        client.get(client_of_owner.get_absolute_url())
    for _time in range(9):
        log_call(by=owner, client=client_of_owner, contact=contact_of_owner)
    with CaptureQueriesContext(connection) as ten:
        client.get(client_of_owner.get_absolute_url())
    assert len(ten) == len(one)


# ── the day ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_person_is_told_how_to_begin(client, owner):
    client.force_login(owner)
    page = client.get("/").content.decode()

    assert "Bring your clients in" in page
    assert "/clients/new/" in page


def test_the_day_begins_with_a_promised_call_back_and_says_why(client, owner, client_of_owner, contact_of_owner):
    make_task(by=owner, client=client_of_owner, title="Long overdue", due_date=days(-9))
    log_call(by=owner, client=client_of_owner, contact=contact_of_owner, outcome="call_back", next_step_date=days(0))
    client.force_login(owner)
    page = client.get("/").content.decode()

    begin = part(page, 'id="begin-title"', "</section>")
    assert "Call محمد الخالدي back" in begin
    assert "due today" in begin
    assert "asked for a call back on" in begin
    assert 'href="tel:+966112345678"' in begin
    assert "9 days late" in part(page, "Overdue", "</section>")


def test_the_day_shows_only_what_is_ones_own_and_seen(client, owner, lead, stranger, client_of_owner,
                                                      client_of_stranger):
    make_task(by=lead, client=client_of_owner, title="Of the lead", due_date=days(0))
    make_task(by=stranger, client=client_of_stranger, title="CNRY-Task", due_date=days(0))
    create_contact(by=stranger, name="CNRY-Person", birthday=days(1).replace(year=1980),
                   roles=[{"client": client_of_stranger, "role": "user"}])
    add_nuance(client_of_stranger, by=stranger, text="CNRY-Nuance", kind="date", date=days(1))
    client.force_login(owner)
    page = client.get("/").content.decode()

    assert "Of the lead" not in page
    assert "CNRY" not in page


def test_done_and_cancelled_tasks_and_those_of_next_month_are_not_of_the_day(client, owner, client_of_owner):
    complete_task(make_task(by=owner, client=client_of_owner, title="Was done", due_date=days(0)), by=owner)
    make_task(by=owner, client=client_of_owner, title="Far away", due_date=days(30))
    client.force_login(owner)
    page = client.get("/").content.decode()

    assert "Was done" not in page
    assert "Far away" not in page
    assert "1 more task can wait" in page
    assert "<b>1</b> done today" in page


def test_the_day_is_that_of_the_persons_own_zone(client, owner, client_of_owner, monkeypatch):
    """Half past eleven in the evening in London is already tomorrow in Riyadh."""
    evening = datetime(2026, 11, 25, 23, 30, tzinfo=ZoneInfo("Europe/London"))
    monkeypatch.setattr(timezone, "now", lambda: evening)
    task = make_task(by=owner, client=client_of_owner, title="Due on the 26th", due_date=date(2026, 11, 26))
    client.force_login(owner)
    said = {}
    for zone in ("Asia/Riyadh", "Europe/London"):
        owner.time_zone = zone
        owner.save()
        said[zone] = "due today" in client.get("/").content.decode()
    assert said == {"Asia/Riyadh": True, "Europe/London": False}

    owner.time_zone = "Asia/Riyadh"
    owner.save()
    assert client.post(f"/tasks/{task.pk}/postponement/", {"to": "2026-11-27"}).status_code == 302
    assert client.post(f"/tasks/{task.pk}/postponement/", {"to": "2026-11-26"}).status_code == 422


def test_clients_longest_without_contact_come_first_and_those_never_spoken_to_last(client, owner):
    names = {"Forty": 40, "Fifty": 50, "Recent": 3, "Never": None}
    for name, ago in names.items():
        made = create_client(by=owner, name=name)
        at = timezone.now() - timedelta(days=ago) if ago else None
        Client.objects.unscoped("test").filter(pk=made.pk).update(last_contact_at=at)
    client.force_login(owner)
    section = part(client.get("/").content.decode(), 'id="silent-title"', "</section>")

    assert re.findall(r"<bdi>(\w+)</bdi>", section) == ["Fifty", "Forty", "Never"]
    assert "50 days" in section


def test_a_stale_fact_is_confirmed_without_leaving_the_day(client, owner, client_of_owner):
    Client.objects.unscoped("test").update(confirmations={}, stale_date=date(1970, 1, 1))
    client.force_login(owner)
    assert 'value="city"' in part(client.get("/").content.decode(), 'id="stale-title"', "</section>")
    answer = client.post(f"/day/confirmations/{client_of_owner.pk}/", {"fact": "city"}, headers=FRAGMENT)

    assert 'value="city"' not in part(answer.content.decode(), 'id="stale-title"', "</section>")
    assert client.post(f"/day/confirmations/{client_of_owner.pk}/", {"fact": "owner"}).status_code == 400


def test_birthdays_and_days_to_remember_come_a_week_ahead(client, owner, client_of_owner, contact_of_owner):
    Contact.objects.unscoped("test").filter(pk=contact_of_owner.pk).update(birthday=days(2).replace(year=1980))
    add_nuance(client_of_owner, by=owner, kind="date", text="Founded", date=days(4).replace(year=2012), is_yearly=True)
    add_nuance(client_of_owner, by=owner, kind="date", text="Not yet", date=days(20))
    client.force_login(owner)
    section = part(client.get("/").content.decode(), 'id="occasions-title"', "</section>")

    assert "Birthday" in section
    assert "Founded" in section
    assert "Not yet" not in section


def test_the_day_costs_the_same_for_a_little_and_for_a_lot(client, owner, client_of_owner, contact_of_owner):
    def work(place):
        made = create_client(by=owner, name=f"Client {place}", phones=[{"raw": f"05501234{place:02}"}])
        person = create_contact(by=owner, name=f"Person {place}", birthday=days(1).replace(year=1980),
                                roles=[{"client": made, "role": "user"}])
        add_nuance(made, by=owner, kind="date", text="Founded", date=days(2).replace(year=2012), is_yearly=True)
        log_call(by=owner, client=made, contact=person, next_step="Write", next_step_date=days(-1))
        make_task(by=owner, client=made, contact=person, title="Call", due_date=days(0))
        postpone_task(make_task(by=owner, title="Alone", due_date=days(0)), to=days(2), by=owner)
        old = timezone.now() - timedelta(days=60)
        Client.objects.unscoped("test").update(last_contact_at=old, confirmations={}, stale_date=date(1970, 1, 1))

    work(0)
    client.force_login(owner)
    client.get("/")
    with CaptureQueriesContext(connection) as little:
        client.get("/")
    for place in range(1, 12):
        work(place)
    with CaptureQueriesContext(connection) as lot:
        client.get("/")
    assert len(lot) == len(little)
    assert len(lot) <= 25
