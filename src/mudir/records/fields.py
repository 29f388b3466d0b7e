"""A field of a record as everything outside the model knows it: its label, its kind of value, who may see it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import Promise

from mudir.accounts.models import User
from mudir.kit.scope import ScopedQuerySet


class ValueType(StrEnum):
    NAME = "name"  # of a person or company: matched across spellings and scripts
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    LIST = "list"  # several codes
    YES_NO = "yes_no"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"  # an amount in its currency; compared by the amount
    DATE = "date"
    MOMENT = "moment"
    PERSON = "person"  # a user of the house
    RECORD = "record"  # another record
    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"
    FILE = "file"  # one of the record's own
    CODE = "code"  # an identifier, read from left to right in any language


ROWS = {ValueType.PERSON, ValueType.RECORD, ValueType.FILE}  # what is a row with a name, not a value of its own


FIGURES = {ValueType.NUMBER, ValueType.PERCENT, ValueType.MONEY}  # stand at the end of their column


@dataclass(frozen=True)
class Edits:
    """How a field is edited in its place that no form of its kind asks for.

    `ask(record, by)` is its form field, `shown(record)` what that begins with, and
    `write(record, by=, version=, value=)` a service. `part` names the rows beside the record that hold the value.
    """

    ask: Callable[[Any, User], Any]
    shown: Callable[[Any], Any]
    write: Callable[..., Any]
    part: str = ""


@dataclass(frozen=True)
class Field:
    """One field id of the registry. `path` is the ORM path of its value, `sort_path` of what orders it."""

    id: str
    label: str | Promise
    type: ValueType
    path: str
    sort_path: str = ""  # empty: cannot be sorted by
    is_nullable: bool = False
    is_editable: bool = False
    is_many: bool = False  # several values per record, through related rows
    choices: Mapping[Any, str | Promise] = field(default_factory=dict, hash=False)
    tones: Mapping[Any, str] = field(default_factory=dict, hash=False)  # value -> tone of its chip
    cell: Callable[..., str] | None = None  # draws the list's <td> from the values and a formatter; HTML, escaped
    extra_paths: tuple[str, ...] = ()  # further values that `cell` takes
    permission: str = ""  # what a role must hold to see it; empty: whoever sees the record
    related: type[models.Model] | None = None
    computed: Callable[[User], Mapping[str, Any]] | None = None  # annotations whose values depend on who reads
    digits: int = 0  # of a number behind the point
    currency_path: str = ""  # beside `path`, of an amount of money
    edits: Edits | None = None  # in a list or among the facts, where the form has no such field

    def visible_to(self, actor: User) -> bool:
        return not self.permission or actor.has_permission(self.permission)

    def writable_by(self, actor: User) -> bool:
        """Whether the actor may change it where they may change the record."""
        return self.visible_to(actor)

    def value_of(self, record: models.Model) -> Any:
        """What a record that is at hand has; of a related row the row."""
        return getattr(record, self.path)

    def key_of(self, record: models.Model) -> Any:
        """The key of the related row."""
        return getattr(record, f"{self.path}_id")

    @property
    def is_seen_by_all(self) -> bool:
        """Whether whoever sees the record sees it."""
        return not self.permission

    def nameable_by(self, actor: User) -> models.QuerySet:
        """The related rows that a filter of the actor may name: of records those that they see, of others all."""
        rows = self.related.objects.all()
        return rows.visible_to(actor) if isinstance(rows, ScopedQuerySet) else rows

    @property
    def value_paths(self) -> tuple[str, ...]:
        """What a cell reads: a related row gives its key and its name."""
        if self.type in ROWS:
            return (f"{self.path}_id", f"{self.path}__name")
        return (self.path, *self.extra_paths)


def with_computed(queryset: models.QuerySet, fields: Iterable[Field], actor: User) -> models.QuerySet:
    """The rows with what these fields compute for the actor."""
    for one in {one.id: one for one in fields if one.computed}.values():
        queryset = queryset.annotate(**one.computed(actor))
    return queryset


TYPE_OF = (  # first match wins
    (models.EmailField, ValueType.EMAIL),
    (models.URLField, ValueType.LINK),
    (models.TextField, ValueType.LONG_TEXT),
    (ArrayField, ValueType.LIST),
    (models.CharField, ValueType.TEXT),
    (models.BooleanField, ValueType.YES_NO),
    (models.DateTimeField, ValueType.MOMENT),
    (models.DateField, ValueType.DATE),
    (models.IntegerField, ValueType.NUMBER),
    (models.DecimalField, ValueType.NUMBER),
)
UNSORTED = {ValueType.LIST, ValueType.LONG_TEXT}


def has_type(column: models.Field) -> bool:
    """Whether lists know how to show, filter and sort such a column: a time of day, a row without name they do not."""
    if column.is_relation:
        return any(field.name == "name" for field in column.related_model._meta.fields)
    return bool(column.choices) or any(isinstance(column, cls) for cls, _kind in TYPE_OF)


def field_from_model(model: type[models.Model], name: str, **overrides: Any) -> Field:
    """The field id of a plain model field, with everything the model already says about it."""
    column = model._meta.get_field(name)
    related = column.related_model if column.is_relation else None
    if related is not None:
        kind = ValueType.PERSON if related is User else ValueType.RECORD
        path, sort_path = name, f"{name}__name"
    else:
        kind = ValueType.CHOICE if column.choices else next(value for cls, value in TYPE_OF if isinstance(column, cls))
        path = sort_path = name
    kind = overrides.pop("type", kind)
    values = {
        "label": column.verbose_name,
        "type": kind,
        "path": path,
        "sort_path": "" if kind in UNSORTED else sort_path,
        "is_nullable": column.null,
        "is_editable": column.editable,
        "choices": dict(column.flatchoices) if column.choices else {},
        "related": related,
        "digits": getattr(column, "decimal_places", 0),
    }
    return Field(id=name, **(values | overrides))
