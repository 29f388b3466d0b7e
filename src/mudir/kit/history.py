"""The base of every history table, fixed before the first migration: changing a key later renames tables."""

import pghistory.models
from django.db import models


class HistoryRow(pghistory.models.Event):
    """One kept version of a row, written by a trigger."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True
