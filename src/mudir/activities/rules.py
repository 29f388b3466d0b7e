"""May this user? Asked inside the service, on the locked row; the row is one that the user sees."""

from mudir.accounts.models import User
from mudir.activities.models import Task
from mudir.clients.models import Client
from mudir.clients.rules import can_create_for, can_delete, can_edit

__all__ = ["can_delete", "can_edit", "can_give", "can_write_about"]


def can_write_about(user: User, client: Client | None) -> bool:
    """Whoever works on a client logs calls, writes notes and plans tasks there; everybody plans tasks of their own."""
    return user.has_permission("records.create") and (client is None or can_edit(user, client))


def can_give(user: User, owner: User) -> bool:
    """Planning a task for somebody else is for whoever hands out work."""
    return owner.is_active and can_create_for(user, owner, Task)
