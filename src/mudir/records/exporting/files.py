"""Rows written as a file of separated columns or as a workbook."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO

from django.utils.translation import get_language_bidi

from mudir.kit import separated

TYPES = {"csv": "text/csv; charset=utf-8",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_ROWS_OF_A_WORKBOOK = 1_048_575  # that any spreadsheet opens, below the heads
DIGITS_OF_A_WORKBOOK = 15
LONGEST_CELL = 32_767


def write_csv(file: BinaryIO, heads: list[str], rows: Iterable[list[Any]]) -> None:
    for lines in separated.lines(chain([heads], rows)):
        file.write(lines.encode())


def is_figure(value: Any) -> bool:
    """Whether a workbook can keep it as a number: with more than fifteen digits it would be another one there."""
    if isinstance(value, Decimal):
        return len(value.as_tuple().digits) <= DIGITS_OF_A_WORKBOOK
    return isinstance(value, int | float) and not isinstance(value, bool)


def write_workbook(file: BinaryIO, heads: list[str], rows: Iterable[list[Any]]) -> None:
    """An XLSX file whose cells are values, never formulas; from right to left in Arabic. Memory stays flat."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        if get_language_bidi():
            sheet.right_to_left()
        bold = book.add_format({"bold": True})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if is_figure(value):
                    sheet.write_number(number, column, value)
                elif value != "":
                    sheet.write_string(number, column, str(value)[:LONGEST_CELL])
