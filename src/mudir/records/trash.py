"""The trash: what lies in it, taking it out, and removing it for ever.

What hangs on a trashed record needs no mark of its own: it is seen through that record alone, so that it goes and
comes back with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry, rules, search
from mudir.records.models import Attachment, Record, Share, Viewing
from mudir.records.registry import RecordType
from mudir.records.services import add_event

LENGTH = 50
BATCH = 100
Place = tuple[datetime, str, int]  # of a record in the trash: when it went there, its kind and its key


@dataclass(frozen=True)
class Trashed:
    record: Record
    record_type: RecordType
    by: User | None
    until: datetime | None  # when it is removed for ever; none where that is never

    @property
    def place(self) -> Place:
        return self.record.trashed_at, self.record_type.kind, self.record.pk


def page(actor: User, kinds: Iterable[RecordType], *, before: Place | None = None) -> tuple[list[Trashed], bool]:
    """What the actor could see and lies in the trash, latest first, behind `before`; and whether there is more."""
    found: list[tuple[RecordType, Record]] = []
    for record_type in kinds:
        rows = record_type.model.objects.trash_visible_to(actor).filter(_behind(record_type.kind, before))
        found += [(record_type, row) for row in rows.order_by("-trashed_at", "-pk")[: LENGTH + 1]]
    found.sort(key=lambda pair: (pair[1].trashed_at, pair[0].kind, pair[1].pk), reverse=True)
    shown = found[:LENGTH]
    authors = _authors(shown)
    return [Trashed(record, record_type, authors.get((record_type.kind, record.pk)), kept_until(record))
            for record_type, record in shown], len(found) > LENGTH


def _behind(kind: str, before: Place | None) -> Q:
    if before is None:
        return Q()
    at, other, key = before
    if kind > other:
        return Q(trashed_at__lt=at)
    same = Q(trashed_at=at, pk__lt=key) if kind == other else Q(trashed_at=at)
    return Q(trashed_at__lt=at) | same


def _authors(found: list[tuple[RecordType, Record]]) -> dict[tuple[str, int], User]:
    """Who moved each there, as the history knows it."""
    wanted: dict[tuple[str, int], int] = {}
    for record_type in {record_type.kind: record_type for record_type, _record in found}.values():
        moments = {record.pk: record.trashed_at for kind, record in found if kind is record_type}
        versions = record_type.model.pgh_event_model.objects.filter(
            pgh_obj_id__in=moments, trashed_at__in=set(moments.values())).order_by("-pgh_id")
        for key, at, context in versions.values_list("pgh_obj_id", "trashed_at", "pgh_context"):
            if moments[key] == at:  # the first version that lies there is the last one of this walk
                wanted[record_type.kind, key] = (context or {}).get("user")
    people = User.objects.in_bulk({key for key in wanted.values() if key is not None})
    return {place: people[key] for place, key in wanted.items() if key in people}


def kept_until(record: Record) -> datetime | None:
    return record.trashed_at + timedelta(days=settings.TRASH_DAYS) if settings.TRASH_DAYS else None


# ── removing for ever ────────────────────────────────────────────────────────────────────────────────────────────────


@service
def remove_finally(record: Record, *, by: User) -> None:
    """Remove a record from the trash for ever, with everything that hangs on it; only its history stays.

    Raises ValidationError where something that stays needs it.
    """
    current = type(record).objects.trash_visible_to(by).select_for_update(of=("self",)).get(pk=record.pk)
    if not rules.can_remove_finally(by, current):
        raise PermissionDenied
    add_event(current, f"{current._meta.model_name}.removed_finally", by=by)
    _remove(current)


def empty(*, now: datetime | None = None) -> int:
    """Remove what has lain in the trash for TRASH_DAYS; returns how many records that were."""
    if not settings.TRASH_DAYS:
        return 0
    limit, removed = (now or timezone.now()) - timedelta(days=settings.TRASH_DAYS), 0
    for record_type in registry.all_types():
        everything = record_type.model.objects.unscoped("emptying the trash, which is everybody's")
        last = 0
        while keys := list(everything.filter(trashed_at__lt=limit, pk__gt=last).order_by("pk")
                           .values_list("pk", flat=True)[:BATCH]):
            last = keys[-1]
            removed += sum(_remove_old(record_type, key, limit) for key in keys)
    return removed


def _remove_old(record_type: RecordType, key: int, limit: datetime) -> bool:
    """One record in a transaction of its own; it may have been taken out, or gone with another one, meanwhile."""
    everything = record_type.model.objects.unscoped("emptying the trash, which is everybody's")
    with transaction.atomic(), pghistory.context(door="job"):
        row = everything.select_for_update(of=("self",)).filter(pk=key, trashed_at__lt=limit).first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                _remove(row)
        except ValidationError:  # something that stays needs it: it stays too, and is tried again the next night
            return False
    return True


def _remove(record: Record) -> None:
    for relation in record._meta.related_objects:
        if relation.on_delete is models.PROTECT and relation.field.null and issubclass(relation.related_model, Record):
            rows = relation.related_model.objects.unscoped("what stays lets go of a record that is removed")
            rows.filter(**{relation.field.name: record}).update(**{relation.field.name: None})
    gone = _hanging_on(type(record), [record.pk])
    try:
        record.delete()
    except ProtectedError as error:
        text = _("“%(record)s” is still needed by something that stays.") % {"record": record}
        raise ValidationError(text) from error
    for model, keys in gone.items():
        search.forget_many(model._meta.label_lower, keys)
        for rows in (Share, Attachment, Viewing):
            rows.objects.filter(kind=model._meta.label_lower, object_id__in=keys).delete()


def _hanging_on(model: type[models.Model], keys: list[int]) -> dict[type[Record], list[int]]:
    """The keys of these records and of all that would go with them, by their model."""
    found: dict[type[Record], list[int]] = {model: keys}
    for relation in model._meta.related_objects:
        if relation.on_delete is models.CASCADE and issubclass(relation.related_model, Record):
            rows = relation.related_model.objects.unscoped("what goes with a record that is removed")
            if below := list(rows.filter(**{f"{relation.field.name}__in": keys}).values_list("pk", flat=True)):
                for one, more in _hanging_on(relation.related_model, below).items():
                    found[one] = [*found.get(one, []), *more]
    return found


def goes_with(record: Record) -> dict[RecordType, int]:
    """How many records of each kind would go with this one."""
    found: dict[str, Any] = _hanging_on(type(record), [record.pk])
    return {registry.for_model(model): len(keys) for model, keys in found.items() if model is not type(record)}
