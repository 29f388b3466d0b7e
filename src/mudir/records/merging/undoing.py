"""Making two records of one again."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.records import registry, search
from mudir.records.merging.images import Act, put_back, values_now
from mudir.records.merging.merger import NEVER
from mudir.records.merging.redirects import may_undo, merged_into
from mudir.records.models import Event, Merge, MergeRow, Record
from mudir.records.registry import RecordType
from mudir.records.services import add_event, save_changes, service

REASON = "a record that an undone merge gives back, after the survivor was narrowed to who undoes it"
EVENT = Event._meta.label_lower


class CannotUndo(ValidationError):
    """Why a merge stays as it is, for the person to read."""


@service
def undo_merge(merge: Merge, *, by: User) -> tuple[Record, list[str]]:
    """Give the merged record back as it was, with all that was its own, and let the survivor be what it was.

    What somebody has changed on the survivor since stays there: returns the survivor and the names of those columns.
    What was written down since stays with the survivor too. Raises DoesNotExist when `by` does not see it.
    """
    made = Merge.objects.select_for_update().get(pk=merge.pk)
    record_type = registry.for_kind(made.kind)
    survivor = _survivor(record_type, made, by=by)
    if not may_undo(made, survivor, by=by):
        raise PermissionDenied
    if made.undone_at is not None:
        raise CannotUndo(_("This merge was undone already."))
    rows = list(MergeRow.objects.filter(of=made).order_by("pk").defer("before"))
    _unmake(row for row in rows if row.act == Act.MADE)
    _give_back_custom(made, record_type, survivor, by=by)
    put_back(record_type.model, [row for row in rows if row.act == Act.MERGED])
    _move_back(made, rows)
    changed = [row for row in rows if row.act == Act.CHANGED and (row.model, row.key) != (made.kind, survivor.pk)]
    _change_back(changed, lowering=True)
    for model, some in _by_model(row for row in rows if row.act in {Act.DROPPED, Act.MOVED} and row.model != EVENT):
        put_back(model, some)
    _change_back(changed, lowering=False)
    kept = _restore_survivor(made, record_type, survivor)
    made.undone_by, made.undone_at = by, timezone.now()
    made.save(update_fields=["undone_by", "undone_at"])
    everyone = record_type.model.objects.unscoped(REASON)
    other = everyone.get(pk=made.merged_id)
    for record in (survivor, other):
        from_whom = str(other if record is survivor else survivor)
        add_event(record, f"{record._meta.model_name}.separated", by=by, other=from_whom)
    search.index_many(made.kind, [survivor.pk, other.pk])
    return survivor, kept


def _survivor(record_type: RecordType, made: Merge, *, by: User) -> Record:
    record_type.merger.lock_around([made.survivor_id, made.merged_id])
    seen = record_type.model.objects.visible_to(by).select_for_update(of=("self",))
    survivor = seen.filter(pk=made.survivor_id).first()
    if survivor is not None:
        return survivor
    later = merged_into(record_type, made.survivor_id, by)
    if later is not None:
        raise CannotUndo(_("It was merged with “%(record)s” since: undo that merge first.") % {"record": later})
    raise record_type.model.DoesNotExist


def _by_model(rows: Iterable[MergeRow]) -> Iterable[tuple[type[models.Model], list[MergeRow]]]:
    groups: dict[str, list[MergeRow]] = {}
    for row in rows:
        groups.setdefault(row.model, []).append(row)
    for label, some in groups.items():
        yield apps.get_model(label), some


def _unmake(rows: Iterable[MergeRow]) -> None:
    for model, some in _by_model(rows):
        model.objects.filter(pk__in=[row.key for row in some]).delete()


def _move_back(made: Merge, rows: list[MergeRow]) -> None:
    """Rows that still point at the survivor point at the other one again."""
    groups: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.act == Act.MOVED:
            groups.setdefault((row.model, row.column), []).append(row.key)
    for (label, column), keys in groups.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {apps.get_model(label)._meta.db_table} SET {column} = %s WHERE {column} = %s AND id = ANY(%s)",
                [made.merged_id, made.survivor_id, keys],
            )


def _change_back(rows: list[MergeRow], *, lowering: bool) -> None:
    """Columns that a merge changed get their value back, unless somebody has changed them since.

    Flags that only one row may raise are lowered first, raised after the rows that gave them up are back.
    """
    for model, some in _by_model(rows):
        for row in some:
            before, _kept = _restorable(model, row)
            wanted = {name: value for name, value in before.items() if (value is False) == lowering}
            if wanted:
                with suppress(IntegrityError), transaction.atomic():  # another row may have its place now
                    model._default_manager.filter(pk=row.key).update(**wanted)


def _restorable(model: type[models.Model], row: MergeRow) -> tuple[dict[str, Any], list[str]]:
    """Of a changed row the values to be put back, and the names of columns that were changed again since."""
    now = values_now(model, row.key)
    before, after = MergeRow.objects.values_list("before", "after").get(pk=row.pk)
    if now is None or before is None or after is None:
        return {}, []
    values, kept = {}, []
    for column in model._meta.local_concrete_fields:
        old, written, present = (image.get(column.column) for image in (before, after, now))
        if column.name in NEVER or old == written:
            continue
        if present == written:
            values[column.attname] = column.target_field.to_python(old) if column.is_relation else column.to_python(old)
        elif present != old:
            kept.append(column.name)
    return values, kept


def changed_since(made: Merge, record_type: RecordType) -> list[str]:
    """Names of the survivor's columns that somebody has changed since the merge: undoing it leaves them."""
    return _restorable(record_type.model, _row_of_survivor(made))[1]


def _row_of_survivor(made: Merge) -> MergeRow:
    return MergeRow.objects.get(of=made, act=Act.CHANGED, model=made.kind, key=made.survivor_id)


def _give_back_custom(made: Merge, record_type: RecordType, survivor: Record, *, by: User) -> None:
    """Custom values first: one that may be had once is to be the other record's again."""
    values, _kept = _restorable(record_type.model, _row_of_survivor(made))
    if "custom" in values:
        survivor.custom = values["custom"]
        record_type.model.objects.visible_to(by).filter(pk=survivor.pk).update(custom=survivor.custom)


def _restore_survivor(made: Merge, record_type: RecordType, survivor: Record) -> list[str]:
    values, kept = _restorable(record_type.model, _row_of_survivor(made))
    save_changes(survivor, values)
    if kept:
        record_type.merger.refresh(survivor)
    return kept
