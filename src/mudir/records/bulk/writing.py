"""Writing many locked records with a few statements, as their services write one."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models
from django.utils import timezone

from mudir.accounts.models import User
from mudir.kit.bulk import insert
from mudir.records import registry, search
from mudir.records.models import Event, Record

Changes = Sequence[tuple[Record, Mapping[str, Any]]]
Refusals = dict[int, Exception]


def write_many(changes: Changes) -> None:
    """Set these fields of locked records and raise their versions, with one statement for all. Nothing is validated."""
    if not changes:
        return
    model, now = type(changes[0][0]), timezone.now()
    names = sorted({name for _record, values in changes for name in values})
    columns = [model._meta.get_field(name) for name in names]
    rows = []
    for record, values in changes:
        for name, value in values.items():
            setattr(record, name, value)
        record.version += 1
        record.updated_at = now
        rows.append({"id": record.pk} | {column.column: getattr(record, column.attname) for column in columns})
    quote = connection.ops.quote_name
    given = ", ".join(f"{quote(column.column)} {column.db_type(connection)}" for column in columns)
    written = ", ".join(f"{quote(column.column)} = given.{quote(column.column)}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} AS record SET {written}, version = record.version + 1, "  # noqa: S608  names of columns
            f"updated_at = %s FROM jsonb_to_recordset(%s::jsonb) AS given (id bigint, {given}) "
            "WHERE record.id = given.id",
            [now, json.dumps(rows, default=_plain)],
        )


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def tell_of_many(records: Iterable[Record], verb: str, *, by: User, **details: Any) -> None:
    """Put the same fact on the timeline of each."""
    records = list(records)
    if records:
        kind = records[0]._meta.label_lower
        insert(Event, ({"object_id": record.pk} for record in records), verb=verb, kind=kind, target_kind="",
               target_id=None, actor_id=by.pk, at=timezone.now(), details=details)


def check_changed(record: Record, values: Mapping[str, Any]) -> None:
    """What `full_clean` asks of the fields that change. Raises ValidationError."""
    in_hand = {name for name, value in values.items() if isinstance(value, models.Model)}
    others = {column.name for column in record._meta.fields} - values.keys()
    record.clean_fields(exclude=others | in_hand)
    record.clean()
    record.validate_constraints(exclude=others)


def edit_many(
    changes: Changes, *, by: User, verb: str, prepare: Callable[[Record, dict[str, Any]], dict[str, Any]]
) -> Refusals:
    """Edit locked records of one kind. `prepare(record, data)` refuses, or gives all that is to be written.

    Returns those that were refused; what is like that already is left alone.
    """
    refused, written, told = {}, [], {}
    for record, data in changes:
        differing = {name: value for name, value in data.items() if getattr(record, name) != value}
        if not differing:
            continue
        before = {name: getattr(record, name) for name in differing}
        try:
            values = prepare(record, differing)
            for name, value in values.items():
                setattr(record, name, value)
            check_changed(record, differing)
        except (PermissionDenied, ValidationError) as refusal:
            for name, value in before.items():
                setattr(record, name, value)
            refused[record.pk] = refusal
            continue
        written.append((record, values))
        told.setdefault(tuple(sorted(differing)), []).append(record)
    write_many(written)
    for names, records in told.items():
        tell_of_many(records, verb, by=by, fields=list(names))
    if written:
        record_type = registry.for_model(type(written[0][0]))
        found_by = record_type.search.keys()
        search.index_many(record_type.kind, [record.pk for record, values in written if values.keys() & found_by])
    return refused
