"""Lists that somebody asked for as a file, too long to wait for."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """One file on its way out, for `user` alone. `spec` is `QuerySpec.to_json`, perhaps with `ids`."""

    class State(models.TextChoices):
        RUNNING = "running", _("Being made")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Stopped")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    spec = models.JSONField()
    format = models.CharField(max_length=4)  # csv or xlsx
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField()  # rows there were when it was asked for
    done = models.PositiveIntegerField(default=0)
    file = models.FileField(max_length=200, blank=True)  # under a key of ours
    file_name = models.CharField(max_length=120)
    size = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("export")
        indexes = [models.Index(fields=["user", "-created_at"], name="exports_of_user")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("records:export_page", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        return self.state == self.State.RUNNING
