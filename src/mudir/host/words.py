"""Sentences of the command line, in Arabic where the terminal speaks Arabic.

They are needed before there are settings, so they come from the same catalogue without Django.
"""

import gettext as catalogues
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "locale"


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("django", LOCALE, languages=[language], fallback=True)


def language() -> str:
    """The language of the terminal (LC_ALL, LC_MESSAGES, LANG): "ar", or else "en"."""
    chosen = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ar" if chosen.lower().startswith("ar") else "en"


def gettext(text: str) -> str:
    """`text` in the language of the terminal."""
    return _catalogue(language()).gettext(text)


class CannotStart(Exception):
    """Something about this machine keeps Mudir from running; the text is one sentence for a person."""
