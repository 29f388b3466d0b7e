"""One act of a person on many records, and what became of each of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BulkAct(models.Model):
    """What is done to the records `keys`, in their order; what stood there before, their history keeps."""

    class Act(models.TextChoices):
        EDIT = "edit", _("Edit")
        ASSIGN = "assign", _("Hand on")
        TAG = "tag", _("Tags")
        TRASH = "trash", _("Move to the trash")
        PASTE = "paste", _("Paste")
        RETAG = "retag", _("Rename a tag")

    class State(models.TextChoices):
        RUNNING = "running", _("At work")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Stopped")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    act = models.CharField(max_length=10, choices=Act)
    data = models.JSONField(default=dict)  # as the form was sent: name -> its values
    back = models.CharField(max_length=2000)  # the list that the records were chosen in
    keys = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    done = models.PositiveIntegerField(default=0)  # keys of the present run that are behind
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)  # left by an undo, because somebody has changed them since
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="bulk_acts_of_user")]

    def __str__(self) -> str:
        return self.get_act_display()

    @property
    def is_at_work(self) -> bool:
        return self.state in {self.State.RUNNING, self.State.UNDOING}


class BulkRow(models.Model):
    """A record that was changed, or refused for a reason; one that was like that already has none."""

    pk = models.CompositePrimaryKey("of", "object_id")
    of = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="rows", db_index=False)
    object_id = models.BigIntegerField()
    version = models.PositiveIntegerField(null=True)  # of the record after the change
    reason = models.CharField(max_length=300, blank=True)  # why it was refused, or left by an undo
