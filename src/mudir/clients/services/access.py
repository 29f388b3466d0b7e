"""Whose a record is, and who else sees it."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import Team, User
from mudir.accounts.tree import below
from mudir.clients import rules
from mudir.records import notifications
from mudir.records.bulk.writing import Changes, Refusals, tell_of_many, write_many
from mudir.records.models import Reason, Record, Share
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


@service
def set_confidential[R: Record](record: R, *, by: User, confidential: bool) -> R:
    """Close the record to everybody but its owner and those whom the owner opens it to, or open it again."""
    current = locked(record, by=by)
    if not rules.can_set_confidential(by, current):
        raise PermissionDenied
    if current.confidential != confidential:
        save_changes(current, {"confidential": confidential})
        verb = "closed" if confidential else "opened"
        add_event(current, f"{current._meta.model_name}.{verb}", by=by)
    return current


@service
def share(
    record: Record, *, by: User, user: User | None = None, team: Team | None = None, purpose: str = "",
    until: date | None = None,
) -> Share:
    """Show the record to a person or a team. A confidential one is opened only by its owner, for a stated purpose."""
    current = locked(record, by=by)
    if not rules.can_share(by, current):
        raise PermissionDenied
    if (user is None) == (team is None):
        raise ValidationError(_("Share with one person or one team."))
    if user is not None and (not user.is_active or user.pk == current.owner_id):
        raise ValidationError({"user": _("%(name)s sees it already, or is not active.") % {"name": user}})
    if until and until < timezone.localdate():
        raise ValidationError({"until": _("That day has passed.")})
    if current.confidential and not purpose.strip():
        raise ValidationError({"purpose": _("Write what the confidential record is opened for.")})
    terms = {"confidential": current.confidential, "purpose": purpose.strip(), "until": until, "granted_by": by}
    of_record = {"kind": current._meta.label_lower, "object_id": current.pk, "user": user, "team": team}
    made = Share.objects.filter(**of_record).first() or Share(**of_record)
    for name, value in terms.items():
        setattr(made, name, value)
    made.full_clean()
    made.save()
    event = add_event(current, f"{current._meta.model_name}.shared", by=by, to=str(user or team))
    notifications.tell(event, Reason.SHARE, to=[user] if user else _people_of(team))
    return made


@service
def unshare(record: Record, *, by: User, share: Share) -> None:
    """Take a share back."""
    current = locked(record, by=by)
    if not rules.can_share(by, current):
        raise PermissionDenied
    if (share.kind, share.object_id) != (current._meta.label_lower, current.pk):
        raise Share.DoesNotExist
    share.delete()
    add_event(current, f"{current._meta.model_name}.unshared", by=by, to=str(share.user or share.team))


def _people_of(team: Team) -> Iterable[User]:
    """Everybody whom a share with the team reaches."""
    return User.objects.filter(team__in=below(team.pk, Team.objects.all()), is_active=True)
