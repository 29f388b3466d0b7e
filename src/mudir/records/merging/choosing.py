"""Which value of two stands: what a merge asks, what it proposes, and what it settles without asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mudir.accounts.models import User
from mudir.records import registry, rules
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import Field, ValueType
from mudir.records.merging.merger import NEVER
from mudir.records.models import Event, Record
from mudir.records.models.custom import PREFIX
from mudir.records.projection import value_of
from mudir.records.registry import RecordType

BOTH = "both"
OWNER = "owner"
Picks = Mapping[str, int | str]  # field id -> key of the record whose value stands, or BOTH


@dataclass(frozen=True)
class Choice:
    """One field of two records, as the person who merges sees it."""

    field: Field
    values: tuple[Any, Any]  # of the first and the second record
    can_combine: bool
    proposed: int | str  # the key of a record, or BOTH
    is_same: bool


def choices_of(first: Record, second: Record, *, survivor: Record, by: User) -> list[Choice]:
    """What the person may decide, in the order of the form; fields that both leave blank are left out."""
    record_type = registry.for_model(type(first))
    choices = []
    for field in pickable(record_type, first, second, by=by).values():
        values = compared(first, field), compared(second, field)
        blank = [value in (None, "", []) for value in values]
        if all(blank):
            continue
        can_combine = is_combined(record_type, field) and not any(blank)
        choices.append(Choice(
            field=field, values=values, can_combine=can_combine,
            proposed=proposal(record_type, field, first, second, survivor), is_same=_same(values),
        ))
    return choices


def pickable(record_type: RecordType, first: Record, second: Record, *, by: User) -> dict[str, Field]:
    """Fields that the person sees and may write, of one column or of the kind's own lists."""
    merger, visible = record_type.merger, record_type.visible_fields(by)
    columns = {column.name for column in record_type.model._meta.concrete_fields} - NEVER
    names = [name for name in record_type.writable_fields(by) if name in columns]
    names = [name for name in names if _is_seen(visible[name], (first, second), by)]
    names += [name for name, field in record_type.writable_fields(by).items()
              if isinstance(field, CustomFieldOf) and _is_seen(field, (first, second), by)]
    names += [name for name in merger.picks if name in visible]
    names += [name for name in merger.lists if name in visible]
    if OWNER in visible and first.owner_id != second.owner_id and all(
            rules.can_assign(by, record) for record in (first, second)):
        names.append(OWNER)
    return {name: visible[name] for name in dict.fromkeys(names)}


def _is_seen(field: Field, pair: tuple[Record, Record], by: User) -> bool:
    """Whether `by` sees both records named there; else it is settled like whatever is hidden from them."""
    if not field.related or not issubclass(field.related, Record):
        return True
    keys = {field.key_of(record) for record in pair} - {None}
    return field.nameable_by(by).filter(pk__in=keys).count() == len(keys)


def is_combined(record_type: RecordType, field: Field) -> bool:
    """Whether both values can stand: lists one after the other without doubles, long texts one below the other."""
    if isinstance(field, CustomFieldOf):
        return field.type in {ValueType.LIST, ValueType.LONG_TEXT}
    return field.id in record_type.merger.lists or is_joined(record_type.model._meta.get_field(field.path))


def is_joined(column: models.Field) -> bool:
    return isinstance(column, ArrayField | models.TextField)


def proposal(record_type: RecordType, field: Field, first: Record, second: Record, survivor: Record) -> int | str:
    other = second if survivor.pk == first.pk else first
    own, others = compared(survivor, field), compared(other, field)
    if others in (None, "", []) or own == others:
        return survivor.pk
    if own in (None, "", []):
        return other.pk
    return BOTH if is_combined(record_type, field) else survivor.pk


def compared(record: Record, field: Field) -> Any:
    """A value as two of them are compared: of a row its key."""
    if field.is_many:
        return value_of(record, field)
    if isinstance(field, CustomFieldOf):
        return field.value_of(record)
    return getattr(record, type(record)._meta.get_field(field.path).attname)


def _same(values: tuple[Any, Any]) -> bool:
    first, second = (sorted(value) if isinstance(value, list) else value for value in values)
    return first == second


def joined(column: models.Field, own: Any, others: Any) -> Any:
    """Both values of a column: the survivor's first."""
    return both_lists(own, others) if isinstance(column, ArrayField) else both_texts(own, others)


def joined_custom(survivor: Record, other: Record, picks: Picks) -> dict[str, Any]:
    """The custom values as they are to stand; what is not chosen is the survivor's, or the other's where it has none.

    Lists and long texts among those are joined.
    """
    own, others, column = survivor.custom, other.custom, {}
    fields = registry.for_model(type(survivor)).custom_fields
    for code in dict.fromkeys((*own, *others)):
        field = fields.get(f"{PREFIX}{code}")
        pick = picks.get(field.id) if field else None
        first, second = own.get(code), others.get(code)
        if pick == BOTH and None not in (first, second):
            value = both_lists(first, second) if isinstance(first, list) else both_texts(first, second)
        elif pick in {survivor.pk, other.pk}:
            value = second if pick == other.pk else first
        else:
            value = first if first is not None else second
        if value is not None:
            column[code] = value
    return column


def both_lists(own: list, others: list) -> list:
    return list(dict.fromkeys([*own, *others]))


def both_texts(own: str | None, others: str | None) -> str | None:
    if not own or not others or others.strip() in own:
        return own or others
    return others if own.strip() in others else f"{own.rstrip()}\n\n{others.lstrip()}"


def suggested_survivor(first: Record, second: Record) -> Record:
    """The one that more has happened with; of two alike the older."""
    def weight(record: Record) -> tuple[int, int]:
        events = Event.objects.filter(kind=record._meta.label_lower, object_id=record.pk)
        return len(events.values_list("id")[:500]), -record.pk

    return max(first, second, key=weight)
