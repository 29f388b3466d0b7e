"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from mudir.accounts.models import User
from mudir.records.rules import can_assign, can_create, can_create_for, can_delete, can_edit

__all__ = [
    "can_assign", "can_create", "can_create_for", "can_delete", "can_edit", "can_own", "can_read_management_note",
]


def can_read_management_note(user: User) -> bool:
    return user.has_permission("management_notes.view")


def can_own(user: User) -> bool:
    """Records are given to people who can work on them."""
    return user.is_active and user.has_permission("records.edit")


