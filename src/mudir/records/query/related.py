"""Fields of related records: `client.owner.team` is the team of the owner of the client of a task.

Each step must be a field that the actor may see; of the record it leads to, they ask only what they may see of it, and
only where they see that record: an unseen one is as good as none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from mudir.accounts.models import Team, User
from mudir.records import registry
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import ROWS, Field, field_from_model, with_computed
from mudir.records.models import Record
from mudir.records.query.operators import OPPOSITES, condition_to_q
from mudir.records.query.spec import Condition, unknown_field

MOST_STEPS = 3
HOUSE: dict[type, tuple[str, ...]] = {User: ("name", "team"), Team: ("name", "parent")}  # what everybody knows of them


def fields_behind(step: Field, actor: User) -> dict[str, Field]:
    """What the actor may ask of the row that a field leads to."""
    if step.type not in ROWS or step.is_many or step.related is None:
        return {}
    if step.related in HOUSE:
        return {name: field_from_model(step.related, name) for name in HOUSE[step.related]}
    return registry.for_model(step.related).visible_fields(actor) if issubclass(step.related, Record) else {}


def walk(fields: Mapping[str, Field], name: str, actor: User) -> tuple[list[Field], Field]:
    """The steps of a path and the field it ends in. Raises the error of an unknown field."""
    steps: list[Field] = []
    parts: list[str] = []
    for part in name.split("."):
        if parts and parts[-1] == "custom":
            parts[-1] = f"custom.{part}"  # the id of a field without code
        else:
            parts.append(part)
    *path, last = parts
    if len(path) > MOST_STEPS:
        raise unknown_field(name)
    for part in path:
        if part not in fields:
            raise unknown_field(name)
        steps.append(fields[part])
        fields = fields_behind(fields[part], actor)
    if last not in fields:
        raise unknown_field(name)
    return steps, fields[last]


def asked_through(steps: list[Field], last: Field, condition: Condition, actor: User) -> Q:
    """A condition on a field behind those steps. What is not so includes what has no such row at all."""
    opposite = OPPOSITES.get(condition.operator)
    asked = condition_to_q(last, replace(condition, operator=opposite or condition.operator), actor)
    computed = [last]
    for step in reversed(steps):
        rows = with_computed(step.nameable_by(actor), computed, actor)
        asked, computed = Q(Exists(rows.filter(asked, pk=OuterRef(step.value_paths[0])))), []
    return ~asked if opposite else asked


@dataclass(frozen=True)
class Through:
    """Annotations that read a field behind those steps, for whoever is the reader."""

    name: str
    steps: tuple[Field, ...]
    last: Field

    def __call__(self, actor: User) -> dict[str, Any]:
        return {f"{self.name}_{number}": self._value(actor, path)
                for number, path in enumerate(self.last.value_paths[:2])}

    def _value(self, actor: User, path: str) -> Any:
        value, computed = path, [self.last]
        for number, step in enumerate(reversed(self.steps)):
            rows = with_computed(step.nameable_by(actor), computed, actor)
            if number:
                rows = rows.annotate(**{f"{self.name}_step": value})
                value = f"{self.name}_step"
            rows = rows.filter(pk=OuterRef(step.value_paths[0])).values(value)
            value, computed = Subquery(rows[:1]), []
        return value


@dataclass(frozen=True)
class FieldThrough(Field):
    """A field behind steps as one of the record's own: to be a column or what a list is grouped by."""

    @property
    def value_paths(self) -> tuple[str, ...]:
        name = self.path.removesuffix("_0")
        return (self.path, f"{name}_1") if self.type in ROWS else (self.path,)


def field_through(name: str, steps: list[Field], last: Field) -> Field:
    if not steps:
        return last
    alias = f"via_{'_0_'.join(name.split('.'))}"
    return FieldThrough(
        id=name, label=": ".join(str(one.label) for one in (*steps, last)), type=last.type, path=f"{alias}_0",
        sort_path=f"{alias}_{int(last.type in ROWS)}" if last.sort_path and not last.is_many else "",
        is_nullable=True, is_many=last.is_many, choices=last.choices, tones=last.tones, related=last.related,
        cell=last.cell if isinstance(last, CustomFieldOf) else None, computed=Through(alias, tuple(steps), last),
    )
