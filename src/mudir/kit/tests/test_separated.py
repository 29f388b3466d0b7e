"""Text with separated columns: nothing in it runs, nothing of it is lost."""

import csv
import io

import pytest

from mudir.kit.separated import lines


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "+966 5; =1", "-"])
def test_d09_no_cell_of_any_row_is_a_formula_the_heads_too(text):
    rows = list(csv.reader(io.StringIO("".join(lines([[text, "b"], ["a", text]])).removeprefix("\ufeff"), newline="")))

    assert rows == [[f"'{text}", "b"], ["a", f"'{text}"]]


@pytest.mark.parametrize("value", [
    "+966501234567", "+966501234567; +966551234567", "-5", -5, 1.5, "a=b", "شركة", 'he said "x", and\nleft', ""])
def test_what_runs_nowhere_stays_as_it_is(value):
    assert list(csv.reader(io.StringIO("".join(lines([[value, "x"]])).removeprefix("\ufeff"), newline=""))) == [
        [str(value), "x"]]


def test_the_mark_stands_once_and_many_rows_are_whole():
    text = "".join(lines([number] for number in range(1201)))

    assert (text[0], text.count("\ufeff"), text[1:].split()) == ("\ufeff", 1, [str(number) for number in range(1201)])
