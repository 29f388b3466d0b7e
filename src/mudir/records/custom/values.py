"""Values of custom fields on their way into a record: each checked and brought into the form it is stored in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import IntegrityError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.arabic.fold import digits, fold
from mudir.kit.forms import read_day
from mudir.kit.money import Money, digits_of_currency, is_currency
from mudir.kit.numbers import number_in
from mudir.kit.phones import parse_phone
from mudir.records import registry
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.models import Attachment, CustomField, Record
from mudir.records.models.custom import PREFIX
from mudir.records.registry import RecordType

Type = CustomField.Type
LARGEST = Decimal(10) ** 15
LENGTHS = {Type.TEXT: 500, Type.LONG_TEXT: 10_000, Type.LINK: 500}  # a longer text does not fit into an index
PLAIN_POINT = str.maketrans({"٫": ".", "٬": "", ",": "", "\u00a0": "", " ": ""})
ANSWERS = {"yes": True, "true": True, "1": True, "نعم": True, "no": False, "false": False, "0": False, "لا": False}
is_link = URLValidator(schemes=["http", "https"])


def take_custom(
    model: type[Record], data: dict[str, Any], *, by: User, current: Record | None = None, is_whole: bool = True
) -> list[str]:
    """Turn the values of custom fields in `data` into the whole column `custom`; the ids of those that change.

    Part of another service's transaction, which has locked `current`; without it the record is new, and fields that are
    not named take their default. `is_whole` says whether they were all asked for, required ones too. Raises
    ValidationError by field id, for an unknown field as for a forbidden one.
    """
    if "custom" in data:
        raise ValidationError({"custom": _("“%(field)s” cannot be changed here.") % {"field": "custom"}})
    given = {name: data.pop(name) for name in [*data] if name.startswith(PREFIX)}
    if current is not None and not given:
        return []
    record_type = registry.for_model(model)
    writable = record_type.writable_fields(by)
    before = current.custom if current is not None else {}
    column, errors = dict(before), {}
    if current is None:
        for field in record_type.custom_fields.values():
            if field.made.default is not None:
                column[field.made.code] = field.made.default
    for name, value in given.items():
        field = writable.get(name)
        if not isinstance(field, CustomFieldOf):
            errors[name] = ValidationError(_("There is no field “%(field)s” here.") % {"field": name[:60]})
            continue
        try:
            stored = to_store(field, value, by=by, before=before.get(field.made.code), record=current)
        except ValidationError as error:
            errors[name] = error
            continue
        if stored is None:
            column.pop(field.made.code, None)
        else:
            column[field.made.code] = stored
    asked = {name: field for name, field in record_type.custom_fields.items()
             if name in given or is_whole and current is None and name in writable}
    for name, field in asked.items():
        if name not in errors and field.made.code not in column and is_required(field, current):
            errors[name] = ValidationError(_("This field is required."), code="required")
    changed = [field.id for field in record_type.custom_fields.values()
               if column.get(field.made.code) != before.get(field.made.code)]
    for name in changed:
        field = record_type.custom_fields[name]
        if name not in errors and field.made.is_unique and _is_taken(model, field, column, current):
            errors[name] = already_taken()
    if errors:
        raise ValidationError(errors)
    if changed:
        data["custom"] = column
    return changed


def named(changed: Iterable[str], custom: Iterable[str]) -> list[str]:
    """The ids of fields that changed, as an event tells them: not the column, but what of it."""
    return [*(name for name in changed if name != "custom"), *custom]


def is_required(field: CustomFieldOf, record: Record | None) -> bool:
    """Whether a record must have a value: always, or since it has come to a stage."""
    if field.made.is_required:
        return True
    stage = getattr(record, "stage", None)
    return field.made.required_from is not None and stage is not None and stage >= field.made.required_from


def asked_on_the_way(record_type: RecordType, by: User) -> dict[str, CustomFieldOf]:
    """The fields that some stage asks for, of those that `by` could fill in."""
    writable = record_type.writable_fields(by)
    return {name: field for name, field in record_type.custom_fields.items()
            if name in writable and field.made.required_from is not None}


def missing_at(record: Record, stage: int, *, by: User) -> list[CustomFieldOf]:
    """What a record still lacks to be in a stage, of what `by` could fill in."""
    return [field for field in asked_on_the_way(registry.for_model(type(record)), by).values()
            if field.made.code not in record.custom and stage >= field.made.required_from]


def _is_taken(
    model: type[Record], field: CustomFieldOf, column: Mapping[str, Any], current: Record | None
) -> bool:
    """Whether another record has the value. Two that write it at the same time are told apart by the index."""
    if field.made.code not in column:
        return False
    same = model.objects.unscoped("whether a value that no two records may have is taken; nothing of them is shown")
    same = same.filter(trashed_at__isnull=True, **{field.path: field.to_compare(column[field.made.code])})
    return (same.exclude(pk=current.pk) if current is not None else same).exists()


def already_taken() -> ValidationError:
    return ValidationError(_("Another record has this already: no two may have the same here."), code="unique")


@contextmanager
def told_of_doubles(record: Record) -> Iterator[None]:
    """The index that lets a value be had once refuses in the words of the field."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        for field in registry.for_model(type(record)).custom_fields.values():
            if name == field.made.unique_index:
                raise ValidationError({field.id: already_taken()}) from error
        raise


# ── one value ────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_store(
    field: CustomFieldOf, value: Any, *, by: User, before: Any = None, record: Record | None = None
) -> Any:
    """A value of Python's own types, or a text of it, as JSON keeps it; None where it is blank.

    What stands there `before` may stay, though nobody could choose it any more.
    """
    value = value.strip() if isinstance(value, str) else value
    if value is None or value in ("", [], ()):
        return None
    if isinstance(value, str) and "\0" in value:
        raise ValidationError(_("The value holds a character that no field can have."))
    if field.made.type == Type.FILE:
        return _file(value, before, record)
    return CHECKS[field.made.type](field.made, value, by, before)


def can_be_read(made: CustomField) -> bool:
    """Whether a column of a file can be it: not a row, of which a file has no key, nor what may be had only once."""
    return made.type not in {Type.PERSON, Type.RECORD, Type.FILE} and not made.is_unique


def read_text(made: CustomField, text: str, *, by: User) -> Any:
    """A cell of a file as it is stored; choices are named by code or by name. Asks the database nothing."""
    if made.type not in {Type.CHOICE, Type.CHOICES}:
        return CHECKS[made.type](made, text.strip(), by, None)
    codes = {fold(word): one["code"] for one in made.choices for word in (one.get("ar"), one.get("en"), one["code"])
             if word and not one.get("archived")}
    if made.type == Type.CHOICE:
        return _choice(made, codes.get(fold(text), text.strip()), by, None)
    words = filter(None, map(str.strip, re.split(r"[;,،؛\n]", text)))
    return _choices(made, [codes.get(fold(word), word) for word in words], by, None)


def _text(made: CustomField, value: Any, by: User, before: Any) -> str:
    text = str(value)
    if made.type == Type.TEXT:
        text = " ".join(text.split())
    most = LENGTHS[made.type]
    if len(text) > most:
        raise ValidationError(_("Write at most %(most)s characters; these are %(count)s.") % {
            "most": most, "count": len(text)})
    return text


def to_number(value: Any, places: int) -> Decimal:
    """The number that a text names, in any digits, with its places behind the point. Raises ValidationError."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(digits(str(value)[:60]).translate(PLAIN_POINT))
    except InvalidOperation:
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": str(value)[:40]}) from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValidationError(_("“%(value)s” is too large.") % {"value": str(value)[:40]})
    rounded = number.quantize(Decimal(1).scaleb(-places))
    if rounded != number:
        raise ValidationError(
            _("A whole number is asked for here.") if places == 0
            else _("Write at most %(most)s digits behind the point.") % {"most": places})
    return rounded + 0  # no minus before a zero


def _number(made: CustomField, value: Any, by: User, before: Any) -> str:
    if isinstance(value, bool):
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": value})
    return f"{to_number(value, made.digits):f}"


def _money(made: CustomField, value: Any, by: User, before: Any) -> dict[str, str]:
    if isinstance(value, Money):
        amount, currency = value.amount, value.currency
    elif isinstance(value, Mapping):
        amount, currency = value.get("amount", ""), str(value.get("currency") or made.currency)
    else:
        amount, _space, named = str(value).strip().partition(" ")
        currency = named.strip().upper() or made.currency
    if not is_currency(currency):
        raise ValidationError(_("“%(code)s” is not the code of a currency.") % {"code": str(currency)[:10]})
    return {"amount": f"{to_number(amount, digits_of_currency(currency)):f}", "currency": currency}


def _date(made: CustomField, value: Any, by: User, before: Any) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return read_day(str(value)[:40]).isoformat()
    except ValueError:
        raise ValidationError(_("Write the day as 2026-12-01, or as the Hijri 1448-06-21.")) from None


def _moment(made: CustomField, value: Any, by: User, before: Any) -> str:
    try:
        moment = value if isinstance(value, datetime) else parse_datetime(digits(str(value)[:40]))
        moment = timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)
    except (ValueError, OverflowError, AttributeError):
        raise ValidationError(_("Write date and time as 2026-12-01 14:30.")) from None


def _choice(made: CustomField, value: Any, by: User, before: Any) -> str:
    if value not in made.offered and value != before:
        raise ValidationError(_("“%(value)s” is not one of the choices.") % {"value": str(value)[:60]})
    return value


def _choices(made: CustomField, value: Any, by: User, before: Any) -> list[str]:
    values = [value] if isinstance(value, str) else list(value)
    allowed = {*made.offered, *(before or ())}
    for one in values:
        if one not in allowed:
            raise ValidationError(_("“%(value)s” is not one of the choices.") % {"value": str(one)[:60]})
    return [code for code in made.labels if code in values]


def _answer(made: CustomField, value: Any, by: User, before: Any) -> bool:
    if isinstance(value, bool):
        return value
    answer = ANSWERS.get(str(value).strip().lower())
    if answer is None:
        raise ValidationError(_("Answer by yes or no."))
    return answer


def _key(value: Any) -> int:
    return number_in(str(getattr(value, "pk", value))) or 0


def _person(made: CustomField, value: Any, by: User, before: Any) -> int:
    key = _key(value)
    if key != before and not User.objects.filter(pk=key, is_active=True).exists():
        raise ValidationError(_("There is no such person."))
    return key


def _record(made: CustomField, value: Any, by: User, before: Any) -> int:
    key = _key(value)
    related = registry.for_kind(made.related_kind).model
    if key != before and not related.objects.visible_to(by).filter(pk=key).exists():
        raise ValidationError(_("There is no such record."))
    return key


def _file(value: Any, before: Any, record: Record | None) -> int:
    """A file is one of the record's own: what hangs on another one is as unknown as any other."""
    key = _key(value)
    own = Attachment.objects.filter(removed_at__isnull=True)
    if key != before and (record is None or not own.filter(
            pk=key, kind=record._meta.label_lower, object_id=record.pk).exists()):
        raise ValidationError(_("This record has no such file: add it to its files first."))
    return key


def _phone(made: CustomField, value: Any, by: User, before: Any) -> str:
    number = parse_phone(str(value)[:60], by.country or settings.COUNTRY).e164
    if not number:
        raise ValidationError(_("“%(value)s” is not a phone number.") % {"value": str(value)[:40]})
    return number


def _email(made: CustomField, value: Any, by: User, before: Any) -> str:
    validate_email(str(value))
    return str(value).lower()


def _link(made: CustomField, value: Any, by: User, before: Any) -> str:
    link = str(value) if "://" in str(value) else f"https://{value}"
    is_link(link)
    return _text(made, link, by, before)


CHECKS: Mapping[str, Callable[[CustomField, Any, User, Any], Any]] = {
    Type.TEXT: _text, Type.LONG_TEXT: _text, Type.NUMBER: _number, Type.PERCENT: _number, Type.MONEY: _money,
    Type.DATE: _date, Type.MOMENT: _moment, Type.CHOICE: _choice, Type.CHOICES: _choices, Type.YES_NO: _answer,
    Type.PERSON: _person, Type.RECORD: _record, Type.PHONE: _phone, Type.EMAIL: _email, Type.LINK: _link,
}
