"""What is asked: conditions, groups of them, sort, columns, page; as an address and back."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

PAGE_SIZE = 50
LARGEST_PAGE = 200


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
