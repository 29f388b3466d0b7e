"""A formula tried out on records before it is saved."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.records.custom.computed import KINDS, ComputedField, can_be_read, computed_of, sees_inputs
from mudir.records.fields import Field
from mudir.records.formulas import KIND_NAMES, FormulaError, Kind
from mudir.records.models import CustomField, Record
from mudir.records.projection import draw, read_values
from mudir.records.registry import RecordType

SHOWN = 3


@dataclass(frozen=True)
class Trial:
    """What came out, for each record; or what is wrong, and the formula before, at and behind that place."""

    results: list[tuple[Record, SafeString]]
    kind: str = ""
    problem: str = ""
    pieces: tuple[str, str, str] = ("", "", "")


def try_formula(
    record_type: RecordType, made: CustomField, *, by: User, fmt: Formatter, record: Record | None
) -> Trial:
    """What `made`, as it is being written, says of a record, or of the last ones that somebody changed."""
    try:
        field = computed_of(made, record_type.fields)
    except FormulaError as error:
        text = made.formula
        return Trial([], problem=str(error),
                     pieces=(text[:error.start], text[error.start:error.end], text[error.end:]))
    if not sees_inputs(by, field):
        return Trial([], problem=_("You do not see every field that this is calculated from."))
    seen = record_type.model.objects.visible_to(by)
    records = [record] if record else list(seen.order_by("-updated_at", "-pk")[:SHOWN])
    values = read_values(record_type, [one.pk for one in records], [field], by)
    return Trial([(one, draw(field, values[one.pk][0], fmt)) for one in records if one.pk in values],
                 kind=str(KIND_NAMES[field.formula.kind]))


def kind_of(field: Field) -> Kind:
    """What a formula reads a field as."""
    return field.formula.kind if isinstance(field, ComputedField) else KINDS[field.type]


def readable(record_type: RecordType, made: CustomField | None, actor: User) -> list[Field]:
    """The fields that a formula may be made of."""
    return [field for name, field in record_type.visible_fields(actor).items()
            if can_be_read(field) and (made is None or name != made.id_of_field)]
