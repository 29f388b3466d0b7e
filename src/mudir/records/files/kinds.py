"""What a file is, by its bytes alone: neither its name nor what the browser said is believed."""

import io
import re
import struct
import zipfile
from collections.abc import Mapping
from typing import BinaryIO

import puremagic
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.records.importing.encoding import detect
from mudir.records.registry import Text

HEAD = 1 << 16
TEXT, PDF, ZIP = "text/plain", "application/pdf", "application/zip"
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
DRAWN = PICTURES | {PDF}  # of which pictures are made anew to be shown
OLE = "application/x-ole-storage"  # Office before 2007, what is locked with a password, messages of Outlook
OFFICE = "application/vnd.openxmlformats-officedocument."
WORD, EXCEL, POWERPOINT = (f"{OFFICE}{name}" for name in (
    "wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"))
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"%PDF-", PDF), (b"{\\rtf", "application/rtf"), (b"\xd0\xcf\x11\xe0", OLE),
)
WIDE = (b"\xff\xfe", b"\xfe\xff")  # marks of texts in which zeros stand
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")
PARTS = (("word/", WORD), ("xl/", EXCEL), ("ppt/", POWERPOINT))  # of an archive, by which it is a document
FAMILIES = ("audio/", "video/", "image/")
OTHERS = {
    "application/gzip", "application/x-gzip", "application/x-7z-compressed", "application/vnd.rar",
    "application/x-rar-compressed", "application/x-tar", "application/ogg",
}
TELLING = 3  # bytes: two of them stand at the beginning of anything
PROGRAMMED = {"image/svg+xml"}  # a text that draws and runs: kept as the text that it is
# Endings that a name may bear only if the bytes agree: what is opened for them would be something else.
ENDINGS: Mapping[str, set[str]] = {
    "pdf": {PDF}, **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp"), PICTURES),
    "docx": {WORD, OLE}, "xlsx": {EXCEL, OLE}, "pptx": {POWERPOINT, OLE}, "zip": {ZIP, WORD, EXCEL, POWERPOINT},
}
# Endings for which a computer runs the file when somebody opens it, be it a text.
RUN = set(re.findall(r"\w+", """
    action app apk appx bash bat bin chm cmd com command cpl csh desktop dll dmg exe gadget hta inf ins iso jar js jse
    lnk mjs msc msh msi msp mst pif pl ps1 ps1xml ps2 psc1 psd1 psm1 py pyw reg rgs scf scpt scr sct sh url vb vbe vbs
    vhd vxd workflow ws wsc wsf wsh xbap xll zsh"""))
LARGEST_LIST = 8 << 20  # bytes of the list of an archive's parts
MOST_UNPACKED, MOST_PACKING = 1 << 30, 100
END = b"PK\5\6"  # of an archive, at most 64 KB before its last byte
NAMES = {
    PDF: "PDF", TEXT: gettext_lazy("Text"), WORD: gettext_lazy("Document"), EXCEL: gettext_lazy("Workbook"),
    POWERPOINT: gettext_lazy("Slides"), "application/rtf": gettext_lazy("Document"), OLE: gettext_lazy("Document"),
    "image": gettext_lazy("Picture"), "audio": gettext_lazy("Recording"), "video": gettext_lazy("Film"),
}


def type_of(file: BinaryIO, name: str) -> str:
    """The type of the bytes. Raises ValidationError for programs, for bombs, and where the name tells another type."""
    kind = _by_bytes(file)
    if kind is None:
        raise ValidationError(_("This kind of file is not kept here. Put it into a ZIP archive if it has to be."))
    check_name(name, kind)
    return kind


def check_name(name: str, kind: str) -> None:
    """Raises ValidationError for a name that makes of the bytes what they are not."""
    ending = ending_of(name)
    if ending in RUN:
        raise ValidationError(_("A file of this name would run as a program: give it another ending."))
    if kind not in ENDINGS.get(ending, {kind}):
        raise ValidationError(
            _("By what is in it, this is no file of the kind %(ending)s: it is damaged or wrongly named.")
            % {"ending": ending.upper()})


def ending_of(name: str) -> str:
    """What a computer takes for the ending: not the stream behind a colon, nor dots and spaces after it."""
    plain = name.partition(":")[0].rstrip(". ").lower()
    return plain.rpartition(".")[2] if "." in plain else ""


def name_of(kind: str) -> Text:
    """What a person calls a type."""
    return NAMES.get(kind) or NAMES.get(kind.partition("/")[0]) or gettext_lazy("Archive")


def _by_bytes(file: BinaryIO) -> str | None:
    """None for what is not taken: programs, and what nobody knows."""
    file.seek(0)
    head = file.read(HEAD)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if found := next((kind for mark, kind in SIGNATURES if start.startswith(mark)), None):
        return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith((b"PK\3\4", END)):
        return _archive(file)
    if _is_text(file, head):
        return TEXT
    return _known(head)


def _archive(file: BinaryIO) -> str | None:
    """What an archive is; its parts are never unpacked. Raises ValidationError for one that would fill a disk."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - HEAD - 22))
    tail = file.read()
    place = tail.rfind(END)
    if not 0 <= place <= len(tail) - 22:
        return None
    bomb = ValidationError(_("The archive unpacks to more than a disk should hold: it is not kept."))
    if struct.unpack_from("<I", tail, place + 12)[0] > LARGEST_LIST:
        raise bomb
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        return None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED and unpacked > size * MOST_PACKING:
        raise bomb
    names = [part.filename for part in parts]
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in PARTS if any(name.startswith(part) for name in names)), ZIP)
    return ZIP


def _is_text(file: BinaryIO, head: bytes) -> bool:
    if head.startswith(PROGRAMS) or (not head.startswith(WIDE) and any(byte < 9 for byte in head[:512])):
        return False
    file.seek(0)
    try:
        encoding = detect(head, iter(lambda: file.read(1 << 20), b""))
        text = head[: len(head) // 4 * 4 or len(head)].decode(encoding, "ignore")
    except (LookupError, UnicodeError):
        return False
    controls = sum(letter < " " and letter not in "\t\n\r\f\x1b" for letter in text)
    return bool(text) and "\0" not in text and controls * 100 <= len(text)


def _known(head: bytes) -> str | None:
    """What others know a beginning as, if it is a picture, a recording, a film or an archive."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = next((one.mime_type for one in found if one.mime_type and len(one.byte_match) >= TELLING), "")
    is_taken = best in OTHERS or (best.startswith(FAMILIES) and best not in PROGRAMMED)
    return best if is_taken else None
