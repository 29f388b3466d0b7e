"""Every test runs on a real PostgreSQL: the one of DATABASE_URL, else an embedded one that lives for this run."""

import atexit
import os
from contextlib import ExitStack

import django

from mudir.host.postgres import temporary_server

# Playwright's synchronous interface leaves an event loop running in the thread of the test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.setdefault("MUDIR_SECRET_KEY", "known to every test")
os.environ["DJANGO_SETTINGS_MODULE"] = "mudir.settings"

_until_the_end = ExitStack()
atexit.register(_until_the_end.close)
if "DATABASE_URL" not in os.environ:  # the workers of xdist inherit it from the process that starts them
    _until_the_end.enter_context(temporary_server())

django.setup()
