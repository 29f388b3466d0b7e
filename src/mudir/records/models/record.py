"""What every record carries."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mudir.records import registry


class Record(models.Model):
    """A row that somebody owns, that a team works on, that nobody overwrites unseen.

    What lists ask of owners and teams has indexes of its own in each kind: one of the bare key would only be written.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("team"),
    )
    confidential = models.BooleanField(_("confidential"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+", null=True, editable=False,
        verbose_name=_("added by"),
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    # By the code of a custom field, which an administrator made; blank ones are left out.
    custom = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)
    tags = ArrayField(
        models.CharField(max_length=60), verbose_name=_("tags"), default=list, db_default=[], blank=True, editable=False
    )
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse("records:page", args=[registry.for_model(type(self)).slug, self.pk])
