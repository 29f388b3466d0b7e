"""Writing many rows at once, as fast as PostgreSQL takes them; triggers, history among them, run as for any write."""

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models


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
    """Write rows given by attribute name; what a row does not name is the one of `shared`, or the field's default."""
    rows = list(rows)
    if not rows:
        return
    fields = {field.attname: field for field in model._meta.concrete_fields}
    given = list(dict.fromkeys(chain.from_iterable(rows)))
    values = {
        name: shared[name] if name in shared else field.get_default() for name, field in fields.items()
        if name in given or name in shared or not (field.generated or field.has_db_default() or field.primary_key)
    }
    places = [(name, values.pop(name)) for name in given]
    documents = [place for place, name in enumerate(given) if isinstance(fields[name], models.JSONField)]
    lists = [place for place, name in enumerate(given) if isinstance(fields[name], ArrayField)]
    rest = [json.dumps(value) if isinstance(fields[name], models.JSONField) else "{}" if value == [] else value
            for name, value in values.items()]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(fields[name].column) for name in (*given, *values))
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            written = [row.get(name, default) for name, default in places]
            for place in documents:
                written[place] = json.dumps(written[place])
            for place in lists:
                if written[place] == []:
                    written[place] = "{}"  # psycopg takes ten times as long to find that out
            copy.write_row(written + rest)
