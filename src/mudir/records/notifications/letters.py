"""Letters about what a person was told of: at once, or what came together in a day."""

import logging
import zoneinfo
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import get_language_info

from mudir.accounts.mail import link, write_to
from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.records.models import Mail, Notification
from mudir.records.notifications.reading import as_told

log = logging.getLogger(__name__)
HOUR = 7  # of the reader's day, at which the daily letter goes out
LONGEST = 50  # told in one letter; the page has the rest
GIVEN_UP = timedelta(days=3)  # a letter that no mail server took


def send_letters(now: datetime | None = None) -> int:
    """Write to everybody whose letter is due; returns how many letters went out.

    A letter that cannot be written, whatever is the reason, does not keep the others from theirs.
    """
    now, sent = now or timezone.now(), 0
    waiting = Notification.objects.exclude(mail="").order_by("user").values_list("user", flat=True).distinct()
    for user in User.objects.filter(pk__in=list(waiting)):
        try:
            sent += _write_to(user, now)
        except Exception:  # noqa: BLE001
            log.exception("The letter to user %s cannot be written.", user.pk)
    return sent


def _write_to(user: User, now: datetime) -> bool:
    """One letter with everything that is due to one person and that they still see; what was read meanwhile is not.

    What is told is ticked off in the transaction in which the letter leaves: killed in between, it is written twice
    rather than never.
    """
    zone = zoneinfo.ZoneInfo(user.time_zone)
    with transaction.atomic():
        due = Notification.objects.exclude(mail="").filter(user=user).filter(
            Q(mail=Mail.AT_ONCE) | Q(at__lt=_last_morning(now.astimezone(zone))))
        rows = list(due.select_for_update(of=("self",), skip_locked=True).select_related("actor", "comment__author")
                    .order_by("pk"))
        fresh = [row for row in rows if row.read_at is None and row.at > now - GIVEN_UP] if user.is_active else []
        with translation.override(user.language), timezone.override(zone):
            told = as_told(user, fresh)
            is_sent = bool(told) and _send(user, told)
        if told and not is_sent:
            return False
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mail="")
    return is_sent


def _send(user: User, told: list) -> bool:
    fmt = Formatter(user.language, user.digits, user.calendar, zoneinfo.ZoneInfo(user.time_zone))
    lines = [{"told": one, "url": link(one.url), "when": fmt.datetime(one.at)} for one in told[:LONGEST]]
    return write_to(
        user.email, "records/notifications/letter.txt", html="records/notifications/letter.html",
        language=user.language, user=user, lines=lines, count=len(told), shown=fmt.number(len(told)),
        more=max(0, len(told) - LONGEST), page_url=link("/notifications/"),
        choices_url=link("/notifications/preferences/"), direction="rtl" if _is_rtl(user.language) else "ltr",
    )


def _is_rtl(language: str) -> bool:
    return get_language_info(language)["bidi"]


def _last_morning(local: datetime) -> datetime:
    """The latest moment at which the daily letter left, for somebody whose clock shows `local`."""
    morning = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return morning if morning <= local else morning - timedelta(days=1)
