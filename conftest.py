"""Every test runs on a real PostgreSQL: the one of DATABASE_URL, else an embedded one that lives for this run."""

import os
import shutil
import tempfile
from pathlib import Path

import django

from mudir.host.postgres import Server

_server = None
_folder = None

if "DATABASE_URL" not in os.environ:  # workers of xdist inherit it from the process that started them
    _folder = Path(tempfile.mkdtemp(prefix="mudir-tests-"))
    _folder.chmod(0o711)  # the service user of a root start passes through
    _server = Server(_folder / "data", {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
                                        "max_connections": "100"})
    _server.start()
    os.environ["DATABASE_URL"] = _server.url
    os.environ["MUDIR_DATA"] = str(_folder / "files")

os.environ.setdefault("MUDIR_SECRET_KEY", "known to every test")
os.environ["DJANGO_SETTINGS_MODULE"] = "mudir.settings"
django.setup()


def pytest_unconfigure():
    if _server:
        _server.stop()
        shutil.rmtree(_folder, ignore_errors=True)
