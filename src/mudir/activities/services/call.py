"""Calls that took place."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.activities.days import next_working_day
from mudir.activities.models import Call
from mudir.activities.services.task import plan
from mudir.activities.services.writing import (
    check_contact,
    check_fields,
    content_token,
    editable,
    tell_of_new,
    writable,
    written_before,
)
from mudir.clients.models import Client, Contact
from mudir.clients.services import touch_client, untouch_client
from mudir.records import search
from mudir.records.custom import named, take_custom
from mudir.records.services import add_event, save_changes, save_new, service

FIELDS = frozenset({"outcome", "direction", "contact", "notes", "phone", "started_at", "minutes"})
FAST_CLOCK = timedelta(minutes=5)  # the person's clock may be ahead of ours
LONGEST = 24 * 60  # minutes


@service
def log_call(
    *, by: User, client: Client, outcome: str = Call.Outcome.REACHED, direction: str = Call.Direction.OUTGOING,
    contact: Contact | None = None, notes: str = "", phone: str = "", started_at: datetime | None = None,
    minutes: int | None = None, next_step: str = "", next_step_date: date | None = None,
    token: uuid.UUID | None = None, **custom: Any,
) -> Call:
    """Record a call that took place, and mark the client as contacted.

    A call nobody answered stays on the timeline but does not count as contact. `next_step` becomes a task for
    `next_step_date`; who asked to be called back gets one anyway, for the next working day. The same form sent again
    (`token`) gives the call of the first time.
    """
    current = writable(client, by=by)
    written = {"outcome": outcome, "direction": direction, "contact": contact, "notes": notes.strip(),
               "phone": phone.strip(), "started_at": started_at, "minutes": minutes}
    check_fields(Call, custom, FIELDS, by=by)
    token = content_token(
        token, client=client, next_step=next_step, next_step_date=next_step_date, **written, **custom)
    if logged := written_before(Call, token, by=by):
        return logged
    check_contact(contact, current, by=by)
    written["started_at"] = started_at or timezone.now().replace(microsecond=0)  # as a form can show it
    take_custom(Call, custom, by=by, is_whole=bool(custom))
    call = Call(client=current, token=token, **written, **custom)
    _check_time(call)
    save_new(call, by=by)
    if call.outcome == Call.Outcome.REACHED:
        touch_client(current, at=call.started_at, contact=contact)
    tell_of_new(call, "call.logged", by=by, outcome=call.outcome)
    if next_step.strip() or call.outcome == Call.Outcome.CALL_BACK:
        call.planned = plan(
            by=by, client=current, contact=contact, call=call, title=next_step.strip() or _call_back(contact),
            due_date=next_step_date or next_working_day(timezone.localdate(), by.country),
        )
    search.index(call)
    return call


@service
def edit_call(call: Call, *, by: User, version: int | None = None, **data: Any) -> Call:
    """Change what was written of a call; its client stays. Raises `Conflict`."""
    check_fields(Call, data, FIELDS, by=by)
    current = editable(call, by=by, version=version)
    if "contact" in data and data["contact"] != current.contact:
        check_contact(data["contact"], current.client, by=by)
    before = contact_of(current)
    custom = take_custom(Call, data, by=by, current=current)
    data = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
    if not any(getattr(current, name) != value for name, value in data.items()):
        return current
    for name, value in data.items():
        setattr(call, name, value)
    _check_time(call)
    changed = save_changes(current, data)
    if before != contact_of(current):
        take_contact_back(before, current.client)
        mark_contact(current)
    add_event(current, "call.edited", by=by, fields=named(changed, custom))
    search.index(current)
    return current


def contact_of(call: Call) -> tuple[datetime, Contact | None] | None:
    """When and with whom the call was a contact, if it was one."""
    return (call.started_at, call.contact) if call.outcome == Call.Outcome.REACHED else None


def mark_contact(call: Call) -> None:
    if met := contact_of(call):
        touch_client(call.client, at=met[0], contact=met[1])


def take_contact_back(met: tuple[datetime, Contact | None] | None, client: Client) -> None:
    """The last contact is then the latest one of the calls that are left."""
    if met is None:
        return
    at, contact = met
    everything = Call.objects.unscoped("last contact of a client that its service has locked")
    reached = everything.filter(outcome=Call.Outcome.REACHED, trashed_at__isnull=True).order_by("-started_at")
    reached = reached.values_list("started_at", flat=True)
    untouch_client(
        client, at=at, latest=reached.filter(client=client).first(), contact=contact,
        latest_of_contact=reached.filter(contact=contact).first() if contact else None,
    )


def _check_time(call: Call) -> None:
    if call.started_at > timezone.now() + FAST_CLOCK:
        raise ValidationError({"started_at": _("A call that is still to come is a task.")})
    if call.minutes is not None and call.minutes > LONGEST:
        raise ValidationError({"minutes": _("A call lasts at most a day.")})


def _call_back(contact: Contact | None) -> str:
    return _("Call %(name)s back") % {"name": contact.name} if contact else _("Call back")
