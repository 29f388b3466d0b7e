"""Records on the days of a date of theirs: a month or a week of it, a few on each day, and one moved to another day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, TimeField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.kit.scope import ScopedQuerySet
from mudir.kit.templatetags.mudir import avatar
from mudir.records import registry, table
from mudir.records.board import board_of
from mudir.records.cells import write_cell
from mudir.records.custom.computed import ComputedField
from mudir.records.fields import Field, ValueType
from mudir.records.models import Record
from mudir.records.query import Condition, Query, QuerySpec
from mudir.records.query.asking import too_long_refused
from mudir.records.query.operators import day_in
from mudir.records.query.periods import days_of
from mudir.records.query.spec import unknown_field
from mudir.records.registry import RecordType

SHOWN_ON_A_DAY = {"month": 3, "week": 16}
SHOWN_OF_A_DAY = 50  # where one day is looked at alone
READ_AT_ONCE = 2000  # rows of all days together; of more than that, each day is asked for by itself
COUNTED_ON_A_DAY = 99  # exactly, then


@dataclass(frozen=True)
class Entry:
    """What stands on a day of one record."""

    key: int
    version: int
    title: SafeString
    beside: str
    time: str
    owner: SafeString  # of another than the reader
    is_done: bool
    is_late: bool


@dataclass(frozen=True)
class Day:
    day: date
    entries: list[Entry]
    found: int  # up to one more than are counted, where a day has very many

    @property
    def more(self) -> int:
        """How many stand on it besides."""
        return self.found - len(self.entries)


def fields_of(record_type: RecordType, actor: User) -> dict[str, Field]:
    """The dates that records can stand by."""
    return {name: one for name, one in record_type.visible_fields(actor).items()
            if one.type in {ValueType.DATE, ValueType.MOMENT} and not one.is_many
            and (not one.computed or isinstance(one, ComputedField))}


def usual_field(record_type: RecordType) -> str:
    """The date that its lists show first, unless they show none."""
    dates = [name for name in (*record_type.columns, *record_type.filters_in_code, *record_type.fields_in_code)
             if record_type.fields_in_code[name].type in {ValueType.DATE, ValueType.MOMENT}]
    return dates[0] if dates else ""


class Days:
    """The days of a calendar for one reader. Raises `SpecError` for a field that is no date, and for a day far away."""

    def __init__(self, spec: QuerySpec, by: str, actor: User, fmt: Formatter, *, span: str = "month", at: str = ""):
        self.spec = replace(spec, group="", aggregates=(), columns=(), ids=(), after="")
        self.record_type = registry.for_kind(spec.kind)
        self.actor, self.fmt, self.span = actor, fmt, span
        dates = fields_of(self.record_type, actor)
        if by not in dates:
            raise unknown_field(by)
        self.field = dates[by]
        self.at = day_in(at) if at else timezone.localdate()
        unit = "week" if span == "week" else "hijri_month" if actor.calendar == "hijri" else "month"
        self.first, self.last = self._period(f"this_{unit}")
        self.before, self.behind = (self._period(f"{way}_{unit}")[0] for way in ("last", "next"))
        self.visible = self.record_type.visible_fields(actor)
        beside = {column.name for column in self.record_type.model._meta.fields if isinstance(column, TimeField)}
        self.clock = next((path for path in self.field.extra_paths if path in beside), "")  # of a day, kept apart

    def _period(self, name: str) -> tuple[date, date]:
        return days_of(name, self.at, self.actor.first_weekday)

    def weeks(self) -> list[list[Day]]:
        """Whole weeks with every day of the span, each day with its first entries."""
        start = days_of("this_week", self.first, self.actor.first_weekday)[0]
        until = days_of("this_week", self.last, self.actor.first_weekday)[1]
        days = [start + timedelta(days=step) for step in range((until - start).days + 1)]
        keys = self._keys(days)
        shown = SHOWN_ON_A_DAY[self.span]
        entries = self._entries([key for of_day in keys.values() for key in of_day[:shown]])
        made = [Day(day, [entries[key] for key in keys[day][:shown] if key in entries], len(keys[day])) for day in days]
        return [made[place : place + 7] for place in range(0, len(made), 7)]

    def day(self, day: date) -> Day:
        """One day with as many of its entries as fit a page."""
        keys = self._keys([day])[day]
        return Day(day, list(self._entries(keys[:SHOWN_OF_A_DAY]).values()), len(keys))

    def condition(self, first: date, last: date) -> Condition:
        return Condition(self.field.id, "between", (first.isoformat(), last.isoformat()))

    def nearest(self) -> date | None:
        """The day of the first entry behind the span, else of the last one before it."""
        path = self.field.path
        for operator, edge, order in (("after", self.last, path), ("before", self.first, f"-{path}")):
            condition = Condition(self.field.id, operator, (edge.isoformat(),))
            found = Query(self.spec.with_condition(condition), self.actor).queryset().order_by(order)
            if (value := found.values_list(path, flat=True).first()) is not None:
                return self._day_of(value)
        return None

    def _asked(self, first: date, last: date) -> ScopedQuerySet:
        """The keys of the rows of these days and their dates, in their order."""
        query = Query(self.spec.with_condition(self.condition(first, last)), self.actor)
        clock = [F(self.clock).asc(nulls_last=True)] if self.clock else []
        return query.queryset().order_by(self.field.path, *clock, "pk").values_list("pk", self.field.path)

    def _keys(self, days: list[date]) -> dict[date, list[int]]:
        """The keys of each day in their order, where there are many only the first. Raises `SpecError`."""
        with too_long_refused():
            rows = list(self._asked(days[0], days[-1])[: READ_AT_ONCE + 1])
            if len(rows) > READ_AT_ONCE:
                each = [self._asked(day, day)[: COUNTED_ON_A_DAY + 1] for day in days]
                rows = each[0].union(*each[1:], all=True)  # whose days come one after another
        keys: dict[date, list[int]] = {day: [] for day in days}
        for key, value in rows:
            keys[self._day_of(value)].append(key)
        return keys

    def _day_of(self, value: date | datetime) -> date:
        return timezone.localdate(value) if isinstance(value, datetime) else value

    def _entries(self, keys: Iterable[int]) -> dict[int, Entry]:
        """What stands in the calendar of these records, those that are gone left out."""
        keys = tuple(keys)
        if not keys:
            return {}
        named = [self.field.id, self._beside(), self.record_type.deadlines.get(self.field.id, ""), "owner"]
        shown = [self.visible[name] for name in dict.fromkeys(named) if name in self.visible]
        spec = replace(self.spec, ids=keys, columns=tuple(one.id for one in shown), size=len(keys))
        query = Query(spec, self.actor)
        page = query.page([*(path for one in shown for path in one.value_paths[:2]), "version", self.clock or "pk"])
        found = {}
        for key, name, *row in page.rows:
            values, place = {}, 0
            for one in shown:
                width = len(one.value_paths[:2])
                values[one.id] = row[place : place + width]
                place += width
            found[key] = self._entry(key, name, *row[place : place + 2], values)
        return {key: found[key] for key in keys if key in found}

    def _beside(self) -> str:
        """What tells records of one name apart: whose they are about."""
        title = self.record_type.title
        telling = (name for name in self.record_type.columns if name != title and name in self.visible
                   and self.visible[name].type is ValueType.RECORD)
        return board_of(self.record_type).over or next(telling, "")

    def _entry(self, key: int, name: Any, version: int, clock: Any, values: Mapping[str, list]) -> Entry:
        value = values[self.field.id][0]
        owner_key, owner_name = (values.get("owner") or [None, ""])[:2]
        words = table.title_words(self.visible[self.record_type.title])
        finished_at = values.get(self.record_type.deadlines.get(self.field.id, ""))
        return Entry(
            key=key, version=version, title=mark_safe(words(name, self.fmt)),  # noqa: S308  escaped there
            beside=str((values.get(self._beside()) or [""])[-1] or ""),
            time=self.fmt.time(value) if isinstance(value, datetime) else self.fmt.in_digits(f"{clock:%H:%M}")
            if isinstance(clock, time) else "",
            owner=SafeString("") if owner_key in {None, self.actor.pk} else format_html(
                '<span title="{}">{}</span>', owner_name, avatar(owner_name, key=owner_key, size="xs")),
            is_done=bool(finished_at and finished_at[0]),
            is_late=finished_at == [None] and self._day_of(value) < timezone.localdate(),
        )


def movable_fields(record_type: RecordType, actor: User) -> dict[str, Field]:
    """The dates by which the actor may move some record."""
    dates = fields_of(record_type, actor)
    return {name: one for name, one in record_type.cells(actor).items() if name in dates}


def move(record: Record, *, field: Field, to: date, by: User, version: int) -> Record:
    """Give the record another day, as if it had been written into its cell; of a moment the time of day stays.

    Raises what the record's own service raises, and `Conflict` where the day was changed since `version`.
    """
    before = field.value_of(record)
    value: date = to
    if field.type is ValueType.MOMENT:
        clock = timezone.localtime(before).time() if before else timezone.localtime().time()
        value = timezone.make_aware(datetime.combine(to, clock))
    return write_cell(record, field, by=by, version=version, value=value)
