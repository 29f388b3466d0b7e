"""An amount in its currency: exact, with as many digits behind the point as the currency has."""

from dataclasses import dataclass
from decimal import Decimal

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str  # ISO 4217

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def digits_of_currency(currency: str) -> int:
    """How many digits its amounts have behind the point: 2 of the riyal, 3 of the Kuwaiti dinar, none of the yen."""
    return get_currency_precision(currency)


def is_currency(code: str) -> bool:
    return code in list_currencies()


def currency_of_country(country: str) -> str:
    """What is paid with in a country today; empty where nobody knows."""
    return next((code for code, _since, until, is_tender in get_global("territory_currencies").get(country, ())
                 if until is None and is_tender), "")
