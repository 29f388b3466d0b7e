"""The changes of a record and of the rows beside it, newest first, as one reader may see them.

A trigger keeps each version of a row whole (kit/history.py). All that one transaction wrote bears one moment: that is
one entry. What the reader may not see leaves no trace: neither a field, nor a row that names an unseen record, nor an
entry that would be empty then.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from mudir.accounts.models import User
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import Field, field_from_model
from mudir.records.merging.redirects import merges_of
from mudir.records.models import Attachment, Record, Share
from mudir.records.registry import Part, RecordType

LENGTH = 20
LARGEST_BATCH = 2000
UNTOLD = frozenset({"created_at", "created_by", "updated_at"})  # every entry says so itself
DOORS = {
    "page": pgettext_lazy("door", "page"), "api": pgettext_lazy("door", "API"),
    "import": pgettext_lazy("door", "import"), "job": pgettext_lazy("door", "job"),
    "command": pgettext_lazy("door", "command line"), "first run": pgettext_lazy("door", "first run"),
}
Version = dict[str, Any]  # one kept version of a row: its columns, and pgh_*


class ByNumber(Part):
    """Rows that name any record by its kind and number."""

    def of(self, record: models.Model) -> Q:
        return Q(kind=record._meta.label_lower, object_id=record.pk)


class Removable(ByNumber):
    """Rows that are kept when they are taken away, with the moment of it."""

    def is_there(self, version: Version) -> bool:
        return version["removed_at"] is None


SHARES = ByNumber("shares", gettext_lazy("shared with"), Share, by=(),
                  says=("user", "team", "until", "confidential"))
FILES = Removable("files", gettext_lazy("files"), Attachment, by=(), says=("name",))


@dataclass(frozen=True)
class Change:
    """A field or a row beside the record, before and after."""

    id: str
    field: Field | None  # none for a row beside the record
    part: Part | None
    before: Any
    after: Any
    removal: int | None = None  # of a row that was taken away: the version that keeps it


@dataclass(frozen=True)
class Entry:
    """What one transaction did to the record."""

    at: datetime
    author: User | None
    door: str
    verb: str  # "made", "changed", "trashed", "restored", "merged"
    changes: list[Change]
    kept: list[Change]  # what the program itself keeps up to date
    other: str = ""  # what a merge let go up in the record


@dataclass(frozen=True)
class Asked:
    """Which entries are looked for."""

    before: datetime | None = None
    field: str = ""
    author: int | None = None
    day: date | None = None

    def versions(self) -> Q:
        asked = Q()
        if self.before:
            asked &= Q(pgh_created_at__lt=self.before)
        if self.author:
            asked &= Q(pgh_context__user=self.author)
        if self.day:
            begin = timezone.make_aware(datetime.combine(self.day, time.min))
            asked &= Q(pgh_created_at__gte=begin, pgh_created_at__lt=begin + timedelta(days=1))
        return asked


@dataclass
class Step:
    """A version and the one before it, of the record itself or of a row beside it."""

    part: Part | None
    version: Version
    before: Version | None

    @property
    def moment(self) -> tuple[datetime, str]:
        return self.version["pgh_created_at"], str(self.version["pgh_context_id"] or "")


@dataclass
class Names:
    """What related rows are called; an unseen record has no name."""

    actor: User
    known: dict[type[models.Model], dict[int, str]] = field(default_factory=dict)

    def ask(self, wanted: dict[type[models.Model], set[int]]) -> None:
        for model, keys in wanted.items():
            known = self.known.setdefault(model, {})
            if missing := keys - known.keys() - {None}:
                rows = model.objects.visible_to(self.actor) if issubclass(model, Record) else model.objects.all()
                known |= {row.pk: str(row) for row in rows.filter(pk__in=missing)}

    def of(self, model: type[models.Model], key: int | None) -> str:
        return self.known.get(model, {}).get(key, "")


class History:
    """The history of one record as `actor` sees it."""

    def __init__(self, record_type: RecordType, record: Record, actor: User):
        self.record_type, self.record, self.actor = record_type, record, actor
        self.names = Names(actor)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Those of the record whose values its versions hold."""
        copies = {name for part in self.parts.values() for name in part.copies}
        return {name: one for name, one in self.record_type.visible_fields(self.actor).items()
                if name not in UNTOLD | copies and column_of(self.record_type.model, one) is not None}

    @cached_property
    def parts(self) -> dict[str, Part]:
        visible = self.record_type.visible_fields(self.actor)
        known = (*self.record_type.parts, SHARES, FILES)
        return {part.id: part for part in known if visible.keys() >= set(part.fields)}

    @cached_property
    def merged(self) -> dict[tuple[datetime, str], str]:
        """What went up in the record and has not come back, by the moment of the transaction."""
        names = dict(merges_of(self.record).values_list("merged_id", "merged_name"))
        gone = self.record_type.model.pgh_event_model.objects.filter(pgh_obj_id__in=names, pgh_label="delete")
        moments = gone.order_by("pgh_id").values_list("pgh_obj_id", "pgh_created_at", "pgh_context_id")
        return {(at, str(context or "")): names[key] for key, at, context in moments} if names else {}

    def page(self, asked: Asked, length: int = LENGTH) -> tuple[list[Entry], datetime | None]:
        """Entries behind `asked.before`, and the moment that the next page begins behind, if there is one.

        Read on until the page is full: a short one would tell that something hidden stands there.
        """
        found: list[Entry] = []
        size, edge = length * 3, asked.before
        while True:
            steps, horizon = self._steps(Asked(edge, asked.field, asked.author, asked.day), size)
            if horizon and not steps and size < LARGEST_BATCH:  # more rows in one transaction than were asked for
                size *= 4
                continue
            found += self._entries(steps, asked.field)
            if horizon is None or not steps or len(found) > length:
                break
            edge, size = min(step.moment[0] for step in steps), min(size * 2, LARGEST_BATCH)
        if len(found) <= length:
            return found, None
        while length < len(found) and found[length].at == found[length - 1].at:  # a moment stays on one page
            length += 1
        return found[:length], found[length - 1].at if len(found) > length else None

    def _steps(self, asked: Asked, size: int) -> tuple[list[Step], datetime | None]:
        """Versions of every table down to a moment from which all of them are whole; none when that is all."""
        steps: list[Step] = []
        horizon = None
        conditions = asked.versions()
        own = asked.field in self.fields or asked.field not in self.parts
        tables: list[tuple[Part | None, type[models.Model], Q]] = []
        if own:
            tables.append((None, self.record_type.model.pgh_event_model, Q(pgh_obj_id=self.record.pk)))
        tables += [(part, part.model.pgh_event_model, part.of(self.record)) for part in self.parts.values()
                   if asked.field in {"", part.id}]
        for part, table, of_record in tables:
            found = self._versions(part, table, of_record & conditions, size)
            if len(found) == size:
                last = found[-1].version["pgh_created_at"]
                horizon = max(horizon, last) if horizon else last
            steps += found
        if horizon:
            steps = [step for step in steps if step.moment[0] > horizon]
        return steps, horizon

    def _versions(self, part: Part | None, table: type[models.Model], asked: Q, size: int) -> list[Step]:
        earlier = table.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        rows = table.objects.filter(asked).order_by("-pgh_created_at", "-pgh_id").annotate(
            pgh_before=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1]))
        versions = list(rows.values()[:size])
        known = {version["pgh_id"]: version for version in versions}
        missing = {version["pgh_before"] for version in versions} - known.keys() - {None}
        if missing:
            known |= {version["pgh_id"]: version for version in table.objects.filter(pgh_id__in=missing).values()}
        return [Step(part, version, known.get(version["pgh_before"])) for version in versions]

    def _entries(self, steps: list[Step], only: str) -> Iterator[Entry]:
        self.names.ask(self._related(steps))
        authors = User.objects.in_bulk({(step.version["pgh_context"] or {}).get("user") for step in steps} - {None})
        together: dict[tuple[datetime, str], list[Step]] = {}
        for step in sorted(steps, key=lambda step: (step.moment, step.version["pgh_id"])):
            together.setdefault(step.moment, []).append(step)
        for (at, _context), some in sorted(together.items(), reverse=True):
            context: dict[str, Any] = {}
            for step in some:
                context |= step.version["pgh_context"] or {}
            changes = [change for change in self._changes(some) if only in {"", change.id}]
            told = [change for change in changes if change.field is None or not self.is_kept(change.field)]
            kept = [change for change in changes if change not in told]
            other = self.merged.get(some[0].moment, "")
            verb = "merged" if other else self._verb(some)
            if changes or (verb != "changed" and not only):
                yield Entry(at, authors.get(context.get("user")), context.get("door", ""), verb,
                            told or kept, kept if told else [], other)

    def _related(self, steps: Iterable[Step]) -> dict[type[models.Model], set[int]]:
        wanted: dict[type[models.Model], set[int]] = {}
        for step in steps:
            for model, keys in self.related_of(step.part, filter(None, (step.version, step.before))).items():
                wanted.setdefault(model, set()).update(keys)
        return wanted

    def related_of(self, part: Part | None, versions: Iterable[Version]) -> dict[type[models.Model], set[int]]:
        """The rows that versions of the record or of a part name, by their model."""
        related = [one for one in (self.fields.values() if part is None else said_fields(part)) if one.related]
        wanted: dict[type[models.Model], set[int]] = {}
        for version in versions:
            for one in related:
                wanted.setdefault(one.related, set()).add(
                    raw_value(self.record_type.model, one, version) if part is None else version[f"{one.path}_id"])
        return wanted

    def _verb(self, steps: list[Step]) -> str:
        for step in steps:
            if step.part is None:
                if step.version["pgh_label"] == "insert":
                    return "made"
                was, now = step.before and step.before["trashed_at"], step.version["trashed_at"]
                if bool(was) != bool(now):
                    return "trashed" if now else "restored"
        return "changed"

    def _changes(self, steps: list[Step]) -> Iterator[Change]:
        """From before the transaction to after it; a row that it only passed through is no change."""
        own = [step for step in steps if step.part is None]
        if own:
            before, after = own[0].before, own[-1].version
            for name, one in self.fields.items():
                was, now = self.value(one, before), self.value(one, after)
                if was != now:
                    yield Change(name, one, None, was, now)
        rows: dict[tuple[str, int], list[Step]] = {}
        for step in steps:
            if step.part is not None:
                rows.setdefault((step.part.id, step.version["pgh_obj_id"]), []).append(step)
        for (name, _key), some in rows.items():
            part, last = some[0].part, some[-1].version
            is_gone = last["pgh_label"] == "delete"
            was, now = self.row(part, some[0].before), None if is_gone else self.row(part, last)
            if is_gone and some[0].version["pgh_label"] == "delete":
                was = self.row(part, last)
            if was != now:
                yield Change(name, None, part, was, now, last["pgh_id"] if is_gone else None)

    def versions_at(self, part: Part, at: datetime | None) -> list[Version]:
        """The rows beside the record as they stood then, the primary one first."""
        table = part.model.pgh_event_model
        ever = table.objects.filter(part.of(self.record)).values("pgh_obj_id")
        until = Q(pgh_created_at__lte=at) if at else Q()
        latest = table.objects.filter(until, pgh_obj_id__in=ever).order_by("pgh_obj_id", "-pgh_id")
        there = [version for version in latest.distinct("pgh_obj_id").values()
                 if version["pgh_label"] != "delete" and self._is_of_record(part, version) and part.is_there(version)]
        return sorted(there, key=lambda version: (not version.get("is_primary"), version["pgh_obj_id"]))

    def version_at(self, at: datetime | None) -> Version | None:
        """The record itself as it stood then; none before it was made."""
        own = self.record_type.model.pgh_event_model.objects.filter(pgh_obj_id=self.record.pk)
        if at:
            own = own.filter(pgh_created_at__lte=at)
        return own.order_by("-pgh_id").values().first()

    def _is_of_record(self, part: Part, version: Version) -> bool:
        return not part.by or self.record.pk in {version[f"{name}_id"] for name in part.by}

    def is_kept(self, one: Field) -> bool:
        """Whether the program itself writes the field, beside what people do."""
        return not column_of(self.record_type.model, one).editable and "__" not in one.path

    def value(self, one: Field, version: Version | None) -> Any:
        """A value as a version holds it; nothing where there was none, or where it names what the reader does not see.
        """
        value = raw_value(self.record_type.model, one, version)
        if one.related is not None and issubclass(one.related, Record) and not self.names.of(one.related, value):
            return None
        return value

    def row(self, part: Part, version: Version | None) -> tuple | None:
        """What a row beside the record said; none where it was not there or names what the reader does not see."""
        if version is None or not self._is_of_record(part, version) or not part.is_there(version):
            return None
        said = []
        for one in said_fields(part):
            value = version[one.path if one.related is None else f"{one.path}_id"]
            if one.related is not None and one.path in part.by and value == self.record.pk and issubclass(
                    one.related, type(self.record)):
                value = None  # it stands on this very page
            elif one.related is not None and value is not None and not self.names.of(one.related, value):
                return None
            said.append(value)
        return tuple(said)


def column_of(model: type[models.Model], one: Field) -> models.Field | None:
    """The column of the record that holds a field, where one does."""
    first, _mark, rest = one.path.partition("__")
    column = next((column for column in model._meta.concrete_fields if column.name == first), None)
    is_inside = column is not None and isinstance(column, models.JSONField)
    return column if column is not None and not one.is_many and bool(rest) == is_inside else None


def raw_value(model: type[models.Model], one: Field, version: Version | None) -> Any:
    """What a version of the record holds of a field; nothing is none, whichever way it is stored."""
    value = None if version is None else stored_value(model, one, version)
    return None if value in ("", []) else value


def stored_value(model: type[models.Model], one: Field, version: Version) -> Any:
    """The same as the edit services take it: what is blank is blank as it is stored, of a related row the key."""
    if isinstance(one, CustomFieldOf):
        return one.read(version["custom"] or {})
    return version[column_of(model, one).attname]


def said_fields(part: Part) -> Sequence[Field]:
    """What a row beside a record says, as fields."""
    return [field_from_model(part.model, name) for name in part.says]
