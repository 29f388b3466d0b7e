"""Adding files to records, naming them anew, taking them away."""

from collections.abc import Sequence
from datetime import timedelta
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry, rules, search
from mudir.records.files import kinds
from mudir.records.files.storing import keep
from mudir.records.importing.intake import plain_name
from mudir.records.models import Attachment, AttachmentVersion, Content, Record
from mudir.records.services import add_event, locked

MOST = 500  # of one record
UNDOABLE = timedelta(days=1)  # for who sent it
DIRECTIONS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"))


def add_file(record: Record, file: BinaryIO, name: str, *, by: User, of: Attachment | None = None) -> AttachmentVersion:
    """Keep a file at the record. One of the same name, or `of`, gets a further version.

    Raises ValidationError for what is too large, empty or nothing that is taken; PermissionDenied, DoesNotExist.
    """
    if not rules.can_edit(by, record):  # asked again on the locked row; here, before anything is stored
        raise PermissionDenied
    name = named(name)
    try:
        return _attach(record, keep(file, name), name, by=by, of=of)
    except Content.DoesNotExist:  # nobody referred to it for long, and it was thrown away in this very moment
        return _attach(record, keep(file, name), name, by=by, of=of)


def named(name: str) -> str:
    """A name for showing: no path, nothing that is not seen, no marks that turn the direction."""
    return plain_name(name).translate(DIRECTIONS).strip() or "file"


@service
def _attach(record: Record, content: Content, name: str, *, by: User, of: Attachment | None) -> AttachmentVersion:
    current = locked(record, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    content = Content.objects.select_for_update(no_key=True).get(pk=content.pk)  # nobody throws it away now
    files = present(current)
    attachment = files.get(pk=of.pk) if of else files.filter(name=name).order_by("pk").first()
    verb = "file.changed"
    if attachment is None:
        if files.count() >= MOST:
            raise ValidationError(_("This record has too many files. Remove some first."))
        attachment = Attachment.objects.create(kind=current._meta.label_lower, object_id=current.pk, name=name)
        verb = "file.added"
    kinds.check_name(attachment.name, content.type)
    latest = attachment.versions.order_by("-number").first()
    if latest and latest.content_id == content.pk:
        return latest
    version = AttachmentVersion.objects.create(
        of=attachment, number=latest.number + 1 if latest else 1, content=content, by=by)
    add_event(current, verb, by=by, name=attachment.name)
    search.index(current)
    return version


def present(record: Record) -> QuerySet[Attachment]:
    """The files of a record that are not in the trash."""
    return Attachment.objects.filter(
        kind=record._meta.label_lower, object_id=record.pk, removed_at__isnull=True)


@service
def rename_file(attachment: Attachment, *, by: User, name: str) -> Attachment:
    """Call a file something else. Raises ValidationError for no name, another file's, or one that tells a lie."""
    record = _writable(attachment, by=by)
    current = present(record).select_for_update().get(pk=attachment.pk)
    if not name.strip():
        raise ValidationError({"name": _("Give it a name.")})
    name, former = named(name), current.name
    if name == former:
        return current
    if present(record).filter(name=name).exists():
        raise ValidationError({"name": _("Another file of this record bears this name.")})
    try:
        kinds.check_name(name, current.versions.latest("number").content.type)
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from error
    current.name = name
    current.save(update_fields=["name"])
    add_event(record, "file.renamed", by=by, name=name, former=former)
    search.index(record)
    return current


@service
def remove_file(attachment: Attachment, *, by: User) -> Attachment:
    """Put a file into the trash, where it stays as long as records do."""
    return _switch(attachment, by=by, removed=True)


@service
def put_back_file(attachment: Attachment, *, by: User) -> Attachment:
    return _switch(attachment, by=by, removed=False)


@service
def take_back(record: Record, *, by: User, versions: Sequence[int]) -> bool:
    """Undo one's own upload: the versions go, and with its only one a file. False where some of them stay.

    That is what somebody has added a newer version to, or what was sent long ago.
    """
    current = locked(record, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    found = AttachmentVersion.objects.filter(pk__in=versions, of__in=present(current), by=by)
    young = list(found.filter(at__gt=timezone.now() - UNDOABLE).select_related("of"))
    gone = [version for version in young if version == version.of.versions.latest("number")]
    for version in gone:
        if version.number == 1:
            _switch(version.of, by=by, removed=True)
        else:
            version.delete()
            add_event(current, "file.taken_back", by=by, name=version.of.name)
    return len(gone) == len(versions)


def _switch(attachment: Attachment, *, by: User, removed: bool) -> Attachment:
    record = _writable(attachment, by=by)
    current = Attachment.objects.select_for_update().get(pk=attachment.pk, removed_at__isnull=removed)
    current.removed_at = timezone.now() if removed else None
    current.save(update_fields=["removed_at"])
    add_event(record, "file.removed" if removed else "file.put_back", by=by, name=current.name)
    search.index(record)
    return current


def _writable(attachment: Attachment, *, by: User) -> Record:
    record = locked(registry.for_kind(attachment.kind).model(pk=attachment.object_id), by=by)
    if not rules.can_edit(by, record):
        raise PermissionDenied
    return record
