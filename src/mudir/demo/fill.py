"""A database of any size for measurements: clients, half as many contacts again, three activities for each client."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from mudir.accounts.models import Team, User
from mudir.activities.models import Call, Note, Task
from mudir.clients.models import Address, Client, Contact, ContactRole, Email, Phone
from mudir.clients.services.client import sort_key_of
from mudir.demo import company
from mudir.demo.people import companies, people
from mudir.records import registry, search
from mudir.records.custom import indexing
from mudir.records.custom.writing import create_field
from mudir.records.models import Event

CLIENTS_OF_A_MANAGER = 500
MANAGERS_OF_A_TEAM = 10
SECTORS = tuple(dict.fromkeys(facts.sector for facts in company.CLIENTS))
SENTENCES = tuple(dict.fromkeys(
    [text for said in company.SAID.values() for _stage, text in said] + [*company.NOTES["ar"], *company.NOTES["en"]]))
SEGMENTS = tuple(f"segment_{number}" for number in range(10))
STEPS = tuple(facts.step[0] for facts in company.CLIENTS if facts.step)


def fill(clients: int, *, alone: bool = False) -> None:
    """Write that many clients and all that hangs on them into an empty database, and index it for the search.

    `alone`: without contacts and activities, which for a million clients would take most of an hour.

    The rows go in by COPY with triggers off, which asks for a superuser: nothing of this has a history.
    """
    team_ids, managers = _people_of_the_house(clients)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    for model, rows in _tables(clients, not alone, team_ids, managers):
        _copy(model, rows)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    _custom_fields()
    for record_type in registry.all_types():
        if record_type.search:
            search.rebuild(record_type.kind)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _people_of_the_house(clients: int) -> tuple[list[int], list[int]]:
    """A director, a lead of the first team, and managers spread over teams; returns ids of teams and of managers."""
    root = Team.objects.create(name="Sales")
    count = max(2, clients // CLIENTS_OF_A_MANAGER)
    teams = Team.objects.bulk_create([Team(name=f"Team {number}", parent=root)
                                      for number in range(count // MANAGERS_OF_A_TEAM + 1)])
    User.objects.create_user("director@bench.example", name="Director", role="director", team=root)
    User.objects.create_user("lead@bench.example", name="Lead", role="team_lead", team=teams[0])
    managers = User.objects.bulk_create([
        User(email=f"manager{number}@bench.example", name=f"Manager {number}", team=teams[number % len(teams)])
        for number in range(count)
    ])
    return [team.pk for team in teams], [manager.pk for manager in managers]


def _custom_fields() -> None:
    """Fields that an administrator made, one of them calculated, with the indexes of what is often filtered by."""
    administrator = User.objects.create_user("administrator@bench.example", name="Administrator", role="administrator")
    for type, given in (("number", {"name_en": "Branches"}),
                        ("choice", {"name_en": "Segment", "choices": [{"code": one, "en": one} for one in SEGMENTS]}),
                        ("computed", {"name_en": "Weight", "formula": "branches * 2 + stage"})):
        indexing.settle(create_field("clients.client", by=administrator, type=type, is_filtered=True, **given))


def _tables(
    clients: int, with_all: bool, team_ids: list[int], managers: list[int]
) -> Iterator[tuple[type[models.Model], Iterable]]:
    """Every table with its rows; keys count from one, and what belongs together follows from the number.

    `with_all`: for each client also a call, half a task, one and a half contacts and notes.
    """
    chance = random.Random(5)
    now = timezone.now()
    calls, contacts = (clients, clients * 3 // 2) if with_all else (0, 0)

    def whose(number: int) -> dict[str, Any]:
        place = number % len(managers)
        return {"owner_id": managers[place], "created_by_id": managers[place],
                "team_id": team_ids[place % len(team_ids)]}

    def days_ago(number: int, most: int) -> Any:
        return now - timedelta(minutes=number * 7919 % (most * 1440))

    def client_rows() -> Iterator[dict[str, Any]]:
        made = companies(clients)
        persons = people(clients, seed=9)
        for number, one, person in zip(range(clients), made, persons, strict=True):
            is_person = number % 10 >= 7
            who = person if is_person else one
            yield {
                "kind": "individual" if is_person else "company", "name": who.name, "name_other": who.name_other,
                "sort_key": sort_key_of(who.name), "city": who.city, "country": "SA", "phone": _e164(who.phone),
                "email": who.email, "registration_number": "" if is_person else one.registration_number,
                "sector": "" if is_person else SECTORS[number % len(SECTORS)],
                "tier": ("key" if number % 100 == 0 else "corporate" if number % 8 == 0 else "ordinary"),
                "lifecycle": ("prospect", "negotiating", "client", "repeat", "dormant", "lost")[number * 31 % 97 % 6],
                "stage": 1 + number * 31 % 97 % 10, "stage_at": days_ago(number, 60),
                "last_contact_at": None if number % 9 == 0 else days_ago(number, 200),
                "next_step": STEPS[number % len(STEPS)] if number % 3 else "",
                "next_step_date": (days_ago(number, 20) + timedelta(days=15)).date() if number % 3 else None,
                "completeness": 10 * (number * 31 % 97 % 11), "stale_date": days_ago(number, 300).date(),
                "created_at": days_ago(number, 900), "languages": ["ar"], **whose(number),
                "custom": json.dumps({"branches": str(number * 37 % 101), "segment": SEGMENTS[number * 31 % 97 % 10]}),
            }

    def contact_rows() -> Iterator[dict[str, Any]]:
        for number, person in enumerate(people(contacts, seed=11)):
            yield {
                "name": person.name, "name_other": person.name_other, "sort_key": sort_key_of(person.name),
                "job_title": person.job_title, "phone": _e164(person.phone), "email": person.email,
                "created_at": days_ago(number, 900), **whose(number % clients),
            }

    def activity_rows(count: int) -> Iterator[dict[str, Any]]:
        for number in range(count):
            client = number * 7 % clients
            at = days_ago(number, 700)
            yield {
                "client_id": client + 1, "created_at": at, "updated_at": at, "started_at": at,
                "notes": chance.choice(SENTENCES), "text": f"{chance.choice(SENTENCES)} {number}",
                "title": chance.choice(STEPS), "due_date": (at + timedelta(days=20)).date(),
                "done_at": at + timedelta(days=18) if number % 5 else None, **whose(client),
            }

    def event_rows() -> Iterator[dict[str, Any]]:
        for number in range(clients):
            yield _event(number + 1, "client.created", days_ago(number, 900), whose(number))
        for verb, kind, count in (("call.logged", "call", calls), ("note.written", "note", contacts),
                                  ("task.planned", "task", calls // 2)):
            for number in range(count):
                client = number * 7 % clients
                yield _event(client + 1, verb, days_ago(number, 700), whose(client)) | {
                    "target_kind": f"activities.{kind}", "target_id": number + 1}

    yield Client, client_rows()
    yield Contact, contact_rows()
    yield ContactRole, ({"contact_id": number + 1, "client_id": number % clients + 1, "role": "decider",
                         "is_primary": number < clients} for number in range(contacts))
    yield Address, ({"client_id": number + 1, "city": city, "country": "SA", "is_primary": True}
                    for number, city in _values("city", Client))
    for owner in (Client, Contact):
        column = f"{owner._meta.model_name}_id"
        yield Phone, ({column: number + 1, "raw": phone, "e164": phone, "is_primary": True}
                      for number, phone in _values("phone", owner))
        yield Email, ({column: number + 1, "address": email, "is_primary": True}
                      for number, email in _values("email", owner))
    yield Call, activity_rows(calls)
    yield Note, activity_rows(contacts)
    yield Task, activity_rows(calls // 2)
    yield Event, event_rows()


def _event(client: int, verb: str, at: Any, by: Mapping[str, Any]) -> dict[str, Any]:
    details = json.dumps({"title": STEPS[client % len(STEPS)]} if verb == "task.planned" else {})
    return {"at": at, "verb": verb, "kind": "clients.client", "object_id": client, "actor_id": by["owner_id"],
            "details": details}


def _values(column: str, model: type[models.Model]) -> Iterator[tuple[int, str]]:
    """A column of the rows written before, each behind its place."""
    rows = model.objects.unscoped("filling a database to be measured").order_by("pk").values_list(column, flat=True)
    return enumerate(list(rows))


def _e164(phone: str) -> str:
    """Ten digits as people of Riyadh write them, without asking the numbering plans a million times."""
    return f"+966{phone[1:]}"


def _copy(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows by COPY; what they leave out is the field's default."""
    fields = [field for field in model._meta.concrete_fields
              if not field.primary_key and not (model is Event and field.name == "id")]
    defaults = [(field.attname, _default(field)) for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([row.get(name, default) for name, default in defaults])


def _default(field: models.Field) -> Any:
    if field.get_internal_type() == "JSONField":
        return "{}"
    if field.has_default():
        return field.get_default()
    if field.null:
        return None
    return timezone.now() if getattr(field, "auto_now", False) else ""
