"""What the settings read, completed for a machine on which nobody set anything."""

import errno
import os
import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit

from mudir.host.words import CannotStart
from mudir.host.words import gettext as _

ANY_ADDRESS = {"0.0.0.0", "::"}


def data_folder() -> Path:
    return Path(os.environ.get("MUDIR_DATA") or Path.home() / ".local/share/mudir").absolute()


def address() -> tuple[str, int]:
    """Where the web pages listen: MUDIR_HOST and MUDIR_PORT, 127.0.0.1:8000 unless set."""
    port = os.environ.get("MUDIR_PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotStart(_("MUDIR_PORT must be a number from 1 to 65535, not %(port)s.") % {"port": port})
    return os.environ.get("MUDIR_HOST") or "127.0.0.1", int(port)


def local_url() -> str:
    """The address at which this machine itself reaches the pages."""
    host, port = address()
    host = "127.0.0.1" if host in ANY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}"


def own_name() -> str:
    """A Host header that the pages answer to, also behind a proxy: the one of the base address."""
    return urlsplit(os.environ.get("MUDIR_BASE_URL") or local_url()).netloc


def complete_environment() -> None:
    """Fill in what the settings need and nobody gave: the secret key, the base address, the names we answer to.

    Raises CannotStart when the key cannot be kept.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mudir.settings")
    os.environ["MUDIR_DATA"] = str(data_folder())
    if not os.environ.get("MUDIR_SECRET_KEY"):
        os.environ["MUDIR_SECRET_KEY"] = secret_key(data_folder() / "secret_key")
    if not os.environ.get("MUDIR_BASE_URL"):
        os.environ["MUDIR_BASE_URL"] = local_url()
    if not os.environ.get("MUDIR_HOSTS"):
        os.environ["MUDIR_HOSTS"] = ",".join(sorted(_own_names()))


def secret_key(file: Path) -> str:
    """The key in that file, made on first use and readable by its owner only."""
    try:
        file.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not file.exists():
            half = file.with_name(f"{file.name}.{os.getpid()}")
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(50))
            try:
                os.link(half, file)  # of two starts at once the first one names the key
            except FileExistsError:
                pass
            finally:
                half.unlink()
        return file.read_text().strip()
    except OSError as problem:
        raise CannotStart(_("The data folder %(folder)s cannot be written: %(problem)s.") % {
            "folder": file.parent, "problem": problem.strerror}) from None


def _own_names() -> set[str]:
    host, _port = address()
    names = {"localhost", "127.0.0.1", "[::1]"}
    if host not in ANY_ADDRESS:
        return names | {f"[{host}]" if ":" in host else host}
    names.add(socket.gethostname().lower())
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
            outward.connect(("192.0.2.1", 9))  # sends nothing: it only asks which of our addresses leads outward
            names.add(outward.getsockname()[0])
    except OSError:
        pass  # no network: nobody can come from outside either
    return names


def check_address_is_free() -> None:
    """Raises CannotStart when the pages cannot listen where they should."""
    host, port = address()
    words = {"host": host, "port": port}
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except socket.gaierror:
        raise CannotStart(_("MUDIR_HOST %(host)s is not an address of this machine.") % words) from None
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise CannotStart(_("Port %(port)s is taken by another program; choose one with MUDIR_PORT.")
                              % words) from None
        raise CannotStart(_("Mudir may not listen on %(host)s port %(port)s: %(problem)s.")
                          % (words | {"problem": problem.strerror})) from None
