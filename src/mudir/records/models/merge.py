"""Two records that were one all along, and what undoes their merge."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Merge(models.Model):
    """One record went up in another. While it is not undone, the address of the one leads to the other."""

    kind = models.CharField(max_length=80)
    survivor_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()  # of the record that is no more
    merged_name = models.CharField(max_length=200)  # as it was called
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "merged_id"], condition=models.Q(undone_at__isnull=True),
                                    name="a_record_goes_up_in_one_other"),
        ]
        indexes = [models.Index(fields=["kind", "survivor_id"], name="merges_into_record")]


class MergeRow(models.Model):
    """A row as it was before a merge touched it, whole: undoing needs nothing else."""

    class Act(models.TextChoices):
        MERGED = "merged"  # the record that is no more
        MOVED = "moved"  # points at the survivor now
        DROPPED = "dropped"  # said what another row says already
        CHANGED = "changed"
        MADE = "made"  # was not there before

    of = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows")
    act = models.CharField(max_length=8, choices=Act)
    model = models.CharField(max_length=80)
    column = models.CharField(max_length=80, blank=True)  # of a moved row, by which it points
    key = models.BigIntegerField()
    before = models.JSONField(null=True)  # column -> value, as PostgreSQL writes a row; none for rows nobody deletes
    after = models.JSONField(null=True)  # of a changed row
