"""What every write has in common: one transaction, and a history that knows the author."""

from collections.abc import Callable
from functools import wraps

import pghistory
from django.db import transaction


def service[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run a write in one transaction whose history names the author, `by`."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(), pghistory.context(user=kwargs["by"].pk):
            return function(*args, **kwargs)

    return run
