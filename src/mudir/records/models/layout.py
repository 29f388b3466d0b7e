"""How the page of a record is laid out, where an administrator wants it otherwise than the program has it."""

import pghistory
from django.conf import settings
from django.db import models


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class PageLayout(models.Model):
    """For one kind of records and one role, or for everybody. Without parts it is as the program has it."""

    kind = models.CharField(max_length=80)  # such as clients.client
    role = models.CharField(max_length=40, blank=True)  # empty: of everybody whose role has none of its own
    parts = models.JSONField(default=dict, blank=True)  # see records/arrangement.py
    version = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "role"], name="one_layout_of_a_kind_for_a_role")]
