from datetime import date

import pytest

from mudir.accounts.models import User
from mudir.activities.days import next_week, next_working_day, quick_days, week_start
from mudir.activities.occasions import hijri_days

WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)
SATURDAY, SUNDAY, MONDAY = date(2026, 11, 28), date(2026, 11, 29), date(2026, 11, 30)


@pytest.mark.parametrize(("country", "today", "following"), [
    ("SA", WEDNESDAY, THURSDAY), ("SA", THURSDAY, SUNDAY), ("SA", FRIDAY, SUNDAY),
    ("AE", THURSDAY, FRIDAY), ("AE", FRIDAY, MONDAY), ("GB", FRIDAY, MONDAY), ("EG", THURSDAY, SUNDAY),
])
def test_the_next_working_day_jumps_the_weekend_of_the_country(country, today, following):
    assert next_working_day(today, country) == following


@pytest.mark.parametrize(("country", "start", "today", "begins"), [
    ("SA", None, WEDNESDAY, SUNDAY), ("SA", None, SUNDAY, date(2026, 12, 6)), ("GB", None, SUNDAY, MONDAY),
    ("EG", None, WEDNESDAY, SUNDAY), ("SA", 0, WEDNESDAY, MONDAY),
])
def test_next_week_is_its_first_working_day(country, start, today, begins):
    assert next_week(today, User(country=country, week_start=start)) == begins


def test_this_week_began_on_the_day_that_the_person_counts_from():
    assert week_start(WEDNESDAY, User(country="SA")) == date(2026, 11, 22)
    assert week_start(SUNDAY, User(country="SA")) == SUNDAY
    assert week_start(WEDNESDAY, User(country="GB")) == date(2026, 11, 23)


def test_quick_days_are_working_ones_each_once_and_named_as_one_says():
    assert quick_days(WEDNESDAY, User(country="SA")) == {THURSDAY: "Tomorrow", SUNDAY: "In 3 days"}
    assert quick_days(THURSDAY, User(country="SA")) == {SUNDAY: "Next working day"}
    assert quick_days(MONDAY, User(country="GB")) == {
        date(2026, 12, 1): "Tomorrow", date(2026, 12, 3): "In 3 days", date(2026, 12, 7): "Next week"}


def test_a_hijri_day_comes_round_by_its_own_calendar():
    ramadan = hijri_days(date(2027, 2, 8), 1)  # 1 Ramadan 1448

    assert date(2026, 2, 18) in ramadan  # 1 Ramadan 1447
    assert date(2026, 2, 8) not in ramadan
