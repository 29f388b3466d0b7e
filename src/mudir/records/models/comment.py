"""What people say to each other about a record."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["token"])
class Comment(models.Model):
    """Something said about one record, to be read by whoever sees that. Mentions stand in `text` as `comments` writes
    them, by the user's key: names change."""

    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"))
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    # What the form that made it was sent with: the same form sent twice writes once.
    token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "object_id"], name="comments_of_record")]
