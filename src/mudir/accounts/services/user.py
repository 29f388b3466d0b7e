"""Users, made and changed by an administrator."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from mudir.accounts import mail, rules
from mudir.accounts.models import User
from mudir.accounts.services.role import all_roles
from mudir.kit.services import service

FIELDS = frozenset({"name", "name_other", "email", "role", "team", "language"})


def _locked(by: User, user: User | None = None) -> tuple[User, User | None]:
    """Both rows as they stand now, locked in one order, so that two administrators cannot unseat each other."""
    wanted = {by.pk} if user is None else {by.pk, user.pk}
    rows = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows}
    if by.pk not in found or not rules.can_manage_users(found[by.pk]):
        raise PermissionDenied
    return found[by.pk], found[user.pk] if user else None


def _refuse_unknown(data: dict[str, Any]) -> None:
    refused = sorted(set(data) - FIELDS)
    if refused:
        raise ValidationError(_("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]})


def _refuse_unknown_role(data: dict[str, Any]) -> None:
    if "role" in data and data["role"] not in all_roles():
        raise ValidationError({"role": _("There is no such role.")})


@service
def create_user(*, by: User, **data: Any) -> User:
    """Make a user who has no password yet; `send_password_letter` lets them choose one."""
    _refuse_unknown(data)
    by, _none = _locked(by)
    _refuse_unknown_role(data)
    user = User(country=by.country, time_zone=by.time_zone, **data)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    user.confirm_mailbox()
    return user


@service
def edit_user(user: User, *, by: User, **data: Any) -> User:
    """Change who somebody is and what they may. A new e-mail is told to the old one."""
    _refuse_unknown(data)
    by, current = _locked(by, user)
    changed = {name: value for name, value in data.items() if getattr(current, name) != value}
    if "role" in changed and not rules.can_change_role(by, current):
        raise PermissionDenied
    if "team" in changed and not rules.can_change_team(by, current):
        raise PermissionDenied
    _refuse_unknown_role(changed)
    old = current.email
    for name, value in changed.items():
        setattr(current, name, value)
    current.full_clean()
    if changed:
        current.save(update_fields=sorted(changed))
    if current.email != old:
        _move_mailbox(current, old)
    return current


def _move_mailbox(user: User, old: str) -> None:
    user.confirm_mailbox()
    transaction.on_commit(lambda: mail.write_to(
        old, "account/email/email_changed.txt", language=user.language, from_email=old, to_email=user.email))


@service
def deactivate_user(user: User, *, by: User) -> User:
    """Take the access away and end every session at once; what they wrote stays theirs."""
    by, current = _locked(by, user)
    if not rules.can_deactivate(by, current):
        raise PermissionDenied
    current.is_active = False
    current.save(update_fields=["is_active"])
    for session in UserSession.objects.filter(user=current):
        session.end()
    return current


@service
def activate_user(user: User, *, by: User) -> User:
    by, current = _locked(by, user)
    current.is_active = True
    current.save(update_fields=["is_active"])
    return current


def send_password_letter(user: User, *, by: User) -> bool:
    """Send a link to choose a password, good once and for an hour; False when the mail server did not take it."""
    by, current = User.objects.get(pk=by.pk), User.objects.get(pk=user.pk)  # nothing is written: no lock while mailing
    if not rules.can_send_password_letter(by, current):
        raise PermissionDenied
    address = reverse("account_reset_password_from_key", kwargs={
        "uidb36": user_pk_to_url_str(current), "key": default_token_generator.make_token(current)})
    return mail.write_to(
        current.email, "account/email/invitation.txt", language=current.language, user=current, inviter=by,
        password_url=mail.link(address), reset_url=mail.link(reverse("account_reset_password")),
    )
