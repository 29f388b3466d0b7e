"""A team and what is above it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mudir.accounts.models import Team
from mudir.accounts.tree import Branch, below, flat


class TeamField(forms.ChoiceField):
    """A team, named by its way from the top, or none."""

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, **kwargs)
        self.teams: dict[int, Team] = {}

    def offer(self, tree: list[Branch], without: set[int] = frozenset()) -> None:
        branches = [branch for branch in flat(tree) if branch.team.pk not in without]
        self.teams = {branch.team.pk: branch.team for branch in branches}
        self.choices = [("", "—"), *((str(branch.team.pk), branch.path) for branch in branches)]

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Team) else value

    def clean(self, value: Any) -> Team | None:
        key = super().clean(value)
        return self.teams[int(key)] if key else None


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_other = forms.CharField(label=_("Name in the other language"), max_length=120, required=False)
    parent = TeamField(label=_("Above it"))

    def __init__(self, tree: list[Branch], data: Any = None, *, team: Team | None = None):
        initial = {name: getattr(team, name) for name in ("name", "name_other", "parent")} if team else None
        super().__init__(data, initial=initial)
        under = below(team.pk, [branch.team for branch in flat(tree)]) if team else set()
        self.fields["parent"].offer(tree, without=under)
