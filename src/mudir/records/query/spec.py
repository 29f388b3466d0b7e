"""What is asked: conditions, groups of them, sort, columns, page; as an address, as JSON, and back.

An address holds the conditions that all apply one by one, `f=tier.is.key&f=city.is.Riyadh`, and each group beside them
as one text, `w=or(owner.is.me;and(client.tier.is.key;stage.is.8))`.
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.kit.numbers import number_in

PAGE_SIZE = 50
LARGEST_PAGE = 200
MOST_CONDITIONS = 30
MOST_LEVELS = 4  # of groups in each other
MOST_VALUES = 100  # of one condition
LONGEST_VALUE = 1000
JOINERS = ("and", "or")
OPERATORS = {
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "starts": gettext_lazy("begins with"),
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "has": gettext_lazy("has"),
    "has_all": gettext_lazy("has all of"),
    "has_not": gettext_lazy("has none of"),
    "within": gettext_lazy("falls in"),
    "last_days": gettext_lazy("in the last days"),
    "next_days": gettext_lazy("in the next days"),
    "older_days": gettext_lazy("days ago or more"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    "between": gettext_lazy("is between"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is not empty"),
}
TAKES_SEVERAL = frozenset({"is", "is_not", "between", "has", "has_all", "has_not"})


class SpecError(ValueError):
    """A query that cannot be asked; the message is for the person who asked it."""


def unknown_field(name: str) -> SpecError:
    return SpecError(_("There is no field “%(field)s” here.") % {"field": name[:60]})


def not_a_filter(text: str) -> SpecError:
    return SpecError(_("“%(text)s” is not a filter.") % {"text": text[:80]})


def _escaped(text: str, marks: str) -> str:
    return re.sub(f"([{re.escape(marks)}])", r"\\\1", text)


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks; a mark behind a backslash belongs to its part, and so does a second backslash."""
    parts = [""]
    for found in re.finditer(r"\\(.)|(.)|\\\Z", text, re.DOTALL):
        if found[2] == mark:
            parts.append("")
        else:
            parts[-1] += found[1] or found[2] or "\\"
    return parts


@dataclass(frozen=True)
class Condition:
    """`field` is an id of the registry, or a path of them through related records: `client.owner.team`."""

    field: str
    operator: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        values = self.values
        if self.operator in TAKES_SEVERAL:
            values = tuple(_escaped(value, "\\,") for value in values)
        return f"{self.field}.{self.operator}" + (f".{','.join(values)}" if values else "")

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """`field.operator.value,value`; only the operators that take several values split them.

        The first step that is an operator ends the path of the field.
        """
        steps = text.split(".")
        place = next((place for place, step in enumerate(steps) if place and step in OPERATORS), 1)
        name, operator, value = ".".join(steps[:place]), ".".join(steps[place:place + 1]), ".".join(steps[place + 1:])
        if not name or not operator:
            raise not_a_filter(text)
        values = _split(value, ",") if operator in TAKES_SEVERAL else [value]
        return cls(name, operator, tuple(part for part in values if part))

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "operator": self.operator} | ({"values": list(self.values)} if self.values else {})


@dataclass(frozen=True)
class Group:
    """Conditions and groups, joined by 'and' or by 'or'."""

    joiner: str = "and"
    parts: tuple["Condition | Group", ...] = ()

    def __str__(self) -> str:
        parts = (str(part) if isinstance(part, Group) else _escaped(str(part), "\\();") for part in self.parts)
        return f"{self.joiner}({';'.join(parts)})"

    def conditions(self) -> Iterable[Condition]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part

    def levels(self) -> int:
        return 1 + max((part.levels() for part in self.parts if isinstance(part, Group)), default=0)

    def plain(self) -> "Group":
        """The same question without groups that join nothing, conditions before groups."""
        parts: list[Condition | Group] = []
        for part in self.parts:
            if not isinstance(part, Group):
                parts.append(part)
            elif (inner := part.plain()).joiner == self.joiner or len(inner.parts) < 2:
                parts += inner.parts
            else:
                parts.append(inner)
        if len(parts) == 1 and isinstance(parts[0], Group):
            return parts[0]
        joiner = self.joiner if len(parts) > 1 else "and"
        return Group(joiner, tuple(sorted(dict.fromkeys(parts), key=lambda part: isinstance(part, Group))))

    @classmethod
    def parse(cls, text: str) -> "Group":
        """`or(tier.is.key;and(owner.is.me;city.empty))`, with backslashes before marks that belong to a condition."""
        pieces = re.findall(r"(?:[^\\();]|\\.|\\\Z)+|[();]", text, re.DOTALL)
        group, place = cls._read(pieces, 0, 1)
        if place != len(pieces):
            raise not_a_filter(text)
        return group

    @classmethod
    def _read(cls, pieces: list[str], place: int, level: int) -> tuple["Group", int]:
        if level > MOST_LEVELS:
            raise SpecError(_("Put at most %(most)s groups of filters into each other.") % {"most": MOST_LEVELS})
        if pieces[place:place + 2] not in (["and", "("], ["or", "("]):
            raise not_a_filter("".join(pieces))
        joiner, parts, place = pieces[place], [], place + 2
        while place < len(pieces) and pieces[place] != ")":
            if pieces[place + 1:place + 2] == ["("]:
                part, place = cls._read(pieces, place, level + 1)
            else:
                part, place = Condition.parse(re.sub(r"\\(.)", r"\1", pieces[place], flags=re.DOTALL)), place + 1
            parts.append(part)
            if pieces[place:place + 1] == [";"]:
                place += 1
            elif pieces[place:place + 1] != [")"]:
                break
        if pieces[place:place + 1] != [")"]:
            raise not_a_filter("".join(pieces))
        return cls(joiner, tuple(parts)), place + 1

    def to_json(self) -> dict[str, Any]:
        return {self.joiner: [part.to_json() for part in self.parts]}

    @classmethod
    def from_json(cls, given: Any, level: int = 1) -> "Group":
        if level > MOST_LEVELS:
            raise SpecError(_("Put at most %(most)s groups of filters into each other.") % {"most": MOST_LEVELS})
        if not isinstance(given, Mapping) or len(given) != 1 or next(iter(given)) not in JOINERS:
            raise not_a_filter(str(given))
        (joiner, parts), = given.items()
        if not isinstance(parts, list) or len(parts) > MOST_CONDITIONS:
            raise not_a_filter(str(given))
        return cls(joiner, tuple(
            _condition_of(part) if isinstance(part, Mapping) and "field" in part else cls.from_json(part, level + 1)
            for part in parts))


def _condition_of(given: Mapping[str, Any]) -> Condition:
    values = given.get("values", [])
    if given.keys() - {"field", "operator", "values"} or not isinstance(values, list) or not all(
            isinstance(text, str) for text in (given["field"], given.get("operator"), *values)):
        raise not_a_filter(str(dict(given)))
    return Condition(given["field"], given["operator"], tuple(value for value in values if value))


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
        """Read a spec from an address: `f`, `w` (one for each group), `q`, `sort`, `columns`, `id`, `after`, `size`.

        `all` stands for every row that matches, whichever were ticked.
        """
        parts = [Condition.parse(text) for text in query.getlist("f") if text]
        parts += [Group.parse(text) for text in query.getlist("w") if text]
        size = number_in(query.get("size") or str(PAGE_SIZE), digits=4)
        if size is None or not 1 <= size <= LARGEST_PAGE:
            raise SpecError(_("A page has 1 to %(most)s rows.") % {"most": LARGEST_PAGE})
        return cls(
            kind=kind, where=checked(Group("and", tuple(parts))), text=query.get("q", "").strip()[:200],
            sort=_names(query.get("sort", "")), columns=_names(query.get("columns", "")),
            group=query.get("group", ""), aggregates=_names(query.get("aggregates", "")),
            ids=() if query.get("all") else tuple(_key(text) for text in query.getlist("id")),
            after=query.get("after", ""), size=size,
        )

    def to_query(self, **changes: Any) -> str:
        """The address of this spec, with some parts changed."""
        return urlencode(dataclasses.replace(self, **changes).pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of its address."""
        where = self.where.plain()
        beside = where.parts if where.joiner == "and" else (where,)
        pairs: list[tuple[str, str]] = [("w" if isinstance(part, Group) else "f", str(part)) for part in beside]
        pairs += [("q", self.text), ("sort", ",".join(self.sort)), ("columns", ",".join(self.columns)),
                  ("group", self.group), ("aggregates", ",".join(self.aggregates)), ("after", self.after)]
        if self.size != PAGE_SIZE:
            pairs.append(("size", str(self.size)))
        return [(name, value) for name, value in pairs if value]

    @property
    def parts(self) -> tuple[Condition | Group, ...]:
        """What must all hold: each condition and each group for itself."""
        return self.where.parts if self.where.joiner == "and" else (self.where,)

    def without(self, part: Condition | Group) -> "QuerySpec":
        return dataclasses.replace(self, where=Group("and", tuple(one for one in self.parts if one != part)).plain(),
                                   after="")

    def with_condition(self, condition: Condition) -> "QuerySpec":
        return dataclasses.replace(self, where=Group("and", (*self.parts, condition)).plain(), after="")

    def to_json(self) -> dict[str, Any]:
        """The question itself, without the page one looks at: for a view that is saved, a rule, a program."""
        given = {"where": self.where.plain().to_json() if self.where.parts else None, "text": self.text,
                 "sort": list(self.sort), "columns": list(self.columns), "group": self.group,
                 "aggregates": list(self.aggregates)}
        return {name: value for name, value in given.items() if value}

    @classmethod
    def from_json(cls, kind: str, given: Any) -> "QuerySpec":
        """Read what `to_json` wrote, perhaps with `ids`, `after` and `size`. Anything else is a `SpecError`."""
        if not isinstance(given, Mapping) or (strange := given.keys() - JSON_PARTS.keys()):
            raise SpecError(_("“%(name)s” is no part of a query.") % {
                "name": str(min(strange, key=str) if isinstance(given, Mapping) else given)[:60]})
        for name, value in given.items():
            inner = JSON_PARTS[name]
            if not (isinstance(value, list) and all(type(one) is inner[0] for one in value) if isinstance(inner, list)
                    else type(value) is inner):
                raise SpecError(_("“%(name)s” has another form in a query.") % {"name": name})
        where = checked(Group.from_json(given["where"])) if "where" in given else Group()
        size = given.get("size", PAGE_SIZE)
        if not 1 <= size <= LARGEST_PAGE:
            raise SpecError(_("A page has 1 to %(most)s rows.") % {"most": LARGEST_PAGE})
        several = {name: tuple(given.get(name, ())) for name in ("sort", "columns", "aggregates")}
        return cls(kind=kind, where=where, text=given.get("text", "").strip()[:200], group=given.get("group", ""),
                   ids=tuple(_key(str(key)) for key in given.get("ids", ())), after=given.get("after", ""), size=size,
                   **several)


JSON_PARTS: dict[str, Any] = {  # and what each of them is
    "where": dict, "text": str, "sort": [str], "columns": [str], "group": str, "aggregates": [str], "ids": [int],
    "after": str, "size": int,
}


def checked(where: Group) -> Group:
    """The plain form of a group that is not too long. Raises `SpecError`."""
    if where.levels() > MOST_LEVELS + 1:
        raise SpecError(_("Put at most %(most)s groups of filters into each other.") % {"most": MOST_LEVELS})
    conditions = list(where.conditions())
    if len(conditions) > MOST_CONDITIONS:
        raise SpecError(_("Use at most %(most)s filters at once.") % {"most": MOST_CONDITIONS})
    if any(len(one.values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in one.values)
           for one in conditions):
        raise SpecError(_("A filter takes up to %(most)s values.") % {"most": MOST_VALUES})
    return where.plain()


def _key(text: str) -> int:
    if (key := number_in(text)) is None:
        raise SpecError(_("“%(text)s” is not the number of a record.") % {"text": text[:40]})
    return key


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)
