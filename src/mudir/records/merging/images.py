"""Rows as PostgreSQL writes them, kept before a merge touches them and put back by its undo.

They go from table to table inside the database, so that nothing is rounded or cut on the way.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from mudir.records.models import Merge, MergeRow

Act = MergeRow.Act


def keep(merge: Merge, act: Act, model: type[models.Model], keys: Sequence[int]) -> None:
    """Keep rows as they stand now."""
    keep_where(merge, act, model, "kept.id = ANY(%s)", [list(keys)])


def keep_where(
    merge: Merge, act: Act, model: type[models.Model], where: str, values: Sequence[Any], *, column: str = "",
    whole: bool = True,
) -> None:
    """Keep the rows, called `kept` in the condition, as they stand now; without `whole` only which they are."""
    image = "to_jsonb(kept)" if whole else "NULL"
    _run(
        f"""INSERT INTO {MergeRow._meta.db_table} (of_id, act, model, "column", key, before)
            SELECT %s, %s, %s, %s, kept.id, {image} FROM {model._meta.db_table} kept WHERE {where} ORDER BY kept.id""",
        [merge.pk, act, model._meta.label_lower, column, *values],
    )


def keep_after(merge: Merge) -> None:
    """Note what became of the rows that were kept as changed; called when nothing changes them any more."""
    changed = MergeRow.objects.filter(of=merge, act=Act.CHANGED)
    for label in set(changed.values_list("model", flat=True)):
        _run(
            f"""UPDATE {MergeRow._meta.db_table} kept SET after = to_jsonb(now)
                FROM {apps.get_model(label)._meta.db_table} now
                WHERE kept.of_id = %s AND kept.act = %s AND kept.model = %s AND now.id = kept.key""",
            [merge.pk, Act.CHANGED, label],
        )


def values_now(model: type[models.Model], key: int) -> dict[str, Any] | None:
    """A row as it stands now, as rows are kept; None when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(now)::text FROM {model._meta.db_table} now WHERE now.id = %s", [key])
        found = cursor.fetchone()
    return json.loads(found[0]) if found else None


def put_back(model: type[models.Model], rows: Sequence[MergeRow]) -> None:
    """Insert rows that are gone, as they were; not those whose place is taken or that point at what is gone."""
    missing = [row.pk for row in rows]
    if not missing:
        return
    columns = [field for field in model._meta.local_concrete_fields if not field.generated]
    names = ", ".join(f'"{field.column}"' for field in columns)
    pointing = "".join(
        f""" AND ((kept.before->>'{field.column}') IS NULL OR EXISTS(
            SELECT FROM {field.related_model._meta.db_table} target
            WHERE target.id = (kept.before->>'{field.column}')::bigint))"""
        for field in columns if field.is_relation
    )
    _run(
        f"""INSERT INTO {model._meta.db_table} ({names})
            SELECT {", ".join(f'made."{field.column}"' for field in columns)}
            FROM {MergeRow._meta.db_table} kept
            CROSS JOIN LATERAL jsonb_populate_record(NULL::{model._meta.db_table}, %s::jsonb || kept.before) made
            WHERE kept.id = ANY(%s){pointing} ORDER BY kept.id ON CONFLICT DO NOTHING""",
        [json.dumps(_defaults(columns), cls=DjangoJSONEncoder), missing],
    )


def _defaults(columns: Sequence[models.Field]) -> dict[str, Any]:
    """Of columns that were added since the row was kept."""
    given = {field.column: field.get_default() for field in columns if field.has_default()}
    return {name: value for name, value in given.items() if isinstance(value, str | int | bool | list | dict)}


def _run(statement: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
