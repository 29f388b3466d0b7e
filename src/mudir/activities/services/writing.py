"""What the writes of every activity have in common."""

import json
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.activities import rules
from mudir.activities.models import Activity
from mudir.clients.models import Client, Contact, ContactRole
from mudir.records.models import Event
from mudir.records.models.custom import PREFIX
from mudir.records.services import add_event, check_rights, event_of, locked


def writable(client: Client, *, by: User) -> Client:
    """The client as it stands now, locked, for who may write about it."""
    current = locked(client, by=by)
    if not rules.can_write_about(by, current):
        raise PermissionDenied
    return current


def editable[A: Activity](activity: A, *, by: User, version: int | None = None) -> A:
    """The activity as it stands now, locked behind its client, for who may change it. Raises `Conflict`.

    The client first, as every write about it does: its last contact and next step are written for one at a time.
    """
    if activity.client_id is not None:
        writable(activity.client, by=by)
    current = locked(activity, by=by, version=version)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    return current


def check_fields(model: type[Activity], data: dict[str, Any], allowed: frozenset[str], *, by: User) -> None:
    check_rights(model, data, by=by)
    refused = sorted(name for name in set(data) - allowed if not name.startswith(PREFIX))
    if refused:
        raise ValidationError({refused[0]: _("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]}})


def check_contact(contact: Contact | None, client: Client | None, *, by: User) -> None:
    """Refuse a person whom `by` does not see, or who has no role at the client."""
    if contact is None:
        return
    seen = Contact.objects.visible_to(by).filter(pk=contact.pk)
    if client is None or not seen.filter(models.Exists(
            ContactRole.objects.filter(client=client, contact=models.OuterRef("pk")))).exists():
        raise ValidationError({"contact": _("This client has no such contact.")})


def content_token(token: uuid.UUID | None, **content: Any) -> uuid.UUID | None:
    """The form's token together with what was written in it: only the very same form sent again is a repetition."""
    if token is None:
        return None
    return uuid.uuid5(token, json.dumps(content, default=_plain, sort_keys=True))


def _plain(value: Any) -> str:
    return str(value.pk) if isinstance(value, models.Model) else str(value)


def written_before[A: Activity](model: type[A], token: uuid.UUID | None, *, by: User) -> A | None:
    """What `by` wrote with that very token already."""
    if token is None:
        return None
    return model.objects.all().present_to(by).filter(token=token, created_by=by).first()


def tell_of_new(activity: Activity, verb: str, *, by: User, **details: Any) -> Event:
    """Put a new activity on its own timeline and on those of its client and of the person it was with.

    There it is shown with the activity itself, hence only to who sees that. Returns the event of the activity.
    """
    around = [record for record in (activity.client, activity.contact) if record is not None]
    event = event_of(activity, verb, by=by, **details)
    Event.objects.bulk_create([
        event, *(event_of(record, verb, by=by, target=activity, **details) for record in around),
    ])
    return event


def tell_of_change(activity: Activity, verb: str, *, by: User, **details: Any) -> None:
    """Put what became of an activity on its own timeline and on that of its client.

    Not on the contact's: the person may be seen through another client.
    """
    for record in (activity, activity.client):
        if record is not None:
            add_event(record, verb, by=by, **details)
