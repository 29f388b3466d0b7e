"""Writing and unwriting many clients and contacts for an import."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from mudir.accounts.models import User
from mudir.clients.models import Address, Client, Consent, Contact, ContactRole, Email, Phone
from mudir.clients.services.client import weigh_again
from mudir.clients.services.reach import COLUMNS, IDENTITY, rows_of
from mudir.kit.bulk import insert
from mudir.kit.history import HistoryRow
from mudir.records import search
from mudir.records.importing import Change
from mudir.records.models import Event, Record
from mudir.records.models.custom import PREFIX
from mudir.records.services import Conflict

REASON = "what an import of the person made, to be undone"
LISTS = ("phones", "emails", "addresses")
PARTS: dict[type[Record], tuple[type[models.Model], ...]] = {  # rows that are nothing without their record
    Client: (Phone, Email, Address, Consent), Contact: (Phone, Email, Address, Consent, ContactRole),
}


def insert_rows(model: type[models.Model], parent: str, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    insert(model, ({parent: pk, **row} for pk, row in rows))


def found_by(lists: Mapping[str, list], custom: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The numbers and addresses that a record is found by, and its custom values by the ids of their fields."""
    return {**{f"{PREFIX}{code}": value for code, value in (custom or {}).items()},
            "phones": [row["e164"] for row in lists.get("phones", ()) if row["e164"]],
            "emails": [row["address"] for row in lists.get("emails", ())]}


def record_events(
    verb: str, kind: str, keys: Iterable[int], *, by: User, target_kind: str = "", targets: Iterable[int | None] = ()
) -> None:
    """One event for each record."""
    now, targets = timezone.now(), list(targets)
    insert(Event, ({"object_id": pk, "target_id": targets[place] if targets else None}
                   for place, pk in enumerate(keys)),
           verb=verb, kind=kind, target_kind=target_kind, actor_id=by.pk, at=now, details={})


# ── records that were there already ──────────────────────────────────────────────────────────────────────────────────


def changes_of(
    record: Client | Contact, values: Mapping[str, Any], lists: Mapping[str, list[dict]], *, overwrite: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a service is to write, and what stands there now. A list only grows: no number is lost by an import."""
    data, before = {}, {}
    for code, stored in values.get("custom", {}).items():
        now = record.custom.get(code)
        if now != stored and (overwrite or now is None):
            data[f"{PREFIX}{code}"], before[f"{PREFIX}{code}"] = stored, now
    for name, value in values.items():
        if name == "custom":
            continue
        now = getattr(record, name)
        if value in ("", None, []) or now == value or not (overwrite or now in ("", None, [])):
            continue
        data[name], before[name] = value, now.isoformat() if hasattr(now, "isoformat") else now
    for name in LISTS:
        present = rows_of(record, name)
        fresh = _fresh(name, present, lists.get(name, ()), record)
        if not fresh:
            continue
        before[name] = present
        wins = overwrite or not present
        rows = [*fresh, *present] if wins else [*present, *fresh]
        first = next((row for row in (fresh if wins else present) if row["is_primary"]), rows[0])
        data[name] = [{**row, "is_primary": row is first} for row in rows]
    return data, before


def _fresh(name: str, present: list[dict], given: Iterable[dict], record: Client | Contact) -> list[dict]:
    """The rows that the record lacks, as services take them."""
    identity = IDENTITY[name]
    if name == "phones":
        known = {e164 or raw for e164, raw in record.phone_rows.values_list("e164", "raw")}
        fresh = [row for row in given if (row["e164"] or row["raw"]) not in known]
    else:
        known = {tuple(str(row[part]).lower() for part in identity) for row in present}
        fresh = [row for row in given if tuple(str(row[part]).lower() for part in identity) not in known]
    return [{column: row[column] for column in COLUMNS[name] if column in row} for row in fresh]


def write_back(model: type[Record], pk: int, change: Change, edit: Callable[..., Record], *, by: User) -> bool:
    """Put back what `change` tells, unless the record has changed since or `by` may not change it any more."""
    record = model.objects.visible_to(by).filter(pk=pk).first()
    if record is None:
        return False
    before = dict(change.before)
    confirmations = before.pop("confirmations", None)
    data = {name: value if name in LISTS or name.startswith(PREFIX) else model._meta.get_field(name).to_python(value)
            for name, value in before.items()}
    try:
        edit(record, by=by, version=change.version, **data)
    except (Conflict, PermissionDenied, ValidationError, model.DoesNotExist):
        return False
    if confirmations is not None:
        model.objects.unscoped(REASON).filter(pk=pk).update(confirmations=confirmations)
        weigh_again(model.objects.unscoped(REASON).get(pk=pk))
    return True


# ── records that the import made ─────────────────────────────────────────────────────────────────────────────────────


def remove_records(
    model: type[Record], keys: Collection[int], versions: Mapping[int, int], *, since: datetime
) -> set[int]:
    """Delete the records that nobody has worked on since; returns their keys."""
    kind = model._meta.label_lower
    present = model.objects.unscoped(REASON).filter(pk__in=keys).select_for_update(of=("self",))
    gone = {pk for pk, version in present.values_list("pk", "version") if version == versions.get(pk, 1)}
    gone -= set(Event.objects.filter(kind=kind, object_id__in=gone, at__gt=since).values_list("object_id", flat=True))
    gone -= _in_use(model, gone)
    parent = f"{model._meta.model_name}__in"
    clients = []
    if model is Contact:
        roles = ContactRole.objects.filter(contact__in=gone)
        clients = list(roles.values_list("client_id", flat=True).distinct())
    for part in PARTS[model]:
        rows = part.objects.filter(**{parent: gone})
        rows._raw_delete(rows.db)
    about = Q(kind=kind, object_id__in=gone) | Q(target_kind=kind, target_id__in=gone)
    events = Event.objects.filter(about)
    events._raw_delete(events.db)
    records = model.objects.unscoped(REASON).filter(pk__in=gone)
    records._raw_delete(records.db)
    search.index_many(kind, sorted(gone))
    for client in Client.objects.unscoped(REASON).filter(pk__in=clients).select_for_update(of=("self",)):
        weigh_again(client)
    return gone


def _in_use(model: type[Record], keys: Collection[int]) -> set[int]:
    """Those that some other row hangs on: a call, a branch, a relation."""
    used: set[int] = set()
    for relation in model._meta.related_objects:
        other, column = relation.related_model, relation.field
        if other in PARTS[model] or column.many_to_many or issubclass(other, HistoryRow):
            continue
        rows = other._default_manager.filter(**{f"{column.name}__in": keys})
        if hasattr(rows, "unscoped"):
            rows = rows.unscoped(REASON)
        used |= set(rows.values_list(column.attname, flat=True))
    return used

