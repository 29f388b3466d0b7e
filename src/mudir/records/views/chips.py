"""Conditions in words: as the chips of a list say them."""

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.kit.numbers import number_in
from mudir.records.fields import Field, ValueType
from mudir.records.query import IN_DAYS, MY_TEAM, OPERATORS, PERIODS, Condition, Group, Query
from mudir.records.shown import Shown


def chip(part: Condition | Group, query: Query, shown: Shown, fmt: Formatter) -> dict:
    """A condition, or a group of them, that can be taken off the list."""
    url = shown.changed(where=shown.spec.without(part).where).address
    if isinstance(part, Group):
        return {"label": _("any of") if part.joiner == "or" else _("all of"), "url": url, "is_group": True,
                "text": said(part, query, fmt)}
    field = query.field(part.field)
    return {"label": field.label, "url": url, "text": describe(field, part, query.actor, fmt)}


def said(group: Group, query: Query, fmt: Formatter) -> str:
    """A group in words: each condition behind the name of its field, groups within it in brackets."""
    parts = []
    for part in group.parts:
        if isinstance(part, Group):
            parts.append(f"({said(part, query, fmt)})")
        else:
            field = query.field(part.field)
            parts.append(f"{field.label} {describe(field, part, query.actor, fmt)}")
    return (_(" or ") if group.joiner == "or" else _(" and ")).join(parts)


def describe(field: Field, condition: Condition, actor: User, fmt: Formatter) -> str:
    """A condition in words, as its chip says it."""
    values = condition.values
    if condition.operator in IN_DAYS:
        return _in_days(condition.operator, int(values[0]), fmt)
    by_text = {str(code): str(label) for code, label in field.choices.items()}
    if field.type is ValueType.PERSON:
        keys = [key for key in map(number_in, values) if key]
        by_text = {str(pk): name for pk, name in User.objects.filter(pk__in=keys).values_list("pk", "name")}
        by_text |= {"me": _("me"), MY_TEAM: _("my team")}
    elif field.type is ValueType.RECORD:
        keys = [key for key in map(number_in, values) if key]
        named = field.nameable_by(actor).filter(pk__in=keys)
        by_text = {str(pk): name for pk, name in named.values_list("pk", "name")} | {MY_TEAM: _("my team")}
    elif field.type is ValueType.YES_NO:
        by_text = {"yes": _("Yes"), "no": _("No")}
    elif field.type in {ValueType.DATE, ValueType.MOMENT}:
        by_text = PERIODS | {value: fmt.date(day) for value in values if (day := parse_date(value))}
    words = [str(by_text.get(value, value)) for value in values]
    if condition.operator == "between":
        return _("from %(first)s to %(last)s") % {"first": words[0], "last": words[1]}
    operator = "" if condition.operator in {"is", "has", "within"} else OPERATORS[condition.operator]
    alternatives = (_(" and ") if condition.operator == "has_all" else _(" or ")).join(words)
    return f"{operator} {alternatives}".strip()


def _in_days(operator: str, days: int, fmt: Formatter) -> str:
    words = {
        "last_days": ngettext("in the last day", "in the last %(count)s days", days),
        "next_days": ngettext("in the next day", "in the next %(count)s days", days),
        "older_days": ngettext("a day ago or more", "%(count)s days ago or more", days),
    }
    return words[operator] % {"count": fmt.number(days)}
