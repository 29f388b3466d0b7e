"""Text with separated columns, as spreadsheets read it and without anything that they would run."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

AT_ONCE = 500
MARK = "\ufeff"  # makes spreadsheets read Arabic
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBERS = re.compile(r"[+-][0-9]+(; \+[0-9]+)*")  # a phone, or several behind each other


class _Echo:
    """A file that hands back what is written to it, for streaming."""

    def write(self, value: str) -> str:
        return value


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula, made to stay text. Numbers and phones are left as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not NUMBERS.fullmatch(value):
        return f"'{value}"
    return value


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The rows as text, the heads among them, some at once."""
    writer, before = csv.writer(_Echo()), MARK
    for some in batched(rows, AT_ONCE):
        yield before + "".join([writer.writerow([harmless(value) for value in row]) for row in some])
        before = ""
