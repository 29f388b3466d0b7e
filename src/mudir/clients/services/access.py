"""Whose a record is."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import Team, User
from mudir.clients import rules
from mudir.records import notifications
from mudir.records.bulk.writing import Changes, Refusals, tell_of_many, write_many
from mudir.records.models import Reason, Record
from mudir.records.services import add_event, locked, save_changes, service


@service
def assign[R: Record](
    record: R, *, by: User, owner: User, team: Team | None = None, version: int | None = None
) -> R:
    """Give the record to another owner; it goes to the owner's team unless one is named. Raises `Conflict`."""
    current = locked(record, by=by, version=version)
    if not rules.can_assign(by, current):
        raise PermissionDenied
    if not rules.can_own(owner):
        raise ValidationError({"owner": _("%(name)s cannot have clients.") % {"name": owner}})
    team = team or owner.team
    if owner.pk == current.owner_id and (team and team.pk) == current.team_id:
        return current
    save_changes(current, {"owner": owner, "team": team})
    event = add_event(current, f"{current._meta.model_name}.assigned", by=by, owner=owner.name)
    notifications.tell(event, Reason.ASSIGNMENT, to=[owner])
    return current


@service
def assign_many(changes: Changes, *, by: User) -> Refusals:
    """Give many records, locked by the caller, to the owners named; they go to the owner's team unless one is named.

    Returns those that were refused, each with its reason.
    """
    refused, written = {}, []
    for record, data in changes:
        owner = data["owner"]
        team = data.get("team") or owner.team
        if not rules.can_assign(by, record):
            refused[record.pk] = PermissionDenied()
        elif not rules.can_own(owner):
            refused[record.pk] = ValidationError(_("%(name)s cannot have clients.") % {"name": owner})
        elif owner.pk != record.owner_id or (team and team.pk) != record.team_id:
            written.append((record, {"owner": owner, "team": team}))
    write_many(written)
    for owner in {record.owner for record, _values in written}:
        first, *others = (record for record, _values in written if record.owner == owner)
        verb = f"{first._meta.model_name}.assigned"
        # Told of one of them: a thousand notifications at once tell nobody anything.
        notifications.tell(add_event(first, verb, by=by, owner=owner.name), Reason.ASSIGNMENT, to=[owner])
        tell_of_many(others, verb, by=by, owner=owner.name)
    return refused
