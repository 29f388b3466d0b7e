"""Passwords are hashed in turn: one alone takes 100 MB of memory and most of what the machine has to reckon with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher

LONGEST_WAIT = 3  # seconds
_hashing = threading.BoundedSemaphore(1)  # in each process; two of them serve pages
_in_line = threading.BoundedSemaphore(2)  # who hashes and who waits: the other threads are there for the pages


class TooMany(Exception):
    """So many passwords are being looked at that another one would hold up everybody."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _in_line.acquire(blocking=False):
        raise TooMany
    try:
        if not _hashing.acquire(timeout=LONGEST_WAIT):
            raise TooMany
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _in_line.release()


class InTurn(Argon2PasswordHasher):
    """Argon2 as Django has it, one password at a time."""

    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return super().verify(password, encoded)
