"""Files that belong to records. What is in them is kept once, by its hash."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Content(models.Model):
    """Bytes in the storage, named by a key of ours that begins with their hash. What nothing refers to is thrown away.

    `type` is what the bytes are, whatever the sender said; `pictures` are keys of what is shown instead of them, made
    anew from their pixels.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    type = models.CharField(max_length=100)
    stored = models.CharField(max_length=120)
    thumbnail = models.CharField(max_length=120, blank=True)
    pictures = ArrayField(models.CharField(max_length=120), default=list)
    pages = models.PositiveIntegerField(null=True)  # of a document, of which `pictures` show the first ones
    created_at = models.DateTimeField(default=timezone.now)

    @property
    def keys(self) -> list[str]:
        """Everything in the storage that is its."""
        return [key for key in (self.stored, self.thumbnail, *self.pictures) if key]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Attachment(models.Model):
    """One file of a record, in all its versions. `name` is for showing: never a path."""

    kind = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=200)
    removed_at = models.DateTimeField(_("in the trash since"), null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "object_id"], name="files_of_record"),
            models.Index(fields=["removed_at"], condition=models.Q(removed_at__isnull=False), name="removed_files"),
        ]

    def __str__(self) -> str:
        return self.name


class AttachmentVersion(models.Model):
    """What a file was from a moment on; the one of the highest number is the file as it is."""

    of = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="versions_are_numbered")]
