"""The bytes of files: stored once, shown as pictures made anew, thrown away when nobody refers to them."""

import contextlib
import errno
import hashlib
import io
import secrets
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.kit.numbers import number_in
from mudir.records.files import kinds, picture
from mudir.records.models import Attachment, AttachmentVersion, Content

SPARE = timedelta(days=1)  # that content without a file may still be on its way to one
SECONDS_FOR_PICTURES = 15
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PLACES = ("content", "pictures")


def keep(file: BinaryIO, name: str) -> Content:
    """The content of a file, stored once however often it comes. Raises ValidationError."""
    size = file.seek(0, io.SEEK_END)
    if not size:
        raise ValidationError(_("The file is empty."))
    if size > settings.FILE_LARGEST:
        raise ValidationError(_("The file is larger than %(size)s MB.") % {"size": settings.FILE_LARGEST >> 20})
    kind = kinds.type_of(file, name)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = Content.objects.filter(sha256=digest).first()
    if known and default_storage.exists(known.stored):
        return known
    if settings.FILES_TOTAL and not known and space_used() + size > settings.FILES_TOTAL:
        raise ValidationError(_("The space for files is used up. Ask an administrator for more."))
    stored = _store("content", digest, file)
    if known:  # a database that was put back without its files
        Content.objects.filter(pk=known.pk).update(stored=stored)
        return known
    made = Content(sha256=digest, size=size, type=kind, stored=stored)
    if kind in kinds.DRAWN:
        _draw(made, file)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # the same bytes came twice at the same time
        _delete(made)
        return Content.objects.get(sha256=digest)
    return made


def space_used() -> int:
    """Bytes of all files, each counted once."""
    return Content.objects.aggregate(used=Sum("size"))["used"] or 0


def _store(place: str, digest: str, file: BinaryIO) -> str:
    """The key under which the bytes are stored now; never one that was used before: whoever deletes that deletes it.

    Raises ValidationError where there is no room.
    """
    file.seek(0)
    try:
        return default_storage.save(f"{place}/{digest[:2]}/{digest}-{secrets.token_hex(4)}", File(file))
    except OSError as error:
        if error.errno in FULL:
            raise ValidationError(_("There is no room left for files: nothing was kept. Tell an administrator.")) \
                from error
        raise


def _delete(content: Content) -> None:
    for key in content.keys:
        default_storage.delete(key)


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _draw(content: Content, file: BinaryIO) -> None:
    """Make the pictures that are shown of a file; where none can be made, the file is kept without."""
    file.seek(0)
    unmade = contextlib.suppress(OSError, ValidationError)
    with unmade, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        with source.open("wb") as copy:
            copy.writelines(iter(lambda: file.read(1 << 20), b""))
        content.pages = _run(source, folder)
        for place in range(1, picture.MOST_PAGES + 1):
            if not (made := folder / f"{place}.webp").exists():
                break
            with made.open("rb") as page:
                content.pictures.append(_store("pictures", content.sha256, page))
        if content.pictures:
            with (folder / "thumbnail.webp").open("rb") as small:
                content.thumbnail = _store("pictures", content.sha256, small)


def _run(source: Path, folder: Path) -> int | None:
    """Let the other process draw; how many pages it counted. One that takes too long has drawn the first ones."""
    child = [sys.executable, "-I", picture.__file__, source, folder]
    try:
        said = subprocess.run(child, capture_output=True, check=False, timeout=SECONDS_FOR_PICTURES, env={}).stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    return number_in(said.decode("ascii", "replace").strip(), digits=9)


# ── throwing away ────────────────────────────────────────────────────────────────────────────────────────────────────


def throw_away_unused(now: datetime | None = None) -> int:
    """Delete files that were removed long ago, and bytes that nobody refers to; returns how much content went.

    The bytes go after their row: killed in between, bytes stay that nobody sees, rather than a file without bytes.
    The next night finds those.
    """
    now = now or timezone.now()
    if settings.TRASH_DAYS:
        Attachment.objects.filter(removed_at__lt=now - timedelta(days=settings.TRASH_DAYS)).delete()
    used = AttachmentVersion.objects.filter(content=OuterRef("pk"))
    gone = 0
    for pk in list(Content.objects.filter(~Exists(used), created_at__lt=now - SPARE).values_list("pk", flat=True)):
        with transaction.atomic():
            content = Content.objects.select_for_update(skip_locked=True).filter(~Exists(used), pk=pk).first()
            if content is None:
                continue
            content.delete()
        _delete(content)
        gone += 1
    _delete_strays(now)
    return gone


def _delete_strays(now: datetime) -> None:
    """Delete bytes of which no row tells: a process ended between storing them and saying so."""
    for place in PLACES:
        for folder in _listed(place)[0]:
            found = {f"{place}/{folder}/{name}" for name in _listed(f"{place}/{folder}")[1]}
            told = Content.objects.filter(sha256__startswith=folder)
            for key in found.difference(*(content.keys for content in told)):
                if default_storage.get_modified_time(key) < now - SPARE:
                    default_storage.delete(key)


def _listed(place: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(place)
    except FileNotFoundError:  # nothing was ever kept there
        return [], []
