"""The words that people put on records of any kind."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    """A known tag. Records carry its name, so that a list reads one table."""

    class Tone(models.TextChoices):
        ACCENT = "accent", _("teal")
        GOOD = "good", _("green")
        WARN = "warn", _("amber")
        BAD = "bad", _("red")
        INFO = "info", _("blue")
        KEY = "key", _("violet")

    name = models.CharField(_("name"), max_length=60, unique=True)
    folded = models.CharField(max_length=60, unique=True)  # one tag, however its Arabic is spelled
    tone = models.CharField(_("colour"), max_length=10, choices=Tone, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


def tags_index(name: str) -> GinIndex:
    """What a kind of record is found by its tags with; most records carry none and are not in it."""
    return GinIndex(fields=["tags"], condition=~models.Q(tags=[]), name=name)
