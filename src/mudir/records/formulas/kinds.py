"""What a part of a formula is, and what it says in SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    NUMBER = "number"
    PERCENT = "percent"  # as a fraction: 15% is 0.15
    MONEY = "money"
    DATE = "date"
    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"  # its code, to be compared


KIND_NAMES = {
    Kind.NUMBER: _("a number"), Kind.PERCENT: _("a percent"), Kind.MONEY: _("an amount of money"),
    Kind.DATE: _("a day"), Kind.TEXT: _("a text"), Kind.YES_NO: _("yes or no"), Kind.CHOICE: _("a choice"),
}
SQL_TYPES = {Kind.NUMBER: "numeric", Kind.PERCENT: "numeric", Kind.MONEY: "numeric", Kind.DATE: "date",
             Kind.TEXT: "text", Kind.YES_NO: "boolean"}


@dataclass(frozen=True)
class Term:
    """A part of a formula in SQL. Columns stand in it between NULs, to be put in where it is used.

    `clash` says whether amounts of two currencies met in it; then no value of it would be right.
    """

    kind: Kind
    value: str
    currency: str = ""  # of money
    clash: str = ""  # empty: never
    choices: Mapping[str, Any] | None = None  # what may be written for a choice, folded -> its code


def column(name: str) -> str:
    return f"\0{name}\0"


TODAY = column("today()")


def quoted(text: str) -> str:
    """A text as a constant of SQL, whatever the server takes a backslash for."""
    escaped = text.replace("'", "''")
    if "\\" in text:
        return "(E'" + escaped.replace("\\", "\\\\") + "'::text)"
    return f"('{escaped}'::text)"


def any_clash(clashes: Iterable[str]) -> str:
    there = list(dict.fromkeys(filter(None, clashes)))
    return f"({' OR '.join(there)})" if len(there) > 1 else "".join(there)


def unlike(first: str, second: str) -> str:
    """Whether two currencies, where there are both, are different ones."""
    return f"COALESCE({first} <> {second}, FALSE)"
