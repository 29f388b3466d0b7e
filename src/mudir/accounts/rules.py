"""May this user? Asked inside the service, on the locked rows of both."""

from mudir.accounts.models import User


def can_manage_users(user: User) -> bool:
    return user.has_permission("users.manage")


def can_change_role(by: User, user: User) -> bool:
    """Nobody changes the own role, so one administrator always stays."""
    return can_manage_users(by) and by.pk != user.pk


def can_change_team(by: User, user: User) -> bool:
    """Another team may open what is shared with it: the own one is only chosen where there is none yet."""
    return can_manage_users(by) and (by.pk != user.pk or user.team_id is None)


def can_deactivate(by: User, user: User) -> bool:
    """Nobody locks themselves out, so one administrator always stays."""
    return can_manage_users(by) and by.pk != user.pk


def can_send_password_letter(by: User, user: User) -> bool:
    return can_manage_users(by) and user.is_active
