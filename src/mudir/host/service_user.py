"""Who PostgreSQL runs as: the person who starts Mudir, or a service user when that person is root."""

import ctypes
import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from mudir.host.words import CannotStart
from mudir.host.words import gettext as _

NAME = "mudir"
HOME = Path("/var/lib/mudir")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def service_user() -> pwd.struct_passwd | None:
    """The user for PostgreSQL, which refuses root; None when we are an ordinary user and need no other.

    Raises CannotStart when no such user exists and none can be made.
    """
    if os.geteuid() != 0:
        return None
    for name in (NAME, "nobody"):
        if name == NAME and not _known(NAME) and shutil.which("useradd"):
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(HOME),
                 "--shell", "/usr/sbin/nologin", NAME],
                capture_output=True, check=False,
            )
        if user := _known(name):
            return user
    raise CannotStart(_("PostgreSQL does not run as root and the user 'mudir' could not be made; start Mudir as an "
                        "ordinary user."))


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def identity(user: pwd.struct_passwd | None) -> dict:
    """Arguments of `subprocess` that drop user, group and every further group."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def can_reach(user: pwd.struct_passwd | None, path: Path, program: str = "x") -> bool:
    """Whether that user may pass through (`x`) or run the path; asked of the kernel, as that user."""
    return subprocess.run(["/bin/sh", "-c", f'test -{program} "$1"', "sh", str(path)], cwd="/",
                          **identity(user), check=False).returncode == 0


def own_folder(path: Path, user: pwd.struct_passwd | None) -> Path:
    """Make the folder if needed, readable by its owner only, and give it to the user."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o700)
    return path


def dies_with_parent(deadly: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the child gets that signal when the parent ends in any way, so nothing is left behind.

    It holds for the *thread* that starts the child: start children from the main thread.
    """
    parent = os.getpid()

    def before_program() -> None:
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, deadly, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return before_program


def die_with_parent() -> None:
    """Called in a process of multiprocessing: it is killed when the one that made it ends in any way."""
    if (parent := multiprocessing.parent_process()) and _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent.pid:
            os._exit(1)
