"""Start the web server and the job worker, start them again when they end, and stop them in reverse order."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

from mudir.host.environment import address, local_url, own_name
from mudir.host.postgres import Server
from mudir.host.service_user import dies_with_parent
from mudir.host.words import CannotStart
from mudir.host.words import gettext as _

THREADS = 4  # as many as the pool of a process has connections (settings.DATABASES)
STEADY_SECONDS = 10
LONGEST_PAUSE = 15.0
READY_SECONDS = 60


@dataclass
class Program:
    """A child process in a group of its own, so that nothing it started can outlive it."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    failures: int = field(default=0, init=False)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True,
                                        preexec_fn=dies_with_parent(signal.SIGKILL))

    def stop(self, seconds: float = 15) -> None:
        if not self.process:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def revive(self) -> None:
        """Start again when it ended in whatever way: a worker whose database went away ends with code 0."""
        if self.process.poll() is None:
            return
        lived = time.monotonic() - self.started_at
        self.failures = 0 if lived > STEADY_SECONDS else self.failures + 1
        if self.failures and lived < min(LONGEST_PAUSE, 0.5 * 2**self.failures):
            return
        print(_("%(program)s ended (%(code)s) and is started again.") % {
            "program": self.name, "code": self.process.returncode}, file=sys.stderr, flush=True)
        self.stop()
        self.start()


def web(workers: int = 2) -> Program:
    host, port = address()
    return Program("web", [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers",
        str(workers), "--blocking-threads", str(THREADS), "--no-ws", "--respawn-failed-workers",
        "--workers-kill-timeout", "10", "--log-level", "warning", "mudir.wsgi:application",
    ])


def worker() -> Program:
    return Program("worker", [sys.executable, "-m", "mudir.host.jobs"])


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Ctrl-C, TERM and a closed terminal end the block; then nothing disturbs the clean-up behind it."""
    def stop(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` sets it
        signal.signal(signal.SIGHUP, stop)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def run(programs: list[Program], server: Server | None = None, when_ready: str | None = None,
        ready_page: str = "/readyz") -> None:
    """Keep the programs, and an embedded server, alive until interrupted.

    `when_ready` is printed as soon as `ready_page` answers 200.
    """
    try:
        for program in programs:
            program.start()
        if when_ready is not None:
            _wait_until_ready(programs, ready_page)
            print(when_ready, flush=True)
        while True:
            if server and server.died():
                server.revive()
            for program in programs:
                program.revive()
            time.sleep(0.3)
    finally:
        for program in reversed(programs):
            program.stop()


def _wait_until_ready(programs: list[Program], page: str) -> None:
    question = urllib.request.Request(local_url() + page, headers={"Host": own_name()})
    said = ""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for program in programs:
            if program.process.poll() is not None:
                raise CannotStart(_("%(program)s could not start (see above).") % {"program": program.name})
        try:
            with urllib.request.urlopen(question, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            said = answer.read(500).decode(errors="replace")
        except OSError as problem:
            said = str(problem)
        time.sleep(0.1)
    raise CannotStart(_("Mudir did not become ready: %(answer)s") % {"answer": said})
