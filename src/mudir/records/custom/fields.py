"""A field that an administrator made, as everything outside knows a field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery

from mudir.accounts.models import User
from mudir.kit.money import Money
from mudir.records import registry
from mudir.records.fields import Field, ValueType
from mudir.records.models import Attachment, CustomField
from mudir.records.models.custom import Stored

Type = CustomField.Type
VALUE_TYPES: Mapping[str, ValueType] = {
    Type.CHOICES: ValueType.LIST,
    **{kind: ValueType(kind) for kind in Type.values if kind not in {Type.CHOICES, Type.COMPUTED}},
}
READ_AS: Mapping[str, str] = {  # how the database reads what is stored
    Type.NUMBER: "as_number", Type.PERCENT: "as_number", Type.DATE: "as_date", Type.MOMENT: "as_moment",
    Type.CHOICES: "as_codes", Type.YES_NO: "as_answer", Type.PERSON: "as_key", Type.RECORD: "as_key",
    Type.FILE: "as_key",
}
UNSORTED = {Type.LONG_TEXT, Type.CHOICES}
ROWS = {Type.PERSON, Type.RECORD, Type.FILE}
WORDS = {Type.TEXT, Type.LONG_TEXT, Type.PHONE, Type.EMAIL, Type.LINK}


@dataclass(frozen=True)
class CustomFieldOf(Field):
    """One of them, with its definition."""

    made: CustomField = field(default=None, hash=False, compare=False)
    has_name: bool = False  # its value is the key of a row that has a name

    def visible_to(self, actor: User) -> bool:
        return not self.made.seen_by or actor.role in self.made.seen_by

    def writable_by(self, actor: User) -> bool:
        return self.visible_to(actor) and (not self.made.edited_by or actor.role in self.made.edited_by)

    @property
    def is_seen_by_all(self) -> bool:
        return not self.made.seen_by

    @property
    def is_found_by(self) -> bool:
        """Whether the search knows it: words that everybody sees who sees the record."""
        return self.is_seen_by_all and self.made.type in WORDS

    @property
    def value_paths(self) -> tuple[str, ...]:
        if self.made.type == Type.MONEY:
            return (f"custom__{self.made.code}__as_money",)
        return (self.path, f"custom_{self.made.code}_name") if self.has_name else (self.path,)

    def value_of(self, record: models.Model) -> Any:
        return self.read(record.custom)

    def key_of(self, record: models.Model) -> Any:
        return record.custom.get(self.made.code)

    def nameable_by(self, actor: User) -> models.QuerySet:
        """A file is only ever that of the record itself: whoever sees this sees its files."""
        if self.made.type == Type.FILE:
            return Attachment.objects.filter(removed_at__isnull=True)
        return super().nameable_by(actor)

    def to_compare(self, stored: Any) -> Any:
        """What the database compares a stored value by."""
        value = self.read({self.made.code: stored})
        return value.amount if isinstance(value, Money) else value

    def read(self, column: Mapping[str, Any]) -> Any:
        """The value in a column `custom`, in Python's own types; None where there is none."""
        stored = column.get(self.made.code)
        return None if stored is None else READERS.get(self.made.type, _as_it_is)(stored)


def _as_it_is(stored: Any) -> Any:
    return stored


READERS: Mapping[str, Callable[[Any], Any]] = {
    Type.NUMBER: Decimal,
    Type.PERCENT: Decimal,
    Type.MONEY: lambda stored: Money(Decimal(stored["amount"]), stored["currency"]),
    Type.DATE: date.fromisoformat,
    Type.MOMENT: lambda stored: datetime.fromisoformat(stored).astimezone(UTC),
}


def sql_of(made: CustomField, column: str, part: str = "amount") -> str:
    """The SQL that reads a stored value out of the column, the same that a filter asks; of money a part."""
    name, keys = READ_AS.get(made.type, "as_text"), [made.code]
    if made.type == Type.MONEY:
        name, keys = "as_number" if part == "amount" else "as_text", [made.code, part]
    transform: type[Stored] = models.JSONField().get_transform(name)
    return transform.sql(column, keys)


def field_of(made: CustomField) -> CustomFieldOf:
    """The field of a definition whose values are stored."""
    path = f"custom__{made.code}__{READ_AS.get(made.type, 'as_text')}"
    if made.type == Type.MONEY:
        path = f"custom__{made.code}__amount__as_number"
    sort_path = "" if made.type in UNSORTED else f"custom_{made.code}_name" if made.type in ROWS else path
    related = None
    if made.type == Type.PERSON:
        related = User
    elif made.type == Type.RECORD:
        related = registry.for_kind(made.related_kind).model
    elif made.type == Type.FILE:
        related = Attachment
    return CustomFieldOf(
        id=made.id_of_field, label=made.label, type=VALUE_TYPES[made.type], path=path, sort_path=sort_path,
        is_nullable=True, is_editable=True, choices=made.labels, digits=made.digits,
        tones={one["code"]: one["tone"] for one in made.choices if one.get("tone")},
        currency_path=f"custom__{made.code}__currency__as_text" if made.type == Type.MONEY else "",
        related=related, computed=_named(made, path, related) if related else None, made=made,
        has_name=related is not None,
    )


def _named(made: CustomField, path: str, related: type) -> Callable[[User], Mapping[str, Any]]:
    """The name of the row that is meant, where the reader may see it."""
    def name_for(actor: User) -> Mapping[str, Any]:
        title = "name"
        if related is Attachment:
            rows = related.objects.filter(removed_at__isnull=True)
        elif related is User:
            rows = related.objects.all()
        else:
            rows = related.objects.present_to(actor)
            title = registry.for_model(related).fields_in_code[registry.for_model(related).title].path
        return {f"custom_{made.code}_name": Subquery(rows.filter(pk=OuterRef(path)).values(title)[:1])}

    return name_for
