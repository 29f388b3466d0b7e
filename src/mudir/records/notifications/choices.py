"""How a person wants to be told, for each reason: on the page, by mail at once, once a day or never."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records.models import Mail, NotificationChoice, Reason


class Way(NamedTuple):
    on_page: bool
    mail: str


USUAL = {
    Reason.ASSIGNMENT: Way(True, Mail.DAILY),
    Reason.MENTION: Way(True, Mail.AT_ONCE),
    Reason.SHARE: Way(True, Mail.DAILY),
    Reason.DUE: Way(True, Mail.NEVER),
    Reason.EXPORT: Way(True, Mail.NEVER),
}


def choices_of(users: Iterable[int], reasons: Iterable[str] = tuple(Reason)) -> dict[tuple[int, str], Way]:
    """The way for every user and reason."""
    users, reasons = list(users), list(reasons)
    found = {(user, reason): USUAL[reason] for user in users for reason in reasons}
    chosen = NotificationChoice.objects.filter(user__in=users, reason__in=reasons)
    return found | {(one.user_id, one.reason): Way(one.on_page, one.mail) for one in chosen}


@service
def save_choices(*, by: User, ways: Mapping[str, Way]) -> None:
    """Keep how `by` wants to be told; it holds for what happens from now on."""
    if not set(ways) <= set(Reason) or not {way.mail for way in ways.values()} <= set(Mail):
        raise ValidationError("These are no reasons or no ways of being told.")  # no form of ours sends them
    NotificationChoice.objects.bulk_create(
        [NotificationChoice(user=by, reason=reason, on_page=way.on_page, mail=way.mail)
         for reason, way in ways.items()],
        update_conflicts=True, unique_fields=["user", "reason"], update_fields=["on_page", "mail"],
    )
