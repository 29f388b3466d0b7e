"""Saying something about a record, changing it, taking it back."""

import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import notifications, registry
from mudir.records.comments import mentions
from mudir.records.models import Comment, Reason, Record
from mudir.records.services import add_event, locked

LONGEST = 10_000


@service
def write_comment(record: Record, *, by: User, text: str, token: uuid.UUID | None = None) -> tuple[Comment, list[str]]:
    """Say something about a record, as whoever sees it may; the same form sent again (`token`) says it once.

    With it come the names of those who were mentioned and do not see the record: they learn nothing.
    """
    current = locked(record, by=by)
    read = mentions.read(_checked(text), current)
    if token and (written := Comment.objects.filter(token=token, author=by, object_id=current.pk).first()):
        return written, read.blind
    comment = Comment(kind=current._meta.label_lower, object_id=current.pk, author=by, text=read.text, token=token)
    try:
        with transaction.atomic():
            comment.save(force_insert=True)
    except IntegrityError:  # somebody else's token
        raise ValidationError(_("Send it once more.")) from None
    event = add_event(current, "comment.written", by=by, target=comment)
    notifications.tell(event, Reason.MENTION, to=read.people)
    return comment, read.blind


@service
def edit_comment(comment: Comment, *, by: User, text: str) -> tuple[Comment, list[str]]:
    """Change what oneself said. Raises DoesNotExist when `by` does not see the record any more."""
    current, record = _own(comment, by=by)
    read = mentions.read(_checked(text), record)
    if read.text != current.text:
        current.text, current.edited_at = read.text, timezone.now()
        current.save(update_fields=["text", "edited_at"])
    return current, read.blind


@service
def remove_comment(comment: Comment, *, by: User) -> Comment:
    """Take back what oneself said."""
    current, record = _own(comment, by=by)
    current.removed_at = timezone.now()
    current.save(update_fields=["removed_at"])
    add_event(record, "comment.removed", by=by)
    return current


@service
def put_back_comment(comment: Comment, *, by: User) -> Comment:
    current, record = _own(comment, by=by, is_removed=True)
    current.removed_at = None
    current.save(update_fields=["removed_at"])
    add_event(record, "comment.put_back", by=by)
    return current


def _own(comment: Comment, *, by: User, is_removed: bool = False) -> tuple[Comment, Record]:
    """The comment and its record as they stand now, locked, for its author alone."""
    model = registry.for_kind(comment.kind).model
    record = locked(model(pk=comment.object_id), by=by)
    current = Comment.objects.select_for_update().get(pk=comment.pk, removed_at__isnull=not is_removed)
    if current.author_id != by.pk:
        raise PermissionDenied
    return current, record


def _checked(text: str) -> str:
    if not text.strip():
        raise ValidationError({"text": _("Write something first.")})
    if len(text) > LONGEST:
        raise ValidationError({"text": _("That is too long for a comment. Attach it as a file.")})
    return text
