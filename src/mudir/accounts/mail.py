"""Letters to users: plain text, in their language, with links to the address this house is known by."""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

log = logging.getLogger(__name__)


def link(path: str) -> str:
    """The whole address of a page, never taken from the request: a forged Host would lead the reader elsewhere."""
    return settings.BASE_URL + path


def write_to(address: str, template: str, *, language: str, **context: Any) -> bool:
    """Send the letter of a template, whose first line is the subject; False when the mail server does not take it."""
    with translation.override(language):
        text = render_to_string(template, context | {"address": address, "base_url": settings.BASE_URL})
    subject, _newline, body = text.strip().partition("\n")
    try:
        EmailMessage(subject.strip(), body.strip() + "\n", to=[address]).send()
    except (OSError, smtplib.SMTPException):
        log.exception("The mail server did not take a letter (%s).", template)
        return False
    return True
