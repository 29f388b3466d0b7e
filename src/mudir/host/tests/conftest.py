import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mudir.host.postgres import Server

SECONDS = 60


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a space in its name that a service user can pass through."""
    top = Path(tempfile.mkdtemp(prefix="mudir-host-"))
    top.chmod(0o711)
    yield top / "my data"
    shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
def new_server(folder) -> Iterator[Callable[[], Server]]:
    """Makes servers on the folder, and stops those that still run at the end."""
    servers = []

    def make(at: Path = folder) -> Server:
        servers.append(Server(at, {"fsync": "off"}))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


class Mudir:
    """The command `mudir` as a person would run it, on a folder and a free port of its own."""

    def __init__(self, folder: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MUDIR_")} | {
            "DJANGO_SETTINGS_MODULE": "mudir.host.tests.bare",
            "MUDIR_DATA": str(folder),
            "MUDIR_PORT": str(self.port),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        self.environment.pop("DATABASE_URL", None)
        self.process: subprocess.Popen | None = None

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "mudir.cli", *arguments], env=self.environment | environment,
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def start(self, *arguments: str, **environment: str) -> None:
        """Start and wait for the line that says it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mudir.cli", *arguments], env=self.environment | environment,
            stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))  # the tests may run under nohup
        patience = threading.Timer(SECONDS, self.process.kill)
        patience.start()
        try:
            for line in self.process.stdout:
                if "ready" in line:
                    return
        finally:
            patience.cancel()
        raise AssertionError("mudir ended before it was ready, or took too long")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        with self.process.stdout:
            return self.process.wait(SECONDS)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; (0, why) when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()
        except OSError as problem:
            return 0, str(problem)

    def child(self, word: str) -> int:
        """Process id of the child of the supervisor whose command line has that word."""
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and word in entry.joinpath("cmdline").read_text():
                    return int(entry.name)
        raise AssertionError(f"no child {word}")

    def everyone(self) -> set[int]:
        """The processes whose environment names our folder: the supervisor and all below it."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"MUDIR_PORT={self.port}".encode() in entry.joinpath("environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
        return found


@pytest.fixture(scope="session")
def finished_folder() -> Iterator[Path]:
    """A stopped data folder whose database has every table, to copy from."""
    top = Path(tempfile.mkdtemp(prefix="mudir-host-"))
    top.chmod(0o711)
    done = Mudir(top / "finished").run("migrate")
    assert done.returncode == 0, done
    yield top / "finished"
    shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
def settled(mudir, folder, finished_folder) -> Mudir:
    """A Mudir that ran before: its folder holds a finished database."""
    subprocess.run(["cp", "-a", finished_folder, folder], check=True)
    return mudir


@pytest.fixture
def mudir(folder) -> Iterator[Mudir]:
    made = Mudir(folder)
    yield made
    for process in made.everyone():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def eventually(holds: Callable[[], bool], seconds: float = 25) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False
