"""What every record carries, and what happened to it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NextValue(models.Func):
    """The next number of a sequence, drawn by the database."""

    function = "nextval"
    output_field = models.BigIntegerField()

    def __init__(self, sequence: str, **extra):
        super().__init__(models.Value(sequence), **extra)


class Record(models.Model):
    """A row that somebody owns, that a team works on, that nobody overwrites unseen."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    confidential = models.BooleanField(_("confidential"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False,
        verbose_name=_("added by"),
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


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
                condition=models.Q(user__isnull=False, team__isnull=True) | models.Q(user__isnull=True, team__isnull=False),
                name="share_is_with_a_user_or_a_team",
            ),
            models.UniqueConstraint(fields=["kind", "object_id", "user"], name="one_share_per_user"),
            models.UniqueConstraint(fields=["kind", "object_id", "team"], name="one_share_per_team"),
        ]
        indexes = [
            models.Index(fields=["user", "kind", "object_id"], name="shares_of_user"),
            models.Index(fields=["team", "kind", "object_id"], name="shares_of_team"),
        ]


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
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index("kind", "object_id", models.F("at").desc(), models.F("id").desc(), name="timeline_of_record"),
            models.Index("target_kind", "target_id", name="events_about_target"),
        ]
