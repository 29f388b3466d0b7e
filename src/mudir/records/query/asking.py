"""A spec bound to who asks: checked against the registry, and from there to rows, pages, totals and groups."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Avg, Count, DateField, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.money import Money, digits_of_currency
from mudir.kit.scope import ScopedQuerySet
from mudir.kit.sql import rows_of
from mudir.kit.timeouts import TookTooLong, in_time
from mudir.records import registry, search
from mudir.records.fields import Field, ValueType, with_computed
from mudir.records.query.cursors import decode_cursor, encode_cursor
from mudir.records.query.operators import condition_to_q
from mudir.records.query.related import FieldThrough, asked_through, field_through, walk
from mudir.records.query.spec import Condition, Group, QuerySpec, SpecError

COUNTED_EXACTLY = 10_000
COSTLY = 2000  # in units of the database's planner, of which 500 are about a millisecond
MOST_SORTS = 3
MOST_COLUMNS = 300
MOST_COLUMNS_THROUGH = 20  # of related records: each is a question for each row
MOST_MEASURES = 60
MOST_GROUPS = 1000
MOST_SECONDS = 3  # for sums and groups
MEASURES = {
    "sum": gettext_lazy("sum"),
    "avg": gettext_lazy("average"),
    "min": gettext_lazy("least"),
    "max": gettext_lazy("most"),
    "filled": gettext_lazy("filled in"),
}
FUNCTIONS = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}


@contextmanager
def too_long_refused() -> Iterator[None]:
    """What takes too long in here is refused in words."""
    try:
        with in_time(MOST_SECONDS):
            yield
    except TookTooLong:
        raise SpecError(_("That would take too long. Narrow the list first.")) from None


def measures_of_field(spec_field: Field) -> tuple[str, ...]:
    """How the values of a field are summed up."""
    if spec_field.is_many or isinstance(spec_field, FieldThrough):
        return ()
    if spec_field.type in {ValueType.NUMBER, ValueType.PERCENT} or spec_field.currency_path:
        return ("sum", "avg", "min", "max", "filled")
    days = spec_field.type in {ValueType.DATE, ValueType.MOMENT}
    return ("min", "max", "filled") if days else () if spec_field.type is ValueType.YES_NO else ("filled",)


def is_grouped_by(spec_field: Field) -> bool:
    return not spec_field.is_many and spec_field.type not in {ValueType.LIST, ValueType.LONG_TEXT, ValueType.FILE}


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
        if len(spec.columns) > MOST_COLUMNS or len(spec.aggregates) > MOST_MEASURES or (
                sum(isinstance(column, FieldThrough) for column in self.columns) > MOST_COLUMNS_THROUGH):
            raise SpecError(_("That is more at once than a list can show. Choose fewer columns."))
        self.order = self._order()
        self.where = self._where(spec.where)
        self._used()  # refuses now what is unknown, and not when the first rows of a file are on their way

    def _default_columns(self) -> list[str]:
        return [name for name in self.record_type.columns if name in self.fields]

    def field(self, name: str) -> Field:
        """The field of an id, or behind a path through related records. Raises the error of an unknown field."""
        return self.fields.get(name) or field_through(name, *walk(self.fields, name, self.actor))

    def _order(self) -> list[tuple[Field, bool]]:
        order = []
        for name in self.spec.sort or (self.record_type.sort,):
            spec_field = self.field(name.removeprefix("-"))
            if not spec_field.sort_path:
                raise SpecError(_("The list cannot be sorted by “%(field)s”.") % {"field": spec_field.label})
            order.append((spec_field, name.startswith("-")))
        if len(order) > MOST_SORTS:
            raise SpecError(_("Sort by at most three fields."))
        return order

    def _where(self, group: Group) -> Q:
        asked = Q()
        for part in group.parts:
            q = self._where(part) if isinstance(part, Group) else self._asked(part)
            asked = asked | q if group.joiner == "or" else asked & q
        return asked

    def _asked(self, condition: Condition) -> Q:
        steps, last = walk(self.fields, condition.field, self.actor)
        if steps:
            return asked_through(steps, last, condition, self.actor)
        return condition_to_q(last, condition, self.actor)

    def _named(self) -> list[Field]:
        """The record's own fields that conditions name."""
        return [self.fields[one.field] for one in self.spec.where.conditions() if one.field in self.fields]

    def _used(self) -> list[Field]:
        """Every field that the spec names in any place, but those of related records that it asks for."""
        measured = (name.partition(".")[2] for name in self.spec.aggregates if name != "count")
        also = [self.field(name) for name in (self.spec.group, *measured) if name]
        return [*self.columns, *self._named(), *also, *(spec_field for spec_field, _turned in self.order)]

    def queryset(self) -> ScopedQuerySet:
        """Every row that matches, unordered, narrowed to the actor."""
        return self._found.all()

    @cached_property
    def _found(self) -> ScopedQuerySet:
        found = self.record_type.model.objects.visible_to(self.actor)
        found = with_computed(found, self._used(), self.actor).filter(self.where)
        if any(spec_field.is_many for spec_field in self._named()):
            found = found.distinct()
        if self.spec.ids:
            found = found.filter(pk__in=self.spec.ids)
        return search.match(found, self.spec.text) if self.spec.text else found

    def total(self) -> Total:
        statement, values = self._counted
        ((counted,),) = rows_of(f"SELECT count(*) FROM ({statement}) counted", values) if statement else [(0,)]
        return Total(min(counted, COUNTED_EXACTLY), counted <= COUNTED_EXACTLY)

    def is_counted_quickly(self) -> bool:
        """Whether the total is no reason to wait; where nothing is asked, an index of its own counts the rows."""
        statement, values = self._counted
        if not statement or not self.spec.where.parts and not self.spec.text:
            return True
        (((expected,),),) = rows_of(f"EXPLAIN (FORMAT JSON) {statement}", values)
        return expected["Plan"]["Total Cost"] < COSTLY

    @cached_property
    def _counted(self) -> tuple[str, Sequence[Any]]:
        """What is counted, made once for both; nothing where no row can match."""
        try:
            return self.queryset().order_by().values("pk")[: COUNTED_EXACTLY + 1].query.sql_with_params()
        except EmptyResultSet:
            return "", ()

    def ordering(self) -> list[Any]:
        """By the fields asked for, nulls last; where there are none it is not said, for an index is read both ways."""
        order = []
        for spec_field, turned in self.order:
            path, nulls_last = F(spec_field.sort_path), True if spec_field.is_nullable else None
            order.append(path.desc(nulls_last=nulls_last) if turned else path.asc(nulls_last=nulls_last))
        return [*order, F("pk").desc() if self.order[0][1] else F("pk").asc()]

    def page(self, paths: Sequence[str]) -> Page:
        """One page of rows in order, by keyset: as fast at the millionth row as at the first."""
        self.page_is_possible()
        sort_paths = [spec_field.sort_path for spec_field, _turned in self.order]
        title = self.fields[self.record_type.title].path
        columns = ["pk", title, *paths, *sort_paths]
        found = self.queryset()
        if any(isinstance(spec_field, FieldThrough) for spec_field, _turned in self.order):
            with too_long_refused():  # no index knows what stands on other records
                return self._page(found, columns, sort_paths)
        return self._page(found, columns, sort_paths)

    def _page(self, found: ScopedQuerySet, columns: list[str], sort_paths: list[str]) -> Page:
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

    def page_is_possible(self) -> None:
        """Raises `SpecError` for columns that no page can show and for what nothing is grouped or summed up by."""
        if several := next((column for column in self.columns if column.is_many), None):
            raise SpecError(
                _("“%(field)s” has several values and is no column of the list.") % {"field": several.label})
        if self.spec.group and not is_grouped_by(by := self.field(self.spec.group)):
            raise SpecError(_("The list cannot be grouped by “%(field)s”.") % {"field": by.label})
        for name in self.spec.aggregates:
            self._measure(name)

    def groups(self) -> list[tuple]:
        """One row per value of the group field (or one for all): the value, then each aggregate.

        Days and moments are grouped by month, named by its first day. Of money there is one amount for each currency,
        never added to another. Raises `SpecError` where it would take too long.
        """
        self.page_is_possible()
        of_money = [name for name in self.spec.aggregates if self._is_of_money(name)]
        measures = {f"measure_{place}": self._measure(name) for place, name in enumerate(self.spec.aggregates)
                    if name not in of_money}
        found = self.queryset().order_by()
        if found.query.distinct:  # rows that match several times are counted once
            matching = found.values("pk")
            found = self.record_type.model.objects.visible_to(self.actor).filter(pk__in=matching)
            found = with_computed(found, self._used(), self.actor)
        with too_long_refused():
            path = ""
            if self.spec.group:
                found, path = self._grouped(found)
                rows = list(found.values_list(path).annotate(**measures).order_by(path)[:MOST_GROUPS])
            else:
                rows = [(None, *(found.aggregate(**measures) if measures else {}).values())]
            amounts = {name: self._amounts(found, path, name) for name in of_money}
        names = [name for name in self.spec.aggregates if name not in of_money]
        groups = []
        for value, *others in rows:
            said = dict(zip(names, others, strict=True)) | {name: one.get(value, ()) for name, one in amounts.items()}
            measured = [said[name] for name in self.spec.aggregates]
            groups.append((value, *measured) if self.spec.group else tuple(measured))
        return groups

    def _is_of_money(self, name: str) -> bool:
        function, _dot, field_name = name.partition(".")
        return function in FUNCTIONS and self.field(field_name).type is ValueType.MONEY

    def _amounts(self, found: ScopedQuerySet, path: str, name: str) -> dict[Any, tuple[Money, ...]]:
        """By the value of the group, what a field of money comes to in each currency."""
        function, _dot, field_name = name.partition(".")
        measured = self.field(field_name)
        rows = found.filter(**{f"{measured.path}__isnull": False})
        rows = rows.values_list(*([path] if path else []), measured.currency_path)
        amounts: dict[Any, list[Money]] = {}
        for *value, currency, amount in rows.annotate(amount=FUNCTIONS[function](measured.path)).order_by(
                measured.currency_path):
            money = Money(round(amount, digits_of_currency(currency)), currency)
            amounts.setdefault(value[0] if value else None, []).append(money)
        return {value: tuple(some) for value, some in amounts.items()}

    def _grouped(self, found: ScopedQuerySet) -> tuple[ScopedQuerySet, str]:
        """The rows with what they are grouped by, and its path."""
        by = self.field(self.spec.group)
        if by.type is ValueType.RECORD:  # an unseen one is as good as none
            named = by.nameable_by(self.actor).filter(pk=OuterRef(by.value_paths[0]))
            return found.annotate(group_key=Subquery(named.values("pk"))), "group_key"
        if by.type in {ValueType.DATE, ValueType.MOMENT}:
            return found.annotate(group_key=TruncMonth(by.path, output_field=DateField())), "group_key"
        return found, by.path

    def group_condition(self, value: Any) -> Condition:
        """What holds for the rows of a group and for no others."""
        by = self.field(self.spec.group)
        if value in (None, ""):
            return Condition(by.id, "empty")
        if by.type in {ValueType.DATE, ValueType.MOMENT}:
            last = (value + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            return Condition(by.id, "between", (value.isoformat(), last.isoformat()))
        return Condition(by.id, "is", ("yes" if value is True else "no" if value is False else str(value),))

    def _measure(self, name: str) -> Any:
        if name == "count":
            return Count("pk")
        function, _dot, field_name = name.partition(".")
        measured = self.field(field_name)
        if function not in measures_of_field(measured):
            raise SpecError(_("“%(field)s” cannot be summed up that way.") % {"field": measured.label})
        if function == "filled":
            return Count("pk", filter=condition_to_q(measured, Condition(measured.id, "not_empty"), self.actor))
        return FUNCTIONS[function](measured.path)
