from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from mudir.kit.forms import LocalDateField, QuickSelect


@pytest.mark.parametrize(("text", "day"), [
    ("2026-12-01", date(2026, 12, 1)),
    ("1/12/2026", date(2026, 12, 1)),
    ("٢٠٢٦-١٢-٠١", date(2026, 12, 1)),
    (" 01.12.2026\u200f", date(2026, 12, 1)),
    ("1448-09-01", date(2027, 2, 8)),
    ("١/٩/١٤٤٨", date(2027, 2, 8)),
    ("1446-09-30", None),  # that Ramadan had 29 days
    ("2026-02-30", None),
    ("0000-01-01", None),
    ("1300-01-01", None),  # before the tables of Umm al-Qura
    ("9999-99-99", None),
    ("tomorrow", None),
    ("2026-12-01; drop", None),
])
def test_a_day_is_read_as_people_write_it(text, day):
    field = LocalDateField()
    if day is None:
        with translation.override("en"), pytest.raises(ValidationError) as refusal:
            field.clean(text)
        assert refusal.value.messages == ["Write the day as 2026-12-01, or as the Hijri 1448-06-21."]
    else:
        assert field.clean(text) == day


def test_an_empty_day_is_none_unless_it_is_asked_for():
    assert LocalDateField(required=False).clean("") is None
    with pytest.raises(ValidationError):
        LocalDateField().clean("")


def test_the_same_day_written_another_way_is_no_change():
    field = LocalDateField(required=False)
    typed = ("2027-02-08", "1448-09-01", "2027-02-09", "x", "")

    assert [field.has_changed(date(2027, 2, 8), text) for text in typed] == [False, False, True, True, True]


def test_a_day_is_shown_in_the_form_that_date_pickers_take():
    assert 'value="2026-12-01"' in str(LocalDateField().widget.render("day", date(2026, 12, 1)))


CHOICES = [("", "—"), ("sa", "السعودية"), ('"<b>', "<b>Land & 'See'</b>")]


@pytest.mark.parametrize("value", ["", "sa", '"<b>', None, "elsewhere"])
def test_a_long_select_is_the_select_of_django(value):
    attrs = {"id": "country", "disabled": True, "class": 'a"b'}
    long, plain = (widget(choices=CHOICES).render("country", value, attrs) for widget in (QuickSelect, forms.Select))

    assertHTMLEqual(long, plain)
