"""Stretches of days named by where they lie from today: this week, last month, the present Hijri year."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from hijridate import Gregorian, Hijri

from mudir.records.query.spec import SpecError

Days = tuple[date, date]  # the first and the last

PERIODS = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "tomorrow": gettext_lazy("tomorrow"),
    "this_week": gettext_lazy("this week"),
    "last_week": gettext_lazy("last week"),
    "next_week": gettext_lazy("next week"),
    "this_month": gettext_lazy("this month"),
    "last_month": gettext_lazy("last month"),
    "next_month": gettext_lazy("next month"),
    "this_quarter": gettext_lazy("this quarter"),
    "last_quarter": gettext_lazy("last quarter"),
    "next_quarter": gettext_lazy("next quarter"),
    "this_year": gettext_lazy("this year"),
    "last_year": gettext_lazy("last year"),
    "next_year": gettext_lazy("next year"),
    "this_hijri_month": gettext_lazy("this Hijri month"),
    "last_hijri_month": gettext_lazy("last Hijri month"),
    "next_hijri_month": gettext_lazy("next Hijri month"),
    "this_hijri_year": gettext_lazy("this Hijri year"),
    "last_hijri_year": gettext_lazy("last Hijri year"),
    "next_hijri_year": gettext_lazy("next Hijri year"),
}
AWAY = {"last": -1, "this": 0, "next": 1}
SINGLE = {"yesterday": -1, "today": 0, "tomorrow": 1}


def days_of(period: str, today: date, first_weekday: int) -> Days:
    """The days of a period for whom it is `today` and the week begins on `first_weekday`, Monday as 0."""
    if period in SINGLE:
        day = today + timedelta(days=SINGLE[period])
        return day, day
    away, _mark, unit = period.partition("_")
    if period not in PERIODS:
        raise SpecError(_("“%(value)s” is no stretch of time that is known here.") % {"value": period[:40]})
    try:
        return UNITS[unit](today, AWAY[away], first_weekday)
    except (OverflowError, ValueError):  # beyond the Hijri tables or the calendar itself
        raise SpecError(_("That date is too far away.")) from None


def _week(today: date, away: int, first_weekday: int) -> Days:
    first = today - timedelta(days=(today.weekday() - first_weekday) % 7) + timedelta(weeks=away)
    return first, first + timedelta(days=6)


def _months(length: int) -> Callable[[date, int, int], Days]:
    """Stretches of so many months, counted from January."""

    def days(today: date, away: int, first_weekday: int) -> Days:
        first = ((today.month - 1) // length + away) * length + today.year * 12
        return _month_start(first), _month_start(first + length) - timedelta(days=1)

    return days


def _month_start(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _hijri_months(length: int) -> Callable[[date, int, int], Days]:
    """The same by the Umm al-Qura calendar."""

    def days(today: date, away: int, first_weekday: int) -> Days:
        kept = Gregorian.fromdate(today).to_hijri()
        first = ((kept.month - 1) // length + away) * length + kept.year * 12
        return _hijri_start(first), _hijri_start(first + length) - timedelta(days=1)

    return days


def _hijri_start(months: int) -> date:
    start = Hijri(months // 12, months % 12 + 1, 1).to_gregorian()
    return date(start.year, start.month, start.day)


UNITS: dict[str, Callable[[date, int, int], Days]] = {
    "week": _week, "month": _months(1), "quarter": _months(3), "year": _months(12),
    "hijri_month": _hijri_months(1), "hijri_year": _hijri_months(12),
}
