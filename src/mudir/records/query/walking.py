"""From one row of a list to its neighbours, whatever became of the row meanwhile.

The place is a cursor: what the row was sorted by when it was reached. The row may change, leave the list or be gone;
the next one is still the first behind that place.
"""

from dataclasses import dataclass, replace

from django.db.models import Q

from mudir.records.query.asking import COUNTED_EXACTLY, Query
from mudir.records.query.cursors import decode_cursor, encode_cursor


@dataclass(frozen=True)
class Step:
    key: int
    cursor: str


def step(query: Query, cursor: str = "", *, back: bool = False) -> Step | None:
    """The row behind the cursor, or before it; without a cursor the first one. None where the list ends."""
    sort_paths = [spec_field.sort_path for spec_field, _turned in query.order]
    if back:
        order = [one.copy() for one in query.ordering()]
        for one in order:
            one.reverse_ordering()
        rows = query.queryset().filter(before(query, cursor)).order_by(*order).values_list("pk", *sort_paths)[:1]
        row = next(iter(rows), None)
    else:
        found = Query(replace(query.spec, after=cursor, size=1), query.actor).page([])
        row = (found.rows[0][0], *found.rows[0][-len(sort_paths):]) if found.rows else None
    return Step(row[0], encode_cursor([*row[1:], row[0]])) if row else None


def before(query: Query, cursor: str) -> Q:
    """The condition of the rows before a place; rows without a value stand last, whichever way a field is sorted."""
    *values, key = decode_cursor(cursor, query.order)
    nearer = Q(**{f"pk__{'gt' if query.order[0][1] else 'lt'}": key})
    for (spec_field, turned), value in reversed(list(zip(query.order, values, strict=True))):
        path = spec_field.sort_path
        if value is None:
            nearer = Q(**{f"{path}__isnull": False}) | Q(**{f"{path}__isnull": True}) & nearer
        else:
            nearer = Q(**{f"{path}__{'gt' if turned else 'lt'}": value}) | Q(**{path: value}) & nearer
    return nearer


def count_before(query: Query, cursor: str) -> int:
    """How many rows stand before a place, up to one more than the program counts exactly."""
    rows = query.queryset().filter(before(query, cursor)).order_by().values("pk")
    return rows[: COUNTED_EXACTLY + 1].count()
