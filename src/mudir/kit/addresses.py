"""Where a page may send its reader next."""

from django.utils.http import url_has_allowed_host_and_scheme


def is_local(address: str | None) -> bool:
    """True for a path on this site; anything a browser could read as another site is none."""
    return bool(address) and address.startswith("/") and address.isprintable() and url_has_allowed_host_and_scheme(
        address, allowed_hosts=None)


def local_or(address: str | None, otherwise: str) -> str:
    """The address where it is a path on this site, else the other one."""
    return address if is_local(address) else otherwise
