"""The database keeps an index for a field that is often filtered by, and lets a unique value be had once."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client
from mudir.records.custom import indexing
from mudir.records.custom.writing import archive_field, create_field, edit_field, restore_field
from mudir.records.models import CustomField
from mudir.records.query import Condition, Group, Query, QuerySpec

KIND = "clients.client"
FILTERS = {
    "text": "is.x", "number": "at_least.5", "money": "at_least.5", "percent": "between.1,2", "date": "after.2026-01-01",
    "moment": "after.2026-01-01", "choice": "is.one", "choices": "has.one", "yes_no": "is.yes", "person": "is.1",
    "phone": "is.+1", "email": "is.a@b.example", "link": "is.https://a.example",
}


def made(by, type="text", **given) -> CustomField:
    given = {"name_en": "Size", "is_filtered": True} | given
    if type in {"choice", "choices"}:
        given["choices"] = [{"code": "one", "en": "One"}]
    field = create_field(KIND, by=by, type=type, **given)
    indexing.settle(field)
    field.refresh_from_db()
    return field


def indexes() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE %s", ["custom\\_%"])
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def without_indexes(transactional_db):
    """Emptying the tables leaves indexes standing, also those that a walk in a browser had made."""
    drop_indexes()
    yield
    drop_indexes()


def drop_indexes() -> None:
    with connection.cursor() as cursor:
        for name in indexes():
            cursor.execute(f"DROP INDEX {name}")


@pytest.mark.parametrize("type", FILTERS)
def test_a_filter_of_every_type_begins_in_its_index(administrator, owner, type):
    Client.objects.bulk_create(Client(name=f"Client {n}", sort_key=f"{n:04}", owner=owner) for n in range(500))
    field = made(administrator, type, digits=2)
    assert field.index == CustomField.Index.READY

    where = Group("and", (Condition.parse(f"custom.size.{FILTERS[type]}"),))
    asked = Query(QuerySpec(kind=KIND, where=where), owner).queryset().order_by().values("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET enable_indexonlyscan = off")
        try:
            plan = asked.explain()
        finally:
            cursor.execute("RESET enable_seqscan")
            cursor.execute("RESET enable_indexonlyscan")
    assert f"custom_{field.pk}" in plan, plan


def test_the_index_goes_and_comes_with_what_is_asked(administrator):
    field = made(administrator)
    both = {f"custom_{field.pk}", f"custom_{field.pk}_one"}
    assert set(indexes()) == {f"custom_{field.pk}"}
    for change, expected in (
        (lambda: edit_field(field, by=administrator, is_filtered=False), set()),
        (lambda: edit_field(field, by=administrator, is_filtered=True, is_unique=True), both),
        (lambda: archive_field(field, by=administrator), set()),
        (lambda: restore_field(field, by=administrator), both),
    ):
        asked = change()
        assert asked.index == CustomField.Index.ASKED
        indexing.settle(asked)
        indexing.settle(asked)
        assert set(indexes()) == expected
        field.refresh_from_db()
        assert field.index == (CustomField.Index.READY if expected else CustomField.Index.NONE)


def test_doubles_that_are_there_already_are_told_of(administrator, owner):
    field = made(administrator, is_filtered=False)
    for name in ("A", "B"):
        create_client(by=owner, name=name, **{"custom.size": "same"})
    field = edit_field(field, by=administrator, is_unique=True)
    indexing.settle(field)

    field.refresh_from_db()
    assert field.index == CustomField.Index.FAILED
    assert indexes() == {}
    edit_client(Client.objects.visible_to(owner).get(name="B"), by=owner, **{"custom.size": "other"})
    indexing.settle(edit_field(field, by=administrator, name_en="Width"))
    field.refresh_from_db()
    assert field.index == CustomField.Index.READY


def test_two_who_write_one_value_at_once_are_told_apart_by_the_index(administrator, owner, monkeypatch):
    made(administrator, "number", is_filtered=False, is_unique=True)
    create_client(by=owner, name="A", **{"custom.size": Decimal(7)})
    # Both looked before either of them wrote.
    monkeypatch.setattr("mudir.records.custom.values._is_taken", lambda *_given: False)
    with pytest.raises(ValidationError) as refused:
        create_client(by=owner, name="B", **{"custom.size": 7})

    assert refused.value.message_dict == {
        "custom.size": ["Another record has this already: no two may have the same here."]}
    assert not Client.objects.visible_to(owner).filter(name="B").exists()


# ── of calculated fields ─────────────────────────────────────────────────────────────────────────────────────────────


def calculated(by, code, formula, **given) -> CustomField:
    field = create_field(KIND, by=by, type="computed", code=code, name_en=code, formula=formula, digits=2,
                         **{"is_filtered": True} | given)
    indexing.settle(field)
    field.refresh_from_db()
    return field


@pytest.mark.parametrize(("formula", "condition"), [
    ("size * 2 + stage", "at_least.100"), ("if(size > 5, \"large\", \"it's 100% small\")", "is.large"),
    ("percent(size / 100)", "at_most.3"), ("price - money(5, \"SAR\")", "at_least.7"), ("size > 100", "is.yes"),
    ("add_days(since, 30)", "after.2026-01-01"), ("concat(city, size, since)", "is.Riyadh"),
    ("days_between(created_at, since)", "between.5,9"),
])
def test_a_filter_of_a_calculated_field_begins_in_its_index(administrator, owner, formula, condition):
    Client.objects.bulk_create(Client(name=f"Client {n}", sort_key=f"{n:04}", owner=owner) for n in range(500))
    for code, type in (("size", "number"), ("price", "money"), ("since", "date")):
        create_field(KIND, by=administrator, type=type, code=code, name_en=code)
    field = calculated(administrator, "result", formula)
    assert field.index == CustomField.Index.READY

    where = Group("and", (Condition.parse(f"custom.result.{condition}"),))
    asked = Query(QuerySpec(kind=KIND, where=where), owner).queryset().order_by().values("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            plan = asked.explain()
        finally:
            cursor.execute("RESET enable_seqscan")
    assert f"custom_{field.pk}_" in plan


def test_what_changes_by_itself_has_no_index(administrator):
    field = calculated(administrator, "age", "days_between(created_at, today())")
    assert (field.index, indexes()) == (CustomField.Index.NONE, {})


def test_another_formula_has_another_index_and_so_has_what_is_made_of_it(administrator, owner):
    create_field(KIND, by=administrator, type="number", code="size", name_en="Size")
    first = calculated(administrator, "first", "size + 1")
    second = calculated(administrator, "second", "first + 1")
    before = indexes()
    assert len(before) == 2

    edit_field(first, by=administrator, formula="size + 2")
    for field in (first, second):
        field.refresh_from_db()
        assert field.index == CustomField.Index.ASKED
        indexing.settle(field)
    assert len(indexes()) == 2
    assert not before.keys() & indexes().keys()
    archive_field(second, by=administrator)
    second.refresh_from_db()
    indexing.settle(second)
    assert len(indexes()) == 1
