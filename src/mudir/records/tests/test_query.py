"""What a person may ask of a list, and that every answer is exact."""

import base64
import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mudir.accounts.roles import NOBODY
from mudir.clients.models import Client, Contact, Phone
from mudir.clients.services import create_client
from mudir.conftest import person
from mudir.records import registry
from mudir.records.fields import ValueType
from mudir.records.query import (
    OPERATORS,
    OPERATORS_OF,
    Condition,
    Group,
    Query,
    QuerySpec,
    SpecError,
    Total,
    encode_cursor,
)
from mudir.records.query import asking as engine

CLIENT, CONTACT = "clients.client", "clients.contact"
TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def riyadh():
    with timezone.override("Asia/Riyadh"):
        yield


@pytest.fixture
def crowd(owner, teammate, lead, monkeypatch) -> list[Client]:
    """Forty clients with every kind of value, empty ones and ties among them; the lead sees them all."""
    monkeypatch.setattr(timezone, "localdate", lambda *args, **kwargs: TODAY)
    at = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.get_current_timezone())
    clients = []
    for number in range(40):
        turn = number % 8
        clients.append(Client(
            name=f"Company {number % 13:02}", sort_key=f"company {number % 13:02}",
            sector=["", "Food", "food service", "100% Foods_", "أغذية", "Cars", "", "Cars"][turn],
            tier=["ordinary", "key", "corporate"][number % 3], stage=number % 10 + 1, confidential=False,
            languages=[["ar"], ["ar", "en"], [], ["fr"]][number % 4], completeness=number % 5 * 25,
            client_since=[None, TODAY, TODAY - timedelta(days=turn), date(1999, 12, 31)][number % 4],
            last_contact_at=[None, at, at - timedelta(days=turn, hours=9.5), at + timedelta(hours=15)][turn % 4],
            next_step_date=None if number % 3 else TODAY + timedelta(days=turn),
            owner=[owner, teammate][number % 2], team=owner.team, registration_number=str(number % 9 or ""),
        ))
    Client.objects.bulk_create(clients)
    for branch in clients[5:9]:
        branch.head_office = clients[number % 3]
        branch.save(update_fields=["head_office"])
    Phone.objects.bulk_create([
        Phone(client=client, raw=f"05{number}", e164=f"+96650000000{number % 5}", is_primary=place == 0)
        for number, client in enumerate(clients) if number % 4 for place in range(number % 3)
    ])
    return clients


def asked(actor, *conditions: str, kind: str = CLIENT, **parts) -> Query:
    where = Group("and", tuple(Condition.parse(text) for text in conditions))
    return Query(QuerySpec(kind=kind, where=where, **parts), actor)


def found(actor, *conditions: str) -> set[str]:
    return set(asked(actor, *conditions).keys())


def moment(client: Client) -> date | None:
    return client.last_contact_at and timezone.localtime(client.last_contact_at).date()


def phones(client: Client) -> set[str]:
    return set(Phone.objects.filter(client=client).values_list("e164", flat=True))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


# Each condition beside the same said in Python.
CONDITIONS: dict[str, Callable[[Client], bool]] = {
    "name.contains.PANY 03": lambda c: "pany 03" in c.name.lower(),
    "name.starts.company 1": lambda c: c.name.lower().startswith("company 1"),
    "name.is.Company 03": lambda c: c.name == "Company 03",
    "name.is.Company 03,Company 04": lambda c: c.name in {"Company 03", "Company 04"},
    "name.is_not.Company 03": lambda c: c.name != "Company 03",
    "sector.contains.FOOD": lambda c: "food" in c.sector.lower(),
    "sector.contains.0%": lambda c: "0%" in c.sector,
    "sector.contains.s_": lambda c: "s_" in c.sector,
    "sector.contains.غذ": lambda c: "غذ" in c.sector,
    "sector.contains.a,b": lambda c: "a,b" in c.sector,
    "sector.starts.food": lambda c: c.sector.lower().startswith("food"),
    "sector.contains.أغذِيه": lambda c: c.sector == "أغذية",
    "sector.not_contains.FOOD": lambda c: "food" not in c.sector.lower(),
    "sector.starts.اغ": lambda c: c.sector == "أغذية",
    "sector.empty": lambda c: c.sector == "",
    "sector.not_empty": lambda c: c.sector != "",
    "tier.is.key,corporate": lambda c: c.tier in {"key", "corporate"},
    "tier.is_not.key": lambda c: c.tier != "key",
    "tier.empty": lambda c: False,
    "stage.is.3,10": lambda c: c.stage in {3, 10},
    "stage.is_not.1": lambda c: c.stage != 1,
    "stage.not_empty": lambda c: True,
    "languages.has.ar": lambda c: "ar" in c.languages,
    "languages.has.en,fr": lambda c: bool({"en", "fr"} & set(c.languages)),
    "languages.has_all.en,ar": lambda c: {"en", "ar"} <= set(c.languages),
    "languages.has_not.en,fr": lambda c: not {"en", "fr"} & set(c.languages),
    "languages.empty": lambda c: c.languages == [],
    "languages.not_empty": lambda c: c.languages != [],
    "confidential.is.no": lambda c: True,
    "confidential.is.yes": lambda c: False,
    "confidential.is.yes,no": lambda c: True,
    "completeness.is.25,50": lambda c: c.completeness in {25, 50},
    "completeness.is_not.25": lambda c: c.completeness != 25,
    "completeness.at_least.50": lambda c: c.completeness >= 50,
    "completeness.at_most.25": lambda c: c.completeness <= 25,
    "completeness.between.75,25": lambda c: 25 <= c.completeness <= 75,
    "completeness.at_least.9223372036854775807": lambda c: False,
    "completeness.at_most.-9223372036854775807": lambda c: False,
    "client_since.is.2026-11-25": lambda c: c.client_since == TODAY,
    "client_since.is.today": lambda c: c.client_since == TODAY,
    "client_since.is.yesterday": lambda c: c.client_since == ago(1),
    "client_since.within.this_week": lambda c: c.client_since is not None and ago(3) <= c.client_since,  # from Sunday
    "client_since.within.last_week": lambda c: c.client_since is not None and ago(10) <= c.client_since <= ago(4),
    "last_contact_at.within.yesterday": lambda c: moment(c) == ago(1),
    "last_contact_at.within.this_hijri_month": lambda c: moment(c) is not None and moment(c) >= date(2026, 11, 11),
    "client_since.before.2026-11-24": lambda c: c.client_since is not None and c.client_since < ago(1),
    "client_since.after.-3": lambda c: c.client_since is not None and c.client_since > ago(3),
    "client_since.between.2026-11-25,2026-11-20": lambda c: c.client_since is not None and ago(5) <= c.client_since,
    "client_since.empty": lambda c: c.client_since is None,
    "client_since.not_empty": lambda c: c.client_since is not None,
    "last_contact_at.is.today": lambda c: moment(c) == TODAY,
    "last_contact_at.is.2026-11-26": lambda c: moment(c) == ago(-1),
    "last_contact_at.before.today": lambda c: moment(c) is not None and moment(c) < TODAY,
    "last_contact_at.after.today": lambda c: moment(c) is not None and moment(c) > TODAY,
    "last_contact_at.between.-6,-2": lambda c: moment(c) is not None and ago(6) <= moment(c) <= ago(2),
    "last_contact_at.last_days.2": lambda c: moment(c) is not None and ago(2) <= moment(c) <= TODAY,
    "last_contact_at.last_days.0": lambda c: moment(c) == TODAY,
    "last_contact_at.older_days.6": lambda c: moment(c) is not None and moment(c) <= ago(6),
    "last_contact_at.empty": lambda c: c.last_contact_at is None,
    "next_step_date.next_days.4": lambda c: c.next_step_date is not None and c.next_step_date <= ago(-4),
    "next_step_date.next_days.0": lambda c: c.next_step_date == TODAY,
    "registration_number.is.3": lambda c: c.registration_number == "3",
    "registration_number.empty": lambda c: c.registration_number == "",
    "phones.is.+966500000001": lambda c: "+966500000001" in phones(c),
    "phones.is_not.+966500000001": lambda c: "+966500000001" not in phones(c),
    "phones.contains.0001": lambda c: any("0001" in phone for phone in phones(c)),
    "phones.empty": lambda c: not phones(c),
    "phones.not_empty": lambda c: bool(phones(c)),
    "head_office.empty": lambda c: c.head_office_id is None,
    "head_office.not_empty": lambda c: c.head_office_id is not None,
    "owner.empty": lambda c: False,
    "owner.is.me": lambda c: False,  # the lead owns none
    "owner.is.my_team": lambda c: True,
    "created_by.empty": lambda c: True,
    "created_by.is_not.1": lambda c: True,
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_finds_exactly_what_it_says(crowd, lead, condition):
    assert found(lead, condition) == {client.pk for client in crowd if CONDITIONS[condition](client)}


def test_every_operator_of_every_type_that_clients_have_is_among_them():
    fields = registry.for_kind(CLIENT).fields_in_code
    tried = {(fields[text.split(".")[0]].type, text.split(".")[1]) for text in CONDITIONS}
    offered = {(field.type, operator) for field in fields.values() for operator in OPERATORS_OF[field.type]}
    # The words are one piece of code, tried on names and texts; so are days, tried on dates and moments.
    alike = {ValueType.TEXT: "words", ValueType.NAME: "words", ValueType.CODE: "words", ValueType.EMAIL: "words",
             ValueType.PHONE: "words", ValueType.LINK: "words", ValueType.LONG_TEXT: "words",
             ValueType.DATE: "days", ValueType.MOMENT: "days"}
    missing = {(alike.get(kind, kind), operator) for kind, operator in offered} - {
        (alike.get(kind, kind), operator) for kind, operator in tried}

    # Those stand in tests of their own, or say the opposite of one that is tried.
    assert missing == {(ValueType.RECORD, "is"), (ValueType.RECORD, "is_not"), (ValueType.PERSON, "not_empty"),
                       (ValueType.PERCENT, "empty"), (ValueType.PERCENT, "not_empty")}


def test_people_are_named_by_number_or_as_me(crowd, owner, teammate, lead):
    owned = {client.pk for client in crowd if client.owner_id == owner.pk}

    assert found(lead, f"owner.is.{owner.pk}") == owned
    assert found(owner, "owner.is.me") == owned
    assert found(lead, f"owner.is_not.{owner.pk}") == {client.pk for client in crowd} - owned
    assert found(lead, f"owner.is.{owner.pk},{teammate.pk}") == {client.pk for client in crowd}


def test_a_record_that_the_person_does_not_see_is_named_in_vain(crowd, owner, lead, client_of_stranger):
    seen, hidden = crowd[0], client_of_stranger
    Client.objects.unscoped("a branch whose head office is hidden").filter(pk=crowd[1].pk).update(head_office=hidden)

    assert found(lead, f"head_office.is.{seen.pk}") == {
        client.pk for client in crowd if client.head_office_id == seen.pk}
    assert found(lead, f"head_office.is.{hidden.pk}") == found(lead, "head_office.is.999999") == set()
    assert found(lead, f"head_office.is_not.{hidden.pk}") == found(lead, "head_office.is_not.999999")


def test_a_head_office_that_is_hidden_is_as_good_as_none(crowd, owner, lead, client_of_stranger):
    before = found(lead, "head_office.empty"), found(lead, "head_office.not_empty")
    Client.objects.unscoped("a branch whose head office is hidden").filter(pk=crowd[20].pk).update(
        head_office=client_of_stranger)

    assert (found(lead, "head_office.empty"), found(lead, "head_office.not_empty")) == before


def test_conditions_are_joined_by_and_groups_by_what_they_say(crowd, lead):
    key, food = Condition("tier", "is", ("key",)), Condition("sector", "contains", ("food",))

    def of(where: Group) -> set[int]:
        return set(Query(QuerySpec(kind=CLIENT, where=where), lead).keys())

    is_key, is_food = of(Group("and", (key,))), of(Group("and", (food,)))
    assert is_key and is_food and is_key != is_food
    assert of(Group("and", (key, food))) == is_key & is_food
    assert of(Group("or", (key, food))) == is_key | is_food
    nested = Group("and", (Condition("stage", "is", ("1", "2", "3", "4")), Group("or", (key, food))))
    assert of(nested) == found(lead, "stage.is.1,2,3,4") & (is_key | is_food)


# ── unknown and forbidden ────────────────────────────────────────────────────────────────────────────────────────────


def refusal(actor, **parts) -> str:
    with pytest.raises(SpecError) as refused:
        query = Query(QuerySpec(**({"kind": CLIENT} | parts)), actor)
        query.queryset()
        query.groups()
    return str(refused.value)


@pytest.mark.parametrize("place", [
    lambda name: {"columns": (name,)}, lambda name: {"sort": (name,)}, lambda name: {"sort": ("-" + name,)},
    lambda name: {"group": name}, lambda name: {"aggregates": (f"max.{name}",)},
    lambda name: {"where": Group("and", (Condition(name, "empty"),))},
    lambda name: {"where": Group("and", (Group("or", (Condition(name, "contains", ("x",)),)),))},
], ids=["column", "sort", "sort down", "group", "aggregate", "filter", "nested filter"])
def test_a_forbidden_field_is_as_unknown_as_a_field_that_is_not_there(owner, lead, client_of_owner, place):
    forbidden, unknown = refusal(owner, **place("management_note")), refusal(owner, **place("no_such_field"))

    assert forbidden.replace("management_note", "…") == unknown.replace("no_such_field", "…")
    assert "There is no field" in unknown


def test_who_may_read_a_field_may_ask_by_it(lead, client_of_owner):
    assert found(lead, "management_note.empty") == {client_of_owner.pk}


@pytest.mark.parametrize("name", [
    "id", "pk", "version", "sort_key", "trashed_at", "owner__password", "owner__email", "name__regex", "_connector",
    "confirmations", "phone_rows", "owner.password", "__class__", "search", "clients_client.name", "name;drop table",
    "Name", "name ", "",
])
def test_nothing_but_ids_of_the_registry_is_a_field(lead, client_of_owner, name):
    for place in ({"columns": (name,)}, {"sort": (name,)}, {"where": Group("and", (Condition(name, "empty"),))}):
        assert "There is no field" in refusal(lead, **place)


@pytest.mark.parametrize(("text", "said"), [
    ("name", "is not a filter"), (".is", "is not a filter"), ("name.", "is not a filter"), ("", "is not a filter"),
    ("name.regex.x", "cannot be compared"), ("name.is", "needs a value"), ("name.is.,", "needs a value"),
    ("tier.contains.x", "cannot be compared"), ("tier.is.gold", "is not one of the choices"),
    ("stage.is.11", "is not one of the choices"), ("stage.is.x", "is not one of the choices"),
    ("completeness.at_least.x", "not a whole number"), ("completeness.at_least.1.5", "not a whole number"),
    ("completeness.at_least.9223372036854775808", "too large"), ("completeness.between.1", "takes two values"),
    ("completeness.is." + "9" * 5000, "not a whole number"),
    ("client_since.is.2026-02-30", "not a date"), ("client_since.is.now", "not a date"),
    ("client_since.within.this_age", "no stretch of time"), ("client_since.within.today_week", "no stretch of time"),
    ("name.contains.ـ", "needs a value"),
    ("client_since.between.today", "takes two values"), ("client_since.after.9999-12-31", "too far away"),
    ("client_since.is.-99999999999", "not a date"), ("client_since.last_days.-1", "Count up to"),
    ("client_since.next_days.99999", "Count up to"), ("confidential.is.maybe", "by yes or no"),
    ("owner.is.you", "not a whole number"), ("owner.is.²", "not a whole number"),
    ("head_office.is.x", "not a whole number"), ("name.contains.\0", "no field can have"),
    ("management_note.contains.x", "There is no field"),
])
def test_a_condition_that_makes_no_sense_is_refused_in_words(owner, client_of_owner, text, said):
    with pytest.raises(SpecError, match=said):
        asked(owner, text)


@pytest.mark.parametrize("query", [
    "size=0", "size=201", "size=-1", "size=x", "size=²", "size=" + "9" * 5000, "f=name", "sort=languages", "sort=notes",
    "sort=phones", "sort=name,tier,stage,city", "&".join(["f=name.not_empty"] * 31), "columns=phones",
    "columns=nuances", "id=x", "id=-1", "id=" + "9" * 19, "id=1&id=",
])
def test_an_address_that_makes_no_sense_is_refused(owner, client_of_owner, query):
    with pytest.raises(SpecError):
        Query(QuerySpec.from_query(CLIENT, QueryDict(query)), owner).page([])


def test_a_column_that_is_named_twice_stands_once(owner, client_of_owner):
    query = Query(QuerySpec.from_query(CLIENT, QueryDict("columns=name,tier,name,name")), owner)

    assert [column.id for column in query.columns] == ["name", "tier"]


def test_nobody_is_answered_nothing(client_of_owner):
    nobody = AnonymousUser()
    nobody.has_permission, nobody.rights = lambda code: False, NOBODY

    assert asked(nobody).page([]).rows == []


# ── the address ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_address_is_read_as_it_was_written():
    spec = QuerySpec(
        kind=CLIENT,
        where=Group("and", (Condition("tier", "is", ("key", "corporate")), Condition("phones", "empty"),
                            Condition("sector", "contains", ("a.b,c & د",)))),
        text="نخبة & co", sort=("-last_contact_at", "name"), columns=("name", "tier"), group="tier",
        aggregates=("count", "max.completeness"), after="abc", size=20,
    )

    assert QuerySpec.from_query(CLIENT, QueryDict(spec.to_query())) == spec
    assert QuerySpec.from_query(CLIENT, QueryDict("")) == QuerySpec(kind=CLIENT)


def test_a_condition_is_added_once_and_taken_away_again():
    key = Condition("tier", "is", ("key",))
    spec = QuerySpec(kind=CLIENT, after="page two")

    once = spec.with_condition(key)
    assert once.with_condition(key) == once == QuerySpec(kind=CLIENT, where=Group("and", (key,)))
    assert once.without(key) == QuerySpec(kind=CLIENT)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def pages(actor, spec: QuerySpec) -> Iterator[list[int]]:
    for _turn in range(100):
        page = Query(spec, actor).page([])
        yield [row[0] for row in page.rows]
        if not page.next_cursor:
            return
        spec = dataclasses.replace(spec, after=page.next_cursor)
    raise AssertionError("the pages have no end")


def sortable(kind: str, actor) -> list[str]:
    return [name for name, field in registry.for_kind(kind).visible_fields(actor).items() if field.sort_path]


def test_pages_are_whole_without_doubles_and_in_order_for_every_field_that_sorts(crowd, lead):
    names = sortable(CLIENT, lead)
    assert len(names) > 20
    for name, way in product(names, ("", "-")):
        spec = QuerySpec(kind=CLIENT, sort=(way + name,), size=7)
        keys = [key for page in pages(lead, spec) for key in page]
        assert keys == [row[0] for row in Query(spec, lead).rows([])], way + name
        assert sorted(keys) == sorted(client.pk for client in crowd), way + name


@pytest.mark.parametrize("sort", [
    ("tier", "last_contact_at"), ("-tier", "last_contact_at"), ("last_contact_at", "-tier"),
    ("-last_contact_at", "-client_since", "name"), ("client_since", "-next_step_date", "owner"),
    ("next_step_date", "next_step_date"), ("confidential", "-stage"), ("name", "-client_since"),
])
def test_pages_are_whole_when_sorted_by_several_fields(crowd, lead, sort):
    spec = QuerySpec(kind=CLIENT, sort=sort, size=3)
    keys = [key for page in pages(lead, spec) for key in page]

    assert keys == [row[0] for row in Query(spec, lead).rows([])]
    assert sorted(keys) == sorted(client.pk for client in crowd)


@pytest.mark.parametrize("size", [1, 39, 40, 41])
def test_the_last_page_leads_nowhere(crowd, lead, size):
    found = list(pages(lead, QuerySpec(kind=CLIENT, sort=("last_contact_at",), size=size)))

    assert [len(page) for page in found] == {1: [1] * 40, 39: [39, 1], 40: [40], 41: [40]}[size]


@pytest.mark.parametrize("way", ["", "-"])
def test_what_has_no_value_stands_last_either_way(crowd, lead, way):
    query = asked(lead, sort=(way + "last_contact_at",), size=200)
    values = [row[2] for row in query.page(["last_contact_at"]).rows]
    known = [value for value in values if value is not None]

    assert len(known) == 30
    assert values == sorted(known, reverse=way == "-") + [None] * 10


def test_a_row_that_comes_in_while_somebody_pages_moves_nothing(crowd, owner, lead):
    spec = QuerySpec(kind=CLIENT, size=10)
    first = Query(spec, lead).page([])
    create_client(by=owner, name="Aaa, before all")
    second = Query(dataclasses.replace(spec, after=first.next_cursor), lead).page([])

    rest = [row[0] for row in Query(spec, lead).rows([])]
    assert [row[0] for row in second.rows] == rest[11:21]


def test_rows_that_match_by_several_of_their_phones_stand_once(owner):
    made = create_client(by=owner, name="Two phones", phones=[{"raw": "0501234567"}, {"raw": "0501234568"}])
    query = asked(owner, "phones.contains.50123456", size=1)

    assert [row[0] for row in query.page([]).rows] == [made.pk]
    assert query.page([]).next_cursor == ""
    assert query.total() == Total(1, True)
    assert [row[0] for row in query.rows([])] == [made.pk]
    grouped = asked(owner, "phones.contains.50123456", group="tier", aggregates=("count",))
    assert grouped.groups() == [("ordinary", 1)]


def test_the_total_is_exact_up_to_ten_thousand(crowd, lead, monkeypatch):
    assert asked(lead).total() == Total(40, True)
    assert engine.COUNTED_EXACTLY == 10_000
    monkeypatch.setattr(engine, "COUNTED_EXACTLY", 40)
    assert asked(lead).total() == Total(40, True)
    monkeypatch.setattr(engine, "COUNTED_EXACTLY", 39)
    assert asked(lead).total() == Total(39, False)


def test_a_list_that_is_searched_is_paged_as_well(owner):
    made = [create_client(by=owner, name=f"Nakheel {number}") for number in range(5)]
    create_client(by=owner, name="Other")

    keys = [key for page in pages(owner, QuerySpec(kind=CLIENT, text="nakheel", size=2)) for key in page]
    assert sorted(keys) == sorted(client.pk for client in made)


def test_rows_that_were_chosen_are_those_that_the_person_sees_and_that_match(crowd, owner, lead, client_of_stranger):
    chosen = [*(client.pk for client in crowd[:6]), client_of_stranger.pk, 999_999]
    query = QueryDict("f=tier.is.key&" + "&".join(f"id={key}" for key in chosen))

    assert set(Query(QuerySpec.from_query(CLIENT, query), lead).keys()) == {crowd[1].pk, crowd[4].pk}
    everything = QueryDict(query.urlencode() + "&all=1")
    assert set(Query(QuerySpec.from_query(CLIENT, everything), lead).keys()) == found(lead, "tier.is.key")


# ── made-up cursors ──────────────────────────────────────────────────────────────────────────────────────────────────


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(("sort", "cursor"), [
    ("name", "x"), ("name", "é"), ("name", packed("{}")), ("name", packed("[]")),
    ("name", packed("[1]")), ("name", packed('["a"]')), ("name", packed('["a","b"]')), ("name", packed('["a",true]')),
    ("name", packed('["a",-1]')), ("name", packed('["a",9223372036854775808]')), ("name", packed('["a",1e3]')),
    ("name", packed('["a","b",1]')), ("name", packed('[["a"],1]')), ("name", packed('[1,1]')),
    ("name", packed('["\\u0000",1]')), ("name", packed('["\\ud800",1]')), ("name", packed("[" * 5000)),
    ("name", packed('["a",' + "9" * 5000 + "]")), ("name", "A" * 3000), ("name", packed('["a",NaN]')),
    ("stage", packed('["1",1]')), ("stage", packed("[true,1]")), ("stage", packed("[9223372036854775808,1]")),
    ("completeness", packed("[1.5,1]")), ("confidential", packed("[1,1]")), ("client_since", packed("[5,1]")),
    ("client_since", packed('["yesterday",1]')), ("last_contact_at", packed('["2026",1]')),
    ("last_contact_at", packed('["0001-01-01T00:00:00+23:59",1]')),
    ("last_contact_at", packed('["9999-12-31T23:59:59-23:59",1]')),
])
def test_a_cursor_that_no_page_gave_is_refused(lead, client_of_owner, sort, cursor):
    with pytest.raises(SpecError, match="does not exist any more"):
        asked(lead, sort=(sort,), after=cursor).page([])


def test_a_cursor_of_a_forbidden_field_is_refused_with_it(owner, lead, client_of_owner):
    with pytest.raises(SpecError, match="There is no field"):
        asked(owner, sort=("management_note",), after=encode_cursor(["x", 1])).page([])


# ── groups and sums ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_groups_count_and_measure_what_the_person_sees(crowd, owner, lead, client_of_stranger):
    query = asked(lead, group="tier", aggregates=("count", "max.completeness", "min.completeness", "avg.completeness",
                                                  "sum.completeness"))
    for tier, count, most, least, mean, total in query.groups():
        values = [client.completeness for client in crowd if client.tier == tier]
        assert (count, most, least, float(mean), total) == (
            len(values), max(values), min(values), pytest.approx(sum(values) / len(values)), sum(values))
    assert sum(row[1] for row in query.groups()) == 40
    assert asked(lead, aggregates=("count", "max.last_contact_at")).groups() == [
        (40, max(client.last_contact_at for client in crowd if client.last_contact_at))]
    assert asked(owner, aggregates=("count",)).groups() == [(20,)]


@pytest.mark.parametrize("parts", [
    {"group": "languages", "aggregates": ("count",)}, {"group": "notes", "aggregates": ("count",)},
    {"group": "phones", "aggregates": ("count",)}, {"aggregates": ("sum.last_contact_at",)},
    {"aggregates": ("max.name",)}, {"aggregates": ("sum.stage",)}, {"aggregates": ("max.owner",)},
    {"aggregates": ("sum",)}, {"aggregates": ("median.completeness",)}, {"aggregates": ("count.name",)},
    {"aggregates": ("sum.",)},
])
def test_what_cannot_be_grouped_or_measured_is_refused(lead, client_of_owner, parts):
    with pytest.raises(SpecError):
        asked(lead, **parts).groups()


def test_a_group_by_a_record_that_is_hidden_tells_nothing_of_it(crowd, lead, client_of_stranger):
    Client.objects.unscoped("a branch whose head office is hidden").filter(pk=crowd[1].pk).update(
        head_office=client_of_stranger)
    values = {row[0] for row in asked(lead, group="head_office", aggregates=("count",)).groups()}

    assert client_of_stranger.pk not in values and client_of_stranger.name not in values


# ── anything at all ──────────────────────────────────────────────────────────────────────────────────────────────────

ODD = ["", "me", "today", "-30", "+7", "2026-02-30", "0001-01-01", "9999-12-31", "-0", "1e9", "²", "٣", "9" * 30, "-1",
       "%", "_", "\\", "'", '"', "\0", "yes", "no", "1,2", ",", "key", "ar", "null", "None", "\u202e", "\U0001f600"]
VALUES = st.sampled_from(ODD) | st.text(max_size=12) | st.integers(-(2**70), 2**70).map(str) | st.dates().map(str)
NAMES = st.deferred(lambda: st.sampled_from([
    *registry.for_kind(CLIENT).fields_in_code, "nothing", "id", "", "owner.team", "head_office.owner.name",
    "owner.password"]))
CONDITION = st.tuples(NAMES, st.sampled_from([*OPERATORS, "regex", ""]), st.lists(VALUES, max_size=3)).map(
    lambda parts: f"{parts[0]}.{parts[1]}.{','.join(parts[2])}")
GROUPS = st.recursive(CONDITION, lambda inner: st.tuples(st.sampled_from(["and", "or", "not"]), st.lists(
    inner, max_size=3).map(";".join)).map(lambda parts: f"{parts[0]}({parts[1]})"), max_leaves=6)
JSON = st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=5) | st.datetimes(
    ).map(str) | st.dates().map(str) | st.lists(st.integers(), max_size=2)
CURSORS = st.text(max_size=20) | st.lists(JSON, max_size=4).map(lambda values: packed(json.dumps(values)))
ADDRESS = st.fixed_dictionaries({}, optional={
    "f": st.lists(CONDITION | st.text(max_size=20), max_size=3), "q": VALUES,
    "w": st.lists(GROUPS | st.text("andor();\\\\.", max_size=20), max_size=2),
    "sort": st.lists(st.tuples(st.sampled_from(["", "-"]), NAMES).map("".join), max_size=3).map(",".join),
    "columns": st.lists(NAMES, max_size=4).map(",".join), "group": NAMES,
    "aggregates": st.lists(st.tuples(st.sampled_from(["sum.", "max.", "count", ""]), NAMES).map("".join), max_size=2
                           ).map(",".join),
    "after": CURSORS, "size": VALUES | st.integers(1, 200).map(str),
})


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(address=ADDRESS)
def test_any_address_is_answered_or_refused(crowd, owner, address):
    query_dict = QueryDict(mutable=True)
    for name, value in address.items():
        query_dict.setlist(name, value if isinstance(value, list) else [value])
    try:
        query = Query(QuerySpec.from_query(CLIENT, query_dict), owner)
        page = query.page([path for column in query.columns for path in column.value_paths])
        total = query.total()
        query.groups()
    except SpecError as refused:
        assert str(refused)
    else:
        own = {client.pk for client in crowd if client.owner_id == owner.pk}
        assert {row[0] for row in page.rows} <= own
        assert total.count <= len(own)


def test_every_condition_of_every_kind_is_answered_or_refused(crowd, lead, contact_of_owner):
    """Each field × each operator × an odd value: a refusal in words, or rows."""
    answered = 0
    for kind, operator, value in product((CLIENT, CONTACT), OPERATORS, ("1", "today,x")):
        for name in registry.for_kind(kind).visible_fields(lead):
            try:
                list(asked(lead, f"{name}.{operator}.{value}", kind=kind).keys()[:1])
            except SpecError:
                continue
            answered += 1

    assert answered > 200


def test_contacts_are_found_by_the_client_that_the_person_sees(owner, stranger, client_of_owner, contact_of_owner):
    person("Nobody", owner.team)

    assert set(asked(owner, f"client.is.{client_of_owner.name}", kind=CONTACT).keys()) == {contact_of_owner.pk}
    assert set(asked(stranger, "client.empty", kind=CONTACT).keys()) == set()
    assert Contact.objects.visible_to(owner).count() == 1


def test_b04_a_denied_field_is_neither_grouped_nor_summed_nor_a_board(client, owner, lead):
    """The same words as for a field that is not there."""
    client.force_login(owner)
    for way in ("group={}", "group=tier&aggregates=filled.{}", "aggregates=filled.{}&sums=1", "sort={}", "sort=-{}",
                "columns={}", "f={}.empty", "w=or({}.empty;tier.is.key)"):
        for path in ("/clients/?", "/clients/board/?by=tier&", "/clients/export/?format=csv&", "/clients/filters/?"):
            hidden, unknown = (client.get(path + way.format(name)) for name in ("management_note", "no_such_field"))
            assert hidden.status_code == unknown.status_code, (path, way)
            said = [re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": ?)"\w+"', b"", b"".join(answer))
                    for answer in (hidden, unknown)]
            assert said[0].replace(b"management_note", b"F") == said[1].replace(b"no_such_field", b"F"), (path, way)
    assert client.get("/clients/board/?by=management_note").status_code == client.get(
        "/clients/board/?by=no_such_field").status_code != 200
    client.force_login(lead)
    assert client.get("/clients/?aggregates=filled.management_note&sums=1").status_code == 200


@pytest.mark.parametrize("address", [
    "columns=" + ",".join(["name"] * 301), "aggregates=" + ",".join(["count"] * 61), "size=201", "size=99999",
    "columns=" + ",".join(f"head_office.{name}" for name in list(registry.for_kind(CLIENT).fields_in_code)[:25]),
    "&".join(["f=tier.is.key"] * 31), "f=owner.is." + ",".join(map(str, range(101))), "f=name.is." + "x" * 1001,
    "w=" + "or(" * 5 + "tier.is.key" + ")" * 5, "sort=name,tier,city,stage", "after=" + "A" * 2001,
])
def test_h09_a_list_is_asked_for_so_much_and_no_more(owner, address):
    with pytest.raises(SpecError):
        Query(QuerySpec.from_query(CLIENT, QueryDict(address)), owner).page([])
