"""What happened to a record: newest first, in words, without what the reader may not see."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client, share
from mudir.records.models import Event
from mudir.records.services import add_event
from mudir.records.views import timeline

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
NOON = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # 12:00 in Riyadh, a Wednesday

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def happened(record: Client, verb: str, *, by, ago: timedelta = timedelta(), **details) -> Event:
    event = add_event(record, verb, by=by, **details)
    Event.objects.filter(id=event.id).update(at=NOON - ago)
    return event


@pytest.fixture
def quiet(owner) -> Client:
    """A client of the owner to which nothing has happened yet."""
    made = create_client(by=owner, name="Basma")
    Event.objects.all().delete()
    return made


def entries(client, user, path: str, headers: dict = FRAGMENT) -> list[str]:
    """The lines of a timeline as a person reads them, times included."""
    client.force_login(user)
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    lines = re.findall(r"<li(?: class=\"\w+\")?>.*?</li>", response.content.decode(), re.DOTALL)
    words = [unescape(" ".join(re.sub(r"<[^>]+>", " ", line).split())) for line in lines]
    return [re.sub(r" (?=[,.;]|$)", "", line) for line in words]


def test_days_stand_above_what_happened_on_them_newest_first(client, owner, quiet):
    for days in (0, 1, 2, 400):
        happened(quiet, "client.created", by=owner, ago=timedelta(days=days))
    happened(quiet, "client.confirmed", by=owner, ago=timedelta(hours=1))

    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/") == [
        "Today", "Sara added Basma 12:00", "Sara confirmed what is known of Basma 11:00",
        "Yesterday", "Sara added Basma 12:00",
        "Monday, 23 Nov", "Sara added Basma 12:00",
        "Tuesday, 21 Oct 2025", "Sara added Basma 12:00",
    ]


def test_the_day_is_the_one_of_the_reader(client, owner, quiet):
    happened(quiet, "client.created", by=owner, ago=timedelta(hours=13))  # 23:00 in Riyadh, 15:00 in New York
    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/")[0] == "Yesterday"
    owner.time_zone = "America/New_York"
    owner.save()
    happened(quiet, "client.confirmed", by=owner, ago=timedelta(hours=4))
    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/")[::2] == ["Today", "Yesterday"]


def test_endless_pages_tell_everything_once_and_no_day_twice(client, owner, quiet, monkeypatch):
    monkeypatch.setattr(timeline, "LENGTH", 4)
    for place in range(10):
        happened(quiet, "client.nuance_added", by=owner, ago=timedelta(hours=place // 2 * 9), text=f"Line {place}")
    client.force_login(owner)
    page = client.get(f"/clients/{quiet.pk}/").content.decode()
    while further := re.search(r'<li class="more-rows">.*?</li>', page, re.DOTALL):
        address = unescape(re.search(r'hx-get="([^"]+)"', further[0])[1])
        page = page.replace(further[0], client.get(address, headers=FRAGMENT).content.decode())

    assert re.findall(r"Line \d", page) == [f"Line {place}" for place in (1, 0, 3, 2, 5, 4, 7, 6, 9, 8)]
    days = re.findall(r'<li class="day">([^<]+)<', page)
    assert days == ["Today", "Yesterday"]
    monkeypatch.setattr(timeline, "LENGTH", 100)
    whole = client.get(f"/clients/{quiet.pk}/").content.decode()
    assert re.findall(r"<li>.*?</li>", page) == re.findall(r"<li>.*?</li>", whole)


def test_a_group_shows_its_own_and_says_when_there_is_nothing(client, owner, quiet):
    happened(quiet, "client.created", by=owner)

    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/?show=changes") == ["Today", "Sara added Basma 12:00"]
    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/?show=calls") == ["Nothing of this kind yet."]
    assert len(entries(client, owner, f"/clients/{quiet.pk}/timeline/?show=nonsense")) == 2


def test_a_record_to_which_nothing_happened_says_so(client, owner, quiet):
    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/") == ["Nothing has happened yet."]


@pytest.mark.parametrize("before", ["x", "2026-11-25T09:00:00+00:00~x", "2026-13-45~1", "2026-11-25T09:00:00~1",
                                    "2026-11-25T09:00:00+00:00~99999999999999999999", "~", "\0"])
def test_a_made_up_place_begins_again_at_the_newest(client, owner, quiet, before):
    happened(quiet, "client.created", by=owner)
    client.force_login(owner)
    response = client.get(f"/clients/{quiet.pk}/timeline/", {"before": before}, headers=FRAGMENT)

    assert response.status_code == 200
    assert "added" in response.content.decode()


def test_what_happened_about_a_hidden_record_is_left_out(client, owner, quiet, client_of_stranger):
    event = happened(quiet, "client.related", by=owner)
    Event.objects.filter(id=event.id).update(target_kind="clients.client", target_id=client_of_stranger.pk)

    assert entries(client, owner, f"/clients/{quiet.pk}/timeline/") == ["Nothing has happened yet."]


def test_a_change_of_a_field_that_one_may_not_see_is_left_out(client, owner, lead, quiet):
    edit_client(quiet, by=lead, management_note="CNRY-note")
    quiet.refresh_from_db()
    edit_client(quiet, by=lead, management_note="CNRY-other", sector="Health")
    Event.objects.update(at=NOON)

    told = entries(client, owner, f"/clients/{quiet.pk}/timeline/")
    assert told == ["Today", "Huda changed Basma 12:00 sector"]
    seen = entries(client, lead, f"/clients/{quiet.pk}/timeline/")
    assert sorted(seen[1:]) == sorted(["Huda changed Basma 12:00 management note",
                                       "Huda changed Basma 12:00 management note, sector"])


def test_codes_are_told_in_words(client, owner, quiet):
    happened(quiet, "client.stage_moved", by=owner, from_stage=1, to_stage=2)

    assert "from “ Client base ” to “ Appointment ”" in entries(client, owner, f"/clients/{quiet.pk}/timeline/")[1]


def test_an_event_that_lacks_what_its_sentence_tells_is_told_as_far_as_it_goes(client, owner, quiet):
    happened(quiet, "client.shared", by=owner)
    happened(quiet, "client.unheard_of", by=owner, ago=timedelta(hours=1))

    lines = entries(client, owner, f"/clients/{quiet.pk}/timeline/")
    assert lines[2] == "Sara changed this record 11:00"
    assert lines[1].endswith("12:00")


def test_markup_in_what_is_told_is_text(client, owner, quiet):
    happened(quiet, "client.nuance_added", by=owner, text="<script>alert(1)</script> 100 %(x)s")
    client.force_login(owner)
    page = client.get(f"/clients/{quiet.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 100 %(x)s" in page


def test_each_part_of_a_sentence_is_isolated_from_the_direction_around_it(client, owner, quiet):
    happened(quiet, "client.created", by=owner)
    client.force_login(owner)

    assert "<bdi>Sara</bdi> added <bdi>Basma</bdi>" in client.get(f"/clients/{quiet.pk}/").content.decode()


def test_a_timeline_costs_the_same_for_one_and_for_many(client, owner, teammate, lead, quiet):
    share(quiet, by=owner, user=teammate)
    Event.objects.all().delete()
    happened(quiet, "client.created", by=owner)
    client.force_login(owner)
    path = f"/clients/{quiet.pk}/timeline/"
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for place in range(20):
        happened(quiet, "client.created", by=(owner, teammate, lead)[place % 3], ago=timedelta(hours=place))
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(one)


def test_the_fragment_stands_in_the_page_as_it_is(client, owner, quiet):
    happened(quiet, "client.created", by=owner)
    client.force_login(owner)
    path = f"/clients/{quiet.pk}/timeline/"

    assert client.get(path, headers=FRAGMENT).content.decode().strip() in client.get(path).content.decode()
    assert client.get(path, headers=FRAGMENT).content.decode().strip() in client.get(
        f"/clients/{quiet.pk}/").content.decode()
