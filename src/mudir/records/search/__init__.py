"""Finding records by any spelling."""

from django.db import models


def index(record: models.Model) -> None:
    """Write what the record is found by."""


def forget(record: models.Model) -> None:
    """Take the record out of the search."""


def match(queryset, text: str):
    """Narrow a queryset to the records that the text finds."""
    return queryset.filter(name__icontains=text)
