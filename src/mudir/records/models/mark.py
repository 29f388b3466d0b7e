"""What a person keeps at hand: stars, and where they were last."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Favourite(models.Model):
    """A record with a star of one person; it stands in their side bar, the lowest place first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    place = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "object_id"], name="one_star_per_user")]


class Visit(models.Model):
    """When a person last looked at a record; the latest few of each person are kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "object_id"], name="one_visit_per_user")]
        indexes = [models.Index(fields=["user", "-at"], name="visits_of_user")]
