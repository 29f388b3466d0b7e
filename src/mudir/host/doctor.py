"""What is wrong with this installation, in words."""

import hashlib
import json
import os
import shutil
import socket
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings

from mudir.host.database import check_server, migrations, open_connection, worker_is_alive
from mudir.host.environment import ANY_ADDRESS, address, data_folder, own_name
from mudir.host.words import CannotStart
from mudir.host.words import gettext as _

VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"
ROOM = 500 * 2**20
EXTENSIONS = {"pg_trgm"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, and whether it is well. `wrong` makes `mudir doctor` end with 1."""

    subject: str
    said: str
    wrong: bool = False


def examine(is_running: bool) -> Iterator[Finding]:
    """Look at everything that Mudir needs; the settings must be loaded and DATABASE_URL be set.

    A job worker is missed only when Mudir `is_running`.
    """
    yield from (look() for look in (_python, _data, _disk, _key, _mode, _assets, _zones, _port))
    yield from _database((_extensions, _tables, _queue) if is_running else (_extensions, _tables))


def _finding(subject: str, well: str, wrong: str, is_wrong: bool) -> Finding:
    return Finding(subject, wrong if is_wrong else well, is_wrong)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return _finding(_("Python"), version, _("%(version)s is too old: Mudir needs 3.12 or newer.") % {
        "version": version}, sys.version_info < (3, 12))


def _data() -> Finding:
    folder = data_folder()
    return _finding(_("Data folder"), str(folder), _("%(folder)s cannot be written.") % {"folder": folder},
                    not os.access(folder, os.W_OK | os.X_OK))


def _disk() -> Finding:
    free = shutil.disk_usage(data_folder()).free
    size = f"{free / 2**30:.1f} GB"
    return _finding(_("Free disk"), size, _("Only %(size)s is left for the data folder.") % {"size": size}, free < ROOM)


def _key() -> Finding:
    file = data_folder() / "secret_key"
    if len(settings.SECRET_KEY) < 32:
        return Finding(_("Secret key"), _("It is too short: give MUDIR_SECRET_KEY 50 random characters."), True)
    loose = file.exists() and file.stat().st_mode & 0o077
    return _finding(_("Secret key"), _("present"), _("Others may read %(file)s; run: chmod 600 on it.") % {
        "file": file}, bool(loose))


def _mode() -> Finding:
    return _finding(_("Development mode"), _("off"),
                    _("MUDIR_DEBUG is on: errors show the inside of Mudir to everyone."), settings.DEBUG)


def _assets() -> Finding:
    subject = _("Browser packages")
    try:
        listed = json.loads((VENDOR / "packages.json").read_text())["files"]
    except OSError:
        return Finding(subject, _("They are missing: run make demo once, or install the wheel."), True)
    broken = [name for name, digest in listed.items() if _digest(VENDOR / name) != digest]
    return _finding(subject, _("present"), _("Missing or changed: %(files)s.") % {"files": ", ".join(broken)},
                    bool(broken))


def _digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else None


def _zones() -> Finding:
    try:
        zoneinfo.ZoneInfo("Asia/Riyadh")
    except zoneinfo.ZoneInfoNotFoundError:
        return Finding(_("Time zones"), _("This machine has no time zone data: install the package tzdata."), True)
    return Finding(_("Time zones"), _("present"))


def _port() -> Finding:
    """A taken port is wrong only if it is not Mudir that took it."""
    host, port = address()
    subject = _("Port %(port)s") % {"port": port}
    where = "127.0.0.1" if host in ANY_ADDRESS else host
    try:
        with socket.create_connection((where, port), timeout=2) as visitor:
            visitor.settimeout(5)
            visitor.sendall(f"GET /healthz HTTP/1.1\r\nHost: {own_name()}\r\nConnection: close\r\n\r\n".encode())
            answer = visitor.recv(400)
    except ConnectionRefusedError:
        return Finding(subject, _("free"))
    except OSError as problem:
        return Finding(subject, str(problem), True)
    return _finding(subject, _("Mudir answers here"), _("Another program uses it; choose one with MUDIR_PORT."),
                    not answer.startswith(b"HTTP/1.1 200"))


def _database(looks: tuple[Callable[[psycopg.Connection], Finding], ...]) -> Iterator[Finding]:
    subject = _("Database")
    try:
        check_server()
        with open_connection() as database:
            encoding, letters = database.execute(
                "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            version = database.info.parameter_status("server_version")
            yield Finding(subject, f"PostgreSQL {version}, {encoding}, {letters}")
            yield from (look(database) for look in looks)
    except CannotStart as problem:
        yield Finding(subject, str(problem), True)
    except psycopg.Error as problem:
        yield Finding(subject, " ".join(str(problem).split()), True)


def _extensions(database: psycopg.Connection) -> Finding:
    present = {name for (name,) in database.execute("SELECT extname FROM pg_extension").fetchall()}
    missing = ", ".join(sorted(EXTENSIONS - present))
    return _finding(_("Extensions"), ", ".join(sorted(present)), _("Missing: %(names)s; run: mudir migrate.") % {
        "names": missing}, bool(missing))


def _tables(database: psycopg.Connection) -> Finding:
    pending, newer = migrations(database)
    if newer:
        return Finding(_("Tables"), _("They were made by a newer Mudir (%(migration)s).") % {
            "migration": min(newer)}, True)
    return _finding(_("Tables"), _("up to date"), _("%(count)s changes are waiting; run: mudir migrate.") % {
        "count": len(pending)}, bool(pending))


def _queue(database: psycopg.Connection) -> Finding:
    subject = _("Job worker")
    if database.execute("SELECT to_regclass('procrastinate_workers')").fetchone()[0] is None:
        return Finding(subject, _("The job queue has no tables yet; run: mudir migrate."), True)
    waiting, stuck = database.execute(
        "SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'todo' AND "
        "coalesce(scheduled_at, now()) < now() - interval '10 minutes') FROM procrastinate_jobs"
    ).fetchone()
    if worker_is_alive(database):
        return _finding(subject, _("alive, %(count)s jobs waiting") % {"count": waiting},
                        _("%(count)s jobs have waited for more than ten minutes.") % {"count": stuck}, bool(stuck))
    return Finding(subject, _("No worker gives a sign of life; start one with: mudir worker."), True)

