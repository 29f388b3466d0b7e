"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from mudir.accounts.models import User
from mudir.records.models import Record
from mudir.records.rules import can_assign, can_create, can_create_for, can_delete, can_edit

__all__ = [
    "can_assign", "can_create", "can_create_for", "can_delete", "can_edit", "can_read_management_note",
    "can_set_confidential", "can_share",
]


def can_share(user: User, record: Record) -> bool:
    return can_assign(user, record)


def can_set_confidential(user: User, record: Record) -> bool:
    """Only the owner: otherwise a lead could open what was closed to leads."""
    return record.owner_id == user.pk


def can_read_management_note(user: User) -> bool:
    return user.has_permission("management_notes.view")


def can_own(user: User) -> bool:
    """Records are given to people who can work on them."""
    return user.is_active and user.has_permission("records.edit")


