"""What the roles of a house allow: those in code, each with a sentence that a person can read.

An administrator changes them and makes others in the program (models.SavedRole); both are read as a `Role`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reach(StrEnum):
    """How far a person sees, before sharing adds to it and confidentiality takes from it."""

    NONE = "none"  # only what is shared with them
    OWN = "own"
    TEAM = "team"  # their team with every team below it
    FILTER = "filter"  # their own, and those that a filter of the role fits
    ALL = "all"


class Act(StrEnum):
    """What a role allows with records of a kind, each as far as a reach."""

    VIEW = "view"
    CREATE = "create"  # for whom: themselves, people of their teams, everybody
    EDIT = "edit"
    DELETE = "delete"
    ASSIGN = "assign"  # give away and share
    EXPORT = "export"
    IMPORT = "import"  # for whom, as to create
    MERGE = "merge"


class Sight(StrEnum):
    """What a role may do with one field of the records that it sees."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"


EVERY_KIND = "*"  # stands for the kinds of which a role says nothing of their own


@dataclass(frozen=True)
class Role:
    """`permissions` says yes or no about the house; `kinds` and `fields` refine it by kind of record.

    Where `kinds` names none, a permission `records.…` goes as far as the role sees.
    """

    code: str
    name: str | Promise
    sentence: str | Promise
    reach: Reach
    permissions: frozenset[str]
    kinds: Mapping[str, Mapping[str, Reach]] = field(default_factory=dict, hash=False)
    fields: Mapping[str, Mapping[str, Sight]] = field(default_factory=dict, hash=False)
    filters: Mapping[str, str] = field(default_factory=dict, hash=False)  # kind of record -> conditions, as in a list

    def reach_of(self, act: Act, kind: str, *, hangs: bool = False) -> Reach:
        """How far the role allows an act with a kind; a kind that hangs on another is seen as far as that one is."""
        if kind in self.kinds:
            return self.kinds[kind][act]
        if act is Act.VIEW and hangs:
            return Reach.ALL
        return self.kinds[EVERY_KIND][act] if EVERY_KIND in self.kinds else self._by_permission(act)

    def _by_permission(self, act: Act) -> Reach:
        directs = "records.assign" in self.permissions
        match act:
            case Act.VIEW:
                return self.reach
            case Act.ASSIGN:
                return self.reach if directs else Reach.OWN
            case Act.DELETE if "records.delete" not in self.permissions and "records.edit" in self.permissions:
                return Reach.OWN
        if f"records.{act}" not in self.permissions:
            return Reach.NONE
        return Reach.OWN if act in {Act.CREATE, Act.IMPORT} and not directs else Reach.ALL

    @property
    def powers(self) -> frozenset[str]:
        """What it allows beside acts with records."""
        return self.permissions - {f"records.{act}" for act in Act}


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
NOBODY = Role("", _("No role"), _("Sees and does nothing until an administrator gives a role."), Reach.NONE,
              frozenset())
POWERS = {
    "users.manage": _("Makes users, teams and roles"),
    "fields.manage": _("Makes fields"),
    "views.publish": _("Publishes views for the whole company"),
    "management_notes.view": _("Reads management notes"),
    "records.remove_finally": _("Removes records from the trash for ever"),
}


def role_of(
    code: str, *, name: str, sentence: str, kinds: Mapping, fields: Mapping, powers: list[str], filters: Mapping
) -> Role:
    """A role as an administrator saved it. Acts that it has with any kind count as permissions."""
    reaches = {kind: {act: Reach(row.get(act, Reach.NONE)) for act in Act} for kind, row in kinds.items()}
    reaches.setdefault(EVERY_KIND, dict.fromkeys(Act, Reach.NONE))
    beyond = {Reach.TEAM, Reach.FILTER, Reach.ALL}  # the own records
    needed = {Act.ASSIGN: beyond, Act.DELETE: beyond}
    acts = {f"records.{act}" for act in set(Act) - {Act.VIEW} for row in reaches.values()
            if row[act] in needed.get(act, set(Reach) - {Reach.NONE})}
    sights = {kind: {one: Sight(sight) for one, sight in row.items()} for kind, row in fields.items()}
    return Role(code, name, sentence, reaches[EVERY_KIND][Act.VIEW], frozenset(acts | set(powers)), reaches, sights,
                dict(filters))
