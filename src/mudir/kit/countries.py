"""Countries by their ISO 3166 code, named in the reader's language."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

NEAR = ("SA", "AE", "KW", "QA", "BH", "OM", "YE", "EG", "JO", "IQ", "LB", "SY", "PS", "SD", "MA", "DZ", "TN", "LY",
        "TR")


@lru_cache(maxsize=4)
def _choices(language: str) -> list[tuple[str, str]]:
    names = {code: name for code, name in Locale.parse(language).territories.items()
             if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}}
    near = [(code, names.pop(code)) for code in NEAR]
    return [("", "—"), *near, *sorted(names.items(), key=lambda pair: pair[1])]


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country, those nearby first."""
    return _choices(get_language() or "en")


def country_name(code: str) -> str:
    return dict(country_choices()).get(code, code)
