"""Indexes of custom fields, made beside the writes that go on meanwhile."""

import hashlib
from collections.abc import Mapping

from django.db import IntegrityError, connection, models

from mudir.records import registry
from mudir.records.custom.computed import ComputedField, computed_of
from mudir.records.custom.fields import Type, sql_of
from mudir.records.custom.known import forget_known
from mudir.records.formulas import FormulaError, Kind
from mudir.records.models import CustomField

# Asked for by ranges, sorted by themselves.
IN_ORDER = {Type.NUMBER, Type.PERCENT, Type.MONEY, Type.DATE, Type.MOMENT}
KINDS_IN_ORDER = {Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.DATE}
PRESENT = "WHERE trashed_at IS NULL"


def wants_index(made: CustomField) -> bool:
    return made.archived_at is None and (made.is_filtered or made.is_unique)


def indexes_of(made: CustomField) -> Mapping[str, str]:
    """What stands behind `CREATE INDEX CONCURRENTLY … ` for each index that the field asks for, by its name."""
    if not wants_index(made):
        return {}
    model = registry.for_kind(made.kind).model
    if made.type == Type.COMPUTED:
        return _of_computed(made, model)
    table, value, found = model._meta.db_table, sql_of(made, "custom"), {}
    if made.is_filtered and made.type == Type.CHOICES:
        found[f"custom_{made.pk}"] = f"ON {table} USING gin (({value})) {PRESENT}"
    elif made.is_filtered:
        # A list is in the order of its kind: with one value asked for, its page begins in the index.
        order = "" if made.type in IN_ORDER else f"{_usual_order(model)}, "
        found[f"custom_{made.pk}"] = f"ON {table} (({value}), {order}id) {PRESENT}"
    if made.is_unique:
        found[made.unique_index] = f"ON {table} (({value})) {PRESENT}"
    return found


def _of_computed(made: CustomField, model: type[models.Model]) -> Mapping[str, str]:
    """The index of a formula, named by what it says: another formula asks for another index."""
    try:
        field: ComputedField = computed_of(made, registry.for_kind(made.kind).fields)
    except FormulaError:
        return {}
    if field.formula.is_of_today:
        return {}
    order = "" if field.formula.kind in KINDS_IN_ORDER else f"{_usual_order(model)}, "
    statement = f"ON {model._meta.db_table} (({field.sql}), {order}id) {PRESENT}"
    mark = hashlib.sha256(statement.encode()).hexdigest()[:8]
    return {f"custom_{made.pk}_{mark}": statement}


def _usual_order(model: type[models.Model]) -> str:
    record_type = registry.for_model(model)
    path = record_type.fields_in_code[record_type.sort.removeprefix("-")].sort_path
    return model._meta.get_field(path).column


def settle(made: CustomField) -> None:
    """Make the field's indexes what it asks for. Outside of a transaction; safe to call again after any end."""
    forget_known()  # a formula is made of fields that may just have changed
    wanted, present = indexes_of(made), _present(made)
    for name in present.keys() - {name for name in wanted if present.get(name)}:
        _run(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    missing = [name for name in wanted if not present.get(name)]
    if not missing:
        _say(made, CustomField.Index.READY if wanted else CustomField.Index.NONE)
        return
    _say(made, CustomField.Index.BUILDING)
    for name in missing:
        unique = "UNIQUE " if name == made.unique_index else ""
        try:
            _run(f"CREATE {unique}INDEX CONCURRENTLY {name} {wanted[name]}")
        except IntegrityError:
            _run(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            _say(made, CustomField.Index.FAILED)
            return
    _run(f"ANALYZE {registry.for_kind(made.kind).model._meta.db_table}")  # how many have which value
    _say(made, CustomField.Index.READY)


def _say(made: CustomField, state: str) -> None:
    CustomField.objects.filter(pk=made.pk).update(index=state)


def _present(made: CustomField) -> dict[str, bool]:
    """The field's indexes that there are, and whether each of them is whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = %s AND c.relname ~ %s",
            [registry.for_kind(made.kind).model._meta.db_table, f"^custom_{made.pk}(_|$)"])
        return dict(cursor.fetchall())


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
