"""Values in JSON: what each kind of field is there, in answers and in what a program sends."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.money import CurrencyClash, Money, is_currency
from mudir.records.custom.computed import ComputedField
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.custom.values import LENGTHS
from mudir.records.fields import ROWS, Field, ValueType, field_from_model
from mudir.records.registry import RecordType

Schema = dict[str, Any]
Read = Callable[[Any, User], Any]  # raises ValueError with words for whoever sent the value
LARGEST = 2**63 - 1
LONGEST = 100_000
DAY = re.compile(r"\d{4}-\d\d-\d\d")
CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")
FIGURE: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}  # as text: no digit of it is lost
MONEY: Schema = {"type": "object", "required": ["amount", "currency"], "additionalProperties": False, "properties": {
    "amount": FIGURE, "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"}}}
KEY_SCHEMA: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
NAMED: Schema = {"type": "object", "properties": {"id": KEY_SCHEMA, "name": {"type": "string"}},
                 "required": ["id", "name"], "additionalProperties": False}


CLASH: Schema = {"type": "object", "properties": {"problem": {"type": "string", "enum": ["different_currencies"]}},
                 "required": ["problem"], "additionalProperties": False}


@dataclass(frozen=True)
class Taken:
    """A value that a program may send: its schema, how it is read, and whether it must be there."""

    schema: Schema
    read: Read
    is_required: bool = False
    label: str = ""


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(value: Any) -> Any:
    """What JSON has no form of its own for."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case Money():
            return {"amount": value.amount, "currency": value.currency}
        case CurrencyClash():
            return {"problem": "different_currencies"}
    return str(value)


def dumps(value: Any) -> str:
    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":"))


def paths_of(fields: Sequence[Field]) -> list[str]:
    """What is read of each field: a related row gives its key and its name, a field without code what it shows."""
    return [path for field in fields for path in (
        field.value_paths if field.type in ROWS or isinstance(field, CustomFieldOf) else (field.path,))]


def may_clash(field: Field) -> bool:
    """Whether it may say that amounts of two currencies met in its formula."""
    return isinstance(field, ComputedField) and field.formula.may_clash


def in_json(fields: Sequence[Field], values: Sequence[Any]) -> dict[str, Any]:
    """The values of `paths_of` by field. A related row that the reader does not see is as good as none."""
    told, place = {}, 0
    for field in fields:
        if field.type in ROWS:
            key, name = values[place], values[place + 1]
            told[field.id] = None if key is None or name is None else {"id": key, "name": name}
            place += 2
        else:
            told[field.id] = values[place]
            place += 1
    return told


def _or_null(schema: Schema, is_nullable: bool) -> Schema:
    if not is_nullable:
        return schema
    kinds = schema.get("type", [])
    several = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
    if "enum" in schema:
        return schema | {"type": several, "enum": [*schema["enum"], None]}
    if kinds and "properties" not in schema:
        return schema | {"type": several}
    return {"anyOf": [schema, {"type": "null"}]}


def answered(field: Field) -> Schema:
    """The schema of a field's value in an answer."""
    match field.type:
        case ValueType.PERSON | ValueType.RECORD | ValueType.FILE:
            schema = NAMED
        case ValueType.MONEY:
            schema = MONEY
        case ValueType.NUMBER | ValueType.PERCENT if field.digits or isinstance(field, CustomFieldOf):
            schema = FIGURE
        case ValueType.NUMBER | ValueType.PERCENT:
            schema = {"type": "integer"} if not field.choices else {"type": "integer", "enum": list(field.choices)}
        case ValueType.YES_NO:
            schema = {"type": "boolean"}
        case ValueType.DATE:
            schema = {"type": "string", "format": "date"}
        case ValueType.MOMENT:
            schema = {"type": "string", "format": "date-time"}
        case ValueType.LIST:
            one = {"type": "string", "enum": list(field.choices)} if field.choices else {"type": "string"}
            schema = {"type": "array", "items": one}
        case ValueType.CHOICE if all(type(code) is int for code in field.choices):
            schema = {"type": "integer", "enum": list(field.choices)}
        case ValueType.CHOICE:
            schema = {"type": "string", "enum": list(field.choices)}
        case _:
            schema = {"type": "string"}
    if field.type in ROWS and not field.is_nullable and field.related is not User:
        schema = {"anyOf": [schema, {"type": "null"}]}  # one that the reader does not see
    elif may_clash(field):
        schema = {"anyOf": [schema, CLASH, {"type": "null"}]}
    else:
        schema = _or_null(schema, field.is_nullable or bool(field.computed))
    return schema | {"description": described(field)}


def described(field: Field) -> str:
    """The label, and the choices in words."""
    words = capfirst(str(field.label))
    if field.choices and len(field.choices) <= 20:
        words += ": " + ", ".join(f"{code} = {label}" for code, label in field.choices.items())
    return words


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────────


def text(longest: int = LONGEST, *, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> str:
        if not isinstance(value, str):
            raise ValueError(_("Send text."))
        if len(value) > longest:
            raise ValueError(_("Send at most %(most)s characters.") % {"most": longest})
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError(_("This text holds a character that cannot be kept."))
        return value

    return Taken({"type": "string", "maxLength": longest}, read, is_required)


def number(least: int = -LARGEST, most: int = LARGEST, *, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(_("Send a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return value

    return Taken({"type": "integer", "minimum": least, "maximum": most}, read, is_required)


def figure(places: int) -> Taken:
    """A number with up to so many digits behind the point: as text, for JSON's own lose some on their way."""
    behind = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    pattern = re.compile(f"-?[0-9]{{1,15}}{behind}")
    words = "12.50" if places else "12"

    def read(value: Any, by: User) -> Decimal:
        if type(value) is int and abs(value) < 10**15:
            return Decimal(value)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(_("Send a number as text, such as “%(example)s”.") % {"example": words})
        return Decimal(value)

    return Taken({"type": ["string", "integer"], "pattern": f"^{pattern.pattern}$", "minimum": 1 - 10**15,
                  "maximum": 10**15 - 1}, read)


def money() -> Taken:
    def read(value: Any, by: User) -> Money:
        if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
            raise ValueError(_("Send an amount and its currency."))
        currency = value["currency"]
        if not isinstance(currency, str) or not is_currency(currency):
            raise ValueError(_("“%(code)s” is not the code of a currency.") % {"code": str(currency)[:10]})
        return Money(figure(6).read(value["amount"], by), currency)

    return Taken(MONEY | {"properties": MONEY["properties"] | {"amount": figure(6).schema}}, read)


def yes_no(*, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> bool:
        if type(value) is not bool:
            raise ValueError(_("Send true or false."))
        return value

    return Taken({"type": "boolean"}, read, is_required)


def day(*, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> date:
        try:
            if not isinstance(value, str) or not DAY.fullmatch(value) or not value.isascii():
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(_("Send a day as 2026-11-25.")) from None

    return Taken({"type": "string", "format": "date"}, read, is_required)


def moment(*, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> datetime:
        try:
            if not isinstance(value, str) or len(value) > 40:
                raise ValueError
            found = datetime.fromisoformat(value)
            if found.tzinfo is None:
                raise ValueError
            return found.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(_("Send a moment with its zone, as 2026-11-25T09:30:00Z.")) from None

    return Taken({"type": "string", "format": "date-time"}, read, is_required)


def clock(*, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> time:
        try:
            if not isinstance(value, str) or not CLOCK.fullmatch(value) or not value.isascii():
                raise ValueError
            return time.fromisoformat(value)
        except ValueError:
            raise ValueError(_("Send a time of day as 09:30.")) from None

    return Taken({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}, read, is_required)


def one_of(choices: Mapping[Any, Any], *, is_required: bool = False) -> Taken:
    codes = list(choices)

    def read(value: Any, by: User) -> Any:
        if type(value) is bool or isinstance(value, list | dict) or value not in codes:
            raise ValueError(_("Send one of: %(codes)s.") % {"codes": ", ".join(map(str, codes))[:300]})
        return codes[codes.index(value)]

    kind = "integer" if all(type(code) is int for code in codes) else "string"
    return Taken({"type": kind, "enum": codes}, read, is_required)


def several(inner: Taken, most: int = 100, *, is_required: bool = False) -> Taken:
    def read(value: Any, by: User) -> list:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(_("Send a list of at most %(most)s values.") % {"most": most})
        return [inner.read(one, by) for one in value]

    return Taken({"type": "array", "items": inner.schema, "maxItems": most}, read, is_required)


def one_row(rows: Callable[[User], models.QuerySet], *, is_required: bool = False) -> Taken:
    """A person, a team or a record by its number. An unseen one is as unknown as a missing one."""
    def read(value: Any, by: User) -> models.Model:
        found = rows(by).filter(pk=value).first() if type(value) is int and 1 <= value <= LARGEST else None
        if found is None:
            raise ValueError(_("There is nothing with this number."))
        return found

    return Taken(KEY_SCHEMA, read, is_required)


def or_null(inner: Taken) -> Taken:
    return Taken(_or_null(inner.schema, True), lambda value, by: None if value is None else inner.read(value, by),
                 inner.is_required, inner.label)


def people(by: User) -> models.QuerySet:
    return User.objects.filter(is_active=True)


def _taken(field: Field, column: models.Field | None) -> Taken:
    longest = getattr(column, "max_length", None) or LONGEST
    if isinstance(field, CustomFieldOf):
        longest = LENGTHS.get(field.made.type, 254)
    match field.type:
        case ValueType.MONEY:
            return money()
        case ValueType.NUMBER | ValueType.PERCENT if field.digits or isinstance(field, CustomFieldOf):
            return figure(field.digits)
        case ValueType.PERSON:
            return one_row(people)
        case ValueType.RECORD:
            return one_row(field.nameable_by)
        case ValueType.FILE:
            return Taken(KEY_SCHEMA, number(1).read)
        case ValueType.CHOICE:
            return one_of(field.choices)
        case ValueType.LIST:
            return several(one_of(field.choices) if field.choices else text(60))
        case ValueType.YES_NO:
            return yes_no()
        case ValueType.NUMBER | ValueType.PERCENT if isinstance(column, models.PositiveSmallIntegerField):
            return number(0, 32767)
        case ValueType.NUMBER | ValueType.PERCENT:
            return number()
        case ValueType.DATE:
            return day()
        case ValueType.MOMENT:
            return moment()
        case _:
            return text(longest)


def taken(field: Field, model: type[models.Model]) -> Taken:
    """What a program may send for a field of a model; what the model cannot do without must be there."""
    column = next((one for one in model._meta.fields if one.name == field.path), None)
    found = _taken(field, column)
    is_required = column is not None and not column.blank and not column.has_default() and not column.null
    if isinstance(field, CustomFieldOf):
        is_required = field.made.is_required and field.made.default is None
    found = Taken(found.schema | {"description": described(field)}, found.read, is_required, str(field.label))
    return or_null(found) if field.is_nullable else found


def row_of(model: type[models.Model], columns: Sequence[str]) -> Taken:
    """A row beside a record, by the columns that its services take."""
    shape = {name: taken(field_from_model(model, name), model) for name in columns}
    return Taken(shape_schema(shape), lambda value, by: read_shape(value, shape, by=by))


def joined(noun: Any, act: Any) -> Any:
    """The summary of an operation: what it is about, and what is done."""
    return format_lazy("{}: {}", noun, act)


def example(one: Taken) -> Any:
    """A value that fits, for the description."""
    schema = one.schema
    match schema:
        case {"type": ["string", "integer", *_null], "pattern": _any}:
            return "12"
        case {"pattern": _any}:
            return "09:30"
        case {"properties": {"amount": _any}}:
            return {"amount": "12.50", "currency": "SAR"}
        case {"enum": [first, *_others]}:
            return first
        case {"type": "integer"}:
            return max(1, schema.get("minimum", 1))
        case {"format": "date"}:
            return "2026-11-25"
        case {"format": "date-time"}:
            return "2026-11-25T09:30:00Z"
        case {"type": "boolean"}:
            return True
        case {"type": "array"}:
            return []
    return "…"


# ── whole bodies ─────────────────────────────────────────────────────────────────────────────────────────────────────

Shape = Mapping[str, Taken]


class Refused(ValueError):
    """Values of an object that were refused, by name."""

    def __init__(self, errors: list[tuple[str, str]]):
        super().__init__("; ".join(f"{name}: {message}" if name else message for name, message in errors))
        self.errors = errors


class UnknownName(ValueError):
    """A name that the object does not have, or that its sender may not write: both sound the same."""


def shape_schema(shape: Shape) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False,
                      "properties": {name: one.schema for name, one in shape.items()}}
    required = [name for name, one in shape.items() if one.is_required]
    return schema | ({"required": required} if required else {})


def read_shape(value: Any, shape: Shape, *, by: User, is_partial: bool = False) -> dict[str, Any]:
    """The values of an object. Raises `UnknownName` before anything else, then `Refused` with all that is wrong."""
    if not isinstance(value, dict):
        raise ValueError(_("Send an object."))
    for name in value:
        if name not in shape:
            raise UnknownName(_("There is no field “%(field)s” here.") % {"field": name[:60]})
    read, errors = {}, []
    for name, one in shape.items():
        if name not in value:
            if one.is_required and not is_partial:
                errors.append((name, _("This is needed.")))
            continue
        try:
            read[name] = one.read(value[name], by)
        except UnknownName:
            raise
        except Refused as error:
            errors += [(f"{name}.{inner}" if inner else name, message) for inner, message in error.errors]
        except ValueError as error:
            errors.append((name, str(error)))
    if errors:
        raise Refused(errors)
    return read


def written(record_type: RecordType, by: User) -> dict[str, Taken]:
    """What a program may send of a record: the fields that a form offers the person, and the lists beside them."""
    shape = {name: taken(field, record_type.model) for name, field in record_type.writable_fields(by).items()}
    for part in listed(record_type, by):
        rows = several(row_of(part.model, part.written_as))
        shape[part.id] = Taken(rows.schema | {"description": capfirst(str(part.label))}, rows.read)
    return shape


def listed(record_type: RecordType, by: User) -> list:
    """Rows beside a record that belong to it as lists, where the person sees them."""
    visible = record_type.visible_fields(by)
    return [part for part in record_type.parts if part.written_as and all(name in visible for name in part.fields)]
