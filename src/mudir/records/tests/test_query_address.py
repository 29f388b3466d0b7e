"""A query as an address and as JSON: read as it was written, and nothing else is read."""

from datetime import date

import pytest
from django.http import QueryDict

from mudir.records.query import Condition, Group, QuerySpec, SpecError
from mudir.records.query.periods import days_of

CLIENT = "clients.client"
KEY, MINE = Condition("tier", "is", ("key",)), Condition("owner", "is", ("me", "my_team"))
ODD = Condition("city", "is", ("a,b", "c;d", "(e)", "f\\", "\\g", "ل.is.x"))
WORDS = Condition("client.name", "contains", ("a,b;c)(\\d.e",))


def of(address: str) -> QuerySpec:
    return QuerySpec.from_query(CLIENT, QueryDict(address))


@pytest.mark.parametrize("where", [
    Group(), Group("and", (KEY,)), Group("and", (KEY, MINE)), Group("or", (KEY, MINE)), Group("or", (ODD, WORDS)),
    Group("and", (ODD, WORDS)), Group("and", (KEY, Group("or", (MINE, ODD)), Group("or", (KEY, WORDS)))),
    Group("or", (KEY, Group("and", (MINE, Group("or", (ODD, WORDS)))))),
])
def test_groups_are_read_as_they_were_written(where):
    spec = QuerySpec(CLIENT, where, sort=("-name", "tier"), columns=("name", "owner.team"), group="tier")

    assert QuerySpec.from_query(CLIENT, QueryDict(spec.to_query())) == spec
    assert QuerySpec.from_json(CLIENT, spec.to_json()) == spec


def test_what_all_applies_stands_one_by_one_and_a_group_beside_it():
    where = Group("and", (KEY, Group("or", (MINE, Condition("city", "empty")))))

    assert QueryDict(QuerySpec(CLIENT, where).to_query()).dict() == {
        "f": "tier.is.key", "w": "or(owner.is.me,my_team;city.empty)"}


@pytest.mark.parametrize(("written", "plain"), [
    ("w=and(tier.is.key;owner.is.me,my_team)", "f=tier.is.key&f=owner.is.me,my_team"),
    ("w=or(tier.is.key)", "f=tier.is.key"),
    ("w=and(or(and(tier.is.key)))", "f=tier.is.key"), ("w=or()", ""), ("w=and(or();and())", ""),
    ("w=or(tier.is.key;tier.is.key)", "f=tier.is.key"), ("w=or(tier.is.key;or(city.empty;name.empty))",
                                                         "w=or(tier.is.key;city.empty;name.empty)"),
])
def test_a_group_that_joins_nothing_is_left_out(written, plain):
    assert of(written) == of(plain)


@pytest.mark.parametrize("written", [
    "or", "or(", "or)", "or(tier.is.key", "not(tier.is.key)", "or(tier.is.key)x", "or(tier.is.key))", "(tier.is.key)",
    "or(tier.is.key(x))", "or(tier)", "OR(tier.is.key)", ";", "or(;)", "or(tier.is.key\\)",
    "or(and(tier.is.key)city.empty)",
    "or(" * 5 + "tier.is.key" + ")" * 5, "or(" * 5000, "or(" + ";".join(["tier.is.key"] * 31) + ")",
    "or(" + "x" * 100_000 + ")",
])
def test_what_is_no_group_is_refused(written):
    with pytest.raises(SpecError):
        QuerySpec.from_query(CLIENT, sent(written))


def sent(written: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query["w"] = written
    return query


@pytest.mark.parametrize("given", [
    None, [], "x", 1, {"kind": "clients.client"}, {"where": []}, {"where": {}}, {"where": {"not": []}},
    {"where": {"and": {}}}, {"where": {"and": [1]}}, {"where": {"and": [{"field": "tier"}]}},
    {"where": {"and": [{"field": "tier", "operator": "is", "values": "key"}]}},
    {"where": {"and": [{"field": "tier", "operator": "is", "values": [1]}]}},
    {"where": {"and": [{"field": "tier", "operator": "is", "values": ["key"], "x": 1}]}},
    {"where": {"and": [{"field": ["tier"], "operator": "is"}]}}, {"where": {"and": [], "or": []}},
    {"where": {"and": [{"or": [{"and": [{"or": [{"and": [{"or": []}]}]}]}]}]}},
    {"where": {"or": [{"field": "tier", "operator": "empty"}] * 31}},
    {"where": {"or": [{"field": "tier", "operator": "is", "values": ["x"] * 101}]}},
    {"where": {"or": [{"field": "tier", "operator": "is", "values": ["x" * 1001]}]}},
    {"sort": "name"}, {"sort": [1]}, {"columns": [None]}, {"text": 5}, {"size": "50"}, {"size": 0}, {"size": 201},
    {"size": True}, {"ids": ["1"]}, {"ids": [-1]}, {"ids": [True]}, {"ids": [10**18]}, {1: 2},
])
def test_json_that_is_no_query_is_refused_in_words(given):
    with pytest.raises(SpecError) as refused:
        QuerySpec.from_json(CLIENT, given)
    assert 0 < len(str(refused.value)) < 200


def test_json_may_name_rows_and_a_page():
    spec = QuerySpec.from_json(CLIENT, {"ids": [3, 5], "after": "x", "size": 20, "text": " نخبة "})

    assert (spec.ids, spec.after, spec.size, spec.text) == ((3, 5), "x", 20, "نخبة")
    assert spec.to_json() == {"text": "نخبة"}


@pytest.mark.parametrize(("period", "first", "last"), [
    ("today", "2026-11-25", "2026-11-25"), ("yesterday", "2026-11-24", "2026-11-24"),
    ("tomorrow", "2026-11-26", "2026-11-26"), ("this_week", "2026-11-22", "2026-11-28"),
    ("last_week", "2026-11-15", "2026-11-21"), ("next_week", "2026-11-29", "2026-12-05"),
    ("this_month", "2026-11-01", "2026-11-30"), ("last_month", "2026-10-01", "2026-10-31"),
    ("next_month", "2026-12-01", "2026-12-31"), ("this_quarter", "2026-10-01", "2026-12-31"),
    ("last_quarter", "2026-07-01", "2026-09-30"), ("next_quarter", "2027-01-01", "2027-03-31"),
    ("this_year", "2026-01-01", "2026-12-31"), ("last_year", "2025-01-01", "2025-12-31"),
    ("next_year", "2027-01-01", "2027-12-31"), ("this_hijri_month", "2026-11-11", "2026-12-09"),
    ("last_hijri_month", "2026-10-12", "2026-11-10"), ("this_hijri_year", "2026-06-16", "2027-06-05"),
])
def test_a_period_has_these_days_for_whom_the_week_begins_on_sunday(period, first, last):
    assert days_of(period, date(2026, 11, 25), 6) == (date.fromisoformat(first), date.fromisoformat(last))


def test_the_week_begins_where_the_person_says():
    assert days_of("this_week", date(2026, 11, 25), 0) == (date(2026, 11, 23), date(2026, 11, 29))
    assert days_of("this_week", date(2026, 11, 25), 2) == (date(2026, 11, 25), date(2026, 12, 1))
    assert days_of("this_week", date(2026, 11, 28), 5) == (date(2026, 11, 28), date(2026, 12, 4))
