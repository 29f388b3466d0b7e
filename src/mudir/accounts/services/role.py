"""Roles. They are few and changed by few: every change holds all of them, so that nobody can lock the house out."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from mudir.accounts import rules
from mudir.accounts.models import SAID, SavedRole, User
from mudir.accounts.roles import EVERY_KIND, POWERS, ROLES, Act, Reach, Role, Sight
from mudir.kit.services import service


class RoleChanged(Exception):
    """Somebody saved the role since it was read. `current` is what it says now."""

    def __init__(self, current: Role):
        super().__init__(f"The role {current.code} was changed meanwhile.")
        self.current = current


def all_roles() -> dict[str, Role]:
    """Every role by its code as it stands now: those of the house first, then the own ones by name."""
    saved = {one.code: one.as_role() for one in SavedRole.objects.order_by("name")}
    return {code: saved.pop(code, role) for code, role in ROLES.items()} | saved


def role_choices() -> list[tuple[str, Any]]:
    """Every role to choose from, as it is called now."""
    return [(role.code, role.name) for role in all_roles().values()]


def said_by(role: Role) -> dict[str, Any]:
    """What is saved of a role; one in code says nothing of single kinds but how everything goes."""
    kinds = {kind: {act: row[act] for act in row} for kind, row in role.kinds.items()}
    kinds.setdefault(EVERY_KIND, {act: role.reach_of(act, EVERY_KIND) for act in Act})
    fields = {kind: dict(row) for kind, row in role.fields.items()}
    return {"name": str(role.name), "sentence": str(role.sentence), "kinds": kinds, "fields": fields,
            "powers": sorted(role.powers), "filters": dict(role.filters)}


def _locked(by: User) -> User:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_savedrole IN SHARE ROW EXCLUSIVE MODE")
    current = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not rules.can_manage_users(current):
        raise PermissionDenied
    return current


def _checked(data: Mapping[str, Any]) -> Mapping[str, Any]:
    refused = sorted(set(data) - set(SAID))
    if refused:
        raise ValidationError(_("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]})
    strange = {*data.get("powers", ())} - POWERS.keys()
    for row in data.get("kinds", {}).values():
        strange |= (row.keys() - set(Act)) | (set(row.values()) - set(Reach)) | (set(Act) - row.keys())
        strange |= {Reach.FILTER} & {row.get(act) for act in (Act.CREATE, Act.IMPORT)}  # there is no record yet to fit
    strange |= {Reach.FILTER} & set(data.get("kinds", {}).get(EVERY_KIND, {}).values())
    for row in data.get("fields", {}).values():
        strange |= set(row.values()) - {Sight.HIDDEN, Sight.READ}
    if strange or EVERY_KIND not in data.get("kinds", {EVERY_KIND: {}}):
        raise ValidationError(_("“%(right)s” is no right.") % {"right": str(min(strange, default=""))[:60]})
    return data


def _save(saved: SavedRole, data: Mapping[str, Any], *, by: User) -> Role:
    for name, value in _checked(data).items():
        setattr(saved, name, value)
    made = saved.as_role()
    if by.role == saved.code and "users.manage" not in made.permissions:
        raise ValidationError({"powers": _("With this you would lock yourself out of people and access.")})
    is_new = saved.pk is None
    if not is_new:
        saved.version += 1
    saved.full_clean()
    saved.save(force_insert=is_new)
    return made


@service
def create_role(*, by: User, **data: Any) -> Role:
    """Make a role of the house's own; what `data` does not say, nobody may."""
    by = _locked(by)
    nothing = {EVERY_KIND: dict.fromkeys(Act, Reach.NONE)}
    return _save(SavedRole(code=f"own_{uuid4().hex[:12]}"), {"kinds": nothing} | data, by=by)


@service
def edit_role(code: str, *, by: User, version: int | None = None, **data: Any) -> Role:
    """Change what a role says, also of one in code. Raises `RoleChanged` when it is not at `version` (0: as in code).

    Everybody who has it goes on under the new words with their next request. Nobody takes the managing of people from
    the own role, so that an administrator always stays.
    """
    by = _locked(by)
    saved = SavedRole.objects.filter(code=code).first()
    if saved is None and code not in ROLES:
        raise SavedRole.DoesNotExist
    if version is not None and version != (saved.version if saved else 0):
        raise RoleChanged(saved.as_role() if saved else ROLES[code])
    if saved is None:
        data = said_by(ROLES[code]) | data
        saved = SavedRole(code=code)
    return _save(saved, data, by=by)


@service
def remove_role(code: str, *, by: User) -> None:
    """Remove an own role that nobody has; one of the house becomes again what it is in code."""
    by = _locked(by)
    saved = SavedRole.objects.filter(code=code).first()
    if saved is None:
        raise SavedRole.DoesNotExist
    if code not in ROLES and User.objects.filter(role=code).exists():
        raise ValidationError(_("There are people with the role “%(role)s”. Give them another one first.")
                              % {"role": saved.name})
    if by.role == code and "users.manage" not in ROLES[code].permissions:
        raise ValidationError(_("With this you would lock yourself out of people and access."))
    saved.delete()


def last_change(code: str) -> int | None:
    """The number of the last change of a role, to take it back by."""
    changes = SavedRole.pgh_event_model.objects.filter(code=code)
    return changes.order_by("-pgh_id").values_list("pgh_id", flat=True).first()


@service
def take_back_change(change: int, *, by: User) -> str:
    """Make a role what it was before its last change; returns its name. Raises `RoleChanged` where another followed."""
    by = _locked(by)
    changes = SavedRole.pgh_event_model.objects
    made = changes.get(pgh_id=change)
    if last_change(made.code) != change:
        raise RoleChanged(all_roles().get(made.code) or made)
    if made.pgh_label == "delete":
        _save(SavedRole(code=made.code), {name: getattr(made, name) for name in SAID}, by=by)
        return made.name
    if made.pgh_label == "insert":
        remove_role(made.code, by=by)
        return made.name
    before = changes.filter(code=made.code, pgh_id__lt=change).order_by("-pgh_id").first()
    _save(SavedRole.objects.get(code=made.code), {name: getattr(before, name) for name in SAID}, by=by)
    return before.name
