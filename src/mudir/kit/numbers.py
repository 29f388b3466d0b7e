"""Whole numbers that a request sends."""

from django.http import HttpRequest

KEY_DIGITS = 18  # whatever has no more is a 64-bit number
VERSION_DIGITS = 9


def number_in(text: str, *, digits: int = KEY_DIGITS) -> int | None:
    """The number that a text of digits 0 to 9 is, at most so many of them; None for anything else.

    `int` alone also reads other scripts, signs and underscores, and raises on a few thousand digits.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def version_of(request: HttpRequest) -> int | None:
    """The version that a form was read at, sent with it or in its address."""
    return number_in(request.POST.get("version") or request.GET.get("version") or "", digits=VERSION_DIGITS)
