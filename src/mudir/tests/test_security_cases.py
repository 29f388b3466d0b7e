"""docs/security.md tells which test shows what: every test that it names is there, every case of ours in it."""

import re
from pathlib import Path

from django.conf import settings

PAGE = Path(settings.PACKAGE).parents[1] / "docs/security.md"
TESTS = re.compile(r"^\s*def (test_\w+)", re.MULTILINE)


def test_every_test_that_the_page_names_is_there():
    there = {name for file in Path(settings.PACKAGE).rglob("test_*.py") for name in TESTS.findall(file.read_text())}
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text()))

    assert sorted(named - there) == []
    assert len(named) > 100


def test_every_case_that_holds_names_a_test_and_every_case_of_a_test_is_on_the_page():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines()
            if re.match(r"\| [A-Z]\d\d", line)]
    cases = {case for row in rows for case in re.findall(r"[A-Z]\d\d", row[0])}
    told = {case.upper() for file in Path(settings.PACKAGE).rglob("test_*.py")
            for name in TESTS.findall(file.read_text()) for case in re.findall(r"(?<=_)[a-zA-Z]\d\d(?=_)", name)}

    assert [row[0] for row in rows if "holds" in row[3] and "`test_" not in row[2]] == []
    assert sorted(told - cases) == []
