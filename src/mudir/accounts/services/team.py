"""The tree of teams. It is small and changed by few: every change holds all of it."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from mudir.accounts import rules
from mudir.accounts.models import Team, User
from mudir.accounts.tree import below
from mudir.kit.services import service

FIELDS = frozenset({"name", "name_other", "parent"})


def _locked(by: User) -> dict[int, Team]:
    if not rules.can_manage_users(User.objects.select_for_update(no_key=True).get(pk=by.pk)):
        raise PermissionDenied
    return {team.pk: team for team in Team.objects.select_for_update(no_key=True).order_by("pk")}


def _write(team: Team, data: dict[str, Any], *, insert: bool) -> Team:
    refused = sorted(set(data) - FIELDS)
    if refused:
        raise ValidationError(_("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]})
    for name, value in data.items():
        setattr(team, name, value)
    team.full_clean()
    team.save(force_insert=insert)
    return team


@service
def create_team(*, by: User, **data: Any) -> Team:
    _locked(by)
    return _write(Team(), data, insert=True)


@service
def edit_team(team: Team, *, by: User, **data: Any) -> Team:
    """Rename or move a team; never below itself."""
    teams = _locked(by)
    parent = data.get("parent")
    if parent and parent.pk in below(team.pk, teams.values()):
        raise ValidationError({"parent": _("A team cannot be below itself.")})
    return _write(teams[team.pk], data, insert=False)


@service
def remove_team(team: Team, *, by: User) -> None:
    """Remove a team that holds nothing: no people, no teams, no records."""
    current = _locked(by)[team.pk]
    if current.members.exists():
        raise ValidationError(_("There are people in “%(team)s”. Give them another team first.") % {"team": current})
    if current.children.exists():
        raise ValidationError(_("There are teams below “%(team)s”. Move them first.") % {"team": current})
    try:
        current.delete()
    except ProtectedError:
        raise ValidationError(
            _("Records belong to “%(team)s”. Give them to another team first.") % {"team": current}) from None


@service
def restore_team(pk: int, *, by: User) -> Team:
    """Bring a removed team back as it was, at the top where the team above it is gone too."""
    teams = _locked(by)
    last = Team.pgh_event_model.objects.filter(pgh_obj_id=pk, pgh_label="delete").order_by("pgh_id").last()
    if last is None or pk in teams:
        raise Team.DoesNotExist
    team = Team(pk=pk, name=last.name, name_other=last.name_other, parent=teams.get(last.parent_id))
    team.save(force_insert=True)
    return team
