"""Who sees a record beside those who have it: shares with an end, and what is confidential."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import Team, User
from mudir.accounts.tree import below
from mudir.records import notifications, rules
from mudir.records.models import Reason, Record, Share
from mudir.records.services import add_event, locked, save_changes, service


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
    """Show the record to a person or a team.

    A confidential one is opened only by its owner, for a stated purpose and until a day.
    """
    current = locked(record, by=by)
    if not rules.can_assign(by, current):
        raise PermissionDenied
    if (user is None) == (team is None):
        raise ValidationError(_("Share with one person or one team."))
    if user is not None and (not user.is_active or user.pk == current.owner_id):
        raise ValidationError({"user": _("%(name)s sees it already, or is not active.") % {"name": user}})
    if until and until < timezone.localdate():
        raise ValidationError({"until": _("That day has passed.")})
    if current.confidential and not purpose.strip():
        raise ValidationError({"purpose": _("Write what the confidential record is opened for.")})
    if current.confidential and until is None:
        raise ValidationError({"until": _("Say until when the confidential record is opened.")})
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
    if not rules.can_assign(by, current):
        raise PermissionDenied
    if (share.kind, share.object_id) != (current._meta.label_lower, current.pk):
        raise Share.DoesNotExist
    share.delete()
    add_event(current, f"{current._meta.model_name}.unshared", by=by, to=str(share.user or share.team))


@service
def put_back_share(record: Record, *, by: User, share_pk: int) -> Share:
    """Share again as before a share was taken back. Raises Share.DoesNotExist where there is none to put back."""
    current = locked(record, by=by)
    if not rules.can_assign(by, current):
        raise PermissionDenied
    kept = Share.pgh_event_model.objects.filter(
        pgh_label="delete", id=share_pk, kind=current._meta.label_lower, object_id=current.pk).last()
    if kept is None:
        raise Share.DoesNotExist
    return share(current, by=by, user=kept.user, team=kept.team, purpose=kept.purpose, until=kept.until)


def _people_of(team: Team) -> Iterable[User]:
    """Everybody whom a share with the team reaches."""
    return User.objects.filter(team__in=below(team.pk, Team.objects.all()), is_active=True)
