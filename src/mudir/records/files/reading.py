"""The files of a record, for who sees the record."""

from django.core.files.storage import default_storage

from mudir.records.files.kinds import TEXT
from mudir.records.importing.encoding import detect, mark_length
from mudir.records.models import Attachment, AttachmentVersion, Content, Record

SHOWN_OF_A_TEXT = 1 << 16  # bytes


def files_of(record: Record) -> list[AttachmentVersion]:
    """Each file as it is now, the latest first."""
    versions = AttachmentVersion.objects.filter(
        of__kind=record._meta.label_lower, of__object_id=record.pk, of__removed_at__isnull=True)
    latest = versions.order_by("of", "-number").distinct("of").select_related("of", "content", "by")
    return sorted(latest, key=lambda version: version.at, reverse=True)


def removed_of(record: Record) -> list[Attachment]:
    """Those in the trash, the latest first."""
    removed = Attachment.objects.filter(
        kind=record._meta.label_lower, object_id=record.pk, removed_at__isnull=False)
    return list(removed.order_by("-removed_at", "-pk"))


def text_of(content: Content) -> tuple[str, bool]:
    """The beginning of a text, and whether that is all; empty for what is no text."""
    if content.type != TEXT:
        return "", True
    try:
        with default_storage.open(content.stored) as file:
            head = file.read(SHOWN_OF_A_TEXT)
    except FileNotFoundError:  # a database that was put back without its files
        return "", True
    encoding = detect(head, [head])
    return head[mark_length(head, encoding):].decode(encoding, "replace"), content.size <= len(head)
