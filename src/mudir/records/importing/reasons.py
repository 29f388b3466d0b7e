"""Why a row was rejected, or what it is a duplicate by, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES = {
    "nameless": gettext_lazy("The name is missing."),
    "long": gettext_lazy("Longer than %(most)s letters."),
    "choice": gettext_lazy("“%(value)s” is not one of the choices."),
    "link": gettext_lazy("This is no web address."),
    "day": gettext_lazy("There is no such day. Write it as 2026-12-01, 1/12/2026 or the Hijri 1448-06-21."),
    "email": gettext_lazy("This is no e-mail address."),
    "rounded": gettext_lazy("A spreadsheet has rounded this number, so its last digits are lost."),
    "country": gettext_lazy("There is no country of this name. Write the name or the two letters of its code."),
    "language": gettext_lazy("There is no language of this name."),
    "owner": gettext_lazy("There is nobody of this name or e-mail who may have clients."),
    "unreadable": gettext_lazy("A letter could not be read. Choose another encoding, or write the value anew."),
    "forbidden": gettext_lazy("You may not change the record that this row is a duplicate of."),
    "invalid": gettext_lazy("%(value)s"),
    "custom": gettext_lazy("%(why)s"),
    "same_code": gettext_lazy("Same number"),
    "same_email": gettext_lazy("Same e-mail"),
    "same_phone": gettext_lazy("Same phone"),
    "same_name": gettext_lazy("Same name"),
}


def sentence(problem: Mapping[str, Any]) -> str:
    """One reason in words, without the column."""
    return str(SENTENCES[problem["code"]]) % problem


def with_column(problem: Mapping[str, Any], heads: Sequence[str]) -> str:
    """One reason with the column and the value that it is about, as they stand in the file."""
    if "column" not in problem:
        return sentence(problem)
    return _("%(column)s “%(value)s”: %(reason)s") % {
        "column": heads[problem["column"]], "value": problem["value"], "reason": sentence(problem)}
