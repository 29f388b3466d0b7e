"""An amount in its currency: exact, with as many digits behind the point as the currency has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies
from django.utils.translation import gettext as _

USUAL_DIGITS = 2


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str  # ISO 4217

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True)
class CurrencyClash:
    """Stands where amounts of two currencies were to be added or compared: any number there would be wrong."""

    def __str__(self) -> str:
        return _("different currencies")


def digits_of_currency(currency: str) -> int:
    """How many digits its amounts have behind the point: 2 of the riyal, 3 of the Kuwaiti dinar, none of the yen."""
    return get_currency_precision(currency)


@cache
def currencies_by_digits() -> Mapping[int, Sequence[str]]:
    """The codes of all currencies by the digits that their amounts have."""
    found: dict[int, list[str]] = defaultdict(list)
    for code in sorted(list_currencies()):
        found[digits_of_currency(code)].append(code)
    return dict(found)


def is_currency(code: str) -> bool:
    return code in list_currencies()


def currency_of_country(country: str) -> str:
    """What is paid with in a country today; empty where nobody knows."""
    return next((code for code, _since, until, is_tender in get_global("territory_currencies").get(country, ())
                 if until is None and is_tender), "")
