"""When a remembered day comes round again, by the calendar that it is kept in."""

from datetime import date

from hijridate import Gregorian, Hijri

from mudir.clients.models import Nuance


def next_occasion(day: date, calendar: str, *, today: date) -> date:
    """The first return of `day` that is not past; a day missing in a shorter month falls on the month's last one."""
    if calendar == Nuance.Calendar.HIJRI:
        return _next_hijri(day, today)
    return next(found for year in (today.year, today.year + 1) if (found := _in_year(day, year)) >= today)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


def _next_hijri(day: date, today: date) -> date:
    try:
        kept = Gregorian.fromdate(day).to_hijri()
        this_year = Gregorian.fromdate(today).to_hijri().year
        for year in (this_year, this_year + 1):
            length = Hijri(year, kept.month, 1).month_length()
            found = Hijri(year, kept.month, min(kept.day, length)).to_gregorian()
            if found >= today:
                return date(found.year, found.month, found.day)
    except OverflowError:  # outside 1343–1500 AH, which is all that the Umm al-Qura tables cover
        pass
    return next_occasion(day, Nuance.Calendar.GREGORIAN, today=today)
