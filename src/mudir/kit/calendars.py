"""What a country's calendar looks like by CLDR: its week, its weekend, its time zones."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.utils.translation import get_language

from mudir.kit.countries import NEAR


@lru_cache(maxsize=256)
def _locale_of(country: str) -> Locale:
    try:
        return Locale.parse(f"und_{country}")
    except (UnknownLocaleError, ValueError):  # a few islands without a language of their own
        return Locale("en", "001")


def first_weekday(country: str) -> int:
    """The day the week begins on there by CLDR, Monday as 0; Monday where the country is unknown."""
    return _locale_of(country).first_week_day


def weekend(country: str) -> frozenset[int]:
    """The days off there by CLDR, Monday as 0; Saturday and Sunday where the country is unknown."""
    locale = _locale_of(country)
    first, last = locale.weekend_start, locale.weekend_end
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def time_zone_of(country: str, otherwise: str = "UTC") -> str:
    """A time zone of the country: its only one, or one of several."""
    return next(iter(get_global("territory_zones").get(country, [])), otherwise)


@lru_cache(maxsize=4)
def _zone_choices(language: str) -> list[tuple[str, str]]:
    locale = Locale.parse(language)
    cities = locale.time_zones
    named = []
    for country, zones in get_global("territory_zones").items():
        place = locale.territories.get(country, country)
        for zone in zones:
            city = cities.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
            if country in locale.territories and country not in {"ZZ", "001"}:
                named.append((country not in NEAR, place, city, zone))
    named.sort()
    return [("UTC", "UTC"),
            *((zone, place if city == place else f"{place} — {city}") for _far, place, city, zone in named)]


def time_zone_choices() -> list[tuple[str, str]]:
    """Every time zone with its country and city, those nearby first."""
    return _zone_choices(get_language() or "en")
