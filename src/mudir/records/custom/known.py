"""What this process knows of the fields, layouts and colours of tags that people made, and when it asks again.

A request looks at the stamp once, with its first question, and stays with what it found. Outside of requests the stamp
is looked at again after a second.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from mudir.kit.sql import rows_of
from mudir.records import registry
from mudir.records.custom.computed import computed_fields
from mudir.records.custom.fields import CustomFieldOf, Type, field_of
from mudir.records.models import CustomField, PageLayout, Setup, Tag

SECONDS = 1.0
NOTHING: Mapping[str, CustomFieldOf] = {}


@dataclass(frozen=True)
class Known:
    stamp: uuid.UUID | None
    fields: Mapping[str, Mapping[str, CustomFieldOf]]  # by kind and id, in their order, without archived ones
    layouts: Mapping[tuple[str, str], Mapping[str, Any]]  # by kind and role
    tones: Mapping[str, str]  # of tags by their names, where they have any


_latest: Known | None = None
_checked_at = 0.0
_of_request: ContextVar[list[Known] | None] = ContextVar("custom_fields_of_request", default=None)


def fields_of(kind: str) -> Mapping[str, CustomFieldOf]:
    """The custom fields of a record kind by id, in their order."""
    return _known().fields.get(kind, NOTHING)


def layout_of(kind: str, role: str) -> Mapping[str, Any] | None:
    """How the page of a kind is laid out for a role, where it is not as the program has it."""
    layouts = _known().layouts
    return layouts.get((kind, role)) or layouts.get((kind, ""))


def tones_of_tags() -> Mapping[str, str]:
    return _known().tones


@contextmanager
def fresh() -> Iterator[None]:
    """Look at the stamp once from here on: what is asked inside fits together."""
    token = _of_request.set([])
    try:
        yield
    finally:
        _of_request.reset(token)


def hold() -> None:
    """Wait for who changes fields or layouts, and keep others waiting until the transaction ends."""
    Setup.objects.get_or_create(pk=1)
    Setup.objects.select_for_update().get(pk=1)
    forget_known()  # what was read before the lock may have changed


def tell() -> None:
    """Let every process know that fields or layouts are others now."""
    Setup.objects.update(stamp=uuid.uuid4())
    forget_known()


def forget_known() -> None:
    """Something was changed just now: ask again with the next question."""
    global _checked_at
    _checked_at = 0.0
    if kept := _of_request.get():
        kept.clear()


def _known() -> Known:
    global _checked_at
    kept = _of_request.get()
    if kept:
        return kept[0]
    if kept is None and _latest is not None and time.monotonic() - _checked_at < SECONDS:
        return _latest
    known = _up_to_date()
    _checked_at = time.monotonic()
    if kept is not None:
        kept.append(known)
    return known


def _up_to_date() -> Known:
    global _latest
    stamp = next((stamp for (stamp,) in rows_of("SELECT stamp FROM records_setup ORDER BY id LIMIT 1")), None)
    if _latest is None or _latest.stamp != stamp:
        of_kind: dict[str, list[CustomField]] = defaultdict(list)
        for made in CustomField.objects.filter(archived_at__isnull=True).order_by("kind", "position", "pk"):
            of_kind[made.kind].append(made)
        layouts = PageLayout.objects.exclude(parts={}).values_list("kind", "role", "parts")
        _latest = Known(stamp, {kind: _fields(kind, some) for kind, some in of_kind.items()},
                        {(kind, role): parts for kind, role, parts in layouts},
                        dict(Tag.objects.exclude(tone="").values_list("name", "tone")))
    return _latest


def _fields(kind: str, some: list[CustomField]) -> Mapping[str, CustomFieldOf]:
    """The fields of a kind in their order, calculated ones among those that they are made of."""
    fields = {made.id_of_field: field_of(made) for made in some if made.type != Type.COMPUTED}
    if len(fields) < len(some) and registry.is_known(kind):
        in_code = registry.for_kind(kind).fields_in_code
        fields |= computed_fields((made for made in some if made.type == Type.COMPUTED), {**in_code, **fields})
    return {made.id_of_field: fields[made.id_of_field] for made in some if made.id_of_field in fields}
