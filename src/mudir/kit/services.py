"""What every write has in common: one transaction, and a history that knows the author."""

import time
from collections.abc import Callable, Iterator
from functools import wraps
from io import IOBase
from typing import Any

import pghistory
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

TRIES = 4
PAUSE = 0.05


def service[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run a write in one transaction whose history names the author, `by`.

    Two writes that wait for each other in a ring are let go by the database at the cost of one, and that one is run
    again from its beginning. Inside another write it is that one which begins anew.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        kwargs = {name: _lasting(value) for name, value in kwargs.items()}
        left = 0 if connection.in_atomic_block else TRIES - 1
        while True:
            try:
                with transaction.atomic(), pghistory.context(user=kwargs["by"].pk):
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not left or not isinstance(error.__cause__, DeadlockDetected):
                    raise
                left -= 1
                time.sleep(PAUSE)  # the other one goes first

    return run


def _lasting(value: Any) -> Any:
    """An argument that can be read again: what a generator gives is gone after the first time."""
    return list(value) if isinstance(value, Iterator) and not isinstance(value, IOBase) else value
