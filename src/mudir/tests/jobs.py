"""Workers beside the tests: processes of their own that take jobs, and can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode

from django.db import connection


def start_worker(*lines: str, **environment: str) -> subprocess.Popen:
    """A worker on the database of the tests, that first runs these lines of Python."""
    place = connection.get_connection_params()
    url = "postgresql://{user}@/{dbname}?{query}".format(
        user=quote(place.get("user", "")), dbname=quote(place["dbname"]),
        query=urlencode({name: place[name] for name in ("host", "port", "password") if place.get(name)}))
    program = ["import django", "django.setup()", *lines, "from mudir.host.jobs import main", "main()"]
    return subprocess.Popen([sys.executable, "-c", "\n".join(program)],
                            env=os.environ | {"DATABASE_URL": url} | environment)


def empty_queue() -> None:
    """Forget every job and every worker."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


def wait_for[T](ask: Callable[[], T], seconds: float = 30) -> T:
    """The first answer that says something."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, "It did not come to that."
        time.sleep(0.02)
    return answer
