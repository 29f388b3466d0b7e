"""The roles of a house, in code, each with a sentence that a person can read."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reach(StrEnum):
    """How far a person sees, before sharing adds to it and confidentiality takes from it."""

    NONE = "none"  # only what is shared with them
    OWN = "own"
    TEAM = "team"  # their team with every team below it
    ALL = "all"


@dataclass(frozen=True)
class Role:
    code: str
    name: str | Promise
    sentence: str | Promise
    reach: Reach
    permissions: frozenset[str]


WORK = frozenset({"records.create", "records.edit", "records.export", "records.import", "records.merge"})
LEAD = WORK | {"records.delete", "records.assign", "management_notes.view", "views.publish"}
WHOLE = LEAD | {"records.remove_finally"}

ROLES = {
    role.code: role
    for role in (
        Role("client_manager", _("Client manager"),
             _("Works on their own clients and on those shared with them."), Reach.OWN, WORK),
        Role("key_account_manager", _("Key account manager"),
             _("Works on their own key clients and on those shared with them."), Reach.OWN, WORK),
        Role("team_lead", _("Team lead"),
             _("Sees and directs the clients of the team and of every team below it."), Reach.TEAM, LEAD),
        Role("director", _("Commercial director"),
             _("Sees every client except confidential ones of others, and decides for all teams."), Reach.ALL, WHOLE),
        Role("department_staff", _("Department staff"),
             _("Sees only what a manager shares with them."), Reach.NONE, frozenset()),
        Role("administrator", _("Administrator"),
             _("Makes users, teams and roles, and sees every client except confidential ones of others."),
             Reach.ALL, WHOLE | {"users.manage", "fields.manage"}),
    )
}
ROLE_CHOICES = [(role.code, role.name) for role in ROLES.values()]
