"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.records.models import Record
from mudir.records.rules import can_create, can_create_for, can_delete, can_edit, may

__all__ = [
    "can_assign", "can_create", "can_create_for", "can_delete", "can_edit", "can_read_management_note",
    "can_set_confidential", "can_share",
]


def directs(user: User, record: Record) -> bool:
    """Has the record by position: as its owner, or as the head of its team. A share gives nothing of this."""
    if record.owner_id == user.pk:
        return True
    return not record.confidential and may(user, Act.ASSIGN, record)


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


