"""Numbers, days and phones as one reader wants them: language, digits, calendar, time zone."""

from __future__ import annotations  # `date` and `datetime` are methods here as well

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, get_month_names
from babel.numbers import get_currency_symbol
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from hijridate import Gregorian, Hijri

from mudir.kit.money import Money
from mudir.kit.phones import display

TO_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
MARKS_TO_ARABIC = str.maketrans(",.%", "٬٫٪")  # of numbers alone: a phone or a code keeps its dots
LOCALES = {"ar": "ar", "en": "en_GB"}  # day before month in both
MINUTE, HOUR, DAY = 60, 3600, 86400
NO_BREAK = "\N{NO-BREAK SPACE}"
DAYS_COUNTED = 60  # later than that, a date says more than a number


@dataclass(frozen=True)
class Formatter:
    """How one reader sees values; texts carry no direction marks, the page isolates them."""

    language: str = "ar"
    digits: str = "latn"  # or "arab"
    calendar: str = "gregorian"  # "hijri" or "both"
    zone: tzinfo | None = None  # of moments; the active one where there is none

    def number(self, value: int | float | Decimal) -> str:
        """A number in groups of three, with the fraction it has."""
        return self._figures(f"{value:,}")

    def percent(self, value: int | float | Decimal) -> str:
        return self._figures(f"{value:,}%")

    def money(self, value: Money) -> str:
        """An amount with the digits of its currency and the currency's sign, or its code where it has none."""
        return f"{self._figures(f'{value.amount:,}')} {_currency(value.currency, self.language)}"

    def size(self, count: int) -> str:
        """How large a file of so many bytes is."""
        if count < 1 << 20:
            return _("%(size)s KB") % {"size": self.number(max(1, count >> 10))}
        return _("%(size)s MB") % {"size": self.number(round(count / (1 << 20), 1))}

    def measure(self, value: Any) -> str:
        """What values come to: a number, rounded, a day, or one amount for each currency."""
        if isinstance(value, tuple):
            return " · ".join(map(self.money, value)) or "—"
        if value is None:
            return "—"
        if isinstance(value, date | datetime):
            return self.date(value)
        if isinstance(value, float | Decimal):
            value = round(value, 1)
            value = int(value) if value == int(value) else value
        return self.number(value)

    def date(self, day: date) -> str:
        """A day with its year in the reader's calendar; a moment gives the day it falls on in the reader's zone."""
        return _day_words(self._day(day), self.language, self.digits, self.calendar)

    def short_date(self, day: date) -> str:
        """The day without its year where it is this year's."""
        day = self._day(day)
        return _day_words(day, self.language, self.digits, self.calendar, day.year == self._today().year)

    def hijri(self, day: date) -> str:
        """The day by the Umm al-Qura calendar, such as 13 جمادى الآخرة 1448 هـ; empty outside its tables."""
        return _hijri_words(self._day(day), self.language, self.digits)

    def hijri_month(self, day: date) -> str:
        """The month of the Umm al-Qura calendar that a day is in, with its year; empty outside its tables."""
        kept = _hijri(day)
        return self.in_digits(f"{kept.month_name(self.language)} {_year_words(kept, self.language)}") if kept else ""

    def numbers_of_day(self, day: date) -> tuple[str, str]:
        """A day's number in the reader's calendar, and in the Hijri one where both are kept.

        The first day of a month is followed by the month's name.
        """
        return _day_numbers(day, self.language, self.digits, self.calendar)

    def month(self, day: date) -> str:
        """The month of the Gregorian calendar that a day is in, with its year."""
        return self.in_digits(f"{_months(self.language)[day.month]} {day.year}")

    def weekday(self, day: date) -> str:
        return _weekday(self._day(day).weekday(), self.language)

    def time(self, moment: datetime) -> str:
        return self.in_digits(f"{self._local(moment):%H:%M}")

    def datetime(self, moment: datetime) -> str:
        return _("%(day)s, %(time)s") % {"day": self.date(moment), "time": self.time(moment)}

    def ago(self, moment: datetime | date) -> str:
        """How long ago or how far ahead, in words that a person would use; days are counted by the calendar."""
        if isinstance(moment, datetime):
            seconds = (timezone.now() - moment).total_seconds()
            if abs(seconds) < DAY / 2:
                return _hours_words(round(seconds), self.language, self.digits)
        days = (self._today() - self._day(moment)).days
        if abs(days) > DAYS_COUNTED:
            return self.date(moment)
        return _days_words(days, self.language, self.digits)

    def phone(self, value: str) -> str:
        shown = _phone(value)
        if self.digits == "arab" and shown.startswith("+"):
            # Groups of Eastern digits stand from right to left, unless what parts them belongs to the number.
            shown = shown.replace(" ", NO_BREAK).replace("-", NO_BREAK)
        return self.in_digits(shown)

    def in_digits(self, text: str) -> str:
        """The text with its figures in the reader's digits."""
        return text.translate(TO_ARABIC) if self.digits == "arab" else text

    def _figures(self, text: str) -> str:
        return self.in_digits(text).translate(MARKS_TO_ARABIC) if self.digits == "arab" else text

    def _local(self, moment: datetime) -> datetime:
        return timezone.localtime(moment, self.zone)

    def _day(self, day: date) -> date:
        return self._local(day).date() if isinstance(day, datetime) else day

    def _today(self) -> date:
        return timezone.localdate(timezone=self.zone)


@lru_cache(maxsize=8192)
def _phone(value: str) -> str:
    return display(value)


@lru_cache(maxsize=512)
def _currency(code: str, language: str) -> str:
    return get_currency_symbol(code, LOCALES[language]).strip("\u200e\u200f.")


@lru_cache(maxsize=2)
def _months(language: str) -> dict[int, str]:
    """Month names by number; asking Babel for each day takes 0.4 ms."""
    return dict(get_month_names("wide" if language == "ar" else "abbreviated", locale=LOCALES[language]))


@lru_cache(maxsize=8192)
def _day_words(day: date, language: str, digits: str, calendar: str, without_year: bool = False) -> str:
    gregorian = f"{day.day} {_months(language)[day.month]}" + ("" if without_year else f" {day.year}")
    if digits == "arab":
        gregorian = gregorian.translate(TO_ARABIC)
    hijri = "" if calendar == "gregorian" else _hijri_words(day, language, digits)
    if not hijri:
        return gregorian
    return hijri if calendar == "hijri" else f"{gregorian} · {hijri}"


def _hijri(day: date) -> Hijri | None:
    try:
        return Gregorian.fromdate(day).to_hijri()
    except OverflowError:  # outside 1343–1500 AH
        return None


def _year_words(kept: Hijri, language: str) -> str:
    return f"{kept.year} {'هـ' if language == 'ar' else 'AH'}"


@lru_cache(maxsize=8192)
def _hijri_words(day: date, language: str, digits: str) -> str:
    kept = _hijri(day)
    if kept is None:
        return ""
    words = f"{kept.day} {kept.month_name(language)} {_year_words(kept, language)}"
    return words.translate(TO_ARABIC) if digits == "arab" else words


@lru_cache(maxsize=8192)
def _day_numbers(day: date, language: str, digits: str, calendar: str) -> tuple[str, str]:
    gregorian = f"{day.day} {_months(language)[day.month]}" if day.day == 1 else str(day.day)
    kept = None if calendar == "gregorian" else _hijri(day)
    if kept is None:
        numbers = gregorian, ""
    else:
        hijri = f"{kept.day} {kept.month_name(language)}" if kept.day == 1 else str(kept.day)
        numbers = (hijri, "") if calendar == "hijri" else (gregorian, hijri)
    return tuple(text.translate(TO_ARABIC) for text in numbers) if digits == "arab" else numbers


@lru_cache(maxsize=64)
def _weekday(number: int, language: str) -> str:
    return format_date(date(2024, 1, 1) + timedelta(days=number), "EEEE", LOCALES[language])


@lru_cache(maxsize=4096)
def _hours_words(seconds: int, language: str, digits: str) -> str:
    """Within half a day; positive seconds are past."""
    past, size = seconds >= 0, abs(seconds)
    with override(language):
        if size < MINUTE:
            return _("now")
        if size < HOUR:
            count = size // MINUTE
            words = ngettext("%(count)s minute ago", "%(count)s minutes ago", count) if past else ngettext(
                "in %(count)s minute", "in %(count)s minutes", count)
        else:
            count = size // HOUR
            words = ngettext("%(count)s hour ago", "%(count)s hours ago", count) if past else ngettext(
                "in %(count)s hour", "in %(count)s hours", count)
        return _counted(words, count, digits)


@lru_cache(maxsize=1024)
def _days_words(days: int, language: str, digits: str) -> str:
    """Positive days are past."""
    with override(language):
        if near := {-1: _("tomorrow"), 0: _("today"), 1: _("yesterday")}.get(days):
            return near
        count = abs(days)
        words = ngettext("%(count)s day ago", "%(count)s days ago", count) if days > 0 else ngettext(
            "in %(count)s day", "in %(count)s days", count)
        return _counted(words, count, digits)


def _counted(words: str, count: int, digits: str) -> str:
    shown = str(count)
    return words % {"count": shown.translate(TO_ARABIC) if digits == "arab" else shown}
