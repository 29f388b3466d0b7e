"""The history of a record: every field, who and through which door, nothing that the reader may not see."""

from datetime import timedelta

import pghistory
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mudir.clients import services as clients
from mudir.clients.models import Client, Phone
from mudir.records import registry
from mudir.records.history.differences import marked
from mudir.records.history.reading import Asked, History
from mudir.records.history.restoring import bring_back, differences
from mudir.records.services import Conflict
from mudir.records.tests.test_services import history_tables
from mudir.tests.state import changed, state
from mudir.tests.test_routes import FORMS, MATRIX, RECORD, ROUTES
from mudir.tests.world import addresses, make_side

pytestmark = pytest.mark.django_db(transaction=True)  # what one transaction wrote is one entry


def history_of(record, actor) -> History:
    return History(registry.for_model(type(record)), record, actor)


def told(record, actor, **asked) -> list[tuple]:
    """Each entry as who, what, and the changes as (id, before, after)."""
    entries, _behind = history_of(record, actor).page(Asked(**asked))
    return [(entry.author.name if entry.author else None, entry.verb,
             sorted(((change.id, change.before, change.after) for change in entry.changes), key=repr))
            for entry in entries]


def moment_of_now() -> timezone.datetime:
    """The moment of the last thing written so far."""
    return Client.pgh_event_model.objects.order_by("-pgh_id").values_list("pgh_created_at", flat=True)[0]


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_says_who_changed_which_fields_from_what_to_what(owner, lead, client_of_owner):
    clients.edit_client(client_of_owner, by=owner, sector="Food", tier="key", notes="New")
    clients.edit_client(client_of_owner, by=lead, notes="")

    assert told(client_of_owner, owner)[:2] == [
        ("Huda", "changed", [("notes", "New", None)]),
        ("Sara", "changed", [("notes", None, "New"), ("sector", "Electronics", "Food"), ("tier", "ordinary", "key")])]
    assert told(client_of_owner, owner)[-1][:2] == ("Sara", "made")


def test_what_the_program_keeps_stands_apart_from_what_a_person_changed(owner, client_of_owner):
    clients.edit_client(client_of_owner, by=owner, registration_number="1010")

    (entry, *_earlier), _behind = history_of(client_of_owner, owner).page(Asked())
    assert [change.id for change in entry.changes] == ["registration_number"]
    assert {change.id for change in entry.kept} == {"completeness"}


def test_rows_beside_the_record_are_told_with_it(owner, teammate, client_of_owner, contact_of_owner):
    clients.edit_client(client_of_owner, by=owner, phones=[{"raw": "0501234567"}])
    nuance = clients.add_nuance(client_of_owner, by=owner, text="Tea, no sugar")
    removal = clients.remove_nuance(client_of_owner, nuance=nuance, by=owner)
    clients.share(client_of_owner, by=owner, user=teammate)

    shared, removed, added, phones, role, *_made = told(client_of_owner, owner)
    assert shared == ("Sara", "changed", [("shares", None, (teammate.pk, None, None, False))])
    said = ("preference", "Tea, no sugar", None, False)
    assert removed == ("Sara", "changed", [("nuances", said, None)])
    assert added == ("Sara", "changed", [("nuances", None, said)])
    assert phones == ("Sara", "changed", [
        ("phones", ("011 234 5678", "work", "", True), None), ("phones", None, ("0501234567", "mobile", "", True))])
    assert role == ("Sara", "changed", [("roles", None, (contact_of_owner.pk, None, "decider", False))])
    (entry, *_rest), _behind = history_of(client_of_owner, owner).page(Asked(field="nuances"))
    assert [change.removal for change in entry.changes] == [removal]


def test_a_cascade_or_a_write_in_bulk_is_told_like_any_other(owner, client_of_owner):
    with pghistory.context(user=owner.pk, door="job"):
        Client.objects.unscoped("past the services").filter(pk=client_of_owner.pk).update(sector="Bulk")

    entries, _behind = history_of(client_of_owner, owner).page(Asked())
    assert (entries[0].door, entries[0].author, [change.after for change in entries[0].changes]) == (
        "job", owner, ["Bulk"])


def test_a_field_that_the_reader_may_not_see_has_no_history_for_them(owner, lead, client_of_owner):
    clients.edit_client(client_of_owner, by=lead, management_note="CNRY-weak")

    assert told(client_of_owner, lead)[0] == ("Huda", "changed", [("management_note", None, "CNRY-weak")])
    assert len(told(client_of_owner, owner)) == len(told(client_of_owner, lead)) - 1
    assert "CNRY" not in repr(told(client_of_owner, owner, field="management_note"))


def test_a_related_record_that_the_reader_does_not_see_is_as_good_as_none(owner, director, client_of_owner,
                                                                          client_of_stranger):
    before = told(client_of_owner, owner)
    clients.edit_client(client_of_owner, by=director, head_office=client_of_stranger)
    clients.relate(client_of_owner, other=client_of_stranger, kind="partner", by=director, note="CNRY-note")

    assert told(client_of_owner, owner) == before
    assert [entry[2][0][0] for entry in told(client_of_owner, director)[:2]] == ["relations", "head_office"]


def test_pages_join_without_gap_or_double_and_are_full_whatever_is_hidden(owner, lead, client_of_owner):
    for number in range(30):
        clients.edit_client(client_of_owner, by=lead, sector=f"Sector {number}")
        for hidden in range(3):
            clients.edit_client(client_of_owner, by=lead, management_note=f"{number} {hidden}")
    history = history_of(client_of_owner, owner)
    first, behind = history.page(Asked(), 10)
    second, further = history.page(Asked(before=behind), 10)
    third, end = history.page(Asked(before=further), 20)

    assert [len(first), len(second), len(third), end] == [10, 10, 11, None]
    sectors = [change.after for entry in [*first, *second, *third] for change in entry.changes
               if change.id == "sector"]
    assert sectors == [*(f"Sector {number}" for number in reversed(range(30))), "Electronics"]


def test_the_history_is_narrowed_by_field_person_and_day(owner, lead, client_of_owner):
    clients.edit_client(client_of_owner, by=owner, sector="Food", notes="One")
    clients.edit_client(client_of_owner, by=lead, notes="Two")
    today = timezone.localdate()

    assert told(client_of_owner, owner, field="sector")[0] == ("Sara", "changed", [("sector", "Electronics", "Food")])
    assert told(client_of_owner, owner, author=lead.pk) == [("Huda", "changed", [("notes", "One", "Two")])]
    assert len(told(client_of_owner, owner, day=today)) == 3
    assert told(client_of_owner, owner, day=today - timedelta(days=1)) == []


def test_what_differs_between_texts_is_marked_word_by_word_and_escaped():
    assert marked("Pays late & often", "Pays early & often") == (
        "Pays <del>late</del> &amp; often", "Pays <ins>early</ins> &amp; often")
    assert marked("one two three", "one four five three") == (
        "one <del>two</del> three", "one <ins>four five</ins> three")
    assert marked("", "<b>") == ("", "<ins>&lt;b&gt;</ins>")
    long = " ".join(map(str, range(20_000)))
    assert marked(long, long + " more")[1].endswith("more</ins>")


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_tells_the_door_and_escapes_what_was_typed(client, owner, client_of_owner):
    client.force_login(owner)
    client.post(f"/clients/{client_of_owner.pk}/stage/", {"to": "2"})
    clients.edit_client(client_of_owner, by=owner, sector="<cnry>")
    page = client.get(f"/clients/{client_of_owner.pk}/history/").content.decode()

    assert "&lt;cnry&gt;" in page and "<cnry>" not in page
    assert '<small class="muted">page</small>' in page
    assert "Appointment" in page


def test_a_page_asks_as_often_for_many_changes_as_for_few(
    client, owner, client_of_owner, django_assert_max_num_queries
):
    client.force_login(owner)
    for number in range(25):
        clients.edit_client(client_of_owner, by=owner, sector=f"Sector {number}",
                            phones=[{"raw": f"05012345{number:02}"}])
    with django_assert_max_num_queries(40):
        client.get(f"/clients/{client_of_owner.pk}/history/")


@pytest.mark.parametrize("query", [
    "before=x", "before=9999-12-31T23:59:59%2B00:00", "day=0001-01-01", "day=x&who=-1&field=nothing", "who=99999999999",
])
def test_a_malformed_question_is_left_out(client, owner, client_of_owner, query):
    client.force_login(owner)

    assert client.get(f"/clients/{client_of_owner.pk}/history/?{query}").status_code == 200


# ── the way back ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def earlier(owner, client_of_owner):
    """The client as it was, and what became of it since."""
    clients.edit_client(client_of_owner, by=owner, notes="As it was")
    at = moment_of_now()
    clients.edit_client(client_of_owner, by=owner, notes="Otherwise", sector="Food", languages=["en"],
                        phones=[{"raw": "0501234567"}, {"raw": "0507654321"}], emails=[])
    client_of_owner.refresh_from_db()
    return at


def test_a_value_comes_back_alone(owner, client_of_owner, earlier):
    written = bring_back(client_of_owner, at=earlier, by=owner, version=client_of_owner.version, only="notes")

    written.refresh_from_db()
    assert (written.notes, written.sector) == ("As it was", "Food")
    assert told(client_of_owner, owner)[0] == ("Sara", "changed", [("notes", "Otherwise", "As it was")])


def test_a_whole_record_comes_back_with_the_rows_beside_it_and_goes_again(owner, client_of_owner, earlier):
    late = moment_of_now()
    found = differences(history_of(client_of_owner, owner), earlier)
    assert {one.id for one in found} == {"notes", "sector", "languages", "phones", "emails"}

    written = bring_back(client_of_owner, at=earlier, by=owner, version=client_of_owner.version)
    written.refresh_from_db()
    assert (written.notes, written.sector, written.languages, written.phone, written.email) == (
        "As it was", "Electronics", [], "+966112345678", "info@elite.example")
    assert list(Phone.objects.filter(client=written).values_list("raw", "type")) == [("011 234 5678", "work")]
    assert differences(history_of(written, owner), earlier) == []

    again = bring_back(written, at=late, by=owner, version=written.version)
    again.refresh_from_db()
    assert (again.notes, again.sector, again.languages, again.email) == ("Otherwise", "Food", ["en"], "")
    assert list(Phone.objects.filter(client=again, is_primary=True).values_list("raw", flat=True)) == ["0501234567"]


def test_nobody_brings_back_over_what_somebody_saved_meanwhile(owner, client_of_owner, earlier):
    clients.edit_client(client_of_owner, by=owner, sector="Meanwhile")
    before = state()
    with pytest.raises(Conflict):
        bring_back(client_of_owner, at=earlier, by=owner, version=client_of_owner.version)

    assert changed(before) == []


def test_nothing_comes_back_that_the_person_may_not_see_or_write(owner, lead, staff, client_of_owner):
    at = moment_of_now()
    clients.edit_client(client_of_owner, by=lead, management_note="CNRY", sector="Food")
    clients.move_stage(client_of_owner, to=2, by=owner)
    clients.share(client_of_owner, by=owner, user=staff)
    client_of_owner.refresh_from_db()
    before = state()
    with pytest.raises(PermissionDenied):
        bring_back(client_of_owner, at=at, by=staff, version=client_of_owner.version)
    with pytest.raises(ValidationError):
        bring_back(client_of_owner, at=at, by=owner, version=client_of_owner.version, only="management_note")
    assert changed(before) == []
    bring_back(client_of_owner, at=at, by=owner, version=client_of_owner.version)

    client_of_owner.refresh_from_db()
    stays = client_of_owner
    assert (stays.management_note, stays.sector, stays.stage) == ("CNRY", "Electronics", 2)
    staying = {one.id for one in differences(history_of(client_of_owner, owner), at) if not one.is_written}
    assert staying == {"stage", "shares"}


def test_the_page_shows_what_will_change_then_changes_it_and_takes_it_back(client, owner, client_of_owner, earlier):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/history/restoration/?at={earlier.isoformat().replace('+', '%2B')}"
    page = client.get(url)
    assert page.status_code == 200 and b"As it was" in page.content and b"0507654321" in page.content
    answer = client.post(url, {"version": client_of_owner.version}, follow=True)
    undo = next(iter(answer.context["messages"])).extra_tags.removeprefix("undo:")
    client_of_owner.refresh_from_db()
    assert client_of_owner.notes == "As it was"

    client.post(undo)
    client_of_owner.refresh_from_db()
    assert client_of_owner.notes == "Otherwise"
    assert client.post(undo).status_code == 409  # the record has moved on since


# ── the watch ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_change_of_a_page_has_an_author_and_a_door(client, owner, staff):
    """L01: whatever page writes, the history knows who and through which door."""
    side = make_side(owner, "Mine", shared_with=staff)
    client.force_login(owner)
    last = {table: table.objects.order_by("-pgh_id").values_list("pgh_id", flat=True).first() or 0
            for table in history_tables()}
    for route in sorted(ROUTES, key=lambda route: "removal" in route.pattern or "trash" in route.pattern):
        if MATRIX[route.name] == RECORD:
            for url, given in addresses(route, side):
                record = side.records[registry.by_slug(given.get("record_type", "clients")).kind]
                version = type(record).objects.unscoped("the form of now").get(pk=record.pk).version
                client.post(url, FORMS.get(route.name, {}) | {"version": version})
    written = [(table, context) for table, start in last.items()
               for context in table.objects.filter(pgh_id__gt=start).values_list("pgh_context", flat=True)]

    assert len(written) > 25
    assert [(table.__name__, context) for table, context in written
            if (context or {}).get("user") != owner.pk or context.get("door") != "page"] == []
