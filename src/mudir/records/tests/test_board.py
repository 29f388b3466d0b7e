"""The board: columns of what the reader sees, and a card moved by the service that is meant for its field."""

from urllib.parse import urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mudir.activities.models import Call
from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.kit.formatting import Formatter
from mudir.records import registry
from mudir.records.board import Columns, move
from mudir.records.custom.writing import create_field
from mudir.records.models import Event
from mudir.records.query import QuerySpec, SpecError
from mudir.tests.state import changed, state
from mudir.tests.world import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://testserver/clients/board/?by=stage"}


def columns(actor, by="stage", kind="clients.client", **spec) -> Columns:
    return Columns(QuerySpec(kind, **spec), by, actor, Formatter("en"))


def counts(actor, by="stage", **spec) -> dict[str, int]:
    return {lane.value: lane.count for lane in columns(actor, by, **spec).lanes() if lane.count}


@pytest.fixture
def staged(owner):
    """Three clients in the first stage, two in the second."""
    made = [clients.create_client(by=owner, name=f"Client {number}") for number in range(5)]
    return [clients.move_stage(one, to=2, by=owner) if number > 2 else one for number, one in enumerate(made)]


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_column_stands_in_order_with_the_count_of_what_the_reader_sees(owner, staged, client_of_stranger):
    lanes = columns(owner).lanes()

    assert [lane.value for lane in lanes] == [str(number) for number in range(1, 11)]
    assert [lane.count for lane in lanes] == [3, 2, *[0] * 8]
    assert [card.title for card in lanes[0].cards] == [f"<bdi>Client {number}</bdi>" for number in range(3)]


def test_a_board_is_narrowed_as_its_list_is(owner, staged):
    clients.edit_client(staged[0], by=owner, tier="key")
    key = QuerySpec.from_json("clients.client", {"where": {"and": [
        {"field": "tier", "operator": "is", "values": ["key"]}]}})

    assert counts(owner, where=key.where) == {"1": 1}
    assert counts(owner, by="tier") == {"ordinary": 4, "key": 1}


def test_a_column_sums_up_what_is_asked_for(owner, client_of_owner):
    for outcome, minutes in (("reached", 5), ("reached", 7), ("no_answer", 1)):
        call = make("activities.call", by=owner, words="x", client=client_of_owner)
        Call.objects.unscoped("of a length").filter(pk=call.pk).update(outcome=outcome, minutes=minutes)
    lanes = columns(owner, "outcome", "activities.call", aggregates=("sum.minutes",)).lanes()

    assert {lane.value: (lane.count, lane.sums) for lane in lanes} == {
        "reached": (2, [("minutes", 12)]), "no_answer": (1, [("minutes", 1)]), "call_back": (0, [("minutes", 0)])}


def test_a_column_goes_on_without_gap_or_double(owner):
    for number in range(25):
        clients.create_client(by=owner, name=f"Client {number:02}")
    shown = columns(owner)
    first, cursor = shown.cards("1")
    second, end = shown.cards("1", cursor)

    assert [len(first), len(second), end] == [20, 5, ""]
    assert [card.title for card in [*first, *second]] == [f"<bdi>Client {number:02}</bdi>" for number in range(25)]


def test_a_card_says_what_is_missing_and_what_comes_next(owner, staged):
    make("activities.task", by=owner, words="Call them", client=staged[0])
    card = columns(owner).card(staged[0].pk)

    assert (card.step, card.step_day, card.missing) == ("Call them", "tomorrow", "a phone number, an e-mail")


def test_a_card_says_what_the_next_stage_asks_for(client, administrator, owner, lead, staged):
    for code, type, stage, given in (("budget", "money", 2, {}), ("rival", "text", 3, {}),
                                     ("secret", "text", 2, {"edited_by": ["director"]})):
        create_field("clients.client", by=administrator, type=type, code=code, name_en=code.capitalize(),
                     required_from=stage, **given)
    known = [{"raw": "0501234567"}], [{"address": "a@example.com"}]
    for one in staged:
        clients.edit_client(one, by=owner, phones=known[0], emails=known[1])
    first, second = staged[0], staged[4]
    shown = columns(owner)
    assert [shown.card(one.pk).missing.endswith(words) for one, words in (
        (first, "Budget"), (second, "Budget, Rival"))] == [True, True]

    client.force_login(owner)
    answer = client.post(f"/clients/{first.pk}/move/?by=stage", {"to": "2"}, headers=PART)
    assert answer.status_code == 422
    assert "First fill in what this stage asks for: Budget." in answer.content.decode()
    first.refresh_from_db()
    clients.edit_client(first, by=owner, version=first.version, **{"custom.budget": "5 SAR"})
    assert columns(owner).card(first.pk).missing.endswith("Budget") is False
    assert client.post(f"/clients/{first.pk}/move/?by=stage", {"to": "2"}, headers=PART).status_code == 200


@pytest.mark.parametrize("by", ["name", "nothing", "management_note", "owner", "head_office"])
def test_only_a_choice_makes_columns_and_a_forbidden_field_is_as_unknown_as_any(owner, by):
    with pytest.raises(SpecError, match=f"There is no field “{by}” here."):
        columns(owner, by)


def test_many_cards_cost_as_many_questions_as_few(client, owner, staged):
    """One for the cards of each column that has some; around them who asks, views, counts in their time, favourites."""
    client.force_login(owner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/clients/board/?by=stage")
        return len(queries)

    few = asked()
    for number in range(20):
        clients.create_client(by=owner, name=f"More {number}")
    assert asked() == few <= 12 + 2
    clients.move_stage(staged[0], to=2, by=owner)
    clients.move_stage(staged[1], to=3, by=owner, reason="x")
    assert asked() == few + 1


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stage_moves_by_its_own_service_and_other_choices_by_the_edit_service(owner, staged):
    fields = registry.for_model(Client).fields
    moved = move(staged[0], field=fields["stage"], to="2", by=owner)
    assert Event.objects.filter(verb="client.stage_moved", object_id=moved.pk).exists()
    moved = move(moved, field=fields["tier"], to="key", by=owner)

    moved.refresh_from_db()
    assert (moved.stage, moved.tier) == (2, "key")
    assert Event.objects.filter(verb="client.edited", object_id=moved.pk).exists()


def test_a_dropped_card_comes_back_in_its_column_with_the_heads_and_an_undo(client, owner, staged):
    client.force_login(owner)
    url = f"/clients/{staged[0].pk}/move/?by=stage"
    answer = client.post(url, {"to": "2", "from": "1"}, headers=PART)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert f'id="card-{staged[0].pk}" data-at="2"' in text
    assert 'hx-target="#lane-head-1"' in text and 'hx-target="#lane-head-2"' in text
    assert "move/?by=stage&amp;to=1&amp;from=2" in text
    client.post(f"{url}&to=1&from=2&reason=The+move+was+taken+back.")
    staged[0].refresh_from_db()
    assert staged[0].stage == 1


def test_a_move_that_wants_a_reason_asks_for_it_and_leaves_the_card_where_it_was(client, owner, staged):
    client.force_login(owner)
    url = f"/clients/{staged[0].pk}/move/?by=stage"
    for headers in (PART, {}):
        answer = client.post(url, {"to": "5", "from": "1"}, headers=headers)
        assert answer.status_code == 422 and b'name="reason"' in answer.content
    assert f'id="card-{staged[0].pk}" data-at="1"' in client.post(url, {"to": "5"}, headers=PART).content.decode()
    answer = client.post(url, {"to": "5", "reason": "They know us"})

    assert urlsplit(answer.headers["Location"]).path == "/clients/board/"
    staged[0].refresh_from_db()
    assert staged[0].stage == 5


def test_a_card_that_somebody_moved_meanwhile_is_not_moved_again(client, owner, staged):
    clients.move_stage(staged[0], to=2, by=owner)
    client.force_login(owner)
    answer = client.post(f"/clients/{staged[0].pk}/move/?by=stage", {"to": "3", "from": "1"}, headers=PART)

    assert f'id="card-{staged[0].pk}" data-at="2"' in answer.content.decode()
    assert "was moved meanwhile" in answer.content.decode()
    staged[0].refresh_from_db()
    assert staged[0].stage == 2


def test_a_card_that_leaves_the_board_is_gone_from_it(client, owner, staged):
    client.force_login(owner)
    here = PART | {"HX-Current-URL": "http://testserver/clients/board/?by=stage&f=stage.is.1"}
    answer = client.post(f"/clients/{staged[0].pk}/move/?by=stage", {"to": "2"}, headers=here)

    assert f'id="card-{staged[0].pk}"' not in answer.content.decode()


def test_who_only_reads_moves_nothing(client, owner, staff, staged):
    clients.share(staged[0], by=owner, user=staff)
    client.force_login(staff)
    before = state()
    assert b"data-movable" not in client.get("/clients/board/").content
    assert client.post(f"/clients/{staged[0].pk}/move/?by=stage", {"to": "2"}).status_code == 403
    with pytest.raises(PermissionDenied):
        move(staged[0], field=registry.for_model(Client).fields["tier"], to="key", by=staff)

    assert changed(before) == []


def test_the_menu_and_the_page_of_a_move_offer_the_other_columns(client, owner, staged):
    client.force_login(owner)
    page = client.get(f"/clients/{staged[0].pk}/move/?by=tier").content.decode()

    assert 'value="key"' in page and 'value="corporate"' in page and 'value="ordinary"' not in page
    assert client.get(f"/clients/{staged[0].pk}/move/?by=name").status_code == 404
    assert client.post(f"/clients/{staged[0].pk}/move/?by=tier", {"to": "nothing"}).status_code == 403


def test_a_lead_sees_the_board_of_the_team(lead, team, owner, staged):
    clients.create_client(by=person("Mona", team), name="Of a teammate")

    assert counts(lead) == {"1": 4, "2": 2}
