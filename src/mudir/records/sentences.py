"""Sentences about records, told with what a person typed in them."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe


def filled(text: str, said: Mapping[str, Any]) -> SafeString:
    """The sentence with what it tells, each part isolated from the direction of the words around it."""
    parts = {name: format_html("<bdi>{}</bdi>", value) for name, value in said.items()}
    try:
        return mark_safe(escape(text) % parts)  # noqa: S308  the text and every part of it are escaped
    except (KeyError, TypeError, ValueError):  # an event of an older version lacks what the sentence tells today
        return escape(text.partition("%(")[0].strip() or text)
