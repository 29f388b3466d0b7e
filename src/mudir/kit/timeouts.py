"""Questions to the database that may not hold up the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

QUERY_CANCELED = "57014"


class TookTooLong(Exception):
    """A question was given up."""


@contextmanager
def in_time(seconds: int) -> Iterator[None]:
    """Each statement inside may take so long at most; raises `TookTooLong`."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{seconds}s'")
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != QUERY_CANCELED:
            raise
        raise TookTooLong from error
