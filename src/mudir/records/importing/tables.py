"""Reading a text with separated columns, row by row: memory does not grow with the file."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from mudir.records.importing.encoding import SAMPLE, mark_length

SEPARATORS = ",;\t|"
LONGEST_LINE = 1 << 20  # letters
LONGEST_CELL = 100_000
MOST_COLUMNS = 500
MOST_ROWS = 1_000_000
LOOKED_AT = 100  # rows that the separator is guessed from
MOST_CONTROLS = 0.02  # of the letters of a text
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
SEPARATOR_LINE = re.compile(r"sep=(.)\s*\Z")

csv.field_size_limit(LONGEST_CELL)


class Unreadable(Exception):
    """The file cannot be imported; the text says why, for the person."""


@dataclass(frozen=True)
class Dialect:
    encoding: str
    separator: str


def _lines(text: io.TextIOBase) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), start=1):
        if len(line) >= LONGEST_LINE:
            raise Unreadable(_("Line %(number)s is longer than a million letters: this is no table of records.") % {
                "number": number})
        if "\0" in line:
            line = line.replace("\0", "")
        yield line


@contextmanager
def opened(file: Any, encoding: str) -> Iterator[io.TextIOBase]:
    """The text of a binary file, behind its mark. Bytes that are no letter become U+FFFD."""
    file.seek(0)
    file.seek(mark_length(file.read(4), encoding))
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def rows(text: io.TextIOBase, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row that holds anything; numbers count as a spreadsheet does."""
    reader = csv.reader(_lines(text), delimiter=separator or ",")
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise Unreadable(_("The file has more than a million rows. Split it and import the parts."))
            if number == 1 and SEPARATOR_LINE.match(separator.join(cells) or "") or not any(map(str.strip, cells)):
                continue
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(_("Row %(row)s has more than %(most)s columns: this is no table of records.") % {
                    "row": number, "most": MOST_COLUMNS})
            yield number, cells
    except csv.Error:
        raise Unreadable(
            _("Behind row %(row)s a quotation mark is never closed, or a cell is longer than 100,000 letters.")
            % {"row": number}
        ) from None


def separator_of(sample: str) -> str:
    """The sign between the columns; empty where there is one column."""
    first = sample.partition("\n")[0].lstrip("\ufeff")
    if stated := SEPARATOR_LINE.match(first):
        return stated[1]
    best, best_score = "", 0.0
    for sign in SEPARATORS:
        widths = _widths(sample, sign)
        if not widths or widths[0] < 2:
            continue
        score = sum(width == widths[0] for width in widths) / len(widths) + min(widths[0], 50) / 1000
        if score > best_score:
            best, best_score = sign, score
    return best


def _widths(sample: str, sign: str) -> list[int]:
    widths = []
    try:
        for cells in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=sign), LOOKED_AT):
            if any(map(str.strip, cells)):
                widths.append(len(cells))
    except csv.Error:
        pass
    return widths[:-1] if len(widths) > 2 else widths  # the last one may be cut off by the end of the sample


def check_is_text(sample: str) -> None:
    """Raise `Unreadable` for what is no text at all."""
    if not sample.strip("\ufeff\0 \r\n\t"):
        raise Unreadable(_("The file is empty."))
    broken = len(CONTROLS.findall(sample)) + sample.count("\ufffd")
    if broken > max(3, len(sample) * MOST_CONTROLS):
        raise Unreadable(_("This is no table. Choose a file of the kind CSV, XLSX, XLS, ODS or vCard (VCF)."))


def sample_of(file: Any, encoding: str) -> str:
    with opened(file, encoding) as text:
        return text.read(SAMPLE // 4)
