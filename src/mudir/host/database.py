"""The database Mudir works on: the one of DATABASE_URL, or the embedded one of the data folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import Error as DatabaseError

from mudir.host.environment import data_folder
from mudir.host.postgres import AlreadyRunning, Server, running_url
from mudir.host.words import CannotStart
from mudir.host.words import gettext as _

OLDEST_SERVER = 15
TRIGRAMS_OF_ARABIC = "SELECT cardinality(show_trgm('محمد')) > 0"


@contextmanager
def a_database(alone: bool = False) -> Iterator[Server | None]:
    """DATABASE_URL is set inside: given, or of the Mudir already running on the data folder, or of a server started
    here, which is yielded and stopped at the end.

    Raises CannotStart; also when Mudir runs already and we should be `alone`.
    """
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = Server(data_folder())
    try:
        server.start()
    except AlreadyRunning:
        if alone:
            raise
        os.environ["DATABASE_URL"] = running_url(data_folder())
        yield None
        return
    try:
        os.environ["DATABASE_URL"] = server.url
        yield server
    finally:
        server.stop()


def open_connection(seconds: int = 5) -> psycopg.Connection:
    """A connection of its own outside the pool, given up after so many seconds."""
    parameters = connection.get_connection_params()
    parameters.pop("pool", None)
    return psycopg.connect(**parameters | {"connect_timeout": seconds}, autocommit=True)


def check_server() -> None:
    """Raises CannotStart unless the server answers, is new enough, and knows what an Arabic letter is."""
    try:
        database = open_connection()
    except psycopg.OperationalError as problem:
        raise CannotStart(_("The database cannot be reached: %(problem)s") % {"problem": _one_line(problem)}) from None
    with database:
        major = database.info.server_version // 10000
        if major < OLDEST_SERVER:
            raise CannotStart(_("The database is PostgreSQL %(found)s; Mudir needs %(oldest)s or newer.") % {
                "found": major, "oldest": OLDEST_SERVER})
        if not _knows_arabic(database):
            raise CannotStart(_("The database does not find Arabic words: create it with ENCODING 'UTF8' LOCALE "
                                "'C.UTF-8' (or another UTF-8 locale)."))


def _knows_arabic(database: psycopg.Connection) -> bool:
    try:
        with database.transaction(force_rollback=True):  # the migrations make the extension, not a check
            database.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            return database.execute(TRIGRAMS_OF_ARABIC).fetchone()[0]
    except psycopg.Error as problem:
        raise CannotStart(_("The database has no extension pg_trgm: %(problem)s") % {
            "problem": _one_line(problem)}) from None


@cache
def _migrations_of_this_program() -> tuple[frozenset, frozenset]:
    """(every migration a finished database has, every migration known to our own apps' folders)."""
    loader = MigrationLoader(None)
    return frozenset(loader.graph.nodes), frozenset(loader.disk_migrations)


def migrations(database: psycopg.Connection) -> tuple[set[str], set[str]]:
    """(not yet applied, applied by a newer Mudir), each as "app.name"."""
    from django.apps import apps

    wanted, known = _migrations_of_this_program()
    if database.execute("SELECT to_regclass('django_migrations')").fetchone()[0] is None:
        applied = set()
    else:
        applied = set(database.execute("SELECT app, name FROM django_migrations").fetchall())
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("mudir.")}
    newer = {key for key in applied - known if key[0] in ours}
    return {".".join(key) for key in wanted - applied}, {".".join(key) for key in newer}


def migrate() -> bool:
    """Bring the tables up to this program; True when there was something to do. Raises CannotStart."""
    with open_connection() as database:
        pending, newer = migrations(database)
    if newer:
        raise CannotStart(_("The data was made by a newer Mudir (%(migration)s); install that version again.") % {
            "migration": min(newer)})
    if not pending:
        return False
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as problem:
        raise CannotStart(_("The database could not be prepared: %(problem)s") % {
            "problem": _one_line(problem)}) from problem
    return True


def worker_is_alive(database: psycopg.Connection) -> bool:
    """Whether a job worker gave a sign of life within the last minute (it does every 10 s)."""
    return database.execute(
        "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')"
    ).fetchone()[0]


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split())
