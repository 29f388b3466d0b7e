"""What is to be done, and by when."""

import uuid
import zoneinfo
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.activities import rules
from mudir.activities.models import Task
from mudir.activities.services.writing import (
    check_contact,
    check_fields,
    content_token,
    editable,
    tell_of_change,
    tell_of_new,
    writable,
    written_before,
)
from mudir.clients.models import Client, Contact
from mudir.clients.services import set_next_step
from mudir.records import notifications, search
from mudir.records.custom import named, take_custom
from mudir.records.models import Reason
from mudir.records.services import add_event, save_changes, save_new, service

MORNING, NOON = 6, 12  # before the daily letter leaves, and as long as a day can still be planned
FIELDS = frozenset({"title", "notes", "due_date", "due_time", "contact", "owner"})


@service
def make_task(
    *, by: User, title: str, due_date: date, client: Client | None = None, contact: Contact | None = None,
    due_time: time | None = None, notes: str = "", owner: User | None = None, token: uuid.UUID | None = None,
    **custom: Any,
) -> Task:
    """Plan something for a client, or for oneself alone. The same form sent again (`token`) plans it once."""
    current = writable(client, by=by) if client else None
    if not rules.can_write_about(by, current):
        raise PermissionDenied
    written = {"title": title.strip(), "due_date": due_date, "due_time": due_time, "contact": contact,
               "notes": notes.strip(), "owner": owner or by}
    check_fields(Task, custom, FIELDS, by=by)
    token = content_token(token, client=client, **written, **custom)
    if planned := written_before(Task, token, by=by):
        return planned
    check_contact(contact, current, by=by)
    _check_owner(written["owner"], current, by=by)
    take_custom(Task, custom, by=by, is_whole=bool(custom))
    try:
        with transaction.atomic():
            return plan(by=by, client=current, token=token, **written, **custom)
    except IntegrityError:  # without a client nothing is locked, and the same form came twice at the same time
        if planned := written_before(Task, token, by=by):
            return planned
        raise


def plan(*, by: User, **fields: Any) -> Task:
    """Write a task down. Part of another service's transaction, which asked for permission and locked the client."""
    task = save_new(Task(**fields), by=by)
    event = tell_of_new(task, "task.planned", by=by, title=task.title)
    notifications.tell(event, Reason.ASSIGNMENT, to=[task.owner])
    keep_next_step(task.client)
    search.index(task)
    return task


@service
def edit_task(task: Task, *, by: User, version: int | None = None, **data: Any) -> Task:
    """Change a task; its client stays. Raises `Conflict`."""
    check_fields(Task, data, FIELDS, by=by)
    current = editable(task, by=by, version=version)
    if "contact" in data and data["contact"] != current.contact:
        check_contact(data["contact"], current.client, by=by)
    if "owner" in data and data["owner"] != current.owner:
        _check_owner(data["owner"], current.client, by=by)
    custom = take_custom(Task, data, by=by, current=current)
    data = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
    if not any(getattr(current, name) != value for name, value in data.items()):
        return current
    changed = save_changes(current, data)
    keep_next_step(current.client)
    event = add_event(current, "task.edited", by=by, fields=named(changed, custom))
    if "owner" in changed:
        notifications.tell(event, Reason.ASSIGNMENT, to=[current.owner])
    search.index(current)
    return current


@service
def complete_task(task: Task, *, by: User) -> Task:
    """Tick the task off; one that is done stays as it is."""
    current = editable(task, by=by)
    if current.done_at is None:
        save_changes(current, {"done_at": timezone.now()})
        keep_next_step(current.client)
        tell_of_change(current, "task.done", by=by, title=current.title)
    return current


@service
def reopen_task(task: Task, *, by: User) -> Task:
    """The task was not done after all."""
    current = editable(task, by=by)
    if current.done_at is not None:
        save_changes(current, {"done_at": None})
        keep_next_step(current.client)
        tell_of_change(current, "task.reopened", by=by, title=current.title)
    return current


@service
def postpone_task(task: Task, *, to: date, by: User) -> Task:
    """Put an open task off to a later day; how often that happened is counted. Twice to the same day is once."""
    current = editable(task, by=by)
    if current.due_date == to and current.postponed:
        return current
    if current.done_at is not None:
        raise ValidationError({"to": _("The task is done.")})
    if to <= current.due_date or to < timezone.localdate():
        raise ValidationError({"to": _("Choose a day behind the one it is due on, and not a past one.")})
    before = current.due_date
    save_changes(current, {"due_date": to, "postponed": current.postponed + 1})
    keep_next_step(current.client)
    tell_of_change(current, "task.postponed", by=by, title=current.title, before=before.isoformat(), to=to.isoformat())
    return current


@service
def take_back_postponement(task: Task, *, to: date, by: User) -> Task:
    """The task is due on its former day again, and was put off once less."""
    current = editable(task, by=by)
    if current.postponed and to < current.due_date:
        save_changes(current, {"due_date": to, "postponed": current.postponed - 1})
        keep_next_step(current.client)
        tell_of_change(current, "task.due_again", by=by, title=current.title, to=to.isoformat())
    return current


def keep_next_step(client: Client | None) -> None:
    """The client's next step is its earliest open task. Part of another service's transaction."""
    if client is None:
        return
    everything = Task.objects.unscoped("next step of a client that its service let through")
    earliest = everything.filter(client=client, done_at__isnull=True, trashed_at__isnull=True).order_by(
        "due_date", F("due_time").asc(nulls_last=True), "pk").first()
    set_next_step(client, text=earliest.title if earliest else "", due_date=earliest.due_date if earliest else None)


def _check_owner(owner: User, client: Client | None, *, by: User) -> None:
    """Work is given to somebody who may do it and who sees what it is about."""
    if not rules.can_give(by, owner):
        raise PermissionDenied
    if owner != by and client is not None and not Client.objects.visible_to(owner).filter(pk=client.pk).exists():
        raise ValidationError({"owner": _("%(name)s does not see this client.") % {"name": owner}})
    if owner != by and client is None:
        raise ValidationError({"owner": _("A task for somebody else is about a client.")})


def tell_what_is_due(now: datetime | None = None) -> None:
    """Tell everybody in the morning of their day what is due on it; asked again, tells nothing twice.

    What was planned on that very day its owner knows.
    """
    now = now or timezone.now()
    for person in User.objects.filter(is_active=True):
        local = now.astimezone(zoneinfo.ZoneInfo(person.time_zone))
        if MORNING <= local.hour < NOON:
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            due = Task.objects.visible_to(person).filter(
                owner=person, due_date=local.date(), done_at__isnull=True, created_at__lt=midnight)
            notifications.remind(person, due, Reason.DUE, key=local.date().isoformat())
