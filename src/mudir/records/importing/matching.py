"""Which rows are duplicates: of records that the person sees, and of rows before them in the file.

One judgement for both. The rows of this file are looked up in memory only, in the check as in the import, so that both
count the same; whatever this import has written already is left out of what the database finds.
"""

from collections.abc import Collection, Iterable, Sequence

from mudir.records import search
from mudir.records.importing.importer import Identity, Importer, Match, Row
from mudir.records.search import lexemes

MOST_WITH_A_NAME = 20  # rows of one name that are compared: of Mohammeds there are many


def same(mine: Identity, other: Identity, reasons: Collection[str]) -> bool:
    """Whether two that have something in common are one."""
    if "code" in reasons:
        return True
    if any(_tells_apart(code, mine.codes[code], other.codes[code]) for code in mine.codes.keys() & other.codes.keys()):
        return False
    if mine.place and other.place and mine.place != other.place and "email" not in reasons:
        return False
    if "email" in reasons or "phone" in reasons:
        return True
    if mine.name_is_enough and other.name_is_enough and mine.key == other.key:
        return True
    # Spelled alike, or somebody of the same name: only where no number or address speaks against it.
    return not ((mine.phones or mine.emails) and (other.phones or other.emails))


def _tells_apart(code: str, mine: str, other: str) -> bool:
    """Numbers of two other systems look different and say nothing; everything else that differs does."""
    return mine.casefold() != other.casefold() and (code != "external_id" or len(mine) == len(other))


class Seen:
    """What identifies the rows so far. A row costs some 500 bytes."""

    def __init__(self) -> None:
        self.rows: dict[int, Identity] = {}
        self.exact: dict[int, int] = {}  # hash of a phone, an e-mail or an identifier -> the first row with it
        self.names: dict[int, list[int]] = {}

    def meet(self, row: Row) -> None:
        """Note in the row which one before it is the same, the surest first; those to come are compared with it."""
        name = _name_key(row)
        row.twin = self._find(row, name)
        self._add(row, name)

    def _find(self, row: Row, name: int) -> Match | None:
        mine = row.identity
        by_row: dict[int, list[str]] = {}
        for reason, key in _exact_keys(mine):
            if (other := self.exact.get(key)) is not None:
                by_row.setdefault(other, []).append(reason)
        for other in self.names.get(name, ()):
            by_row.setdefault(other, []).append("name")
        likely = sorted(by_row.items(), key=lambda pair: (_rank(pair[1]), pair[0]))
        return next((Match(tuple(dict.fromkeys(reasons)), row=other) for other, reasons in likely
                     if same(mine, self.rows[other], reasons)), None)

    def _add(self, row: Row, name: int) -> None:
        self.rows[row.number] = row.identity
        for _reason, key in _exact_keys(row.identity):
            self.exact.setdefault(key, row.number)
        named = self.names.setdefault(name, [])
        if len(named) < MOST_WITH_A_NAME:
            named.append(row.number)


def _exact_keys(identity: Identity) -> Iterable[tuple[str, int]]:
    for code in identity.codes.items():
        yield "code", hash(code)
    for email in identity.emails:
        yield "email", hash(email)
    for phone in identity.phones:
        yield "phone", hash(phone)


def _name_key(row: Row) -> int:
    """The name as the search compares whole names; one of signs only as it is."""
    return hash(lexemes.of_name(row.name).whole or row.identity.key)


def _rank(reasons: Collection[str]) -> int:
    return -sum({"code": 8, "email": 4, "phone": 3, "name": 2}[reason] for reason in set(reasons))


def matches(importer: Importer, rows: Sequence[Row], made: Collection[int]) -> list[Match | None]:
    """For each row what it is a duplicate of, if anything. `made` are records that this import has written.

    Rejected rows are duplicates of nothing and nothing is a duplicate of them.
    """
    good = [row for row in rows if not row.problems]
    found = importer.known(good)
    searched = search.duplicate_keys(importer.by, importer.record_type().kind, [row.asked for row in good])
    for some, more in zip(found, searched, strict=True):
        for pk, reasons in more:
            some.setdefault(pk, []).extend(reasons)
    candidates = {pk for some in found for pk in some}.difference(made)
    identities = importer.identities(candidates) if candidates else {}
    by_number: dict[int, Match] = {}
    for row, some in zip(good, found, strict=True):
        likely = sorted(some.items(), key=lambda pair: (_rank(pair[1]), pair[0])) if some else ()
        match = next((Match(tuple(reasons), object_id=pk) for pk, reasons in likely
                      if pk in identities and same(row.identity, identities[pk], reasons)), None)
        match = match or row.twin
        if match is not None:
            by_number[row.number] = match
    return [by_number.get(row.number) for row in rows]
