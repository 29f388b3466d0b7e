"""Records of a kind that may be one, as they were found among all of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class DuplicateSearch(models.Model):
    """One search over all records of a kind."""

    kind = models.CharField(max_length=80)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    has_failed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "-started_at"], name="searches_of_kind")]


class DuplicateCandidate(models.Model):
    """Two records that may be one. What a person has said of them outlives the next search."""

    kind = models.CharField(max_length=80)
    first_id = models.BigIntegerField()  # the lower of the two
    second_id = models.BigIntegerField()
    score = models.FloatField()  # how probable it is, 0 to 1
    reasons = ArrayField(models.CharField(max_length=10), default=list)  # codes (duplicates/matching.py)
    found_at = models.DateTimeField()  # when the search that found it last began
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_id", "second_id"], name="one_candidate_per_pair"),
            models.CheckConstraint(condition=models.Q(first_id__lt=models.F("second_id")), name="pair_is_in_order"),
        ]
        indexes = [
            models.Index("kind", models.F("score").desc(), "id", name="candidates_to_judge",
                         condition=models.Q(dismissed_at__isnull=True)),
        ]
