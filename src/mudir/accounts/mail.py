"""Letters to users, in their language, with links to the address this house is known by."""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

log = logging.getLogger(__name__)


def link(path: str) -> str:
    """The whole address of a page, never taken from the request: a forged Host would lead the reader elsewhere."""
    return settings.BASE_URL + path


def write_to(address: str, template: str, *, language: str, html: str = "", **context: Any) -> bool:
    """Send the letter of a template, whose first line is the subject; False when the mail server does not take it.

    `html` names the template of the same letter for who reads it with markup.
    """
    context |= {"address": address, "base_url": settings.BASE_URL}
    with translation.override(language):
        text = render_to_string(template, context)
        marked_up = render_to_string(html, context) if html else ""
    subject, _newline, body = text.strip().partition("\n")
    letter = EmailMultiAlternatives(subject.strip(), body.strip() + "\n", to=[address])
    if marked_up:
        letter.attach_alternative(marked_up, "text/html")
    try:
        letter.send()
    except (OSError, smtplib.SMTPException):
        log.exception("The mail server did not take a letter (%s).", template)
        return False
    return True
