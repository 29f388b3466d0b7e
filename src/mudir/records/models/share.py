"""Records shown to somebody who would not see them otherwise."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Share(models.Model):
    """One record shown to a person or a team that would not see it; the confidential ones only by `confidential`."""

    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="shares"
    )
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="shares")
    confidential = models.BooleanField(_("opens a confidential record"), default=False)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, team__isnull=True)
                | models.Q(user__isnull=True, team__isnull=False),
                name="share_is_with_a_user_or_a_team",
            ),
            models.UniqueConstraint(fields=["kind", "object_id", "user"], name="one_share_per_user"),
            models.UniqueConstraint(fields=["kind", "object_id", "team"], name="one_share_per_team"),
        ]
        indexes = [
            models.Index(fields=["user", "kind", "object_id"], name="shares_of_user"),
            models.Index(fields=["team", "kind", "object_id"], name="shares_of_team"),
        ]
