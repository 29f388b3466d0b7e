"""Finding records by any spelling."""

from django.db import models


def index(record: models.Model) -> None:
    """Write what the record is found by."""


def forget(record: models.Model) -> None:
    """Take the record out of the search."""
