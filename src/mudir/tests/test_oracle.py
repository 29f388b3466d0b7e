"""Who sees what, read a second time: the policy in plain Python over plain rows, compared with every channel.

Nothing here uses the program's own scope; it reads the tables and applies the sentences of the roles.
"""

import json
import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mudir.accounts.models import SavedRole, Team, User
from mudir.accounts.roles import EVERY_KIND, ROLES, Act, Reach
from mudir.activities.models import Call, Note, Task
from mudir.clients.models import Client, Contact, ContactRole
from mudir.kit.formatting import Formatter
from mudir.records import reasons, search
from mudir.records.models import Share
from mudir.records.query import Query, QuerySpec

pytestmark = pytest.mark.django_db

FAR = {  # how far the sentence of each role says that it reaches
    "client_manager": "own", "key_account_manager": "own", "team_lead": "team", "director": "all",
    "administrator": "all", "department_staff": "shared",
}
SHARED = ("clients.client", "clients.contact")


def rows(table: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  names of tables from below
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Oracle:
    """The policy. A fact is a row; a person is a row; there is no database and no Django in the answers."""

    def __init__(self, today: date):
        self.today = today
        self.users = {row["id"]: row for row in rows("accounts_user")}
        self.above = {row["id"]: row["parent_id"] for row in rows("accounts_team")}
        self.clients = {row["id"]: row for row in rows("clients_client")}
        self.contacts = {row["id"]: row for row in rows("clients_contact")}
        self.dependents = {kind: {row["id"]: row for row in rows(f"activities_{kind}")}
                           for kind in ("call", "note", "task")}
        self.made = {row["code"]: json.loads(row["kinds"]) for row in rows("accounts_savedrole")}
        self.shares = defaultdict(list)
        for share in rows("records_share"):
            self.shares[share["kind"], share["object_id"]].append(share)
        self.clients_of = defaultdict(set)
        for role in rows("clients_contactrole"):
            self.clients_of[role["contact_id"]].add(role["client_id"])

    def line(self, team: int | None) -> list[int]:
        """A team and every team above it."""
        found = []
        while team is not None:
            found.append(team)
            team = self.above[team]
        return found

    def far(self, user: dict, kind: str) -> str:
        """How far the role sees a kind; what hangs on a client is seen with it unless an administrator said less."""
        otherwise = "" if kind == "clients.client" else "all"
        made = self.made.get(user["role"])
        if made is None:
            return otherwise or FAR[user["role"]]
        return made[kind]["view"] if kind in made else otherwise or made[EVERY_KIND]["view"]

    def is_near(self, user: dict, row: dict, far: str) -> bool:
        """Whether a row that hangs on a client is within what the role says of its kind."""
        return far == "all" or far != "none" and row["owner_id"] == user["id"] or (
            far == "team" and user["team_id"] is not None and user["team_id"] in self.line(row["team_id"]))

    def is_shared(self, user: dict, client: dict, *, although_confidential: bool) -> bool:
        for share in self.shares["clients.client", client["id"]]:
            if share["until"] is not None and share["until"] < self.today:
                continue
            if although_confidential and not share["confidential"]:
                continue
            if share["user_id"] == user["id"]:
                return True
            team = share["team_id"]
            if team is None or user["team_id"] is None:
                continue
            if team in self.line(user["team_id"]):  # the user is in it, or in a team below it
                return True
            if self.far(user, "clients.client") == "team" and user["team_id"] in self.line(team):
                return True  # the user leads it from above
        return False

    def sees_client(self, user: dict, client: dict) -> bool:
        if client["trashed_at"] is not None or not user["is_active"]:
            return False
        if client["owner_id"] == user["id"]:
            return True
        if client["confidential"]:
            return self.is_shared(user, client, although_confidential=True)
        match self.far(user, "clients.client"):
            case "all":
                return True
            case "team" if user["team_id"] is not None and user["team_id"] in self.line(client["team_id"]):
                return True
            case "filter" if client["tier"] == "key":
                return True
        return self.is_shared(user, client, although_confidential=False)

    def seen(self, user_id: int) -> dict[str, set[int]]:
        """For each kind, the keys that the user sees."""
        user = self.users[user_id]
        clients = {pk for pk, client in self.clients.items() if self.sees_client(user, client)}
        answer = {"clients.client": clients, "clients.contact": {
            pk for pk, contact in self.contacts.items()
            if contact["trashed_at"] is None and user["is_active"]
            and self.is_near(user, contact, self.far(user, "clients.contact")) and (
                self.clients_of[pk] & clients or (not self.clients_of[pk] and contact["owner_id"] == user_id))
        }}
        for kind, dependents in self.dependents.items():
            far = self.far(user, f"activities.{kind}")
            answer[f"activities.{kind}"] = {
                pk for pk, row in dependents.items()
                if row["trashed_at"] is None and user["is_active"] and self.is_near(user, row, far) and (
                    row["client_id"] in clients or (row["client_id"] is None and row["owner_id"] == user_id))
            }
        return answer


MODELS = {"clients.client": Client, "clients.contact": Contact, "activities.call": Call, "activities.note": Note,
          "activities.task": Task}


def make_roles(pick: random.Random) -> None:
    """What administrators could make of the roles of the house, and one role of their own."""
    for code in (*ROLES, "own_1"):
        kinds = {kind: {act: pick.choice(list(Reach)) for act in Act}
                 for kind in (EVERY_KIND, *(one for one in MODELS if pick.random() < 0.6))}
        SavedRole.objects.create(code=code, name=code, kinds=kinds, filters={"clients.client": "f=tier.is.key"})


def make_world(seed: int, clients: int = 60, *, with_roles: bool = False) -> None:
    """A company with everything that the policy tells apart: seldom things are frequent here."""
    pick = random.Random(seed)
    own = []
    if with_roles:
        make_roles(pick)
        own = ["own_1", "own_1"]
    today, now = timezone.localdate(), timezone.now()
    teams: list[Team] = []
    for number in range(pick.randint(4, 8)):
        teams.append(Team.objects.create(name=f"Team {number}", parent=pick.choice([None, *teams]) if teams else None))
    users = [
        User.objects.create_user(email=f"{seed}-{number}@mudir.example", name=f"User {number}", role=role,
                                 team=pick.choice([None, *teams, *teams, *teams]), is_active=pick.random() > 0.1)
        for number, role in enumerate([*ROLES, *ROLES, "client_manager", "team_lead", "department_staff", *own])
    ]

    def common() -> dict:
        return {"owner": pick.choice(users), "team": pick.choice([None, *teams]),
                "trashed_at": now if pick.random() < 0.1 else None}

    made = Client.objects.bulk_create([
        Client(name=f"Company {number}", sort_key=f"company {number:04}", confidential=pick.random() < 0.3,
               tier=pick.choice(["ordinary", "key"]), **common())
        for number in range(clients)
    ])
    people = Contact.objects.bulk_create([
        # What is shared or confidential on a contact itself says nothing: it is seen through its clients.
        Contact(name=f"Person {number}", sort_key=f"person {number:04}", confidential=pick.random() < 0.3, **common())
        for number in range(clients)
    ])
    ContactRole.objects.bulk_create([
        ContactRole(contact=contact, client=client)
        for contact in people for client in pick.sample(made, pick.choice([0, 1, 1, 2, 3]))
    ])
    Call.objects.bulk_create([Call(client=pick.choice(made), **common()) for _number in range(clients)])
    Note.objects.bulk_create([Note(client=pick.choice(made), text="Said", **common()) for _number in range(clients)])
    Task.objects.bulk_create([
        Task(client=pick.choice([None, *made[:20]]), title="Do", due_date=today, **common())
        for _number in range(clients)
    ])
    wanted = {}
    for _number in range(clients * 2):
        kind, objects = pick.choice([(SHARED[0], made), (SHARED[0], made), (SHARED[1], people)])
        user, team = pick.choice([(pick.choice(users), None), (None, pick.choice(teams))])
        wanted[kind, pick.choice(objects).pk, user and user.pk, team and team.pk] = Share(
            kind=kind, object_id=0, user=user, team=team, confidential=pick.random() < 0.4, granted_by=users[0],
            until=pick.choice([None, today, today + timedelta(days=1), today - timedelta(days=1)]),
        )
    for (_kind, pk, _user, _team), share in wanted.items():
        share.object_id = pk
    Share.objects.bulk_create(wanted.values())
    search.rebuild()


@pytest.fixture(params=[11, 23, -31, -47])
def world(db, request) -> Oracle:
    """With a number below zero, one whose administrators made the roles."""
    make_world(abs(request.param), with_roles=request.param < 0)
    return Oracle(timezone.localdate())


def everyone() -> list[User]:
    return list(User.objects.order_by("pk"))


def test_the_scope_of_every_kind_is_the_policy(world):
    sizes = set()
    for user in everyone():
        expected = world.seen(user.pk)
        for kind, model in MODELS.items():
            assert set(model.objects.visible_to(user).values_list("pk", flat=True)) == expected[kind], (user.role, kind)
            sizes.add(len(expected[kind]))

    assert len(sizes) > 10  # the world tells its people apart


def test_the_sentences_about_a_record_are_the_policy(world):
    told = Formatter("en")
    for user in everyone()[::3]:
        expected = world.seen(user.pk)
        for kind, model in MODELS.items():
            for record in model.objects.unscoped("the policy told").filter(trashed_at=None)[:12]:
                answer = reasons.why(record, user, by=user, formatter=told)
                assert answer.sees == (record.pk in expected[kind]), (user.role, record, answer.reasons)


def test_every_list_shows_and_counts_what_the_policy_lets_through(world):
    for user in everyone():
        expected = world.seen(user.pk)
        for kind in ("clients.client", "clients.contact"):
            found, after = [], ""
            while True:
                query = Query(QuerySpec(kind=kind, sort=("-created_at", "owner"), size=7, after=after), user)
                page = query.page([])
                found += [row[0] for row in page.rows]
                if not (after := page.next_cursor):
                    break
            assert sorted(found) == sorted(expected[kind]), (user.role, kind)
            assert query.total().count == len(expected[kind])
            grouped = Query(QuerySpec(kind=kind, group="owner", aggregates=("count",)), user).groups()
            assert sum(count for _owner, count in grouped) == len(expected[kind])


def test_search_and_duplicates_find_what_the_policy_lets_through(world):
    for user in everyone():
        if not user.is_active:
            continue
        expected = world.seen(user.pk)
        for kind, word in (("clients.client", "company"), ("clients.contact", "person")):
            assert {hit.id for hit in search.find(user, word, [kind], limit=1000)} == expected[kind], user.role
        for number in range(0, 60, 9):
            likely = search.duplicates(user, "clients.client", name=f"Company {number}", limit=1000)
            assert {candidate.id for candidate in likely} <= expected["clients.client"]


def test_pages_of_records_open_for_whom_the_policy_lets_through(world, client):
    for user in [user for user in everyone() if user.is_active][::3]:
        client.force_login(user)
        expected = world.seen(user.pk)
        answers = {pk: client.get(f"/clients/{pk}/freshness/").status_code for pk in world.clients}

        assert {pk for pk, status in answers.items() if status == 200} == expected["clients.client"]
        assert set(answers.values()) <= {200, 404}
