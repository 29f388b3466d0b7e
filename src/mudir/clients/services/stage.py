"""Moving a client through the ten stages of the cycle."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.models import Client, Stage
from mudir.records.custom import missing_at
from mudir.records.services import add_event, check_rights, locked, save_changes, service


def needs_reason(client: Client, to: int) -> bool:
    """One step forward is the way of the cycle; skipping a stage or going back is explained."""
    return to != client.stage + 1


@service
def move_stage(client: Client, *, to: int, by: User, reason: str = "", version: int | None = None) -> Client:
    """Move the client to another stage. Raises ValidationError (fields `to`, `reason`) and `Conflict`."""
    current = locked(client, by=by, version=version)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    check_rights(Client, {"stage"}, by=by)
    if to not in Stage.values:
        raise ValidationError({"to": _("The cycle has the stages 1 to 10.")})
    if to == current.stage:
        raise ValidationError({"to": _("The client is in this stage already.")})
    if to > current.stage and (missing := missing_at(current, to, by=by)):
        names = _(", ").join(str(field.label) for field in missing)
        raise ValidationError({"to": _("First fill in what this stage asks for: %(fields)s.") % {"fields": names}})
    reason = reason.strip()
    if needs_reason(current, to) and not reason:
        raise ValidationError({"reason": _("Write why the client skips a stage or goes back.")})
    if len(reason) > 300:
        raise ValidationError({"reason": _("Write the reason in at most 300 characters.")})
    before = current.stage
    save_changes(current, {"stage": to, "stage_at": timezone.now()})
    add_event(current, "client.stage_moved", by=by, from_stage=before, to_stage=to, reason=reason)
    return current
