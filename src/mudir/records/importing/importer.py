"""What a kind of record says about its import. `records.register(..., importer=…)` names a subclass of `Importer`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.utils.functional import Promise

from mudir.accounts.models import User
from mudir.records import registry, search
from mudir.records.models import Record
from mudir.records.registry import RecordType


@dataclass(frozen=True)
class Target:
    """What a column may be: a field id of the registry, perhaps with the sort of its value, `phones:mobile`."""

    id: str
    label: str | Promise
    group: str | Promise = ""

    @property
    def field_id(self) -> str:
        return self.id.partition(":")[0]


@dataclass(frozen=True)
class Recognised:
    """How a file is to be read, as far as its heads tell: who wrote it, and the target of each column."""

    mapping: list[str]
    layout: str = ""
    certainty: int = 0  # columns that were understood; the kind with more of them is proposed


@dataclass(slots=True)
class Identity:
    """What tells whether two rows or records are the same one."""

    key: str  # the name as equal ones are compared
    phones: Collection[str] = ()  # E.164, only those that belong to nobody else
    emails: Collection[str] = ()
    codes: Mapping[str, str] = field(default_factory=dict)  # identifiers
    # Whether a name alone says who is meant: of houses it does, of people hardly ever.
    name_is_enough: bool = True
    place: str = ""  # where somebody is, as equal ones are compared


@dataclass(frozen=True, slots=True)
class Match:
    """What a row is a duplicate of."""

    reasons: tuple[str, ...]
    object_id: int | None = None  # a record that was there before
    row: int | None = None  # a row before it in the file


@dataclass(slots=True)
class Row:
    """A row of the file, cleaned. With `problems` it is rejected."""

    number: int
    name: str
    name_other: str
    identity: Identity
    data: Any  # what the importer writes
    problems: list[dict[str, Any]]  # code, column and value; worded by importing/reasons.py
    twin: "Match | None" = None  # the same one in a row before it
    asked: list[tuple[str, str]] = field(default_factory=list)  # what the search is asked for duplicates of it
    ready: Any = None  # the rows that are written
    words: search.Prepared | None = None  # what it is found by when it is written


@dataclass(slots=True)
class Change:
    """What was done to a record that was there already."""

    before: dict[str, Any]  # what stood where something was written; empty: nothing to change
    version: int


class Refused(Exception):
    """A row cannot be written into the record that it is a duplicate of."""

    def __init__(self, problem: dict[str, Any]):
        super().__init__(problem["code"])
        self.problem = problem


class Importer:
    """Rows of one file for one person. Bound to a mapping: the target of each column."""

    model: ClassVar[type[Record]]
    codes: ClassVar[Sequence[str]] = ()  # identifiers that `known` looks up as they are; the search knows the others

    def __init__(self, by: User, mapping: Sequence[str], heads: Sequence[str] = (),
                 day_orders: Mapping[str, str] | None = None, *, keep_unfit: bool = False):
        """With `keep_unfit` a value that fits nowhere goes to the notes instead of rejecting its row."""
        self.by, self.mapping, self.heads = by, list(mapping), list(heads)
        self.day_orders, self.keep_unfit = day_orders or {}, keep_unfit
        self.indexed: Sequence[search.Indexed] = ()

    def __reduce__(self) -> tuple:
        """Bound anew in another process: what was compiled from the mapping does not travel."""
        state = {"keep_unfit": self.keep_unfit, "indexed": self.indexed}
        return type(self), (self.by, self.mapping, self.heads, self.day_orders), state

    @classmethod
    def record_type(cls) -> RecordType:
        return registry.for_model(cls.model)

    @classmethod
    def targets(cls, by: User) -> list[Target]:
        """What the person may import: nothing that they may not see or set."""
        raise NotImplementedError

    @classmethod
    def recognise(cls, heads: Sequence[str], by: User) -> Recognised:
        raise NotImplementedError

    @classmethod
    def day_columns(cls, mapping: Sequence[str]) -> list[int]:
        """Columns of days, whose order of day and month has to be found out."""
        raise NotImplementedError

    @classmethod
    def is_month_first(cls, cells: Sequence[str]) -> bool:
        """Whether a column of days has the month before the day."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Ask the database what `clean` and `make_ready` have to know."""
        self.indexed = search.indexed(self.record_type())

    def clean(self, number: int, cells: Sequence[str]) -> Row:
        """A row as it would be written. No query: it runs beside the database."""
        raise NotImplementedError

    def make_asked(self, row: Row) -> None:
        """Work out what the search is asked for duplicates of the row. No query."""
        codes = [value for code, value in row.identity.codes.items() if code not in self.codes]
        row.asked = search.asked_of({"name": row.name, "name_other": row.name_other, "codes": codes}, self.by.country)

    def make_ready(self, row: Row, *, today: date) -> None:
        """Work out what writing the row needs and no query tells: it runs beside the database, on another core."""
        row.words = search.prepare(self.record_type().kind, self.indexed, self.found_by(row))

    def found_by(self, row: Row) -> Mapping[str, Any]:
        """The values, by field, that the record of the row is found by."""
        raise NotImplementedError

    def known(self, rows: Sequence[Row]) -> list[dict[int, list[str]]]:
        """For each row the records with the same phone, e-mail or one of `codes`, and which of them it is.

        A few queries for all rows; records that the person does not see may be among them.
        """
        raise NotImplementedError

    def identities(self, keys: Collection[int]) -> dict[int, Identity]:
        """Of records that the person sees, by their key."""
        raise NotImplementedError

    def create(self, rows: Sequence[Row], *, today: date) -> tuple[list[int], list[int]]:
        """Write new records; their keys in the order of the rows, and those of records made beside them."""
        raise NotImplementedError

    def change(self, pk: int, row: Row, *, overwrite: bool) -> Change:
        """Bring a row into a record. Raises `Refused`."""
        raise NotImplementedError

    def restore(self, pk: int, change: Change) -> bool:
        """Put back what `change` tells, unless somebody has changed the record since; whether it was put back."""
        raise NotImplementedError

    def remove(self, created: Collection[int], beside: Collection[int], versions: Mapping[int, int],
               *, since: Any) -> tuple[int, int]:
        """Delete what the import made unless somebody has worked on it since; how many are gone, how many are kept."""
        raise NotImplementedError


def importers() -> Iterable[type[Importer]]:
    return [record_type.importer for record_type in registry.all_types() if record_type.importer]
