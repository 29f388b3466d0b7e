"""The tree of teams as people read it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from mudir.accounts.models import Team


@dataclass
class Branch:
    """A team with those below it; `path` names it from the top."""

    team: Team
    path: str
    people: int
    branches: list["Branch"] = field(default_factory=list)


def team_tree() -> list[Branch]:
    """Teams at the top with those below them, by name; `people` counts the active members of the team itself."""
    teams = Team.objects.annotate(people=Count("members", filter=Q(members__is_active=True))).order_by("name", "pk")
    under: dict[int | None, list[Team]] = {}
    for team in teams:
        under.setdefault(team.parent_id, []).append(team)

    def branches(parent: int | None, above: str) -> list[Branch]:
        return [Branch(team, f"{above}{team.name}", team.people, branches(team.pk, f"{above}{team.name} › "))
                for team in under.get(parent, [])]

    return branches(None, "")


def flat(tree: list[Branch]) -> list[Branch]:
    """The branches in reading order."""
    return [one for branch in tree for one in (branch, *flat(branch.branches))]


def below(pk: int, teams: Iterable[Team]) -> set[int]:
    """Ids of the team and of every team below it."""
    teams = list(teams)
    found, added = {pk}, True
    while added:
        more = {team.pk for team in teams if team.parent_id in found} - found
        found, added = found | more, bool(more)
    return found
