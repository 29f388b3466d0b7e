"""What differs between two texts, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape

from django.utils.safestring import SafeString, mark_safe

WORDS = re.compile(r"\w+|\s+|[^\w\s]")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_PAIRS = 400_000  # comparing is quadratic at worst: beyond that, larger pieces are compared


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML: what was taken out is a `<del>` of the first, what was put in an `<ins>` of the second."""
    one, other = _pieces(before, after)
    old, new = [], []
    for what, begin, end, begin_2, end_2 in _differences(one, other):
        left, right = escape("".join(one[begin:end])), escape("".join(other[begin_2:end_2]))
        is_same = what == "equal"
        old.append(left if is_same or not left else f"<del>{left}</del>")
        new.append(right if is_same or not right else f"<ins>{right}</ins>")
    return mark_safe("".join(old)), mark_safe("".join(new))  # noqa: S308  every piece is escaped above


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    for pattern in (WORDS, LINES):
        one, other = pattern.findall(before), pattern.findall(after)
        if len(one) * len(other) <= MOST_PAIRS:
            return one, other
    return [before], [after]


def _differences(one: list[str], other: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """The steps from one to the other; words that only blanks part are one piece, so that a phrase reads whole."""
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    joined: list[tuple[str, int, int, int, int]] = []
    for place, step in enumerate(steps):
        what, begin, end, begin_2, end_2 = step
        is_blank = what == "equal" and not "".join(one[begin:end]).strip() and 0 < place < len(steps) - 1
        if joined and joined[-1][0] != "equal" and (what != "equal" or is_blank):
            _what, first, _end, first_2, _end_2 = joined.pop()
            joined.append(("replace", first, end, first_2, end_2))
        else:
            joined.append(step)
    yield from joined
