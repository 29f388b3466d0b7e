"""Questions of every page, put to the database in SQL: putting together a queryset takes five times as long as them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def rows_of(statement: str, values: Sequence[Any] = ()) -> list[tuple]:
    """What one statement answers. Nothing that a person typed stands in the statement itself."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
