"""Acts on many records by a program."""

from datetime import date

import pytest

from mudir.accounts.services import revoke_key
from mudir.api.tests.conftest import Program, a_field_of_each_type
from mudir.clients.models import Client
from mudir.clients.services import create_client
from mudir.records import tasks
from mudir.records.bulk import running
from mudir.records.models import BulkAct
from mudir.tests.state import changed, state


@pytest.fixture
def few(owner) -> list[int]:
    return [create_client(by=owner, name=f"Client {number}").pk for number in range(3)]


def tiers(user) -> set[str]:
    return set(Client.objects.visible_to(user).values_list("tier", flat=True))


def test_many_are_edited_by_a_query_and_taken_back_as_one(program, owner, few):
    made = program.post("/clients/edits", {
        "of": {"where": {"and": [{"field": "name", "operator": "starts", "values": ["Client"]}]}},
        "values": {"tier": "key", "languages": ["ar", "en"], "client_since": "2020-01-02"}})

    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/clients/acts/{made.json()['id']}")
    job = made.json()
    assert [job[name] for name in ("act", "state", "total", "changed", "refused")] == ["edit", "done", 3, 3, 0]
    client = Client.objects.visible_to(owner).get(pk=few[0])
    assert (client.tier, client.languages, client.client_since) == ("key", ["ar", "en"], date(2020, 1, 2))
    undone = program.post(f"/clients/acts/{job['id']}/undoing").json()
    assert (undone["state"], undone["kept"], tiers(owner)) == ("undone", 0, {"ordinary"})
    assert program.get(f"/clients/acts/{job['id']}").json() == undone


def test_many_are_tagged_handed_on_and_trashed(program, owner, teammate, few):
    tagged = program.post("/clients/taggings", {"of": {"ids": few}, "add": ["Fair", "Spring"]}).json()
    given = program.post("/clients/assignments", {"of": {"ids": few[:1]}, "owner": teammate.pk}).json()
    trashed = program.post("/clients/trashings", {"of": {"ids": few[1:]}}).json()

    assert [job["changed"] for job in (tagged, given, trashed)] == [3, 1, 2]
    assert Client.objects.visible_to(teammate).get(pk=few[0]).tags == ["Fair", "Spring"]
    assert program.get("/tags").json() == {"tags": ["Fair", "Spring"], "next": None}
    assert not Client.objects.visible_to(owner).exists()
    program.post(f"/clients/acts/{trashed['id']}/undoing")
    assert set(Client.objects.visible_to(owner).values_list("pk", flat=True)) == set(few[1:])


def test_what_somebody_changed_since_is_left_by_an_undo(program, few):
    job = program.post("/clients/edits", {"of": {"ids": few}, "values": {"tier": "key"}}).json()
    program.patch(f"/clients/{few[0]}", {"version": 2, "sector": "Steel"})
    undone = program.post(f"/clients/acts/{job['id']}/undoing").json()

    assert (undone["state"], undone["kept"]) == ("undone", 1)
    assert undone["refusals"] == [{"id": few[0], "reason": "Changed since by somebody: left as it is."}]
    assert program.get(f"/clients/{few[0]}?columns=tier,sector").json()["tier"] == "key"


def test_a10_an_unseen_record_is_told_as_one_that_is_not_there(program, few, client_of_stranger):
    job = program.post("/clients/trashings", {"of": {"ids": [few[0], client_of_stranger.pk, 987_654_321]}}).json()

    assert job["changed"] == 1
    assert job["refusals"] == [{"id": pk, "reason": "It is no longer there."}
                               for pk in (client_of_stranger.pk, 987_654_321)]
    client_of_stranger.refresh_from_db(from_queryset=Client.objects.unscoped("whether it was touched"))
    assert client_of_stranger.trashed_at is None


@pytest.mark.parametrize(("path", "body", "status"), [
    ("edits", {"of": {}, "values": {"tier": "key"}}, 422), ("edits", {"values": {"tier": "key"}}, 422),
    ("edits", {"of": {"ids": []}, "values": {"tier": "key"}}, 422), ("edits", {"of": {"ids": [1]}, "values": {}}, 422),
    ("edits", {"of": {"ids": [1]}, "values": {"owner": 1}}, 400), ("edits", {"of": {"ids": [1]}, "owner": 1}, 400),
    ("edits", {"of": {"where": {"and": [{"field": "management_note", "operator": "empty"}]}},
               "values": {"tier": "key"}}, 400),
    ("edits", {"of": {"text": ""}, "values": {"tier": "key"}}, 422),
    ("edits", {"of": {"ids": [1]}, "values": {"tier": "nothing"}}, 422),
    ("edits", {"of": {"ids": [1]}, "values": {"name": ""}}, 422),
    ("taggings", {"of": {"ids": [1]}}, 422), ("assignments", {"of": {"ids": [1]}, "owner": 987_654_321}, 422),
    ("trashings", {"of": {"size": 1}}, 422), ("trashings", [], 400),
])
def test_b09_an_act_that_is_not_clear_changes_nothing(program, few, path, body, status):
    before = state()
    answer = program.post(f"/clients/{path}", body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert set(changed(before)) <= {"accounts_apikey"}


def test_more_than_a_few_are_the_workers(program, owner, few, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    job = program.post("/clients/edits", {"of": {"where": {"and": []}}, "values": {"tier": "key"}}).json()
    assert (job["state"], tiers(owner)) == ("running", {"ordinary"})
    assert program.post(f"/clients/acts/{job['id']}/undoing").status_code == 409

    tasks.work_on_bulk_act(job["id"])
    assert program.get(f"/clients/acts/{job['id']}").json()["changed"] == 3
    assert tiers(owner) == {"key"}
    assert program.post(f"/clients/acts/{job['id']}/undoing").json()["state"] == "undoing"


def test_h07_an_act_that_is_sent_again_is_done_once(program, few):
    body = {"of": {"ids": few}, "values": {"tier": "key"}}
    first, second = (program.post("/clients/edits", body, Idempotency_Key="act-1") for _time in range(2))

    assert (first.status_code, first.content) == (201, second.content)
    assert BulkAct.objects.count() == 1


def test_the_act_of_somebody_else_is_unknown_and_one_of_another_kind_too(program, teammate, few):
    job = program.post("/clients/taggings", {"of": {"ids": few}, "add": ["Fair"]}).json()
    other = Program(teammate)

    assert other.get(f"/clients/acts/{job['id']}").status_code == 404
    assert other.post(f"/clients/acts/{job['id']}/undoing").status_code == 404
    assert program.get(f"/contacts/acts/{job['id']}").status_code == 404


def test_who_may_edit_nothing_begins_no_act(staff, few):
    program = Program(staff)
    before = state()
    answers = [program.post(f"/clients/{path}", {"of": {"ids": few}} | beside) for path, beside in (
        ("trashings", {}), ("taggings", {"add": ["Fair"]}), ("edits", {"values": {"tier": "key"}}))]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert set(changed(before)) <= {"accounts_apikey"}


def test_custom_fields_of_every_type_are_written_to_many(program, owner, administrator, staff, few):
    given = {
        "text": "Steel", "number": "12.50", "money": {"amount": "3.250", "currency": "KWD"}, "percent": 5,
        "date": "2026-11-25", "moment": "2026-11-25T09:30:00Z", "choice": "one", "choices": ["one", "two"],
        "yes_no": False, "person": staff.pk, "record": few[0], "email": "a@b.example",
    }
    a_field_of_each_type(administrator, "clients.client")
    values = {f"custom.of_{type}": value for type, value in given.items()}
    job = program.post("/clients/edits", {"of": {"ids": few}, "values": values})

    assert (job.status_code, job.json().get("changed")) == (201, 3), job.content
    read = program.get(f"/clients/{few[2]}").json()
    assert read["custom.of_computed"] == {"amount": "40.625", "currency": "KWD"}
    assert {name: read[name] for name in values} == values | {
        "custom.of_percent": "5.00", "custom.of_person": {"id": staff.pk, "name": "Ali"},
        "custom.of_record": {"id": few[0], "name": "Client 0"}}


def test_a_revoked_key_begins_nothing(program, owner, few):
    revoke_key(program.key, by=owner)

    assert program.post("/clients/trashings", {"of": {"ids": few}}).status_code == 401
    assert not BulkAct.objects.exists()
