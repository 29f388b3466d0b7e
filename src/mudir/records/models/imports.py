"""Files of records that somebody brought in, and what became of each row."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file on its way into the records of a kind. `mapping` has one target for each column, "" for none."""

    class Format(models.TextChoices):
        TEXT = "text", _("text with separated columns")
        WORKBOOK = "workbook", _("workbook")
        CARDS = "cards", _("vCard")

    class State(models.TextChoices):
        DRAFT = "draft", _("To be mapped")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Stopped")

    class Duplicates(models.TextChoices):
        SKIP = "skip", _("Skip the row")
        FILL = "fill", _("Fill what is blank, change nothing else")
        OVERWRITE = "overwrite", _("The file wins over what is there")
        NEW = "new", _("Make a new one all the same")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    file = models.FileField(max_length=200)  # under a key of ours, as it came, or as text made of a workbook or cards
    file_name = models.CharField(max_length=200)  # what the person calls it: shown, never a path
    size = models.BigIntegerField()
    format = models.CharField(max_length=10, choices=Format)
    sheet = models.CharField(max_length=200, blank=True)
    encoding = models.CharField(max_length=20)
    separator = models.CharField(max_length=1, blank=True)
    heads = ArrayField(models.TextField())
    samples = models.JSONField(default=list)  # for each column, a few values of it
    first_row = models.PositiveIntegerField()  # number of the first row behind the heads, counted as a spreadsheet does
    layout = models.CharField(max_length=80, blank=True)  # the program that wrote it, where it is known
    mapping = ArrayField(models.CharField(max_length=60, blank=True))
    day_orders = models.JSONField(default=dict)  # column -> "month" where its days are written month first
    duplicates = models.CharField(max_length=10, choices=Duplicates, default=Duplicates.SKIP)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # rows of the present run that are behind
    counts = models.JSONField(default=dict)  # outcome -> rows
    kept = models.PositiveIntegerField(default=0)  # records that an undo left, because somebody has worked on them
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="imports_of_user")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.RUNNING, self.State.UNDOING}


class ImportBatch(models.Model):
    """What one transaction of an import made: records for the rows `numbers`, and records beside them."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    numbers = ArrayField(models.IntegerField())
    created = ArrayField(models.BigIntegerField())
    beside = ArrayField(models.BigIntegerField())  # of another kind: the clients of imported contacts

    class Meta:
        indexes = [models.Index(fields=["of"], name="batches_of_import")]


class ImportRow(models.Model):
    """What became of a row that made no new record, or was mended."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("Nothing to change")
        SKIPPED = "skipped", _("Skipped")
        REJECTED = "rejected", _("Rejected")

    pk = models.CompositePrimaryKey("of", "number")
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    name = models.CharField(max_length=200, blank=True)  # as it stands in the file
    reasons = models.JSONField(default=list)  # why rejected, or by what it is a duplicate
    object_id = models.BigIntegerField(null=True)  # the record it is a duplicate of, where it is one
    same_as = models.PositiveIntegerField(null=True)  # the row it is a duplicate of, where it is one
    before = models.JSONField(null=True)  # what was overwritten
    version = models.PositiveIntegerField(null=True)  # of the record after the change

    class Meta:
        indexes = [models.Index(fields=["of", "outcome", "number"], name="rows_by_outcome")]


class ImportMend(models.Model):
    """A value of the file that the person put right on the page."""

    pk = models.CompositePrimaryKey("of", "number", "column")
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    column = models.PositiveSmallIntegerField()
    value = models.CharField(max_length=400, blank=True)


class ImportMapping(models.Model):
    """How a person mapped a file with these heads, to be offered again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)  # of the heads
    kind = models.CharField(max_length=80)
    mapping = ArrayField(models.CharField(max_length=60, blank=True))
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "fingerprint"], name="one_mapping_per_user_and_heads")]
