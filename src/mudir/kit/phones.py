"""Telephone numbers as people write them, in any country and with any digits."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

EXTENSION = re.compile("تحويلة|تحويله|داخلي")
TRUNK_ZERO = re.compile(r"\(\s*[0٠۰]\s*\)")  # "+973 (0)17…": kept, it would make another number


@dataclass(frozen=True)
class Number:
    e164: str  # empty where the text is no number of a numbering plan: a short code, a word
    extension: str = ""


def parse_phone(text: str, country: str) -> Number:
    """The number that a text names; without a country code it is one of `country` (ISO 3166, two letters)."""
    plain = EXTENSION.sub("ext.", TRUNK_ZERO.sub("", text.strip()))
    try:
        parsed = phonenumbers.parse(plain, country or None)
    except phonenumbers.NumberParseException:
        return Number("")
    if not phonenumbers.is_possible_number(parsed):
        return Number("")
    return Number(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), parsed.extension or "")


def digits_of(text: str) -> str:
    """The digits of a text, written 0 to 9."""
    if text.isascii():
        return "".join(filter(str.isdecimal, text))
    return "".join(str(unicodedata.digit(letter)) for letter in text if letter.isdecimal())


def display(number: str) -> str:
    """An E.164 number in groups, as people read it; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
