"""What an administrator does with people and teams, and each person with their own preferences."""

from mudir.accounts.services.key import count_use, forget_answers, key_of, make_key, revoke_key
from mudir.accounts.services.preferences import save_preferences
from mudir.accounts.services.role import (
    RoleChanged,
    all_roles,
    create_role,
    edit_role,
    last_change,
    remove_role,
    role_choices,
    said_by,
    take_back_change,
)
from mudir.accounts.services.set_up import AlreadySetUp, set_up
from mudir.accounts.services.team import create_team, edit_team, remove_team, restore_team
from mudir.accounts.services.user import (
    activate_user,
    create_user,
    deactivate_user,
    edit_user,
    send_password_letter,
)

__all__ = [
    "AlreadySetUp", "RoleChanged", "activate_user", "all_roles", "count_use", "create_role", "create_team",
    "create_user", "deactivate_user", "edit_role", "edit_team", "edit_user", "forget_answers", "key_of", "last_change",
    "make_key", "remove_role", "remove_team", "restore_team", "revoke_key", "role_choices", "said_by",
    "save_preferences", "send_password_letter", "set_up", "take_back_change",
]
