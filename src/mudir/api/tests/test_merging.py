"""Two clients of one company, merged by a program."""

import pytest

from mudir.api.tests.conftest import Program
from mudir.clients.models import Client
from mudir.clients.services import add_nuance, create_client, set_confidential
from mudir.tests.state import changed, state


@pytest.fixture
def pair(owner) -> tuple[Client, Client]:
    first = create_client(by=owner, name="Elite", sector="Steel", notes="First", phones=[{"raw": "0501234567"}])
    second = create_client(by=owner, name="Elite Trading", sector="Wood", notes="Second", tier="key")
    add_nuance(second, by=owner, text="Tea")
    return first, second


def body(first: Client, second: Client, **picks) -> dict:
    return {"other": second.pk, "version": first.version, "other_version": second.version, "picks": picks}


def test_the_one_goes_up_in_the_other_its_address_leads_there_and_both_come_back(program, pair):
    first, second = pair
    before = [program.get(f"/clients/{one.pk}").json() for one in pair]
    made = program.post(f"/clients/{first.pk}/merges", body(first, second, name=second.pk, notes="both"))

    assert made.status_code == 201, made.content
    stands = program.get(f"/clients/{first.pk}").json()
    assert [stands[name] for name in ("name", "sector", "notes", "version")] == [
        "Elite Trading", "Steel", "First\n\nSecond", 2]
    assert [one["text"] for one in program.get(f"/clients/{first.pk}/nuances").json()["nuances"]] == ["Tea"]
    led = program.get(f"/clients/{second.pk}?columns=name")
    assert (led.status_code, led.headers["Location"]) == (307, f"/api/v1/clients/{first.pk}?columns=name")
    assert program.patch(f"/clients/{second.pk}", {"version": 1, "name": "x"}).status_code == 404
    assert program.get(f"/clients/{first.pk}/merges").json() == {"merges": [made.json()]}

    undone = program.post(f"/clients/{first.pk}/merges/{made.json()['id']}/undoing")
    assert (undone.status_code, undone.json()["kept"]) == (200, [])
    after = [program.get(f"/clients/{one.pk}").json() for one in pair]
    told = {"version", "updated_at"}
    assert [{name: value for name, value in one.items() if name not in told} for one in after] == [
        {name: value for name, value in one.items() if name not in told} for one in before]
    assert program.get(f"/clients/{first.pk}/merges").json() == {"merges": []}


@pytest.mark.parametrize(("given", "status"), [
    ({"version": 9}, 409), ({"other_version": 9}, 409), ({"picks": {"owner": "both"}}, 422),
    ({"picks": {"nothing": "both"}}, 422), ({"picks": {"name": 987_654_321}}, 422), ({"picks": []}, 422),
    ({"other": 987_654_321}, 422), ({"other": None}, 422), ({"into": 1}, 400),
])
def test_a_merge_that_does_not_fit_changes_nothing(program, pair, given, status):
    before = state()
    answer = program.post(f"/clients/{pair[0].pk}/merges", body(*pair) | given)

    assert answer.status_code == status, answer.content
    assert set(changed(before)) <= {"accounts_apikey"}


def test_a_record_is_not_merged_with_itself(program, pair):
    assert program.post(f"/clients/{pair[0].pk}/merges", body(pair[0], pair[0])).status_code == 422


def test_a17_an_unseen_record_is_refused_as_one_that_is_not_there(program, pair, client_of_stranger):
    unseen, unknown = (
        program.post(f"/clients/{pair[0].pk}/merges", body(*pair) | {"other": pk})
        for pk in (client_of_stranger.pk, 987_654_321))

    assert (unseen.status_code, unseen.content) == (422, unknown.content)
    assert b"CNRY" not in unseen.content
    assert program.post(f"/clients/{client_of_stranger.pk}/merges", body(*pair)).status_code == 404


def test_a17_who_does_not_see_the_survivor_is_not_led_to_it(program, owner, teammate, pair):
    first, second = pair
    program.post(f"/clients/{first.pk}/merges", body(first, second))
    set_confidential(first, by=owner, confidential=True)
    other = Program(teammate)
    led, unknown = other.get(f"/clients/{second.pk}"), other.get("/clients/987654321")

    assert (led.status_code, led.content) == (404, unknown.content)


def test_a_key_that_only_reads_merges_nothing(owner, pair):
    program = Program(owner, "read")

    assert program.post(f"/clients/{pair[0].pk}/merges", body(*pair)).status_code == 403
