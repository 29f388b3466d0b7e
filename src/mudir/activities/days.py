"""Working days of a country, and the days that a next step is usually put to."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.calendars import first_weekday, weekend


def working_day(day: date, country: str) -> date:
    """The day itself, or the first working day behind it."""
    off = weekend(country)
    return next(found for step in range(8) if (found := day + timedelta(days=step)).weekday() not in off)


def next_working_day(today: date, country: str) -> date:
    return working_day(today + timedelta(days=1), country)


def week_start(today: date, user: User) -> date:
    """The day that this week began on, as the person counts weeks."""
    first = first_weekday(user.country) if user.week_start is None else user.week_start
    return today - timedelta(days=(today.weekday() - first) % 7)


def next_week(today: date, user: User) -> date:
    """The first working day of the week that comes."""
    return working_day(week_start(today, user) + timedelta(days=7), user.country)


def quick_days(today: date, user: User) -> dict[date, str]:
    """Tomorrow, in three days, next week: working days only, each once, named as one would say it."""
    tomorrow = next_working_day(today, user.country)
    named = {tomorrow: _("Tomorrow") if tomorrow == today + timedelta(days=1) else _("Next working day")}
    named.setdefault(working_day(today + timedelta(days=3), user.country), _("In 3 days"))
    named.setdefault(next_week(today, user), _("Next week"))
    return dict(sorted(named.items()))
