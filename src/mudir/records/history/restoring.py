"""Bringing a record back to what it was: a comparison first, then one write by the kind's own service."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry
from mudir.records.fields import Field
from mudir.records.history.reading import History, Version, stored_value
from mudir.records.models import Record
from mudir.records.registry import Part
from mudir.records.services import edit_of, locked


@dataclass(frozen=True)
class Difference:
    """What stands otherwise now than it did then. `data` is what the edit service is given to bring it back."""

    id: str
    field: Field | None
    part: Part | None
    now: Any  # of a part: what its rows say, one for each
    then: Any
    is_written: bool  # false: it has an act of its own, and stays
    data: Any = None


def differences(history: History, at: datetime, only: str = "") -> list[Difference]:
    """What the reader sees to be otherwise than at that moment, or the one field `only`."""
    then, now = history.version_at(at), history.version_at(None)
    if then is None:
        return []
    found = [*_of_fields(history, now, then), *_of_parts(history, at)]
    return [one for one in found if only in {"", one.id}]


def _of_fields(history: History, now: Version, then: Version) -> Iterator[Difference]:
    model = history.record_type.model
    writable = history.record_type.writable_fields(history.actor)
    fields = [one for one in history.fields.values() if not history.is_kept(one)]
    history.names.ask(history.related_of(None, [now, then]))
    for one in fields:
        is_now, was = history.value(one, now), history.value(one, then)
        if is_now != was:
            data = stored_value(model, one, then)
            if one.related is not None and was is not None:
                data = one.nameable_by(history.actor).get(pk=was)
            yield Difference(one.id, one, None, is_now, was, one.id in writable, data)


def _of_parts(history: History, at: datetime) -> Iterator[Difference]:
    for part in history.parts.values():
        now, then = history.versions_at(part, None), history.versions_at(part, at)
        history.names.ask(history.related_of(part, [*now, *then]))
        said_now, said_then = ([said for version in some if (said := history.row(part, version)) is not None]
                               for some in (now, then))
        if sorted(said_now, key=repr) != sorted(said_then, key=repr):
            data = [{name: version[name] for name in part.written_as} for version in then]
            yield Difference(part.id, None, part, said_now, said_then, bool(part.written_as), data)


@service
def bring_back(record: Record, *, at: datetime, by: User, version: int, only: str = "") -> Record:
    """Make the record what it was at that moment, as far as its edit service writes it; or its one field `only`.

    Raises ValidationError where nothing would change, `Conflict` when the record is not at `version` any more.
    """
    current = locked(record, by=by, version=version)
    record_type = registry.for_model(type(record))
    found = [one for one in differences(History(record_type, current, by), at, only) if one.is_written]
    if not found:
        raise ValidationError(_("There is nothing to bring back: it stands like that already."))
    return edit_of(record_type)(current, by=by, version=version, **{one.id: one.data for one in found})
