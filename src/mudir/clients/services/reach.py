"""Phones, e-mails, addresses and consents of a client or contact, written as whole lists."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients.models import Address, Client, Consent, Contact, Email, Phone
from mudir.kit.phones import digits_of, parse_phone

ROWS: dict[str, type[models.Model]] = {"phones": Phone, "emails": Email, "addresses": Address, "consents": Consent}
COLUMNS: dict[str, tuple[str, ...]] = {  # what a row of a list holds, as forms and services pass it
    "phones": ("raw", "type", "extension", "is_primary"),
    "emails": ("address", "type", "is_primary"),
    "addresses": ("type", "street", "district", "city", "region", "postal_code", "country", "is_primary"),
    "consents": ("channel", "is_granted", "given_date", "evidence"),
}
IDENTITY: dict[str, tuple[str, ...]] = {  # what makes two rows the same one
    "phones": ("e164", "extension"),
    "emails": ("address",),
    "addresses": ("street", "district", "city", "region", "postal_code", "country"),
    "consents": ("channel",),
}
Row = Mapping[str, Any]


def parent_of(record: Client | Contact) -> dict[str, Client | Contact]:
    return {record._meta.model_name: record}


def rows_of(record: Client | Contact, name: str) -> list[dict[str, Any]]:
    """The record's rows as the services take them, the primary one first."""
    if record.pk is None:
        return []
    model = ROWS[name]
    order = ["-is_primary", "pk"] if "is_primary" in COLUMNS[name] else ["pk"]
    return list(model.objects.filter(**parent_of(record)).order_by(*order).values(*COLUMNS[name]))


def with_primary(record: Client | Contact, name: str, column: str, value: str) -> list[Row]:
    """The record's rows with another value in the primary one: made where there is none, gone where nothing is left."""
    rows = rows_of(record, name)
    first, rest = (rows[0], rows[1:]) if rows and rows[0]["is_primary"] else ({"is_primary": True}, rows)
    if first.get(column) == value:
        return rows
    changed = first | {column: value} | ({"extension": ""} if name == "phones" else {})
    left = any(changed.get(said) for said in IDENTITY[name] if said != "e164") if name == "addresses" else value
    return [changed, *rest] if left else rest


def clean_rows(name: str, rows: Iterable[Row], *, by: User) -> list[models.Model]:
    """The rows as unsaved models: normalised, validated, without doubles, one of them primary."""
    model, kept = ROWS[name], {}
    for row in rows:
        unknown = set(row) - set(COLUMNS[name])
        if unknown:
            raise ValidationError({name: _("There is no field “%(field)s” here.") % {"field": min(unknown)[:60]}})
        made = model(**row)
        normalise(made, country=by.country or settings.COUNTRY)
        try:
            made.clean_fields(exclude=["client", "contact"])
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
        kept.setdefault(_identity(made, name), made)
    made = list(kept.values())
    if made and "is_primary" in COLUMNS[name]:
        chosen = [row for row in made if row.is_primary] or made
        for row in made:
            row.is_primary = row is chosen[0]
    return made


def normalise(row: models.Model, *, country: str) -> None:
    """Bring a row into the form it is kept in; a phone without a code is one of `country`."""
    if isinstance(row, Phone):
        row.raw = row.raw.strip()
        number = parse_phone(row.raw, country)
        row.e164 = number.e164 or digits_of(row.raw)[:20]
        row.extension = row.extension.strip() or number.extension
    elif isinstance(row, Email):
        row.address = row.address.strip().lower()
    elif isinstance(row, Address):
        row.country = row.country.strip().upper()
        for field in ("street", "district", "city", "region", "postal_code"):
            setattr(row, field, getattr(row, field).strip())


def replace_rows(record: Client | Contact, name: str, made: list[models.Model]) -> bool:
    """Make the record's rows exactly the cleaned ones, touching only what differs; whether anything did.

    The record is locked by the caller.
    """
    model, columns = ROWS[name], IDENTITY[name] + COLUMNS[name]
    present = {_identity(row, name): row for row in model.objects.filter(**parent_of(record)).order_by("-pk")}
    changed, fresh = [], []
    for row in made:
        old = present.pop(_identity(row, name), None)
        if old is None:
            fresh.append(row)
        elif any(getattr(old, field) != getattr(row, field) for field in columns):
            for field in columns:
                setattr(old, field, getattr(row, field))
            changed.append(old)
    for row in present.values():
        row.delete()
    # Whoever stops being primary goes first: at most one row may be it at any moment.
    for row in sorted(changed, key=lambda row: getattr(row, "is_primary", False)):
        row.save()
    for row in fresh:
        setattr(row, record._meta.model_name, record)
        row.save(force_insert=True)
    return bool(present or changed or fresh)


def _identity(row: models.Model, name: str) -> tuple:
    if isinstance(row, Phone) and not row.e164:
        return row.raw, row.extension
    return tuple(getattr(row, field) for field in IDENTITY[name])


def primary_copies(name: str, rows: Iterable[Row]) -> dict[str, str]:
    """What the record's own columns repeat of its primary row."""
    first = next((row for row in rows if row.get("is_primary")), {})
    match name:
        case "phones":
            return {"phone": (first.get("e164") or first.get("raw", ""))[:40]}
        case "emails":
            return {"email": first.get("address", "")}
        case "addresses":
            return {"city": first.get("city", ""), "country": first.get("country", "")}
    return {}
