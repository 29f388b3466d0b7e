"""A block of cells from a spreadsheet written over those of a list: all of it or nothing, and taken back as one."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from mudir.accounts.models import User
from mudir.kit.arabic.fold import fold
from mudir.kit.services import service
from mudir.records.bulk.acts import REFUSALS, Doing, in_words, one_by_one
from mudir.records.bulk.writing import Refusals
from mudir.records.cells import cell_form, take_back, write_cells
from mudir.records.custom.forms import MoneyField
from mudir.records.fields import Field
from mudir.records.models import BulkAct, BulkRow, Record
from mudir.records.picker import RelatedRecordField
from mudir.records.query import SpecError
from mudir.records.registry import RecordType
from mudir.records.tags import split

MOST_ROWS = 200
MOST_CELLS = 2000
CURRENCY = re.compile(r"[A-Za-z]{3}")
YES = {"yes", "true", "1", "x", "✓", "نعم", "صح"}


@dataclass(frozen=True)
class Misfit:
    """A cell that cannot be what was pasted into it."""

    key: int
    field: str
    record: str
    label: str
    text: str
    reason: str


class Misfits(Exception):
    """Nothing was written, because some cells cannot be what was pasted."""

    def __init__(self, cells: list[Misfit]):
        super().__init__(f"{len(cells)} cells do not fit.")
        self.cells = cells


def read_block(text: str) -> list[list[str]]:
    """Rows and cells as a spreadsheet copies them: parted by lines and tabs, in quotes where they hold such themselves.

    Raises `SpecError` for nothing, and for more than is written at once.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter="\t", strict=True))
    except csv.Error:  # a quotation mark that means itself
        rows = [line.split("\t") for line in text.split("\n")]
    rows = [[cell.strip() for cell in row] or [""] for row in rows]
    if len(rows) > MOST_ROWS or sum(map(len, rows)) > MOST_CELLS:
        raise SpecError(_("Paste at most %(rows)s rows at once.") % {"rows": MOST_ROWS})
    if not any(any(row) for row in rows):
        raise SpecError(_("There is nothing to paste."))
    return rows


class Pasting(Doing):
    """Cells of several records get a value each. `do` is `paste`, which refuses the whole where one does not fit."""

    def undo(self, records: Sequence[Record]) -> Refusals:
        before = dict(map(int, pair.split(":")) for pair in self.data.getlist("before"))
        fields = [self.record_type.fields[name] for name in self.data.getlist("field")]
        return one_by_one(records, lambda record: self._back(record, fields, before[record.pk]))

    def _back(self, record: Record, fields: Sequence[Field], before: int) -> Record:
        for field in fields:
            try:
                record = take_back(record, field, by=self.by, version=record.version, to=before)
            except ValidationError:  # of this record the field was what was pasted already
                continue
        return record


@service
def paste(
    record_type: RecordType, block: Sequence[Sequence[str]], *, by: User, rows: Sequence[tuple[int, int]],
    names: Sequence[str], back: str,
) -> BulkAct | None:
    """Write a block over the fields `names` of records, each given with the version it was read at.

    Raises `Misfits` with every cell that does not fit; then nothing is written. None where nothing changes.
    """
    seen = record_type.model.objects.visible_to(by).select_related("owner", "team").in_bulk([key for key, _v in rows])
    values, misfits = {}, []
    for (key, _version), texts in zip(rows, block, strict=False):
        if key not in seen:
            misfits.append(Misfit(key, "", "", "", "", _("It is no longer there.")))
            continue
        values[key], wrong = _values_of(seen[key], texts, names, record_type, by=by)
        misfits += wrong
    if misfits:
        raise Misfits(misfits)
    versions, cells = dict(rows), record_type.cells(by)
    with transaction.atomic():
        saved = {}
        for key, data in values.items():
            try:
                with transaction.atomic():
                    saved[key] = write_cells(seen[key], data, by=by, version=versions[key])
            except REFUSALS as refusal:
                misfits.append(_refused(seen[key], cells, data, refusal))
        if misfits:
            transaction.set_rollback(True)
        written = [record for key, record in saved.items() if record.version != versions[key]]
        names = [name for name in names if name in cells]
        act = _kept(written, versions, by=by, back=back, names=names) if written and not misfits else None
    if misfits:
        raise Misfits(misfits)
    return act


def _values_of(
    record: Record, texts: Sequence[str], names: Sequence[str], record_type: RecordType, *, by: User
) -> tuple[dict[str, Any], list[Misfit]]:
    """What the texts are as values of the fields, and which are none."""
    cells, visible = record_type.cells(by), record_type.visible_fields(by)
    values, misfits = {}, []
    for place, text in enumerate(texts):
        name = names[place] if place < len(names) else ""
        label = capfirst(str(visible[name].label)) if name in visible else ""
        try:
            if name not in cells:
                raise ValidationError(_("You may not change this.") if label else _("There is no column for this."))
            values[name] = value_from_text(cell_field(cells[name], record, by), text)
        except (ValidationError, KeyError) as refusal:
            reason = in_words(refusal) if isinstance(refusal, ValidationError) else _("You may not change this.")
            misfits.append(Misfit(record.pk, name, str(record), label, text[:80], reason))
    return values, misfits


def cell_field(field: Field, record: Record, by: User) -> forms.Field:
    """What is asked for in a cell. Raises KeyError where it is not asked of this very record."""
    return cell_form(field, by=by, record=record).fields[field.id]


def value_from_text(asked: forms.Field, text: str) -> Any:
    """What a form field makes of a text that a person wrote in a spreadsheet. Raises ValidationError."""
    if isinstance(asked, RelatedRecordField):
        return asked.clean(("", text))
    if isinstance(asked, MoneyField):
        code = CURRENCY.search(text)
        currency = code[0].upper() if code else asked.widget.widgets[1].choices[0][0]
        return asked.clean([re.sub(r"[^\d.,٫٬-]", "", text.replace(code[0], "") if code else text), currency])
    if isinstance(asked, forms.ModelChoiceField):
        found = [one for one in asked.queryset if fold(text) in {fold(str(one)), fold(getattr(one, "email", ""))}]
        return asked.clean(found[0].pk if len(found) == 1 else text)
    if isinstance(asked, forms.MultipleChoiceField):
        return asked.clean([_code(asked, part) for part in split(text)])
    if isinstance(asked, forms.ChoiceField):
        return asked.clean(_code(asked, text))
    if isinstance(asked, forms.BooleanField):
        return asked.clean(text.lower() in YES)
    return asked.clean(text)


def _code(asked: forms.ChoiceField, text: str) -> str:
    """The code of a choice, by its words in either language; the text itself where there is none."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            for code, label in _flat(asked.choices):
                if fold(text) == fold(str(label)):
                    return code
    return text


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for code, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield code, label


def _refused(record: Record, cells: Mapping[str, Field], data: Mapping[str, Any], refusal: Exception) -> Misfit:
    """Beside the field that a refusal is about, else beside the first."""
    by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {}
    about = cells[next((name for name in by_field if name in data), next(iter(data)))]
    return Misfit(record.pk, about.id, str(record), capfirst(str(about.label)), "", in_words(refusal))


def _kept(
    written: Sequence[Record], versions: Mapping[int, int], *, by: User, back: str, names: Sequence[str]
) -> BulkAct:
    """The act as it is undone: which versions it found and left."""
    act = BulkAct.objects.create(
        user=by, kind=written[0]._meta.label_lower, act=BulkAct.Act.PASTE, state=BulkAct.State.DONE, back=back[:2000],
        keys=[record.pk for record in written], done=len(written), changed=len(written), finished_at=timezone.now(),
        data={"field": list(names), "before": [f"{record.pk}:{versions[record.pk]}" for record in written]})
    BulkRow.objects.bulk_create(BulkRow(of=act, object_id=record.pk, version=record.version) for record in written)
    return act
