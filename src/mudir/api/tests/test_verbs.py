"""What a person does with one kind alone, done by a program."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mudir.activities.models import Call, Task
from mudir.api.tests.conftest import Program
from mudir.clients.models import Client, ContactRole, Nuance, Relation
from mudir.clients.services import create_client
from mudir.records.custom.writing import create_field
from mudir.records.models import Share


@pytest.fixture
def url(client_of_owner) -> str:
    return f"/clients/{client_of_owner.pk}"


def test_a_stage_asks_programs_for_its_fields_as_it_asks_people(program, administrator, url):
    create_field("clients.client", by=administrator, type="text", name_en="Budget", required_from=2)

    refused = program.post(f"{url}/stage", {"to": 2})
    assert (refused.status_code, "First fill in what this stage asks for: Budget." in refused.content.decode()) == (
        422, True)
    assert program.patch(url, {"version": 1, "custom.budget": "5000"}).status_code == 200
    assert program.post(f"{url}/stage", {"to": 2}).status_code == 200


def test_a_client_is_moved_to_another_stage(program, url):
    moved = program.post(f"{url}/stage", {"to": 2})
    back = program.post(f"{url}/stage", {"to": 1})

    assert (moved.status_code, moved.json()["stage"]) == (200, 2)
    assert (back.status_code, [error["field"] for error in back.json()["errors"]]) == (422, ["reason"])


def test_a_call_is_logged_with_its_next_step(program, url, client_of_owner, owner):
    answer = program.post(f"{url}/calls", {
        "outcome": "reached", "notes": "Agreed", "minutes": 5, "next_step": "Send it", "next_step_date": "2030-01-01"})

    assert answer.status_code == 201, answer.content
    call = Call.objects.visible_to(owner).get()
    assert answer.headers["Location"] == f"/api/v1/calls/{call.pk}"
    assert answer.json()["client"] == {"id": client_of_owner.pk, "name": client_of_owner.name}
    assert program.get(url).json()["next_step"] == "Send it"


def test_a_note_is_written_and_a_task_planned_done_put_off_and_reopened(program, url, owner):
    assert program.post(f"{url}/notes", {"text": "Remember"}).status_code == 201
    today = timezone.localdate()
    made = program.post(f"{url}/tasks", {"title": "Call", "due_date": today.isoformat(), "due_time": "09:30"})
    task = f"/tasks/{made.json()['id']}"
    put_off = program.post(f"{task}/postponement", {"to": (today + timedelta(days=3)).isoformat()})
    done = program.post(f"{task}/completion")
    reopened = program.delete(f"{task}/completion")

    assert (made.status_code, put_off.json()["postponed"]) == (201, 1)
    assert done.json()["done_at"] and reopened.json()["done_at"] is None
    assert Task.objects.visible_to(owner).get().due_time.isoformat() == "09:30:00"


def test_a_client_is_given_away_and_out_of_sight(lead, client_of_owner, teammate, url):
    given = Program(lead).put(f"{url}/owner", {"owner": teammate.pk})

    assert (given.status_code, given.json()["owner"]["name"]) == (200, "Omar")
    assert Program(client_of_owner.owner).get(url).status_code == 404


def test_key_facts_are_confirmed_and_the_client_closed(program, url):
    assert program.post(f"{url}/confirmations", {"facts": ["phone"]}).status_code == 200
    assert program.post(f"{url}/confirmations", {"facts": ["sector"]}).status_code == 422
    assert program.put(f"{url}/confidentiality", {"confidential": True}).json()["confidential"] is True


@pytest.mark.parametrize(("path", "body", "model"), [
    ("nuances", {"text": "Tea", "kind": "preference"}, Nuance),
    ("relations", {"other": None, "kind": "partner"}, Relation),
    ("contacts", {"contact": None, "role": "decider"}, ContactRole),
    ("shares", {"user": None, "purpose": "Stocktaking"}, Share),
])
def test_what_hangs_on_a_client_is_listed_added_and_taken_away(
    program, url, owner, staff, contact_of_owner, path, body, model
):
    other = create_client(by=owner, name="Other")
    numbers = {"other": other.pk, "contact": contact_of_owner.pk, "user": staff.pk}
    if path == "contacts":
        ContactRole.objects.all().delete()
        url = f"/clients/{other.pk}"
        program.post(f"{url}/contacts", {"contact": contact_of_owner.pk, "role": "user"})
        contact_of_owner.owner = owner
    body = {name: numbers.get(name) if value is None else value for name, value in body.items()}
    before = program.get(f"{url}/{path}").json()[path]
    made = program.post(f"{url}/{path}", body)
    assert made.status_code == 201, made.content
    listed = program.get(f"{url}/{path}").json()[path]

    assert listed == [*before, made.json()]
    assert program.delete(f"{url}/{path}/{made.json()['id']}").status_code == 204
    assert program.get(f"{url}/{path}").json()[path] == before
    assert program.delete(f"{url}/{path}/{made.json()['id']}").status_code == 404


def test_a_nuance_is_changed_in_the_part_that_is_named(program, url):
    made = program.post(f"{url}/nuances", {"text": "Tea", "kind": "etiquette"}).json()
    changed = program.patch(f"{url}/nuances/{made['id']}", {"text": "Coffee"}).json()

    assert changed == made | {"text": "Coffee"}


def test_a04_search_finds_what_the_key_opens(program, client_of_owner, stranger, owner):
    create_client(by=stranger, name="CNRY Elite Hidden")
    found = program.get("/search?q=elite").json()["hits"]
    closed = Program(owner, "activities.task:read").get("/search?q=elite").json()["hits"]

    assert [(hit["kind"], hit["id"]) for hit in found] == [("clients", client_of_owner.pk)]
    assert closed == []
    assert program.get("/search?q=").status_code == 400


def test_a20_sharing_is_for_who_directs_the_record(client_of_owner, teammate, staff, owner, url):
    Program(owner).post(f"{url}/shares", {"user": teammate.pk})
    answer = Program(teammate).post(f"{url}/shares", {"user": staff.pk})

    assert answer.status_code == 403
    assert Program(teammate).get(f"{url}/shares").status_code == 403
    assert Share.objects.filter(user=staff).count() == 0
    assert Client.objects.visible_to(staff).count() == 0
