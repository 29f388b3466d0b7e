import zoneinfo

import pytest
from django.utils import translation

from mudir.kit.calendars import first_weekday, time_zone_choices, time_zone_of, weekend

MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6


@pytest.mark.parametrize(("country", "begins", "off"), [
    ("SA", SUNDAY, {FRIDAY, SATURDAY}),
    ("EG", SATURDAY, {FRIDAY, SATURDAY}),
    ("AE", MONDAY, {SATURDAY, SUNDAY}),
    ("IR", SATURDAY, {FRIDAY}),
    ("US", SUNDAY, {SATURDAY, SUNDAY}),
    ("", MONDAY, {SATURDAY, SUNDAY}),
    ("AQ", MONDAY, {SATURDAY, SUNDAY}),
])
def test_week_and_weekend_follow_the_country(country, begins, off):
    assert first_weekday(country) == begins
    assert weekend(country) == off


def test_every_time_zone_offered_is_one_that_the_machine_knows():
    with translation.override("en"):
        offered = dict(time_zone_choices())

    assert set(offered) <= zoneinfo.available_timezones()
    assert offered["Asia/Riyadh"] == "Saudi Arabia — Riyadh"
    assert offered["Asia/Kuwait"] == "Kuwait"
    assert len(offered) > 400


def test_time_zones_are_named_in_the_readers_language():
    with translation.override("ar"):
        assert dict(time_zone_choices())["Africa/Cairo"] == "مصر — القاهرة"


def test_a_country_has_a_time_zone():
    assert time_zone_of("KW") == "Asia/Kuwait"
    assert time_zone_of("XX", "Asia/Riyadh") == "Asia/Riyadh"
