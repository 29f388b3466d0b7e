"""Writing down what somebody is to be told of."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from mudir.accounts.models import User
from mudir.records.models import Event, Export, Mail, Notification, Reason, Record
from mudir.records.notifications.choices import choices_of

KEPT = timedelta(days=180)  # of what was read


def tell(event: Event, reason: Reason, *, to: Iterable[User]) -> None:
    """Tell people of an event, in its transaction; never who did it, nor who does not want to know.

    Whether somebody sees the record is asked when they read it.
    """
    comment = event.target_id if event.target_kind == "records.comment" else None
    _write(reason, [
        Notification(user=person, reason=reason, kind=event.kind, object_id=event.object_id, actor_id=event.actor_id,
                     at=event.at, comment_id=comment)
        for person in {one.pk: one for one in to}.values() if person.pk != event.actor_id
    ])


def remind(person: User, records: Iterable[Record | Export], reason: Reason, *, key: str) -> None:
    """Tell one person of records of theirs, once for each record and `key`."""
    _write(reason, [
        Notification(user=person, reason=reason, kind=record._meta.label_lower, object_id=record.pk,
                     key=f"{reason}-{key}-{record._meta.label_lower}-{record.pk}")
        for record in records
    ])


def throw_away_old() -> int:
    """Delete what was read long ago; returns how many there were."""
    return Notification.objects.filter(read_at__lt=timezone.now() - KEPT).delete()[0]


def _write(reason: Reason, told: list[Notification]) -> None:
    ways = choices_of({one.user_id for one in told}, [reason]) if told else {}
    for one in told:
        way = ways[one.user_id, reason]
        one.on_page, one.mail = way.on_page, "" if way.mail == Mail.NEVER else way.mail
    wanted = [one for one in told if one.user.is_active and (one.on_page or one.mail)]
    Notification.objects.bulk_create(wanted, ignore_conflicts=True)
