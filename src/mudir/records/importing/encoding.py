"""How a text file is written: UTF-8, UTF-16 or UTF-32 with or without mark, windows-1256 or windows-1252."""

import codecs
import re
from collections.abc import Iterable

from charset_normalizer import from_bytes

MARKS = (  # the longer first: the mark of UTF-32-LE begins with that of UTF-16-LE
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
CHOICES = {
    "utf-8": "UTF-8", "cp1256": "Windows-1256", "cp1252": "Windows-1252", "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE", "utf-32-le": "UTF-32 LE", "utf-32-be": "UTF-32 BE", "iso8859_6": "ISO-8859-6",
    "cp720": "DOS Arabic (720)", "mac_arabic": "Mac Arabic", "cp1250": "Windows-1250", "cp1254": "Windows-1254",
    "iso8859_9": "ISO-8859-9", "mac_roman": "Mac Roman",
}
SAMPLE = 1 << 18
BROKEN = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as the decoder hands them through
MOST_BROKEN = 0.02  # of the multi-byte characters of a text that still counts as UTF-8


def detect(head: bytes, chunks: Iterable[bytes]) -> str:
    """The codec of a text: `head` is its beginning (up to `SAMPLE` bytes), `chunks` the whole of it."""
    for mark, name in MARKS:
        if head.startswith(mark):
            body = head[len(mark):]
            # Some programs put the mark of UTF-16 before a text in UTF-32.
            return _wide(body) or name if name.startswith("utf-16") and _is_utf_32(body) else name
    if wide := _wide(head):
        return wide
    return "utf-8" if _is_utf_8(chunks) else _single_byte(head)


def mark_length(head: bytes, encoding: str) -> int:
    """How many bytes stand before the text."""
    return next((len(mark) for mark, name in MARKS
                 if head.startswith(mark) and name.partition("-")[0] == encoding.partition("-")[0]
                 and (name == encoding or encoding.startswith("utf-32"))), 0)


def alternatives(head: bytes, chosen: str) -> list[str]:
    """Codecs to choose from, the likely ones first."""
    guessed = [match.encoding for match in from_bytes(head[:20_000], cp_isolation=list(CHOICES))][:3]
    return list(dict.fromkeys([chosen, *(name for name in guessed if name in CHOICES), *CHOICES]))


def _is_utf_32(body: bytes) -> bool:
    whole = body[: len(body) // 4 * 4]
    return len(whole) >= 8 and (not any(whole[2::4] + whole[3::4]) or not any(whole[0::4] + whole[1::4]))


def _wide(body: bytes) -> str:
    """UTF-16 or UTF-32 by where the zeros stand; empty where there are none."""
    whole = body[: len(body) // 4 * 4] or body
    if b"\0" not in whole:
        return ""
    if _is_utf_32(whole):
        return "utf-32-le" if not any(whole[3::4]) and whole[0::4].strip(b"\0") else "utf-32-be"
    even, odd = whole[0::2].count(0), whole[1::2].count(0)
    if abs(even - odd) * 4 < len(whole) // 8:
        return ""  # zeros on both sides: no text
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = body[: len(body) // 2 * 2].decode(name, "replace")
    return name if text.count("\ufffd") <= len(text) // 50 else ""


def _is_utf_8(chunks: Iterable[bytes]) -> bool:
    """Whether the text is UTF-8, but for a few places that were broken on the way."""
    decoder, good, broken = codecs.getincrementaldecoder("utf-8")("surrogateescape"), 0, 0
    for chunk in chunks:
        text = decoder.decode(chunk)
        if not text.isascii():
            bad = len(BROKEN.findall(text))
            broken += bad
            good += len(text) - len(text.encode("ascii", "ignore")) - bad
    return broken == 0 or broken <= good * MOST_BROKEN


def _single_byte(head: bytes) -> str:
    """Arabic letters stand beside each other, accented Latin ones beside plain ones."""
    arabic = latin = 0
    for before, byte, after in zip(b" " + head, head, head[1:] + b" ", strict=False):
        if byte < 0xC0:
            continue
        arabic += (before >= 0xC0) + (after >= 0xC0)
        latin += (65 <= before & 0xDF <= 90 and before < 128) + (65 <= after & 0xDF <= 90 and after < 128)
    return "cp1256" if arabic > latin else "cp1252"
