"""What must be remembered about a client or a person."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.models import Client, Contact, Nuance
from mudir.clients.services.reach import parent_of
from mudir.clients.services.removal import take_away
from mudir.records import registry, search
from mudir.records.services import add_event, locked, service

FIELDS = frozenset({"kind", "text", "date", "calendar", "is_yearly"})


def _editable(record: Client | Contact, by: User) -> Client | Contact:
    current = locked(record, by=by)
    if not rules.can_edit(by, current) or "nuances" in registry.for_model(type(current)).refused_to(by):
        raise PermissionDenied
    return current


def _write(nuance: Nuance, data: dict[str, Any]) -> None:
    refused = sorted(set(data) - FIELDS)
    if refused:
        raise ValidationError(_("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]})
    for name, value in data.items():
        setattr(nuance, name, value)
    nuance.text = nuance.text.strip()
    if nuance.kind == Nuance.Kind.DATE and nuance.date is None:
        raise ValidationError({"date": _("Write the date to remember.")})
    nuance.full_clean()
    nuance.save()


@service
def add_nuance(record: Client | Contact, *, by: User, **data: Any) -> Nuance:
    """Keep something in mind: `kind`, `text`, and where it has a day `date`, `calendar`, `is_yearly`."""
    current = _editable(record, by)
    nuance = Nuance(**parent_of(current))
    _write(nuance, data)
    add_event(current, f"{current._meta.model_name}.nuance_added", by=by, text=nuance.text)
    search.index(current)
    return nuance


@service
def edit_nuance(record: Client | Contact, *, nuance: Nuance, by: User, **data: Any) -> Nuance:
    """Change a nuance of the record. Raises Nuance.DoesNotExist when it is not one of it."""
    current = _editable(record, by)
    own = Nuance.objects.select_for_update().get(pk=nuance.pk, **parent_of(current))
    _write(own, data)
    add_event(current, f"{current._meta.model_name}.nuance_edited", by=by, text=own.text)
    search.index(current)
    return own


@service
def remove_nuance(record: Client | Contact, *, nuance: Nuance, by: User) -> int:
    """Forget a nuance; returns the key under which `put_back` finds it."""
    current = _editable(record, by)
    own = Nuance.objects.select_for_update().get(pk=nuance.pk, **parent_of(current))
    add_event(current, f"{current._meta.model_name}.nuance_removed", by=by, text=own.text)
    removal = take_away(own)
    search.index(current)
    return removal
