import pytest

from mudir.kit.phones import Number, digits_of, display, parse_phone


@pytest.mark.parametrize(("text", "e164"), [
    ("055 012 3456", "+966550123456"),
    ("+966550123456", "+966550123456"),
    ("00966 55 012 3456", "+966550123456"),
    ("٠٥٥٠١٢٣٤٥٦", "+966550123456"),
    ("۰۵۵۰۱۲۳۴۵۶", "+966550123456"),
    ("(011) 234-5678", "+966112345678"),
    ("+973 (0)17001234", "+97317001234"),
    ("\u200f+966 11 234 5678\u200f", "+966112345678"),
    ("19988", ""),
    ("ask reception", ""),
    ("", ""),
])
def test_a_number_is_read_however_it_is_written(text, e164):
    assert parse_phone(text, "SA").e164 == e164


@pytest.mark.parametrize("text", ["011 234 5678 ext. 12", "011 234 5678 تحويلة 12", "0112345678 داخلي 12"])
def test_an_extension_is_read_in_both_languages(text):
    assert parse_phone(text, "SA") == Number("+966112345678", "12")


def test_a_number_without_a_code_is_one_of_the_country():
    assert parse_phone("055 012 3456", "").e164 == ""


def test_a_number_is_shown_in_groups():
    assert display("+966550123456") == "+966 55 012 3456"
    assert display("19988") == "19988"


def test_digits_are_those_of_any_script():
    assert digits_of("٠٥٥-۱۲x3²") == "055123"
