"""How one reader sees numbers, days, spans of time and phones."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from mudir.kit import formatting
from mudir.kit.formatting import Formatter

RIYADH, NEW_YORK = ZoneInfo("Asia/Riyadh"), ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # 12:00 in Riyadh, a Wednesday
ENGLISH = Formatter("en", zone=RIYADH)
ARABIC = Formatter("ar", zone=RIYADH)
EASTERN = Formatter("ar", digits="arab", zone=RIYADH)  # with Arabic-Indic digits


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize(("value", "latin", "arabic"), [
    (0, "0", "٠"),
    (1234567, "1,234,567", "١٬٢٣٤٬٥٦٧"), (-5, "-5", "-٥"), (Decimal("60375.50"), "60,375.50", "٦٠٬٣٧٥٫٥٠"),
])
def test_numbers_stand_in_groups_of_three_in_the_digits_of_the_reader(value, latin, arabic):
    assert (ENGLISH.number(value), ARABIC.number(value), EASTERN.number(value)) == (latin, latin, arabic)


def test_a_percentage_carries_its_sign():
    assert (ENGLISH.percent(55), EASTERN.percent(Decimal("7.5"))) == ("55%", "٧٫٥٪")


def test_a_day_is_written_in_the_calendar_of_the_reader():
    day = date(2026, 11, 25)

    assert ENGLISH.date(day) == "25 Nov 2026"
    assert ARABIC.date(day) == "25 نوفمبر 2026"
    assert EASTERN.date(day) == "٢٥ نوفمبر ٢٠٢٦"
    assert Formatter("en", calendar="hijri").date(day) == "15 Jumada al-Akhirah 1448 AH"
    assert Formatter("ar", calendar="both").date(day) == "25 نوفمبر 2026 · 15 جمادى الآخرة 1448 هـ"


def test_a_day_outside_the_hijri_tables_is_written_in_the_other_calendar():
    assert Formatter("en", calendar="hijri").date(date(1900, 1, 1)) == "1 Jan 1900"
    assert ENGLISH.hijri(date(1900, 1, 1)) == ""


def test_a_short_day_names_its_year_only_when_it_is_another_one():
    assert [ENGLISH.short_date(date(year, 3, 1)) for year in (2026, 2025)] == ["1 Mar", "1 Mar 2025"]


def test_a_moment_falls_on_the_day_of_the_reader():
    late = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)

    assert (ENGLISH.date(late), ENGLISH.time(late)) == ("26 Nov 2026", "01:30")
    elsewhere = Formatter("en", zone=NEW_YORK)
    assert (elsewhere.date(late), elsewhere.time(late)) == ("25 Nov 2026", "17:30")
    assert ENGLISH.datetime(late) == "26 Nov 2026, 01:30"


def test_the_time_of_day_is_in_the_digits_of_the_reader():
    assert (ARABIC.time(NOON), EASTERN.time(NOON)) == ("12:00", "١٢:٠٠")


def test_weekdays_are_named_in_the_language_of_the_reader():
    assert (ENGLISH.weekday(NOON), ARABIC.weekday(NOON)) == ("Wednesday", "الأربعاء")


@pytest.mark.parametrize(("past", "words"), [
    (timedelta(seconds=59), "now"), (timedelta(minutes=1), "1 minute ago"), (timedelta(minutes=59), "59 minutes ago"),
    (timedelta(hours=1), "1 hour ago"), (timedelta(hours=11, minutes=59), "11 hours ago"),
    (timedelta(hours=12), "today"), (timedelta(hours=12, minutes=1), "yesterday"), (timedelta(days=2), "2 days ago"),
    (timedelta(days=60), "60 days ago"), (timedelta(days=61), "25 Sept 2026"),
    (-timedelta(minutes=5), "in 5 minutes"), (-timedelta(hours=2), "in 2 hours"), (-timedelta(days=1), "tomorrow"),
    (-timedelta(days=3), "in 3 days"), (-timedelta(days=61), "25 Jan 2027"),
])
def test_a_span_is_said_as_a_person_would(past, words):
    assert ENGLISH.ago(NOON - past) == words


def test_days_are_counted_by_the_calendar_of_the_reader_not_by_hours():
    just_before_midnight = datetime(2026, 11, 24, 20, 59, tzinfo=UTC)  # 23:59 in Riyadh, 15:59 in New York

    assert ENGLISH.ago(just_before_midnight) == "yesterday"
    assert ENGLISH.ago(date(2026, 11, 25)) == "today"
    assert ENGLISH.ago(date(2026, 11, 24)) == "yesterday"


def test_words_do_not_depend_on_the_language_that_is_active_while_they_are_made():
    formatting._days_words.cache_clear()
    with translation.override("ar"):
        assert ENGLISH.ago(date(2026, 11, 20)) == "5 days ago"


def test_a_phone_is_shown_in_groups():
    assert ENGLISH.phone("+966501234567") == "+966 50 123 4567"


def test_groups_of_eastern_digits_keep_their_order():
    """Only a common separator of the bidirectional algorithm, such as the no-break space, holds them together."""
    assert EASTERN.phone("+966501234567") == "+٩٦٦\u00a0٥٠\u00a0١٢٣\u00a0٤٥٦٧"
    assert EASTERN.phone("+12015550123") == "+١\u00a0٢٠١\u00a0٥٥٥\u00a0٠١٢٣"


def test_a_phone_that_is_no_number_stays_as_it_was_written():
    assert (ENGLISH.phone("ask reception"), EASTERN.phone("900.1")) == ("ask reception", "٩٠٠.١")
