"""Files on the disk of this machine: whole or not at all."""

import os
import tempfile
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """Django's storage on disk, except that a file appears under its name when all of it has reached the disk.

    A full disk leaves nothing, a killed process at most a file beside it whose name begins with a dot.
    """

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=".", dir=target.parent)
        try:
            with os.fdopen(number, "wb") as made:
                for chunk in content.chunks():
                    made.write(chunk)
                made.flush()
                os.fsync(made.fileno())
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise
        _settle(target.parent)
        return name


def _settle(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
