"""What happened to a record."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class NextValue(models.Func):
    """The next number of a sequence, drawn by the database."""

    function = "nextval"
    output_field = models.BigIntegerField()

    def __init__(self, sequence: str, **extra):
        super().__init__(models.Value(sequence), **extra)


class Event(models.Model):
    """One business fact: who did what to which record, when. The sentence is made when it is shown.

    `kind` and `object_id` name the record on whose timeline it stands; `target_kind` and `target_id` the record that
    it is about (the call that was logged), where that is another one. Keyed by (at, id), and nothing points at it, so
    that the table can be partitioned by month.
    """

    pk = models.CompositePrimaryKey("at", "id")
    id = models.BigIntegerField(db_default=NextValue("records_event_seq"), editable=False)
    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    target_kind = models.CharField(max_length=80, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_index=False, null=True,
                              related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index("kind", "object_id", models.F("at").desc(), models.F("id").desc(), name="timeline_of_record"),
            models.Index(fields=["target_kind", "target_id"], condition=models.Q(target_id__isnull=False),
                         name="events_about_target"),
        ]
