"""Making two records one."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.records import registry, rules, search
from mudir.records.fields import Field
from mudir.records.merging.choosing import BOTH, OWNER, Picks, is_joined, joined, joined_custom, pickable, proposal
from mudir.records.merging.images import Act, keep, keep_after, keep_where
from mudir.records.merging.merger import NEVER, Merger
from mudir.records.merging.references import Reference, references_to
from mudir.records.models import Event, Merge, MergeRow, Record, Share
from mudir.records.registry import RecordType
from mudir.records.scope import OwnedQuerySet
from mudir.records.services import Conflict, add_event, save_changes, service

REASON = "rows of two records that a merge has locked"


@service
def merge(
    survivor: Record, other: Record, *, by: User, picks: Picks | None = None,
    versions: Mapping[int, int] | None = None,
) -> Merge:
    """Let `other` go up in `survivor`: whatever hangs on it moves, and nothing of it is lost.

    `picks` says for a field whose value stands (a record's key) or that both do (`BOTH`); what it does not name is
    settled as `choices_of` proposes. Fields that `by` may not write stay the survivor's, or are filled where blank;
    texts and lists among them are joined. Raises `Conflict` where a record is not at its version of `versions`, and
    DoesNotExist when `by` does not see both.
    """
    record_type = registry.for_model(type(survivor))
    merger, picks = record_type.merger, dict(picks or {})
    if survivor.pk == other.pk or type(survivor) is not type(other):
        raise ValidationError(_("A record cannot be merged with itself."))
    survivor, other = _locked(record_type, survivor.pk, other.pk, by=by, versions=versions or {})
    if why_not(survivor, other, by=by):
        raise PermissionDenied
    known = pickable(record_type, survivor, other, by=by)
    for name, pick in picks.items():
        if name not in known or pick not in (survivor.pk, other.pk, BOTH):
            raise ValidationError({name: _("“%(field)s” cannot be chosen here.") % {"field": str(name)[:60]}})
    wanted = _proposals(record_type, known, survivor, other) | picks
    values, chosen = _values(record_type, survivor, other, wanted)
    made = Merge.objects.create(kind=record_type.kind, survivor_id=survivor.pk, merged_id=other.pk,
                                merged_name=str(other)[:200], by=by)
    keep(made, Act.MERGED, type(other), [other.pk])
    keep(made, Act.CHANGED, type(survivor), [survivor.pk])
    _let_go(survivor, other)
    _leave_lists(made, merger, survivor, other, picks)
    for reference in references_to(type(survivor)):
        Joining(made, merger, reference, survivor.pk, other.pk).run()
    _remove(other)
    values |= merger.settle(survivor, other, values, chosen)
    former_owners = {survivor.owner, other.owner}
    save_changes(survivor, values)
    for owner in former_owners - {survivor.owner}:
        _keep_seeing(made, survivor, owner, by=by)
    keep_after(made)
    add_event(survivor, f"{survivor._meta.model_name}.merged", by=by, other=str(other))
    search.index_many(record_type.kind, [survivor.pk, other.pk])
    return made


def _locked(
    record_type: RecordType, survivor: int, other: int, *, by: User, versions: Mapping[int, int]
) -> tuple[Record, Record]:
    """Both as they stand now, locked in the order of their keys."""
    record_type.merger.lock_around([survivor, other])
    seen = record_type.model.objects.visible_to(by).filter(pk__in=[survivor, other]).order_by("pk")
    found = {record.pk: record for record in seen.select_for_update(of=("self",)).select_related("owner")}
    for pk in (survivor, other):
        if pk not in found:
            raise record_type.model.DoesNotExist
        if versions.get(pk, found[pk].version) != found[pk].version:
            raise Conflict(found[pk])
    return found[survivor], found[other]


def why_not(survivor: Record, other: Record, *, by: User) -> str:
    """Why `by` may not let `other` go up in `survivor`; empty where they may. They see both."""
    if not rules.can_merge(by, survivor) or not rules.can_merge(by, other):
        return _("You may not merge these records.")
    owners = {survivor.owner_id, other.owner_id}
    if (survivor.confidential or other.confidential) and owners != {by.pk}:
        # One would be opened to those who see the other, or the other closed to its people.
        return _("A confidential record is merged by its owner alone, and only with another one of theirs.")
    if survivor.owner_id != other.owner_id and not rules.can_assign(by, other):
        return _("“%(record)s” belongs to %(owner)s: only they or their lead may give it away.") % {
            "record": other, "owner": other.owner}
    return ""


def _proposals(
    record_type: RecordType, known: Mapping[str, Field], survivor: Record, other: Record
) -> dict[str, int | str]:
    return {name: proposal(record_type, field, survivor, other, survivor) for name, field in known.items()
            if not field.is_many}


def _values(
    record_type: RecordType, survivor: Record, other: Record, picks: Picks
) -> tuple[dict[str, Any], dict[str, Record]]:
    """The columns as they are to stand, and of the fields that differed whose value it is."""
    merger, values, chosen = record_type.merger, {}, {}
    for column in record_type.model._meta.local_concrete_fields:
        name = column.name
        if name in NEVER or name in merger.settled or name == "team":
            continue
        own, others = _outside(survivor, column, other), _outside(other, column, survivor)
        pick = picks.get(name)
        if name == "confidential":
            values[name] = own or others
        elif name == "custom":
            values[name] = joined_custom(survivor, other, picks)
        elif pick == BOTH or (pick is None and is_joined(column)):
            values[name] = joined(column, own, others)
        elif pick == other.pk or (pick is None and own in (None, "", [])):
            values[name], chosen[name] = others, other
        else:
            values[name] = own
        chosen.setdefault(name, survivor)
    if chosen[OWNER] is other:
        values["team"] = other.team
    return values, chosen


def _outside(record: Record, column: models.Field, other: Record) -> Any:
    """The value of a column; none where it is the other one of the two."""
    points_at_other = column.related_model is type(record) and getattr(record, column.attname) == other.pk
    return None if points_at_other else getattr(record, column.name)


def _let_go(survivor: Record, other: Record) -> None:
    """A survivor that stands below the other one would stand below itself."""
    for column in survivor._meta.local_concrete_fields:
        if column.related_model is type(survivor) and getattr(survivor, column.attname) == other.pk:
            own = type(survivor).objects.unscoped(REASON).filter(pk=survivor.pk)
            own.update(**{column.name: None})
            setattr(survivor, column.name, None)


def _leave_lists(made: Merge, merger: type[Merger], survivor: Record, other: Record, picks: Picks) -> None:
    """Drop the rows of a list of which the person keeps the other side's alone."""
    for name, model in merger.lists.items():
        left = {survivor.pk: other, other.pk: survivor}.get(picks.get(name))
        if left is not None:
            rows = model.objects.filter(**{survivor._meta.model_name: left})
            _drop(made, model, list(rows.values_list("pk", flat=True)))


def _keep_seeing(made: Merge, survivor: Record, owner: User, *, by: User) -> None:
    """Whose record the other one was goes on seeing it."""
    if owner.pk == survivor.owner_id or not issubclass(type(survivor)._default_manager._queryset_class, OwnedQuerySet):
        return
    of_record = {"kind": made.kind, "object_id": survivor.pk, "user": owner}
    if not Share.objects.filter(**of_record).exists():
        share = Share.objects.create(**of_record, granted_by=by)
        MergeRow.objects.create(of=made, act=Act.MADE, model=Share._meta.label_lower, key=share.pk)


def _remove(record: Record) -> None:
    """Delete the row alone: everything that pointed at it points at the survivor."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {record._meta.db_table} WHERE id = %s", [record.pk])


def _drop(made: Merge, model: type[models.Model], keys: list[int]) -> None:
    keep(made, Act.DROPPED, model, keys)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = ANY(%s)", [keys])


class Joining:
    """The rows of one reference on their way from one record to the other."""

    def __init__(self, made: Merge, merger: type[Merger], reference: Reference, survivor: int, other: int):
        self.made, self.merger, self.reference = made, merger, reference
        self.survivor, self.other = survivor, other
        self.model, self.column = reference.model, reference.column

    def run(self) -> None:
        self.flags = [unique for unique in self.reference.rules if unique.flag]
        self.sames = [(unique.columns, False) for unique in self.reference.rules if not unique.flag]
        if self.model in self.merger.identities:
            self.sames.append((self.merger.identities[self.model], True))
        if self._others_of_itself():
            self._drop_those_of_itself()
        if self.sames or self.flags:
            self._join()
        self._move()

    def _others_of_itself(self) -> list[str]:
        """Further columns of a row beside records that point at the same kind: what relates two of them."""
        if issubclass(self.model, Record):
            return []
        target = None if self.reference.kind_column else self.model._meta.get_field(
            self.column.removesuffix("_id")).related_model
        return [field.column for field in self.model._meta.local_concrete_fields
                if target and field.is_relation and field.related_model is target and field.column != self.column]

    def _drop_those_of_itself(self) -> None:
        """What relates the two to each other would relate the survivor to itself."""
        for column in self._others_of_itself():
            rows = self._rows(self.other).filter(**{column: self.survivor})
            _drop(self.made, self.model, list(rows.values_list("pk", flat=True)))

    def _rows(self, pk: int) -> models.QuerySet:
        rows = self.model._default_manager.all()
        if hasattr(rows, "unscoped"):
            rows = rows.unscoped(REASON)
        kind = {self.reference.kind_column: self.made.kind} if self.reference.kind_column else {}
        return rows.filter(**{self.column: pk}, **kind)

    def _join(self) -> None:
        """Rows that say the same as one of the survivor become one with it; a flag that only one may raise is kept."""
        own = list(self._rows(self.survivor).order_by("pk"))
        by_identity = [{_identity(row, *same): row for row in reversed(own)} for same in self.sames]
        flagged = [{_identity(row, unique.columns) for row in own if getattr(row, unique.flag)}
                   for unique in self.flags]
        for row in self._rows(self.other).order_by("pk"):
            twins = (known.get(_identity(row, *same)) for known, same in zip(by_identity, self.sames, strict=True))
            twin = next((twin for twin in twins if twin is not None), None)
            if twin is None:
                for unique, taken in zip(self.flags, flagged, strict=True):
                    if getattr(row, unique.flag):
                        if _identity(row, unique.columns) in taken:
                            self._change(row, {unique.flag: False})
                        taken.add(_identity(row, unique.columns))
                continue
            changes = self.merger.join(twin, row)
            _drop(self.made, self.model, [row.pk])
            for unique, taken in zip(self.flags, flagged, strict=True):
                if getattr(row, unique.flag) and _identity(twin, unique.columns) not in taken:
                    changes[unique.flag] = True
                    taken.add(_identity(twin, unique.columns))
            for unique in self.reference.rules_elsewhere:  # the place that the dropped row leaves is the twin's
                if getattr(row, unique.flag) and _identity(row, unique.columns) == _identity(twin, unique.columns):
                    changes[unique.flag] = True
            self._change(twin, changes)

    def _change(self, row: models.Model, changes: dict[str, Any]) -> None:
        if not changes:
            return
        if not MergeRow.objects.filter(of=self.made, act=Act.CHANGED, model=self.model._meta.label_lower,
                                       key=row.pk).exists():
            keep(self.made, Act.CHANGED, self.model, [row.pk])
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))

    def _move(self) -> None:
        where, values = self.reference.where(self.made.kind, self.other)
        keep_where(self.made, Act.MOVED, self.model, where, values, column=self.column,
                   whole=self.model is not Event)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {self.model._meta.db_table} kept SET {self.column} = %s WHERE {where}",
                           [self.survivor, *values])


def _identity(row: models.Model, columns: tuple[str, ...], may_be_blank: bool = False) -> tuple:
    """What the row has in these columns. To the database nothing equals a row that has nothing in one of them."""
    values = tuple(getattr(row, column) for column in columns)
    is_alone = not any(values) if may_be_blank else None in values
    return ("itself", row.pk) if is_alone else values
