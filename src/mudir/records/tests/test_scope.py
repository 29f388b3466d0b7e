"""Scope or raise: nothing is read before somebody said who looks."""

import ast
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.utils import timezone

import mudir
from mudir.accounts.models import Team
from mudir.clients.models import Client, Contact
from mudir.clients.services import create_client
from mudir.conftest import person
from mudir.kit.scope import ScopedQuerySet, UnscopedQuery, unscoped_uses
from mudir.records.models import Record, Share

PACKAGE = Path(mudir.__file__).parent

WAYS_TO_READ = {
    "list": lambda rows: list(rows),
    "truth": lambda rows: bool(rows),
    "length": lambda rows: len(rows),
    "repr": lambda rows: repr(rows),
    "first row": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:5]),
    "first": lambda rows: rows.order_by("pk").first(),
    "last": lambda rows: rows.order_by("pk").last(),
    "latest": lambda rows: rows.latest("created_at"),
    "get": lambda rows: rows.get(pk=1),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Client(pk=1)),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "values": lambda rows: list(rows.values("name")),
    "values_list": lambda rows: list(rows.values_list("name", flat=True)),
    "dates": lambda rows: list(rows.datetimes("created_at", "day")),
    "iterator": lambda rows: list(rows.iterator()),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "raw": lambda rows: list(rows.raw("SELECT * FROM clients_client")),
    "explain": lambda rows: rows.explain(),
    "update": lambda rows: rows.update(name="x"),
    "delete": lambda rows: rows.delete(),
    "get_or_create": lambda rows: rows.get_or_create(name="x"),
    "update_or_create": lambda rows: rows.update_or_create(name="x"),
    "lock": lambda rows: list(rows.select_for_update()),
    "union with scoped rows": lambda rows: list(rows.union(rows.unscoped("half of a union"))),
    "union of scoped rows": lambda rows: list(rows.unscoped("half of a union").union(rows)),
    "condition of another query": lambda rows: list(Share.objects.filter(object_id__in=rows.values("pk"))),
    "either of two": lambda rows: list(rows.unscoped("one of two") | rows),
    "both of two": lambda rows: list(rows & rows.unscoped("one of two")),
    "one of two": lambda rows: list(rows.unscoped("one of two") ^ rows),
}


@pytest.mark.parametrize("way", WAYS_TO_READ)
@pytest.mark.parametrize("rows", [
    lambda: Client.objects.all(), lambda: Client.objects.filter(Q(name="x") | Q(pk=1)).exclude(city="y"),
    lambda: Client.objects.order_by("name").distinct(),
], ids=["all", "filtered", "ordered"])
def test_rows_without_a_scope_do_not_run(client_of_owner, way, rows):
    with pytest.raises(UnscopedQuery):
        WAYS_TO_READ[way](rows())

    client_of_owner.refresh_from_db()
    assert client_of_owner.name == "شركة النخبة للتجارة"


def test_related_rows_ask_for_a_scope_too(client_of_owner, contact_of_owner):
    for rows in (client_of_owner.branches, client_of_owner.contacts, contact_of_owner.clients):
        with pytest.raises(UnscopedQuery):
            list(rows.all())


def test_a_scope_holds_for_everything_made_from_the_rows(owner, client_of_owner, client_of_stranger):
    seen = Client.objects.visible_to(owner)

    assert list(seen.filter(pk__gt=0).order_by("-pk").values_list("pk", flat=True)) == [client_of_owner.pk]
    assert list(Client.objects.filter(pk__gt=0).visible_to(owner)) == [client_of_owner]
    assert seen.count() == 1


def test_two_scopes_meet(owner, stranger, client_of_owner, client_of_stranger):
    assert list(Client.objects.visible_to(owner).visible_to(stranger)) == []


def test_nobody_sees_nothing(owner, client_of_owner):
    owner.is_active = False

    for nobody in (None, AnonymousUser(), owner):
        assert list(Client.objects.visible_to(nobody)) == []


def test_unscoped_says_why_and_is_counted(client_of_owner):
    before = Counter(unscoped_uses)

    assert Client.objects.unscoped("to test the count").count() == 1
    assert unscoped_uses - before == Counter({"to test the count": 1})
    with pytest.raises(ValueError, match="why"):
        Client.objects.unscoped("")


def test_every_record_kind_is_scoped():
    kinds = [model for model in apps.get_models() if issubclass(model, Record)]

    assert kinds
    for model in kinds:
        assert issubclass(model._default_manager._queryset_class, ScopedQuerySet), model


# ── `unscoped` in the source ─────────────────────────────────────────────────────────────────────────────────────────

UNSCOPED = {  # where, and how often
    "records/scope.py": 2,  # the trash, narrowed at once; one record beside the filter of a role
    "records/query/chosen.py": 1,  # what the filter of a role fits, inside the scope
    "records/trash.py": 4,  # emptying it, and what hangs on what is removed
    "records/bulk/retagging.py": 1,  # a tag is called otherwise everywhere; nothing of the records is shown
    "records/custom/values.py": 1,  # whether a value that no two records may have is taken
    "records/search/entries.py": 2,  # what records are found by
    "records/duplicates/gathering.py": 2,  # what duplicates are looked for by; answers are narrowed to the reader
    "records/merging/joining.py": 2,  # rows of two records that a merge has locked
    "records/merging/undoing.py": 1,  # the record that it gives back
    "records/search/reasons.py": 1,  # rows that were narrowed just before
    "clients/merging.py": 4,  # what is locked around a merge, head offices in a ring, completeness
    "clients/services/client.py": 7,  # head offices in a ring, completeness, last contact (4), next step
    "clients/imports/reading.py": 1,  # which rows of a file are there already, narrowed before it counts
    "clients/imports/writing.py": 6,  # rows that an import made or locked
    "activities/services/call.py": 1,  # last contact, of the calls that are left
    "activities/people.py": 1,  # the people at a client that was just seen
    "activities/services/task.py": 1,  # next step, of the tasks that are open
    "activities/services/removal.py": 1,  # next steps that were agreed in a call
}
NEVER = ("views", "templatetags", "forms", "urls", "navigation", "registry", "api")


def calls_of(name: str) -> Counter[str]:
    """How often a method of that name is called, by file."""
    found = Counter()
    for path in PACKAGE.rglob("*.py"):
        if {"tests", "demo"} & set(path.parts) or path.name == "conftest.py":  # the demo company fills an empty house
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                found[path.relative_to(PACKAGE).as_posix()] += 1
    return found


def test_unscoped_is_a_counted_handful():
    assert dict(calls_of("unscoped")) == UNSCOPED
    assert not [file for file in UNSCOPED if set(NEVER) & set(file.removesuffix(".py").split("/"))]


def test_nobody_goes_round_the_scope():
    assert set(calls_of("_as_scoped")) == {"kit/scope.py", "records/scope.py"}
    for way_round in ("raw", "extra"):
        assert set(calls_of(way_round)) <= {"accounts/models.py"}, way_round  # teams, which everybody sees
    managers = [
        f"{path.relative_to(PACKAGE)}: {node.attr}" for path in PACKAGE.rglob("*.py") if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "_base_manager"
    ]
    assert managers == []


# ── who sees a client ────────────────────────────────────────────────────────────────────────────────────────────────


def sees(user, record) -> bool:
    return type(record).objects.visible_to(user).filter(pk=record.pk).exists()


def test_a_lead_sees_the_team_and_every_team_below_but_none_beside_or_above(db):
    company = Team.objects.create(name="Company")
    sales = Team.objects.create(name="Sales", parent=company)
    north = Team.objects.create(name="North", parent=sales)
    beside = Team.objects.create(name="Projects", parent=company)
    lead = person("Huda", sales, "team_lead")
    clients = {
        team: create_client(by=person(f"Of{team.name}", team), name=f"Client of {team.name}")
        for team in (company, sales, north, beside)
    }

    assert {team.name for team, client in clients.items() if sees(lead, client)} == {"Sales", "North"}


def test_a_share_with_a_team_reaches_everyone_below_it_and_nobody_above_but_its_leads(db):
    company = Team.objects.create(name="Company")
    sales = Team.objects.create(name="Sales", parent=company)
    north = Team.objects.create(name="North", parent=sales)
    beside = Team.objects.create(name="Projects", parent=company)
    shared = create_client(by=person("Owner", beside), name="Shared with Sales")
    Share.objects.create(kind="clients.client", object_id=shared.pk, team=sales, granted_by=shared.owner)
    people = {
        "in it": person("A", sales), "below": person("B", north, "department_staff"), "above": person("C", company),
        "lead above": person("D", company, "team_lead"), "beside": person("E", beside), "teamless": person("F", None),
    }

    assert {place for place, one in people.items() if sees(one, shared)} == {"in it", "below", "lead above"}


def test_a_share_ends_with_its_last_day(owner, stranger, client_of_owner):
    today = timezone.localdate()
    share = Share.objects.create(kind="clients.client", object_id=client_of_owner.pk, user=stranger, until=today,
                                 granted_by=owner)

    assert sees(stranger, client_of_owner)
    share.until = today - timedelta(days=1)
    share.save()
    assert not sees(stranger, client_of_owner)


def test_a_share_of_another_kind_with_the_same_number_opens_nothing(owner, stranger, client_of_owner):
    Share.objects.create(kind="clients.contact", object_id=client_of_owner.pk, user=stranger, granted_by=owner)

    assert not sees(stranger, client_of_owner)


def test_a_lead_without_a_team_sees_only_their_own(owner, client_of_owner):
    lost = person("Lost", None, "team_lead")
    own = create_client(by=lost, name="Own")

    assert list(Client.objects.visible_to(lost)) == [own]


def test_a_person_without_a_client_is_seen_by_the_owner_alone(owner, lead, director):
    alone = Contact.objects.create(name="Alone", owner=owner, team=owner.team)

    assert [user.name for user in (owner, lead, director) if sees(user, alone)] == ["Sara"]


def test_what_is_in_the_trash_is_seen_there_and_nowhere_else(owner, stranger, client_of_owner):
    client_of_owner.trashed_at = timezone.now()
    client_of_owner.save()

    assert not sees(owner, client_of_owner)
    assert list(Client.objects.all().trash_visible_to(owner)) == [client_of_owner]
    assert list(Client.objects.all().trash_visible_to(stranger)) == []
