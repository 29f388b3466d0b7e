"""What a person is told of, as far as they still see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.kit.sql import rows_of
from mudir.records import registry
from mudir.records.comments import with_html
from mudir.records.models import Export, Notification, Reason, Record
from mudir.records.sentences import filled

PAGE = 40
COUNTED = 100  # unread ones beyond it are not counted one by one
LARGEST_BATCH = 400
SENTENCES = {
    Reason.ASSIGNMENT: gettext_lazy("%(actor)s gave you %(record)s"),
    Reason.MENTION: gettext_lazy("%(actor)s mentioned you on %(record)s"),
    Reason.SHARE: gettext_lazy("%(actor)s shared %(record)s with you"),
    Reason.DUE: gettext_lazy("Due today: %(record)s"),
    Reason.EXPORT: gettext_lazy("The file %(record)s is ready"),
}
UNREAD = f"""
    SELECT told.kind, told.object_id FROM records_notification told
    LEFT JOIN records_comment comment ON comment.id = told.comment_id
    WHERE told.user_id = %s AND told.on_page AND told.read_at IS NULL AND comment.removed_at IS NULL
    ORDER BY told.id DESC LIMIT {COUNTED}"""
NOT_MADE = gettext_lazy("The file %(record)s was not made")
ICONS = {Reason.ASSIGNMENT: "user", Reason.MENTION: "chat", Reason.SHARE: "eye", Reason.DUE: "clock",
         Reason.EXPORT: "download"}


@dataclass(frozen=True)
class Told:
    """One notification in the reader's words."""

    id: int
    at: datetime
    is_read: bool
    sentence: SafeString
    said: SafeString  # the comment it is about
    icon: str
    url: str

    @property
    def plain_sentence(self) -> str:
        return " ".join(_plain(self.sentence).split())

    @property
    def plain_said(self) -> str:
        return _plain(self.said)


def _plain(html: SafeString) -> str:
    return unescape(strip_tags(html.replace("<br>", "\n")))


def page_of(user: User, *, before: int | None = None, only_unread: bool = False) -> tuple[list[Told], int | None]:
    """The newest that the reader still sees, below the number `before`, and the number that the next page is below."""
    rows = _of(user)
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    found: list[Notification] = []
    told: dict[int, Told] = {}
    size, edge = PAGE + 1, before
    while len(found) <= PAGE:
        some = list((rows.filter(pk__lt=edge) if edge else rows)[:size])
        told |= {one.id: one for one in as_told(user, some)}
        found += [row for row in some if row.pk in told]
        if len(some) < size:
            break
        edge, size = some[-1].pk, min(size * 2, LARGEST_BATCH)
    shown = [told[row.pk] for row in found[:PAGE]]
    return shown, shown[-1].id if len(found) > PAGE else None


def unread_count(user: User) -> int:
    """How many unread ones the reader still sees, at most `COUNTED`."""
    keys = rows_of(UNREAD, [user.pk])
    seen = {(kind, pk) for kind, wanted in _by_kind(keys).items()
            for pk in _told_of(kind, user).filter(pk__in=wanted).values_list("pk", flat=True)}
    return sum(key in seen for key in keys)


def as_told(user: User, rows: Sequence[Notification]) -> list[Told]:
    """Those of the rows that the user sees at this moment, in words. One question for each kind of record."""
    records = _seen(user, rows)
    comments = with_html([row.comment for row in rows if row.comment and row.comment.removed_at is None])
    said = {comment.pk: comment.html for comment in comments}
    told = []
    for row in rows:
        record = records.get((row.kind, row.object_id))
        if record is None or (row.comment_id and row.comment_id not in said):
            continue
        url = record.get_absolute_url() + ("?show=comments" if row.comment_id else "")
        parts = {"actor": row.actor.name if row.actor else _("Mudir"), "record": record}
        told.append(Told(
            id=row.pk, at=row.at, is_read=row.read_at is not None, url=url, icon=ICONS[row.reason],
            sentence=filled(str(NOT_MADE if is_in_vain(record) else SENTENCES[row.reason]), parts),
            said=said.get(row.comment_id, SafeString("")),
        ))
    return told


def is_in_vain(record: Record | Export) -> bool:
    return isinstance(record, Export) and record.state == Export.State.FAILED


@service
def mark_read(*, by: User, ids: Iterable[int]) -> None:
    Notification.objects.filter(user=by, pk__in=list(ids), read_at__isnull=True).update(read_at=timezone.now())


@service
def mark_read_about(record: Record, *, by: User) -> int:
    """Mark as read whatever tells of a record, which the reader looks at; returns how much that was."""
    about = Notification.objects.filter(user=by, kind=record._meta.label_lower, object_id=record.pk)
    return about.filter(read_at__isnull=True).update(read_at=timezone.now())


@service
def mark_all_read(*, by: User) -> datetime:
    """Mark everything as read; returns the moment by which `mark_unread` takes it back."""
    now = timezone.now()
    Notification.objects.filter(user=by, read_at__isnull=True).update(read_at=now)
    return now


@service
def mark_unread(*, by: User, ids: Iterable[int] = (), read_at: datetime | None = None) -> None:
    """Mark some as unread again, or all that were marked at one moment."""
    own = Notification.objects.filter(user=by)
    (own.filter(read_at=read_at) if read_at else own.filter(pk__in=list(ids))).update(read_at=None)


def _of(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user=user, on_page=True).select_related("actor", "comment__author").order_by(
        "-pk")


def _seen(user: User, rows: Iterable[Notification]) -> dict[tuple[str, int], Record]:
    return {
        (kind, record.pk): record for kind, keys in _by_kind((row.kind, row.object_id) for row in rows).items()
        for record in _told_of(kind, user).filter(pk__in=keys)
    }


def _told_of(kind: str, user: User) -> QuerySet:
    """What the user sees of a kind that is told of: of records as ever, of files their own."""
    if kind == Export._meta.label_lower:
        return Export.objects.filter(user=user)
    return registry.for_kind(kind).model.objects.visible_to(user)


def _by_kind(keys: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for kind, key in keys:
        found.setdefault(kind, set()).add(key)
    return found
