"""Asking by fields of related records: each step by right, and only of rows that the person sees."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone

from mudir.activities.models import Task
from mudir.activities.services import log_call, make_task
from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client
from mudir.kit.timeouts import TookTooLong
from mudir.records.query import Query, QuerySpec, SpecError, asking

pytestmark = pytest.mark.django_db
TASK, CLIENT, CALL = "activities.task", "clients.client", "activities.call"


def asked(actor, address: str, kind: str = TASK) -> Query:
    return Query(QuerySpec.from_query(kind, QueryDict(address)), actor)


def titles(actor, address: str) -> set[str]:
    found = Task.objects.visible_to(actor).filter(pk__in=asked(actor, address).keys())
    return set(found.values_list("title", flat=True))


@pytest.fixture
def tasks(owner, teammate) -> None:
    """Of the owner: one for a key client, one for an ordinary one, one for none; of the teammate one as well."""
    for name, tier, who in (("Key", "key", owner), ("Plain", "ordinary", owner), ("Other", "key", teammate)):
        client = create_client(by=who, name=f"{name} client", tier=tier)
        make_task(by=who, client=client, title=name, due_date=date(2026, 11, 25))
    make_task(by=owner, client=None, title="None", due_date=date(2026, 11, 25))


@pytest.mark.parametrize(("address", "found"), [
    ("f=client.tier.is.key", {"Key", "Other"}), ("f=client.tier.is_not.key", {"Plain"}),
    ("f=client.name.contains.plain", {"Plain"}), ("f=client.name.not_contains.plain", {"Key", "Other"}),
    ("f=client.owner.is.me", set()), ("f=client.owner.is.my_team", {"Key", "Plain", "Other"}),
    ("f=client.owner.name.is.Omar", {"Other"}), ("f=owner.name.starts.sa", {"Key", "Plain"}),
    ("f=client.owner.team.name.contains.riy", {"Key", "Plain", "Other"}),
    ("f=client.tier.is.key&f=client.owner.name.is.Sara&f=title.contains.k", {"Key"}),
    ("w=or(client.tier.is.ordinary;owner.name.is.Omar)", {"Plain", "Other"}),
    ("w=or(client.name.starts.plain;and(client.tier.is.key;owner.name.is.Sara))", {"Plain", "Key"}),
    ("f=client.city.empty", {"Key", "Plain", "Other"}), ("f=client.city.not_empty", set()),
    ("f=client.last_contact_at.within.today", set()), ("f=client.phones.empty", {"Key", "Plain", "Other"}),
])
def test_a_condition_reaches_through_a_relation(tasks, lead, address, found):
    assert titles(lead, address) == found


def test_what_has_no_such_record_is_not_so_and_empty(tasks, owner):
    assert titles(owner, "f=client.tier.is_not.key") == {"Plain", "None"}
    assert titles(owner, "f=client.city.empty") == {"Key", "Plain", "None"}
    assert titles(owner, "f=client.tier.not_empty") == {"Key", "Plain"}


@pytest.fixture
def branch(owner, client_of_owner, client_of_stranger) -> Client:
    """A client of the owner whose head office the owner does not see."""
    made = create_client(by=owner, name="Branch")
    Client.objects.unscoped("a branch whose head office is hidden").filter(pk=made.pk).update(
        head_office=client_of_stranger)
    return made


@pytest.mark.parametrize("condition", [
    "head_office.name.contains.CNRY", "head_office.name.starts.C", "head_office.present_supplier.is.CNRY-Supplier",
    "head_office.name.not_empty", "head_office.created_at.within.today", "head_office.owner.name.not_empty",
    "head_office.stage.is.1,2,3,4,5,6,7,8,9,10", "head_office.owner.team.name.is.Jeddah",
])
def test_b01_a_record_that_is_hidden_cannot_be_probed_through_one_that_is_seen(owner, stranger, branch, condition):
    assert list(asked(owner, f"f={condition}", CLIENT).keys()) == []
    edit_client(branch, by=owner, head_office=None)
    assert list(asked(owner, f"f={condition}", CLIENT).keys()) == []


@pytest.mark.parametrize("condition", ["head_office.name.empty", "head_office.tier.is_not.key",
                                       "head_office.name.not_contains.CNRY", "head_office.languages.has_not.ar"])
def test_a_hidden_record_is_as_good_as_none(owner, branch, condition):
    before = set(asked(owner, f"f={condition}", CLIENT).keys())
    edit_client(branch, by=owner, head_office=None)

    assert branch.pk in before
    assert set(asked(owner, f"f={condition}", CLIENT).keys()) == before


@pytest.mark.parametrize("name", [
    "client.management_note", "client.no_such_field", "client.head_office.management_note", "owner.email",
    "owner.password", "owner.role", "owner.team.parent.name.id", "nothing.name", "title.name", "client.phones.raw",
    "client.client", "client.", ".client", "client..name", "client__name", "client.owner__password", "client.pk",
    "client.head_office.head_office.head_office.name",
])
def test_a_forbidden_field_behind_a_relation_is_as_unknown_as_any(owner, client_of_owner, name):
    for address in (f"f={name}.empty", f"columns=title,{name}", f"sort={name}", f"group={name}",
                    f"aggregates=max.{name}", f"w=or({name}.empty;title.empty)"):
        with pytest.raises(SpecError) as refused:
            asked(owner, address).groups()
        assert str(refused.value) in {f"There is no field “{name}” here.", f"“{name}.empty” is not a filter."}


def test_who_may_read_it_may_ask_by_it(tasks, lead):
    assert titles(lead, "f=client.management_note.empty") == {"Key", "Plain", "Other"}


def test_a_field_of_a_related_record_is_a_column(tasks, owner, client_of_stranger, branch):
    query = asked(owner, "columns=title,client.tier,client.owner,client.owner.team&sort=title")
    rows = query.page([path for column in query.columns for path in column.value_paths]).rows

    assert [str(column.label) for column in query.columns] == [
        "what to do", "client: tier", "client: owner", "client: owner: team"]
    assert [row[2:8] for row in rows] == [
        ("Key", "key", owner.pk, "Sara", owner.team_id, "Riyadh"), ("None", None, None, None, None, None),
        ("Plain", "ordinary", owner.pk, "Sara", owner.team_id, "Riyadh")]
    hidden = asked(owner, "columns=name,head_office.name,head_office.owner", CLIENT)
    values = hidden.page([path for column in hidden.columns for path in column.value_paths]).rows
    assert {row[3:6] for row in values} == {(None, None, None)}


def test_a_list_is_grouped_by_a_field_of_a_related_record(tasks, lead, owner):
    assert asked(lead, "group=client.tier&aggregates=count").groups() == [("key", 2), ("ordinary", 1)]
    assert asked(lead, "group=client.owner&aggregates=count", CALL).groups() == []
    log_call(by=owner, client=Client.objects.visible_to(owner).first(), started_at=timezone.now())
    assert asked(lead, "group=client.owner&aggregates=count", CALL).groups() == [(owner.pk, 1)]


@pytest.mark.parametrize(("sort", "titles"), [
    ("client.tier,title", ["Key", "Plain", "None"]), ("-client.tier,title", ["Plain", "Key", "None"]),
    ("client.owner.team", ["Key", "Plain", "None"]), ("-client.tier", ["Plain", "Key", "None"]),
])
def test_a_list_is_sorted_by_a_field_of_a_related_record_page_after_page(tasks, owner, sort, titles):
    whole = [row[1] for row in asked(owner, f"sort={sort}").page([]).rows]
    paged, after = [], ""
    while True:
        page = asked(owner, f"sort={sort}&size=1&after={after}").page([])
        paged += [row[1] for row in page.rows]
        if not (after := page.next_cursor):
            break

    assert whole == paged
    assert sorted(whole) == sorted(titles) and whole[-1] == "None"
    if sort.endswith(("title", "-client.tier")):
        assert whole == titles


def test_a_sort_by_related_records_that_takes_too_long_is_refused_in_words(tasks, owner, monkeypatch):
    @contextmanager
    def at_once(seconds):
        raise TookTooLong
        yield

    monkeypatch.setattr(asking, "in_time", at_once)
    with pytest.raises(SpecError, match="would take too long"):
        asked(owner, "sort=client.tier").page([])
    assert asked(owner, "sort=title").page([]).rows


@pytest.mark.parametrize("address", [
    "sort=client.phones", "aggregates=sum.client.completeness", "columns=client.phones"])
def test_what_cannot_be_done_with_a_field_of_a_related_record_is_refused(owner, client_of_owner, address):
    with pytest.raises(SpecError, match="cannot be|no column"):
        query = asked(owner, address)
        query.groups()
        query.page([])
