"""Where a record went that was merged."""

from django.db import models

from mudir.accounts.models import User
from mudir.records import rules
from mudir.records.models import Merge, Record
from mudir.records.registry import RecordType

LONGEST_CHAIN = 50


def merged_into(record_type: RecordType, pk: int, actor: User) -> Record | None:
    """The record that this one went up in, perhaps by way of others; None where there is none or it is not seen."""
    passed = pk
    for _step in range(LONGEST_CHAIN):
        merges = Merge.objects.filter(kind=record_type.kind, merged_id=passed, undone_at__isnull=True)
        survivor = merges.values_list("survivor_id", flat=True).first()
        if survivor is None:
            break
        passed = survivor
    if passed == pk:
        return None
    return record_type.model.objects.visible_to(actor).filter(pk=passed).first()


def merges_of(record: Record) -> models.QuerySet[Merge]:
    """What went up in the record and has not come back, the latest first."""
    merges = Merge.objects.filter(kind=record._meta.label_lower, survivor_id=record.pk, undone_at__isnull=True)
    return merges.select_related("by").order_by("-at", "-pk")


def may_undo(merge: Merge, survivor: Record, *, by: User) -> bool:
    """Whoever made it, or directs the record; who may have the other one back may read what it was."""
    return rules.can_merge(by, survivor) and (merge.by_id == by.pk or rules.can_assign(by, survivor))
