"""Writing many rows at once, as fast as PostgreSQL takes them; triggers, history among them, run as for any write."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb


def draw_keys(model: type[models.Model], count: int) -> list[int]:
    """So many keys of the model, for rows that point at each other."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def insert(model: type[models.Model], rows: Iterable[Mapping[str, Any]], **shared: Any) -> None:
    """Write rows given by attribute name; what no row names is the field's default. The first row names them all."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    fields = {field.attname: field for field in model._meta.concrete_fields}
    given = list(first)
    constant = {
        name: shared[name] if name in shared else field.get_default() for name, field in fields.items()
        if name not in first and not field.generated and not field.has_db_default()
        and not (field.primary_key and name not in shared)
    }
    quote = connection.ops.quote_name
    columns = ", ".join(quote(fields[name].column) for name in (*given, *constant))
    convert = [_writer(fields[name]) for name in given]
    rest = [_writer(fields[name])(value) for name, value in constant.items()]
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in (first, *rows) if isinstance(rows, Sequence) else _chained(first, rows):
            copy.write_row([write(row[name]) for write, name in zip(convert, given, strict=True)] + rest)


def _chained(first: Any, rows: Iterable[Any]) -> Iterable[Any]:
    yield first
    yield from rows


def _writer(field: models.Field) -> Any:
    return Jsonb if isinstance(field, models.JSONField) else lambda value: value
