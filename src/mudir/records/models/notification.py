"""What a person is told of, and how they want to be told."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reason(models.TextChoices):
    """Why somebody is told of a record."""

    ASSIGNMENT = "assignment", _("A record is given to me")
    MENTION = "mention", _("Somebody mentions me")
    SHARE = "share", _("A record is shared with me")
    DUE = "due", _("Something of mine is due")
    EXPORT = "export", _("A file that I asked for is ready")


class Mail(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    NEVER = "never", pgettext_lazy("mail", "Never")


class Notification(models.Model):
    """One thing that a person is told of. It holds no words: what it tells is read when it is read, as far as the
    reader still sees it. Read ones are thrown away after a while (`notifications.KEPT`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    reason = models.CharField(max_length=20, choices=Reason)
    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    comment = models.ForeignKey("records.Comment", on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    on_page = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=10, choices=Mail, blank=True)  # the letter that it waits for; empty: none
    key = models.CharField(max_length=80, null=True)  # noqa: DJ001  of what is told only once; without a key null

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notification_per_user_and_key")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notifications_of_user"),
            models.Index(fields=["user", "-id"], condition=models.Q(read_at__isnull=True), name="unread_of_user"),
            models.Index(fields=["user"], condition=~models.Q(mail=""), name="notifications_to_mail"),
        ]


class NotificationChoice(models.Model):
    """How a person wants to be told for one reason, where that is not the usual way."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    reason = models.CharField(max_length=20, choices=Reason)
    on_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=Mail)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "reason"], name="one_choice_per_user_and_reason")]
