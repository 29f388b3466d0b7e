"""A list as somebody wants to see it again."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mudir.accounts.services import all_roles
from mudir.kit.scope import ScopedQuerySet, scoped_manager
from mudir.records.scope import Reached, Written


class SavedViewQuerySet(ScopedQuerySet):
    """Views are the owner's, or those of a team that reaches the person, or everybody's."""

    def narrowed_to(self, actor: Any) -> "SavedViewQuerySet":
        return self.filter(Reached(SavedView, actor))

    @classmethod
    def reach(cls, model: type[models.Model], actor: Any, row: str) -> Written:
        of_team = f"{row}.audience = 'team' AND {row}.team_id = ANY(%s)"
        teams = actor.team_ids_shared(actor.rights.reach)
        return f"({row}.owner_id = %s OR {row}.audience = 'company' OR {of_team})", [actor.pk, teams]


class SavedView(models.Model):
    """A query over the records of a kind with the look of its list, under a name that stands as a tab.

    `spec` is `QuerySpec.to_json`, `look` is `Look.to_json`; `layout` is the code of what draws it, and `settings` what
    that layout takes besides.
    """

    class Audience(models.TextChoices):
        PRIVATE = "private", pgettext_lazy("audience", "Only me")
        TEAM = "team", pgettext_lazy("audience", "My team")
        COMPANY = "company", pgettext_lazy("audience", "Everybody")

    kind = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(_("who sees it"), max_length=10, choices=Audience, default=Audience.PRIVATE)
    team = models.ForeignKey("accounts.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    spec = models.JSONField(default=dict, blank=True)
    look = models.JSONField(default=dict, blank=True)
    layout = models.CharField(max_length=20, default="table")
    settings = models.JSONField(default=dict, blank=True)
    opens_for_owner = models.BooleanField(_("open the list with it"), default=False)
    opens_for = ArrayField(models.CharField(max_length=40), verbose_name=_("the list opens with it for"), default=list,
                           blank=True)  # codes of roles
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    objects = scoped_manager(SavedViewQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(audience="team") | Q(team__isnull=False),
                                   name="view_of_a_team_has_one",
                                   violation_error_message=_("You are in no team that would see it.")),
        ]
        indexes = [models.Index(fields=["kind", "owner"], name="views_of_kind")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.opens_for and (unknown := set(self.opens_for) - all_roles().keys()):
            raise ValidationError({"opens_for": _("There is no role “%(role)s”.") % {"role": min(unknown)[:40]}})
