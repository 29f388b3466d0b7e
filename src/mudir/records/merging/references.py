"""Every row that points at a record: by a foreign key, or by a kind and a number beside it.

Found out from the models, so that what an app adds later moves too; a test counts them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from django.apps import apps
from django.db import models

from mudir.kit.history import HistoryRow
from mudir.records.models import SearchEntry

NOT_MOVED = (HistoryRow, SearchEntry)  # what was stays what it was; the search is written anew


@dataclass(frozen=True)
class Reference:
    """Rows of `model` whose `column` holds the record's key, and whose `kind_column`, if any, its kind."""

    model: type[models.Model]
    column: str
    kind_column: str = ""

    def where(self, kind: str, key: int) -> tuple[str, list]:
        """A condition on the rows, called `kept`, that point at a record, and its parameters."""
        if self.kind_column:
            return f"kept.{self.kind_column} = %s AND kept.{self.column} = %s", [kind, key]
        return f"kept.{self.column} = %s", [key]

    @property
    def rules(self) -> list["Unique"]:
        """What two rows of one record may not have in common."""
        found = [unique.beside(self.column, self.kind_column) for unique in _uniques(self.model)
                 if self.column in unique.columns]
        if unknown := [unique for unique in found if unique.flag is None]:
            raise TypeError(f"Merging does not know the condition of a constraint of {self.model.__name__}: {unknown}")
        return found

    @property
    def rules_elsewhere(self) -> list["Unique"]:
        """Flags that one row alone may raise among those of something else than the record."""
        return [unique for unique in _uniques(self.model) if unique.flag and self.column not in unique.columns]


@dataclass(frozen=True)
class Unique:
    """Rows of one record that are equal in `columns` are one; with a `flag`, only one of them may raise it."""

    columns: tuple[str, ...]
    flag: str | None = ""  # None: under a condition that is no flag

    def beside(self, *names: str) -> "Unique":
        return replace(self, columns=tuple(column for column in self.columns if column not in names))


def _uniques(model: type[models.Model]) -> Iterator[Unique]:
    meta = model._meta
    sets = [(constraint.fields, constraint.condition) for constraint in meta.constraints
            if isinstance(constraint, models.UniqueConstraint)]
    sets += [(names, None) for names in meta.unique_together]
    sets += [((field.name,), None) for field in meta.local_fields if field.unique and not field.primary_key]
    sets += [(tuple(field.name for field in meta.pk_fields), None)]
    for names, condition in sets:
        yield Unique(tuple(meta.get_field(name).column for name in names),
                     _flag_of(condition) if condition is not None else "")


def _flag_of(condition: models.Q) -> str | None:
    """The column of a condition such as `is_primary=True`; None of any other."""
    match condition.children:
        case [(str(name), True)] if not condition.negated:
            return name
    return None


@cache
def references_to(model: type[models.Model]) -> tuple[Reference, ...]:
    """Everything that may point at a record of this kind."""
    return tuple(_foreign_keys(model)) + tuple(_generic_keys())


def _foreign_keys(model: type[models.Model]) -> Iterator[Reference]:
    for other in _models():
        for field in other._meta.local_concrete_fields:
            if field.is_relation and field.related_model is model:
                yield Reference(other, field.column)


def _generic_keys() -> Iterator[Reference]:
    """Pairs of columns as Event has them: `kind` and `object_id`, `target_kind` and `target_id`."""
    for other in _models():
        columns = {field.column for field in other._meta.local_concrete_fields if not field.is_relation}
        if {"kind", "object_id"} <= columns:
            yield Reference(other, "object_id", "kind")
        for column in sorted(columns):
            kind_column = f"{column.removesuffix('_id')}_kind"
            if column.endswith("_id") and kind_column in columns:
                yield Reference(other, column, kind_column)


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True)
            if not issubclass(model, NOT_MOVED) and model._meta.managed and not model._meta.proxy]
