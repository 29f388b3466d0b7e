"""Making, changing and putting away custom fields: few, and changed by few. Every change holds those of its kind."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.accounts.services import all_roles
from mudir.kit.money import is_currency
from mudir.kit.services import service
from mudir.records import registry, rules, tasks
from mudir.records.custom import indexing
from mudir.records.custom.computed import ComputedField, computed_of, depth_of, ids_below, sees_inputs
from mudir.records.custom.fields import field_of
from mudir.records.custom.known import hold, tell
from mudir.records.custom.values import Type, to_store
from mudir.records.formulas import FormulaError
from mudir.records.models import CustomField
from mudir.records.models.custom import CODE
from mudir.records.query import OPERATORS

MOST_FIELDS = 200  # of one kind, archived ones too
MOST_CHOICES = 200
TONES = ("accent", "good", "warn", "bad", "info", "key")
FIELDS = frozenset({
    "name_ar", "name_en", "help_ar", "help_en", "section_ar", "section_en", "choices", "digits", "currency",
    "is_required", "required_from", "is_unique", "default", "seen_by", "edited_by", "is_filtered", "formula",
})
OF_STORED = ("is_required", "required_from", "is_unique", "edited_by", "currency")  # of values that somebody writes
WITH_CHOICES = {Type.CHOICE, Type.CHOICES}
NEVER_UNIQUE = {Type.LONG_TEXT, Type.CHOICES, Type.YES_NO, Type.MONEY, Type.COMPUTED, Type.FILE}
NEVER_INDEXED = {Type.LONG_TEXT}


def _held(kind: str, by: User) -> dict[int, CustomField]:
    """The fields of a kind, locked behind the stamp, for who may change them."""
    if not rules.can_manage_fields(User.objects.select_for_update(no_key=True).get(pk=by.pk)):
        raise PermissionDenied
    hold()
    of_kind = CustomField.objects.select_for_update().filter(kind=kind).order_by("position", "pk")
    return {made.pk: made for made in of_kind}


@service
def create_field(kind: str, *, by: User, type: str, code: str = "", related_kind: str = "", **data: Any) -> CustomField:
    """Make a field of a record kind; without a code it gets one from its English name. Raises ValidationError."""
    others = _held(kind, by)
    registry.for_kind(kind)
    if len(others) >= MOST_FIELDS:
        raise ValidationError(_("A kind of records has up to %(most)s fields of your own.") % {"most": MOST_FIELDS})
    taken = {made.code for made in others.values()}
    made = CustomField(kind=kind, type=type, related_kind=related_kind if type == Type.RECORD else "")
    made.code = code.strip() or code_for(str(data.get("name_en") or ""), taken)
    if not CODE.fullmatch(made.code) or len(made.code) > 40 or made.code in OPERATORS:
        raise ValidationError({"code": _("Write the code in small Latin letters, digits and single underscores.")})
    if type == Type.RECORD and related_kind not in {one.kind for one in registry.all_types()}:
        raise ValidationError({"related_kind": _("Choose which records it leads to.")})
    made.position = (CustomField.objects.filter(kind=kind).aggregate(last=Max("position"))["last"] or 0) + 1
    return _write(made, data, by=by, insert=True)


def code_for(name: str, taken: set[str]) -> str:
    """A free code that a person recognises, as far as the name has Latin letters."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30].strip("_")
    start = words if CODE.fullmatch(words) and words not in OPERATORS else f"field_{words}".rstrip("_")
    return next(code for code in (start, *(f"{start}_{number}" for number in range(2, 1000))) if code not in taken)


@service
def edit_field(made: CustomField, *, by: User, **data: Any) -> CustomField:
    """Change what a field is called, offers and asks for; its code and its type stay."""
    return _write(_of(made, by), data, by=by)


def last_edit(made: CustomField) -> tuple[int, int] | None:
    """The kept versions of a field before its last edit and after it."""
    kept = list(CustomField.pgh_event_model.objects.filter(pgh_obj_id=made.pk).order_by("-pgh_id")[:20])
    before = next((version for version in kept if _said(version) != _said(kept[0])), None)
    return (before.pgh_id, kept[0].pgh_id) if before else None


@service
def take_back_edit(made: CustomField, *, by: User, before: int, after: int) -> CustomField:
    """Make a field what it was at one kept version, while it is still what another says. Raises ValidationError."""
    current = _of(made, by)
    kept = {version.pgh_id: version for version in CustomField.pgh_event_model.objects.filter(
        pgh_obj_id=made.pk, pgh_id__in=[before, after])}
    if len(kept) < 2 or _said(current) != _said(kept[after]):
        raise ValidationError(_("“%(name)s” has been changed since.") % {"name": current})
    data = _said(kept[before])
    current.default = data.pop("default")
    return _write(current, data, by=by)


def _said(made: models.Model) -> dict[str, Any]:
    return {name: getattr(made, name) for name in sorted(FIELDS)}


@service
def archive_field(made: CustomField, *, by: User) -> CustomField:
    """Take a field out of every page; its values stay with their records."""
    current = _of(made, by)
    if made_of_it := made_of(current):
        raise ValidationError(_("“%(other)s” is calculated from this field: change its formula first.") % {
            "other": made_of_it[0].label})
    current.archived_at = current.archived_at or timezone.now()
    return _save(current)


@service
def restore_field(made: CustomField, *, by: User) -> CustomField:
    """Bring an archived field back with the values that records still have."""
    current = _of(made, by)
    if current.type == Type.COMPUTED:
        _check_formula(current)
    current.archived_at = None
    return _save(current)


@service
def reorder_fields(kind: str, *, order: Sequence[int], by: User) -> None:
    """Put the fields of a kind in this order; those that are not named stay behind them as they were."""
    fields = _held(kind, by)
    named = [fields[pk] for pk in dict.fromkeys(order) if pk in fields]
    for position, made in enumerate([*named, *(made for made in fields.values() if made not in named)], start=1):
        if made.position != position:
            made.position = position
            made.save(update_fields=["position"])
    tell()


def _of(made: CustomField, by: User) -> CustomField:
    fields = _held(made.kind, by)
    if made.pk not in fields:
        raise CustomField.DoesNotExist
    return fields[made.pk]


def _save(made: CustomField, *, insert: bool = False) -> CustomField:
    """Write it, tell every process, and have its indexes made or taken away beside the pages."""
    before = CustomField.objects.filter(pk=made.pk).first() if not insert else None
    made.save(force_insert=insert)
    was, asked = indexing.indexes_of(before) if before else {}, indexing.indexes_of(made)
    if was != asked or made.index == CustomField.Index.FAILED:  # then it is tried again
        made.index = CustomField.Index.ASKED
        made.save(update_fields=["index"])
        tasks.settle_indexes.defer(field_id=made.pk)
    if before is not None and before.formula != made.formula:
        for other in made_of(made):
            if indexing.wants_index(other.made):
                CustomField.objects.filter(pk=other.made.pk).update(index=CustomField.Index.ASKED)
                tasks.settle_indexes.defer(field_id=other.made.pk)
    tell()
    return made


def _write(made: CustomField, data: dict[str, Any], *, by: User, insert: bool = False) -> CustomField:
    refused = sorted(set(data) - FIELDS)
    if refused:
        raise ValidationError(_("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]})
    default = data.pop("default", None) if "default" in data else ...
    is_new_formula = insert or data.get("formula", made.formula) != made.formula
    for name, value in data.items():
        setattr(made, name, value.strip() if isinstance(value, str) else value)
    _check(made)
    if made.type == Type.COMPUTED and is_new_formula and not sees_inputs(by, _check_formula(made)):
        raise ValidationError({"formula": _("You do not see every field that this is calculated from.")})
    _check_what_is_made_of(made)
    if default is not ...:
        made.default = _default_of(made, default, by)
    made.full_clean(validate_constraints=False)
    made.validate_constraints()
    return _save(made, insert=insert)


def made_of(made: CustomField) -> list[ComputedField]:
    """The fields that are calculated from this one, directly or through others."""
    return [one for one in registry.for_kind(made.kind).custom_fields.values()
            if isinstance(one, ComputedField) and one.id != made.id_of_field and made.id_of_field in ids_below(one)]


def _check_formula(made: CustomField) -> ComputedField:
    try:
        return computed_of(made, registry.for_kind(made.kind).fields)
    except FormulaError as error:
        part = made.formula[error.start:error.end][:40]
        raise ValidationError({"formula": _("%(problem)s Look at “%(part)s”, character %(place)s.") % {
            "problem": error, "part": part, "place": error.start + 1} if part.strip() else str(error)}) from None


def _check_what_is_made_of(made: CustomField) -> None:
    """Refuse a change after which a field that is calculated from this one could not be understood."""
    others = made_of(made)
    if not others:
        return
    fields = registry.for_kind(made.kind).fields
    fields[made.id_of_field] = _check_formula(made) if made.type == Type.COMPUTED else field_of(made)
    for other in sorted(others, key=depth_of):
        try:
            fields[other.id] = computed_of(other.made, fields)
        except FormulaError as error:
            text = _("“%(other)s” is calculated from this field and would not work any more: %(why)s")
            raise ValidationError(text % {"other": other.label, "why": error}) from None


def _check(made: CustomField) -> None:
    if made.type == Type.COMPUTED:
        _check_formula(made)
        if asked := next((name for name in OF_STORED if getattr(made, name)), ""):
            raise ValidationError({asked: _("Nobody writes a calculated field.")})
    elif made.formula:
        raise ValidationError({"formula": _("Only a calculated field has a formula.")})
    if made.type in WITH_CHOICES:
        made.choices = _choices(made)
    elif made.choices:
        raise ValidationError({"choices": _("Only a field of choices has choices.")})
    if made.digits > 6:
        raise ValidationError({"digits": _("A number has at most %(most)s digits behind the point.") % {"most": 6}})
    if made.currency and not is_currency(made.currency):
        raise ValidationError({"currency": _("“%(code)s” is not the code of a currency.") % {"code": made.currency}})
    if made.is_unique and made.type in NEVER_UNIQUE:
        raise ValidationError({"is_unique": _("A field of this type may have the same value twice.")})
    if made.is_filtered and made.type in NEVER_INDEXED:
        raise ValidationError({"is_filtered": _("A long text is found by the search, not by an index.")})
    if made.is_required and made.type == Type.FILE:
        raise ValidationError({"is_required": _("A new record has no files yet: ask for it from a stage on.")})
    if made.required_from is not None:
        stage = registry.for_kind(made.kind).fields_in_code.get("stage")
        if stage is None or made.required_from not in stage.choices:
            raise ValidationError({"required_from": _("These records have no such stage.")})
    for name in ("seen_by", "edited_by"):
        if unknown := set(getattr(made, name)) - all_roles().keys():
            raise ValidationError({name: _("There is no role “%(role)s”.") % {"role": min(unknown)[:40]}})


def _choices(made: CustomField) -> list[dict[str, Any]]:
    """The choices with a code for each; one that was there before stays, archived where it is named no more."""
    before = {one["code"]: one for one in (
        CustomField.objects.filter(pk=made.pk).values_list("choices", flat=True).first() or [])}
    kept: dict[str, dict[str, Any]] = {}
    for one in made.choices:
        ar, en = (" ".join(str(one.get(name) or "").split())[:80] for name in ("ar", "en"))
        if not ar and not en:
            continue
        code = str(one.get("code") or "")
        if not code:
            code = code_for(en, {*before, *kept}) if re.search("[A-Za-z]", en) else code_for(
                f"choice {len(before | kept) + 1}", {*before, *kept})
        if not CODE.fullmatch(code) or len(code) > 40 or code in kept:
            raise ValidationError({"choices": _("Two choices have the code “%(code)s”, or it is none.") % {
                "code": code[:40]}})
        tone = one.get("tone") if one.get("tone") in TONES else ""
        kept[code] = {"code": code, "ar": ar, "en": en} | ({"tone": tone} if tone else {}) | (
            {"archived": True} if one.get("archived") else {})
    if not any(not one.get("archived") for one in kept.values()):
        raise ValidationError({"choices": _("Write down at least one choice.")})
    gone = [{**one, "archived": True} for code, one in before.items() if code not in kept]
    if len(kept) + len(gone) > MOST_CHOICES:
        raise ValidationError({"choices": _("A field has up to %(most)s choices.") % {"most": MOST_CHOICES}})
    return [*kept.values(), *gone]


def _default_of(made: CustomField, value: Any, by: User) -> Any:
    try:
        return to_store(field_of(made), value, by=by)
    except ValidationError as error:
        raise ValidationError({"default": error}) from None
