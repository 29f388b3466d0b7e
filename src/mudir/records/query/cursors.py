"""Where a page ended, as an address carries it to the next."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import Field, ValueType
from mudir.records.query.operators import LARGEST_NUMBER, is_numeric
from mudir.records.query.spec import SpecError

FRACTION = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?")


def encode_cursor(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date | datetime) else str(value) if isinstance(value, Decimal)
             else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, order: Sequence[tuple[Field, bool]]) -> list[Any]:
    """The values a page ended with: one per sort field, then the key. A made-up cursor is a `SpecError`."""
    try:
        if len(cursor) > 2000:
            raise ValueError
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        *sorted_by, key = values
        if len(sorted_by) != len(order) or type(key) is not int or not 0 <= key <= LARGEST_NUMBER:
            raise ValueError
        return [*(_cursor_value(value, spec_field) for value, (spec_field, _turned) in
                  zip(sorted_by, order, strict=True)), key]
    except (ValueError, TypeError, OverflowError, binascii.Error, ValidationError, RecursionError):
        raise SpecError(_("This page of the list does not exist any more. Start again from the first.")) from None


def _cursor_value(value: Any, spec_field: Field) -> Any:
    if value is None:
        return None
    match spec_field.type:
        case ValueType.DATE:
            return date.fromisoformat(value)
        case ValueType.MOMENT:
            moment = datetime.fromisoformat(value)
            return (moment if timezone.is_aware(moment) else timezone.make_aware(moment)).astimezone(UTC)
        case ValueType.NUMBER | ValueType.PERCENT | ValueType.MONEY if isinstance(spec_field, CustomFieldOf):
            if type(value) is not str or not FRACTION.fullmatch(value):
                raise ValueError
            return Decimal(value)
        case ValueType.NUMBER | ValueType.PERCENT:
            if type(value) is not int or abs(value) > LARGEST_NUMBER:
                raise ValueError
            return value
        case ValueType.YES_NO:
            if type(value) is not bool:
                raise ValueError
            return value
        case ValueType.CHOICE if is_numeric(spec_field):
            if type(value) is not int or abs(value) > LARGEST_NUMBER:
                raise ValueError
            return value
        case _:
            if type(value) is not str or "\0" in value:
                raise ValueError
            value.encode()  # half of a surrogate pair is no text
            return value
