"""A list in groups: their heads with counts and sums; and the sums of its columns."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.records.fields import Field, ValueType
from mudir.records.query import MEASURES, Query
from mudir.records.shown import Shown

ROWS_OF_GROUP = 20
MOST_SHOWN = 200


def groups_of(query: Query, shown: Shown, fmt: Formatter) -> list[dict]:
    """The head of each group: its value in words, how many rows it has, the sums that were chosen for columns."""
    spec = shown.spec
    by = query.field(spec.group)
    counted = Query(replace(spec, aggregates=("count", *spec.aggregates), after=""), query.actor)
    found = counted.groups()
    names = names_of_values(by, [row[0] for row in found], query.actor, fmt)
    order = {code: place for place, code in enumerate(by.choices)}
    if by.choices:
        found.sort(key=lambda row: order.get(row[0], len(order)))
    elif by.type in {ValueType.PERSON, ValueType.RECORD}:
        found.sort(key=lambda row: (row[0] is None, names.get(row[0], "")))
    groups = []
    for value, count, *measures in found[:MOST_SHOWN]:
        inside = shown.changed(where=spec.with_condition(counted.group_condition(value)).where)
        said = [measure_in_words(query, name, one, fmt) for name, one in zip(spec.aggregates, measures, strict=True)]
        groups.append({
            "label": names.get(value) or _("Without"), "count": fmt.number(count), "measures": said,
            "url": inside.changed(group="").address,
            "rows_url": f"{inside.changed(size=ROWS_OF_GROUP).address}&rows=1",
        })
    return groups


def names_of_values(by: Field, values: list[Any], actor: User, fmt: Formatter) -> dict[Any, str]:
    """What the values of a field are called; nothing for an empty one."""
    keys = [value for value in values if value not in (None, "")]
    if by.type is ValueType.PERSON:
        return dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))
    if by.type is ValueType.RECORD:
        return {row.pk: str(row) for row in by.nameable_by(actor).filter(pk__in=keys)}
    if by.choices:
        return {key: str(by.choices.get(key, key)) for key in keys}
    if by.type is ValueType.YES_NO:
        return {True: _("Yes"), False: _("No")}
    if by.type in {ValueType.DATE, ValueType.MOMENT}:
        return {key: fmt.month(key) for key in keys}
    if by.type in {ValueType.NUMBER, ValueType.PERCENT}:
        return {key: fmt.number(key) for key in keys}
    return {key: str(key) for key in keys}


def sums_of(query: Query, fmt: Formatter) -> list[dict]:
    """For each column what was chosen to be worked out over every row of the list, in one question."""
    names = query.spec.aggregates
    (values,) = Query(replace(query.spec, group="", after=""), query.actor).groups()
    said: dict[str, list[dict]] = {}
    for name, value in zip(names, values, strict=True):
        said.setdefault(name.partition(".")[2], []).append(measure_in_words(query, name, value, fmt))
    return [{"measures": said.get(column.id, [])} for column in query.columns]


def measure_in_words(query: Query, name: str, value: Any, fmt: Formatter) -> dict:
    function, _dot, field_name = name.partition(".")
    label = MEASURES.get(function, _("count"))
    of = query.field(field_name).label if field_name else ""
    return {"label": label, "of": of, "value": fmt.measure(value)}
