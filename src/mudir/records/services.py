"""Writing records: one transaction, a known author, no silent overwriting, an event for every fact."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry, rules, search
from mudir.records.custom import named, take_custom, told_of_doubles
from mudir.records.models import Event, Record


class Conflict(Exception):
    """Somebody saved the record since it was read. `current` is the row as it stands now, locked."""

    def __init__(self, current: Record):
        super().__init__(f"{current._meta.label} {current.pk} is at version {current.version}.")
        self.current = current


def event_of(
    record: models.Model, verb: str, *, by: User, target: models.Model | None = None, **details: Any
) -> Event:
    """One fact for the record's timeline, unwritten; `target` is the record it is about, where that is another."""
    if by.key is not None:
        details["door"] = "api"
    return Event(
        verb=verb, kind=record._meta.label_lower, object_id=record.pk, actor=by, details=details,
        target_kind=target._meta.label_lower if target else "", target_id=target.pk if target else None,
    )


def add_event(
    record: models.Model, verb: str, *, by: User, target: models.Model | None = None, **details: Any
) -> Event:
    """Put one fact on the record's timeline."""
    event = event_of(record, verb, by=by, target=target, **details)
    event.save(force_insert=True)
    return event


def locked(record: Record, *, by: User, version: int | None = None) -> Record:
    """The record as it stands now, locked until the transaction ends.

    Raises the model's DoesNotExist when `by` does not see it any more, `Conflict` when it is not at `version`.
    """
    queryset = type(record).objects.visible_to(by).select_for_update(of=("self",))
    current = queryset.get(pk=record.pk)
    if version is not None and current.version != version:
        raise Conflict(current)
    return current


def check_writable(model: type[Record], data: dict[str, Any], *, by: User) -> None:
    """Refuse what no form of the kind offers `by`: whose a record is and what the program itself keeps among it."""
    writable = registry.for_model(model).writable_fields(by)
    for name in data:
        if name not in writable and name != "custom":
            raise ValidationError({name: _("“%(field)s” cannot be changed here.") % {"field": name[:60]}})


def check_rights(model: type[Record], data: Iterable[str], *, by: User) -> None:
    """Refuse what the role of `by` does not let them write, as what no form of the kind knows."""
    for name in registry.for_model(model).refused_to(by).intersection(data):
        raise ValidationError({name: _("“%(field)s” cannot be changed here.") % {"field": name[:60]}})


def validate(record: Record) -> None:
    """`full_clean`, without asking the database for rows that were just read from it. Raises ValidationError."""
    in_hand = {field.name for field in record._meta.fields
               if field.is_relation and field.is_cached(record) and getattr(record, field.name) is not None}
    if "owner" in in_hand and record.team_id == record.owner.team_id:
        in_hand.add("team")
    errors: dict[str, list] = {}
    for check, spared in ((record.clean_fields, in_hand), (lambda exclude: record.clean(), set()),
                          (record.validate_unique, set()), (record.validate_constraints, set())):
        try:
            check(exclude=spared | errors.keys())
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def save_new(record: Record, *, by: User) -> Record:
    """Validate and insert a record that `by` makes; owner and team default to theirs."""
    record.created_by = by
    if record.owner_id is None:
        record.owner = by
    if record.team_id is None:
        record.team_id = record.owner.team_id
    validate(record)
    with told_of_doubles(record):
        record.save(force_insert=True)
    return record


def save_changes(record: Record, changes: dict[str, Any]) -> list[str]:
    """Write the changed fields of a locked record and raise its version; returns the names of those that changed."""
    changed = [name for name, value in changes.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, changes[name])
    record.version += 1
    validate(record)
    with told_of_doubles(record):
        record.save(update_fields=[*changed, "version", "updated_at"])
    return changed


@service
def create_record(model: type[Record], *, by: User, **data: Any) -> Record:
    """Make a record of a kind that has no service of its own."""
    if not rules.can_create(by, model):
        raise PermissionDenied
    take_custom(model, data, by=by)
    check_writable(model, data, by=by)
    record = save_new(model(**data), by=by)
    add_event(record, f"{model._meta.model_name}.created", by=by)
    search.index(record)
    return record


@service
def edit_record(record: Record, *, by: User, version: int | None = None, **data: Any) -> Record:
    """Change a record of a kind that has no service of its own. Raises `Conflict`."""
    current = locked(record, by=by, version=version)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    custom = take_custom(type(record), data, by=by, current=current)
    check_writable(type(record), data, by=by)
    if all(getattr(current, name) == value for name, value in data.items()):
        return current
    changed = save_changes(current, data)
    add_event(current, f"{current._meta.model_name}.edited", by=by, fields=named(changed, custom))
    search.index(current)
    return current


@service
def move_to_trash(record: Record, *, by: User) -> Record:
    current = locked(record, by=by)
    if not rules.can_delete(by, current):
        raise PermissionDenied
    save_changes(current, {"trashed_at": timezone.now()})
    add_event(current, f"{current._meta.model_name}.trashed", by=by)
    search.forget(current)
    return current


@service
def restore_from_trash(record: Record, *, by: User) -> Record:
    current = type(record).objects.trash_visible_to(by).select_for_update(of=("self",)).get(pk=record.pk)
    if not rules.can_delete(by, current):
        raise PermissionDenied
    save_changes(current, {"trashed_at": None})
    add_event(current, f"{current._meta.model_name}.restored", by=by)
    search.index(current)
    return current


def create_of(record_type: registry.RecordType) -> Callable[..., Record]:
    """The service that makes records of a kind."""
    if record_type.create:
        return record_type.create
    return lambda *, by, **data: create_record(record_type.model, by=by, **data)


def edit_of(record_type: registry.RecordType) -> Callable[..., Record]:
    """The service that changes records of a kind."""
    return record_type.edit or edit_record


def trash_of(record_type: registry.RecordType) -> Callable[..., Record]:
    """The service that moves records of a kind to the trash."""
    return record_type.trash or move_to_trash


def restore_of(record_type: registry.RecordType) -> Callable[..., Record]:
    """The service that takes records of a kind out of the trash."""
    return record_type.restore or restore_from_trash
