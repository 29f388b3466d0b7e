"""Taking an activity away, and putting it back."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mudir.accounts.models import User
from mudir.activities import rules
from mudir.activities.models import Activity, Call, Task
from mudir.activities.services.call import contact_of, mark_contact, take_contact_back
from mudir.activities.services.task import keep_next_step
from mudir.activities.services.writing import tell_of_change
from mudir.records import search
from mudir.records.services import locked, save_changes, service

REMOVED = {"call": "call.removed", "note": "note.removed", "task": "task.cancelled"}


@service
def remove[A: Activity](activity: A, *, by: User) -> A:
    """Move a call, note or task to the trash, with the open next steps that were agreed in a call."""
    if activity.client_id is not None:
        locked(activity.client, by=by)
    current = locked(activity, by=by)
    if not rules.can_delete(by, current):
        raise PermissionDenied
    now = timezone.now()
    for one in (current, *_agreed_in(current, done_at__isnull=True, trashed_at__isnull=True)):
        save_changes(one, {"trashed_at": now, "token": None})
        search.forget(one)
    if isinstance(current, Call):
        take_contact_back(contact_of(current), current.client)
    keep_next_step(current.client)
    tell_of_change(current, REMOVED[current._meta.model_name], by=by, title=str(current))
    return current


@service
def put_back[A: Activity](activity: A, *, by: User) -> A:
    """Take it out of the trash, with the next steps that went there with it."""
    if activity.client_id is not None:
        locked(activity.client, by=by)
    current = type(activity).objects.trash_visible_to(by).select_for_update(of=("self",)).get(pk=activity.pk)
    if not rules.can_delete(by, current):
        raise PermissionDenied
    for one in (current, *_agreed_in(current, trashed_at=current.trashed_at)):
        save_changes(one, {"trashed_at": None})
        search.index(one)
    if isinstance(current, Call):
        mark_contact(current)
    keep_next_step(current.client)
    tell_of_change(current, f"{current._meta.model_name}.put_back", by=by, title=str(current))
    return current


def _agreed_in(activity: Activity, **conditions: object) -> list[Task]:
    """The next steps of a call."""
    if not isinstance(activity, Call):
        return []
    steps = Task.objects.unscoped("next steps of a call that its service let through")
    return list(steps.filter(call=activity, **conditions).select_for_update())
