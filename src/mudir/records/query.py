"""`QuerySpec`: the only way from anything a person sends to a query over records.

A spec names fields by their ids in the registry, never by columns. An unknown field and a forbidden one give the same
error. The same object is the address of a page, a saved view, an export, a bulk action.
"""

import base64
import binascii
import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.scope import ScopedQuerySet
from mudir.records import registry, search
from mudir.records.fields import Field, ValueType, with_computed

PAGE_SIZE = 50
LARGEST_PAGE = 200
MOST_CONDITIONS = 30
COUNTED_EXACTLY = 10_000
LARGEST_NUMBER = 2**63 - 1


class SpecError(ValueError):
    """A query that cannot be asked; the message is for the person who asked it."""


def unknown_field(name: str) -> SpecError:
    return SpecError(_("There is no field “%(field)s” here.") % {"field": name[:60]})


@dataclass(frozen=True)
class Condition:
    field: str
    operator: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.field}.{self.operator}" + (f".{','.join(self.values)}" if self.values else "")

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """`field.operator.value,value`; only the operators that take several values split them."""
        name, _dot, rest = text.partition(".")
        operator, _dot, value = rest.partition(".")
        if not name or not operator:
            raise SpecError(_("“%(text)s” is not a filter.") % {"text": text[:80]})
        several = operator in {"is", "is_not", "between", "has"}
        values = tuple(part for part in value.split(",") if part) if several else (value,) if value else ()
        return cls(name, operator, values)


@dataclass(frozen=True)
class Group:
    """Conditions and groups, joined by 'and' or by 'or'."""

    joiner: str = "and"
    parts: tuple["Condition | Group", ...] = ()

    def conditions(self) -> Iterable[Condition]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part


@dataclass(frozen=True)
class QuerySpec:
    kind: str
    where: Group = field(default_factory=Group)
    text: str = ""
    sort: tuple[str, ...] = ()  # field ids, "-" before one turns it round
    columns: tuple[str, ...] = ()
    group: str = ""
    aggregates: tuple[str, ...] = ()  # "count", "sum.amount", "max.last_contact_at"
    ids: tuple[int, ...] = ()  # only these of the rows that match; none given, all of them
    after: str = ""  # cursor of the page before
    size: int = PAGE_SIZE

    @classmethod
    def from_query(cls, kind: str, query: QueryDict) -> "QuerySpec":
        """Read a spec from an address: `f` (one per condition), `q`, `sort`, `columns`, `id`, `after`, `size`.

        `all` stands for every row that matches, whichever were ticked.
        """
        parts = tuple(Condition.parse(text) for text in query.getlist("f") if text)
        size = query.get("size") or str(PAGE_SIZE)
        if not size.isascii() or not size.isdigit() or len(size) > 4 or not 1 <= int(size) <= LARGEST_PAGE:
            raise SpecError(_("A page has 1 to %(most)s rows.") % {"most": LARGEST_PAGE})
        return cls(
            kind=kind, where=Group("and", parts), text=query.get("q", "").strip()[:200],
            sort=_names(query.get("sort", "")), columns=_names(query.get("columns", "")),
            group=query.get("group", ""), aggregates=_names(query.get("aggregates", "")),
            ids=() if query.get("all") else tuple(_key(text) for text in query.getlist("id")),
            after=query.get("after", ""), size=int(size),
        )

    def to_query(self, **changes: Any) -> str:
        """The address of this spec, with some parts changed; a flat 'and' of conditions is all an address holds."""
        spec = dataclasses.replace(self, **changes)
        pairs: list[tuple[str, str]] = [("f", str(condition)) for condition in spec.where.conditions()]
        pairs += [("q", spec.text), ("sort", ",".join(spec.sort)), ("columns", ",".join(spec.columns)),
                  ("group", spec.group), ("aggregates", ",".join(spec.aggregates)), ("after", spec.after)]
        if spec.size != PAGE_SIZE:
            pairs.append(("size", str(spec.size)))
        return urlencode([(name, value) for name, value in pairs if value])

    def without(self, condition: Condition) -> "QuerySpec":
        parts = tuple(part for part in self.where.parts if part != condition)
        return dataclasses.replace(self, where=Group(self.where.joiner, parts), after="")

    def with_condition(self, condition: Condition) -> "QuerySpec":
        parts = tuple(part for part in self.where.parts if part != condition)
        return dataclasses.replace(self, where=Group(self.where.joiner, (*parts, condition)), after="")


def _key(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise SpecError(_("“%(text)s” is not the number of a record.") % {"text": text[:40]})
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────────

OPERATORS = {
    "contains": gettext_lazy("contains"),
    "starts": gettext_lazy("begins with"),
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "has": gettext_lazy("has"),
    "team": gettext_lazy("is in my team"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    "between": gettext_lazy("is between"),
    "last_days": gettext_lazy("in the last days"),
    "next_days": gettext_lazy("in the next days"),
    "older_days": gettext_lazy("days ago or more"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is not empty"),
}
_EMPTINESS = ("empty", "not_empty")
_WORDS = ("contains", "is", "is_not", "starts", *_EMPTINESS)
_DAYS = ("is", "before", "after", "between", "last_days", "next_days", "older_days", *_EMPTINESS)
_NUMBERS = ("is", "at_least", "at_most", "between", *_EMPTINESS)
OPERATORS_OF: dict[ValueType, tuple[str, ...]] = {
    ValueType.NAME: _WORDS,
    ValueType.TEXT: _WORDS,
    ValueType.LONG_TEXT: ("contains", *_EMPTINESS),
    ValueType.CODE: _WORDS,
    ValueType.LINK: _WORDS,
    ValueType.PHONE: _WORDS,
    ValueType.EMAIL: _WORDS,
    ValueType.CHOICE: ("is", "is_not", *_EMPTINESS),
    ValueType.LIST: ("has", *_EMPTINESS),
    ValueType.YES_NO: ("is",),
    ValueType.NUMBER: _NUMBERS,
    ValueType.PERCENT: _NUMBERS,
    ValueType.DATE: _DAYS,
    ValueType.MOMENT: _DAYS,
    ValueType.PERSON: ("is", "is_not", "team", *_EMPTINESS),
    ValueType.RECORD: ("is", "is_not", *_EMPTINESS),
}
TAKES_NOTHING = {"empty", "not_empty", "team"}


def _number(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise SpecError(_("“%(value)s” is not a whole number.") % {"value": value[:40]}) from None
    if abs(number) > LARGEST_NUMBER:
        raise SpecError(_("“%(value)s” is too large.") % {"value": value[:40]})
    return number


def _day(value: str) -> date:
    """An ISO day, or a day relative to today: `today`, `-30`, `+7`."""
    today = timezone.localdate()
    if value == "today":
        return today
    try:
        if value[:1] in {"-", "+"}:
            return today + timedelta(days=_number(value))
        day = parse_date(value)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise SpecError(_("“%(value)s” is not a date. Write it as 2026-11-24.") % {"value": value[:40]})
    return day


def _start_of(day: date, value_type: ValueType) -> date | datetime:
    """A day as the field compares it: a moment field begins with the day in the reader's zone."""
    if value_type is ValueType.MOMENT:
        return timezone.make_aware(datetime.combine(day, time.min))
    return day


def _next_day(day: date) -> date:
    try:
        return day + timedelta(days=1)
    except OverflowError:
        raise SpecError(_("That date is too far away.")) from None


def _days_filter(spec_field: Field, operator: str, values: Sequence[str]) -> Q:
    path, kind, today = spec_field.path, spec_field.type, timezone.localdate()

    def since(day: date) -> Q:
        return Q(**{f"{path}__gte": _start_of(day, kind)})

    def until(day: date) -> Q:
        return Q(**{f"{path}__lt": _start_of(_next_day(day), kind)})

    if operator in {"last_days", "next_days", "older_days"}:
        count = _number(values[0])
        if not 0 <= count <= 36_500:
            raise SpecError(_("Count up to 36500 days."))
        if operator == "last_days":
            return since(today - timedelta(days=count)) & until(today)
        if operator == "next_days":
            return since(today) & until(today + timedelta(days=count))
        return until(today - timedelta(days=count))
    days = [_day(value) for value in values]
    if operator == "between":
        if len(days) != 2:
            raise SpecError(_("“Between” takes two values."))
        return since(min(days)) & until(max(days))
    if operator == "before":
        return Q(**{f"{path}__lt": _start_of(days[0], kind)})
    if operator == "after":
        return since(_next_day(days[0]))
    return since(days[0]) & until(days[0])


def _numbers_filter(spec_field: Field, operator: str, values: Sequence[str]) -> Q:
    numbers, path = [_number(value) for value in values], spec_field.path
    if operator == "between":
        if len(numbers) != 2:
            raise SpecError(_("“Between” takes two values."))
        return Q(**{f"{path}__gte": min(numbers), f"{path}__lte": max(numbers)})
    if operator == "at_least":
        return Q(**{f"{path}__gte": numbers[0]})
    if operator == "at_most":
        return Q(**{f"{path}__lte": numbers[0]})
    return Q(**{f"{path}__in": numbers})


def _choices_filter(spec_field: Field, values: Sequence[str]) -> Q:
    by_text = {str(code): code for code in spec_field.choices}
    unknown = [value for value in values if value not in by_text]
    if unknown:
        raise SpecError(
            _("“%(value)s” is not one of the choices of “%(field)s”.")
            % {"value": unknown[0][:60], "field": spec_field.label}
        )
    return Q(**{f"{spec_field.path}__in": [by_text[value] for value in values]})


def _words_filter(spec_field: Field, operator: str, values: Sequence[str]) -> Q:
    path = spec_field.path
    if operator == "contains":
        return Q(**{f"{path}__icontains": values[0]})
    if operator == "starts":
        return Q(**{f"{path}__istartswith": values[0]})
    return Q(**{f"{path}__in": values})


def _people_filter(spec_field: Field, operator: str, values: Sequence[str], actor: User) -> Q:
    if operator == "team":
        return Q(**{f"{spec_field.path}__team__in": actor.team_ids})
    keys = [actor.pk if value == "me" else _number(value) for value in values]
    return Q(**{f"{spec_field.path}__in": keys})


def _related_filter(spec_field: Field, values: Sequence[str], actor: User) -> Q:
    """Only rows that the actor sees can be named: an unseen one is as good as unknown."""
    seen = spec_field.nameable_by(actor).filter(pk__in=[_number(value) for value in values])
    return Q(**{f"{spec_field.path}__in": seen.values("pk")})


def _emptiness(spec_field: Field, actor: User) -> Q:
    nothing = Q(**{f"{spec_field.path}__isnull": True})
    if spec_field.type is ValueType.RECORD and not spec_field.is_many:
        # An unseen one is as good as none.
        return nothing | ~Exists(spec_field.nameable_by(actor).filter(pk=OuterRef(spec_field.value_paths[0])))
    if spec_field.type is ValueType.LIST:
        return nothing | Q(**{spec_field.path: []})
    if spec_field.type in {ValueType.NAME, ValueType.TEXT, ValueType.LONG_TEXT, ValueType.CODE, ValueType.LINK,
                           ValueType.PHONE, ValueType.EMAIL, ValueType.CHOICE} and not _is_numeric(spec_field):
        return nothing | Q(**{spec_field.path: ""})
    return nothing


def _is_numeric(spec_field: Field) -> bool:
    return any(isinstance(code, int) for code in spec_field.choices)


def condition_to_q(spec_field: Field, condition: Condition, actor: User) -> Q:
    """What one condition asks of the database. Raises `SpecError` for anything that does not fit the field."""
    operator, values = condition.operator, condition.values
    if operator not in OPERATORS_OF[spec_field.type]:
        raise SpecError(
            _("“%(field)s” cannot be compared by “%(operator)s”.")
            % {"field": spec_field.label, "operator": operator[:40]}
        )
    if any("\0" in value for value in values):
        raise SpecError(_("The filter holds a character that no field can have."))
    if not values and operator not in TAKES_NOTHING:
        raise SpecError(_("The filter of “%(field)s” needs a value.") % {"field": spec_field.label})
    if operator == "empty":
        return _emptiness(spec_field, actor)
    if operator == "not_empty":
        return ~_emptiness(spec_field, actor)
    match spec_field.type:
        case ValueType.DATE | ValueType.MOMENT:
            asked = _days_filter(spec_field, operator, values)
        case ValueType.NUMBER | ValueType.PERCENT:
            asked = _numbers_filter(spec_field, operator, values)
        case ValueType.CHOICE:
            asked = _choices_filter(spec_field, values)
        case ValueType.LIST:
            asked = Q(**{f"{spec_field.path}__overlap": list(values)})
        case ValueType.YES_NO:
            if set(values) - {"yes", "no"}:
                raise SpecError(_("Answer “%(field)s” by yes or no.") % {"field": spec_field.label})
            asked = Q(**{f"{spec_field.path}__in": [value == "yes" for value in values]})
        case ValueType.PERSON:
            asked = _people_filter(spec_field, operator, values, actor)
        case ValueType.RECORD:
            asked = _related_filter(spec_field, values, actor)
        case _:
            asked = _words_filter(spec_field, operator, values)
    return ~asked if operator == "is_not" else asked


# ── from a spec to rows ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Total:
    """How many rows there are: exactly up to 10,000, '10,000+' beyond."""

    count: int
    is_exact: bool


@dataclass(frozen=True)
class Page:
    rows: list[tuple]  # primary key, title, then the values of each path asked for
    next_cursor: str  # empty on the last page


class Query:
    """A spec bound to an actor and checked against the registry: raises `SpecError` when made."""

    def __init__(self, spec: QuerySpec, actor: User):
        self.spec, self.actor = spec, actor
        self.record_type = registry.for_kind(spec.kind)
        self.fields = self.record_type.visible_fields(actor)
        self.columns = [self.field(name) for name in dict.fromkeys(spec.columns or self._default_columns())]
        self.order = self._order()
        self.where = self._where(spec.where)

    def _default_columns(self) -> list[str]:
        return [name for name in self.record_type.columns if name in self.fields]

    def field(self, name: str) -> Field:
        try:
            return self.fields[name]
        except KeyError:
            raise unknown_field(name) from None

    def _order(self) -> list[tuple[Field, bool]]:
        order = []
        for name in self.spec.sort or (self.record_type.sort,):
            spec_field = self.field(name.removeprefix("-"))
            if not spec_field.sort_path:
                raise SpecError(_("The list cannot be sorted by “%(field)s”.") % {"field": spec_field.label})
            order.append((spec_field, name.startswith("-")))
        if len(order) > 3:
            raise SpecError(_("Sort by at most three fields."))
        return order

    def _where(self, group: Group) -> Q:
        if sum(1 for _condition in group.conditions()) > MOST_CONDITIONS:
            raise SpecError(_("Use at most %(most)s filters at once.") % {"most": MOST_CONDITIONS})
        asked = Q()
        for part in group.parts:
            q = self._where(part) if isinstance(part, Group) else condition_to_q(
                self.field(part.field), part, self.actor
            )
            asked = asked | q if group.joiner == "or" else asked & q
        return asked

    def _used(self) -> list[Field]:
        """Every field that the spec names in any place."""
        named = [self.field(condition.field) for condition in self.spec.where.conditions()]
        grouped = [self.field(self.spec.group)] if self.spec.group else []
        return [*self.columns, *named, *grouped, *(spec_field for spec_field, _turned in self.order)]

    def queryset(self) -> ScopedQuerySet:
        """Every row that matches, unordered, narrowed to the actor."""
        found = self.record_type.model.objects.visible_to(self.actor)
        found = with_computed(found, self._used(), self.actor).filter(self.where)
        if any(self.field(condition.field).is_many for condition in self.spec.where.conditions()):
            found = found.distinct()
        if self.spec.ids:
            found = found.filter(pk__in=self.spec.ids)
        return search.match(found, self.spec.text) if self.spec.text else found

    def total(self) -> Total:
        counted = self.queryset().order_by().values("pk")[: COUNTED_EXACTLY + 1].count()
        return Total(min(counted, COUNTED_EXACTLY), counted <= COUNTED_EXACTLY)

    def ordering(self) -> list[Any]:
        """By the fields asked for, nulls last; where there are none it is not said, for an index is read both ways."""
        order = []
        for spec_field, turned in self.order:
            path, nulls_last = F(spec_field.sort_path), True if spec_field.is_nullable else None
            order.append(path.desc(nulls_last=nulls_last) if turned else path.asc(nulls_last=nulls_last))
        return [*order, F("pk").desc() if self.order[0][1] else F("pk").asc()]

    def page(self, paths: Sequence[str]) -> Page:
        """One page of rows in order, by keyset: as fast at the millionth row as at the first."""
        if several := next((column for column in self.columns if column.is_many), None):
            raise SpecError(
                _("“%(field)s” has several values and is no column of the list.") % {"field": several.label})
        sort_paths = [spec_field.sort_path for spec_field, _turned in self.order]
        title = self.fields[self.record_type.title].path
        columns = ["pk", title, *paths, *sort_paths]
        found = self.queryset()
        size = self.spec.size
        if len(self.order) == 1 and self.order[0][0].is_nullable:
            rows = self._page_with_nulls(found, columns, size + 1)
        else:
            found = found.filter(self._after(sort_paths)) if self.spec.after else found
            rows = list(found.order_by(*self.ordering()).values_list(*columns)[: size + 1])
        cursor = ""
        if len(rows) > size:
            rows = rows[:size]
            last = rows[-1]
            cursor = encode_cursor([*last[len(columns) - len(sort_paths):], last[0]])
        return Page(rows, cursor)

    def _after(self, sort_paths: list[str]) -> Q:
        """Rows behind the cursor, where no value is null or the sort has several fields."""
        *values, key = decode_cursor(self.spec.after, self.order)
        step = "lt" if self.order[0][1] else "gt"
        behind = Q(**{f"pk__{step}": key})
        for (spec_field, turned), path, value in reversed(list(zip(self.order, sort_paths, values, strict=True))):
            if value is None:
                behind = Q(**{f"{path}__isnull": True}) & behind
                continue
            further = Q(**{f"{path}__{'lt' if turned else 'gt'}": value})
            if spec_field.is_nullable:
                further |= Q(**{f"{path}__isnull": True})
            behind = further | (Q(**{path: value}) & behind)
        first, value = self.order[0], values[0]
        if value is not None and not first[0].is_nullable:
            # Says the same again in a form that an index can start from.
            behind &= Q(**{f"{sort_paths[0]}__{'lte' if first[1] else 'gte'}": value})
        return behind

    def _page_with_nulls(self, found: ScopedQuerySet, columns: list[str], size: int) -> list[tuple]:
        """A page sorted by one field that may be null: rows with a value, then rows without, in one query.

        Each half can begin in the index; one condition over both could not.
        """
        (spec_field, turned), = self.order
        path, step = spec_field.sort_path, "lt" if turned else "gt"
        valued = found.filter(**{f"{path}__isnull": False})
        empty = found.filter(**{f"{path}__isnull": True})
        if self.spec.after:
            value, key = decode_cursor(self.spec.after, self.order)
            if value is None:
                rows = empty.filter(**{f"pk__{step}": key}).order_by(*self.ordering()[-1:])
                return list(rows.values_list(*columns)[:size])
            edge = Q(**{path: value, f"pk__{step}": key}) | Q(**{f"{path}__{step}": value})
            valued = valued.filter(edge, **{f"{path}__{step}e": value})
        first = valued.order_by(F(path).desc() if turned else F(path).asc(), self.ordering()[-1])
        second = empty.order_by(self.ordering()[-1])
        halves = first.values_list(*columns)[:size].union(second.values_list(*columns)[:size], all=True)
        place = len(columns)
        return sorted(halves, key=lambda row: row[place - 1] is None)[:size]

    def keys(self) -> QuerySet:
        """Primary keys of every match, for exports and bulk actions."""
        return self.queryset().order_by().values_list("pk", flat=True)

    def rows(self, paths: Sequence[str]) -> Iterable[tuple]:
        """Every matching row in order, streamed."""
        ordered = self.queryset().order_by(*self.ordering())
        return ordered.values_list("pk", *paths).iterator(chunk_size=2000)

    def groups(self) -> list[tuple]:
        """One row per value of the group field (or one for all): the value, then each aggregate."""
        measures = {f"measure_{place}": self._measure(name) for place, name in enumerate(self.spec.aggregates)}
        found = self.queryset().order_by()
        if found.query.distinct:  # rows that match several times are counted once
            matching = found.values("pk")
            found = self.record_type.model.objects.visible_to(self.actor).filter(pk__in=matching)
            found = with_computed(found, self._used(), self.actor)
        if not self.spec.group:
            return [tuple(found.aggregate(**measures).values())]
        by = self.field(self.spec.group)
        if by.is_many or by.type in {ValueType.LIST, ValueType.LONG_TEXT}:
            raise SpecError(_("The list cannot be grouped by “%(field)s”.") % {"field": by.label})
        path = by.path
        if by.type is ValueType.RECORD:  # an unseen one is as good as none
            path = "group_key"
            named = by.nameable_by(self.actor).filter(pk=OuterRef(by.value_paths[0]))
            found = found.annotate(group_key=Subquery(named.values("pk")))
        return list(found.values_list(path).annotate(**measures).order_by(path)[:1000])

    def _measure(self, name: str) -> Any:
        if name == "count":
            return Count("pk")
        function, _dot, field_name = name.partition(".")
        measured = self.field(field_name)
        allowed: dict[str, Callable] = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
        if measured.type in {ValueType.DATE, ValueType.MOMENT}:
            allowed = {"min": Min, "max": Max}
        elif measured.type not in {ValueType.NUMBER, ValueType.PERCENT}:
            allowed = {}
        if function not in allowed:
            raise SpecError(_("“%(field)s” cannot be summed up that way.") % {"field": measured.label})
        return allowed[function](measured.path)


# ── cursors ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def encode_cursor(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, order: Sequence[tuple[Field, bool]]) -> list[Any]:
    """The values a page ended with: one per sort field, then the key. A made-up cursor is a `SpecError`."""
    try:
        if len(cursor) > 2000:
            raise ValueError
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        *sorted_by, key = values
        if len(sorted_by) != len(order) or type(key) is not int or not 0 <= key <= LARGEST_NUMBER:
            raise ValueError
        return [*(_cursor_value(value, spec_field) for value, (spec_field, _turned) in
                  zip(sorted_by, order, strict=True)), key]
    except (ValueError, TypeError, OverflowError, binascii.Error, ValidationError, RecursionError):
        raise SpecError(_("This page of the list does not exist any more. Start again from the first.")) from None


def _cursor_value(value: Any, spec_field: Field) -> Any:
    if value is None:
        return None
    match spec_field.type:
        case ValueType.DATE:
            return date.fromisoformat(value)
        case ValueType.MOMENT:
            moment = datetime.fromisoformat(value)
            return (moment if timezone.is_aware(moment) else timezone.make_aware(moment)).astimezone(UTC)
        case ValueType.NUMBER | ValueType.PERCENT:
            if type(value) is not int or abs(value) > LARGEST_NUMBER:
                raise ValueError
            return value
        case ValueType.YES_NO:
            if type(value) is not bool:
                raise ValueError
            return value
        case ValueType.CHOICE if _is_numeric(spec_field):
            if type(value) is not int or abs(value) > LARGEST_NUMBER:
                raise ValueError
            return value
        case _:
            if type(value) is not str or "\0" in value:
                raise ValueError
            value.encode()  # half of a surrogate pair is no text
            return value
