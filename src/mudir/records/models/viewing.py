"""Looks at confidential records."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class Viewing(models.Model):
    """That somebody looked at a confidential record, and how often within an hour."""

    class Door(models.TextChoices):
        PAGE = "page", pgettext_lazy("door", "page")
        API = "api", pgettext_lazy("door", "API")
        EXPORT = "export", pgettext_lazy("door", "export")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    door = models.CharField(max_length=10, choices=Door)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "hour", "user", "door"], name="one_viewing_an_hour")
        ]
