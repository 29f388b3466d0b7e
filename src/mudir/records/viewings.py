"""Who looked at what is confidential, for those who open it to others.

A look is a record's own page and all that belongs to it, reading it by the API, and a row of it in a file. A line of a
list is none: it says no more than that there is such a record.
"""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from mudir.accounts.models import User
from mudir.records.models import Record, Viewing

KEPT = f"""
    INSERT INTO {Viewing._meta.db_table} AS kept (user_id, kind, object_id, door, hour, count, last_at)
    SELECT %s, %s, key, %s, date_trunc('hour', %s::timestamptz), 1, %s FROM unnest(%s::bigint[]) AS key ORDER BY key
    ON CONFLICT (kind, object_id, hour, user_id, door)
    DO UPDATE SET count = kept.count + 1, last_at = excluded.last_at"""


def note(record: Record, by: User, door: str) -> None:
    """Keep that somebody looks at the record, if it is confidential."""
    if record.confidential:
        note_many(record._meta.label_lower, [record.pk], by, door)


def note_many(kind: str, confidential: Collection[int], by: User, door: str) -> None:
    """Keep a look at each of some confidential records."""
    if confidential:
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(KEPT, [by.pk, kind, door, now, now, list(confidential)])


def viewings_of(record: Record) -> QuerySet[Viewing]:
    """The looks at a record, the latest first."""
    of_record = Viewing.objects.filter(kind=record._meta.label_lower, object_id=record.pk)
    return of_record.select_related("user").order_by("-last_at", "-pk")
