"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from mudir.accounts.models import User
from mudir.accounts.roles import Reach
from mudir.records.models import Record
from mudir.records.rules import can_create, can_delete, can_edit

__all__ = [
    "can_assign", "can_create", "can_create_for", "can_delete", "can_edit", "can_read_management_note",
    "can_set_confidential", "can_share",
]


def directs(user: User, record: Record) -> bool:
    """Has the record by position: as its owner, or as the head of its team. A share gives nothing of this."""
    if record.owner_id == user.pk:
        return True
    if record.confidential or not user.has_permission("records.assign"):
        return False
    reach = user.role_in_code.reach
    return reach is Reach.ALL or (reach is Reach.TEAM and record.team_id in user.team_ids)


def can_create_for(user: User, owner: User) -> bool:
    """Making a record that belongs to somebody else is for whoever hands out records."""
    return owner.pk == user.pk or user.has_permission("records.assign")


def can_assign(user: User, record: Record) -> bool:
    return directs(user, record)


def can_share(user: User, record: Record) -> bool:
    return directs(user, record)


def can_set_confidential(user: User, record: Record) -> bool:
    """Only the owner: otherwise a lead could open what was closed to leads."""
    return record.owner_id == user.pk


def can_read_management_note(user: User) -> bool:
    return user.has_permission("management_notes.view")


def can_own(user: User) -> bool:
    """Records are given to people who can work on them."""
    return user.is_active and user.has_permission("records.edit")


