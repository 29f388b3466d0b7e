"""Taking a file in: what it is, how it is written, what its columns mean."""

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.arabic.fold import fold
from mudir.records import registry, rules
from mudir.records.importing import cards, tables, workbook
from mudir.records.importing.encoding import CHOICES, SAMPLE, detect
from mudir.records.importing.importer import Importer, Recognised, importers
from mudir.records.importing.running import importer_of
from mudir.records.importing.tables import Unreadable
from mudir.records.models import Import, ImportMapping, ImportMend, ImportRow

LARGEST = settings.IMPORT_LARGEST
LARGEST_CARDS = 40 << 20  # cards are read whole
SAMPLES = 3
LOOKED_FOR_HEADS = 10  # rows among which the heads are looked for
DAYS_LOOKED_AT = 5000
SECONDS_FOR_A_WORKBOOK = 150
ARCHIVE, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
State = Import.State


def receive(file: BinaryIO, name: str, *, by: User, kind: str = "") -> Import:
    """Keep a file and say what it is. Without `kind` the one that its heads speak of. Raises `Unreadable`."""
    if not rules.can_import(by):
        raise PermissionDenied
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST:
        raise Unreadable(_("The file is larger than 100 MB. Split it and import the parts."))
    with tempfile.TemporaryDirectory() as folder:
        job = Import(user=by, file_name=plain_name(name), size=size, format=Import.Format.TEXT, separator=",")
        source = _as_text(job, file, Path(folder))
        try:
            sample = tables.sample_of(source, job.encoding)
            tables.check_is_text(sample)
            if job.format == Import.Format.TEXT:
                job.separator = tables.separator_of(sample)
            _look(job, source, by=by, kind=kind)
            source.seek(0)
            job.file = default_storage.save(f"imports/{uuid.uuid4().hex}", File(source))
        finally:
            if source is not file:
                source.close()
    job.save()
    return job


def plain_name(name: str) -> str:
    """What a file is called, for showing: no folders, no signs that are not seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-200:] or "file"


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(SAMPLE)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(1 << 20), b"")


def _as_text(job: Import, file: BinaryIO, folder: Path) -> BinaryIO:
    """The file as text with separated columns; workbooks and cards are made into one."""
    head = _head(file)
    if head.startswith((ARCHIVE, OLE)):
        job.format, job.encoding = Import.Format.WORKBOOK, "utf-8"
        return _workbook_as_text(job, file, folder)
    encoding = detect(head, _chunks(file))
    if cards.are_cards(tables.sample_of(file, encoding)):
        if job.size > LARGEST_CARDS:
            raise Unreadable(_("Cards are read up to 40 MB. Split the file and import the parts."))
        job.format, job.encoding = Import.Format.CARDS, "utf-8"
        made = (folder / "cards.csv").open("w+", encoding="utf-8", newline="")
        with tables.opened(file, encoding) as text:
            cards.write_table(text.read(), made)
        made.flush()
        return made.detach()
    job.encoding = encoding
    return file


def _workbook_as_text(job: Import, file: BinaryIO, folder: Path) -> BinaryIO:
    source, target = folder / "workbook", folder / "table.csv"
    with source.open("wb") as copy:
        copy.writelines(_chunks(file))
    try:
        child = subprocess.run(
            [sys.executable, "-I", workbook.__file__, source, target], capture_output=True, check=False,
            timeout=SECONDS_FOR_A_WORKBOOK, env={},
        )
    except subprocess.TimeoutExpired:
        said = {"problem": "bomb"}
    else:
        said = json.loads(child.stdout) if child.returncode == 0 else {"problem": "bomb"}
    if problem := said.get("problem"):
        raise Unreadable({
            "password": _("The workbook is locked with a password. Save it without one."),
            "workbook": _("This is no table. Choose a file of the kind CSV, XLSX, XLS, ODS or vCard (VCF)."),
            "empty": _("The workbook has no sheet with rows."),
            "columns": _("The sheet has more than 500 columns: this is no table of records."),
            "rows": _("The file has more than a million rows. Split it and import the parts."),
            "bomb": _("The workbook cannot be read: it unpacks to more than Mudir takes, or is broken."),
        }[problem])
    job.sheet = said["sheet"][:200]
    return target.open("rb")


# ── heads, samples, meaning ──────────────────────────────────────────────────────────────────────────────────────────


def _look(job: Import, source: BinaryIO, *, by: User, kind: str) -> None:
    """Fill in heads, samples, kind, mapping and count of rows."""
    with tables.opened(source, job.encoding) as text:
        first = list(islice(tables.rows(text, job.separator), LOOKED_FOR_HEADS))
    if not first:
        raise Unreadable(_("The file is empty."))
    offered = [one for one in importers() if rules.can_create(by, one.model) and rules.can_import(by, one.model)]
    if kind:
        offered = [one for one in offered if one.record_type().kind == kind]
    if not offered:
        raise PermissionDenied
    number, heads = max(first, key=lambda row: (_understood(row[1], offered, by), -row[0]))
    if _understood(heads, offered, by) < 2:
        number, heads = first[0]
    job.first_row = number + 1
    if _are_values(heads) and not _understood(heads, offered, by):
        job.first_row, heads = number, [_("Column %(number)s") % {"number": place + 1} for place in range(len(heads))]
    _count_and_sample(job, source, [head.strip("\ufeff \t\r\n") for head in heads])
    _recognise(job, offered, by=by)
    _find_day_orders(job, source)
    if job.rows == 0:
        raise Unreadable(_("The file has heads but no rows."))


def _understood(heads: Sequence[str], offered: Iterable[type[Importer]], by: User) -> int:
    return max(sum(map(bool, one.recognise(heads, by).mapping)) for one in offered)


def _are_values(cells: Sequence[str]) -> bool:
    """Whether a first row is one of values already: an e-mail or a long number is no head."""
    return any("@" in cell or sum(map(str.isdecimal, cell)) >= 7 for cell in cells)


def _count_and_sample(job: Import, source: BinaryIO, heads: list[str]) -> None:
    samples: list[list[str]] = [[] for _head in heads]
    job.rows = 0
    with tables.opened(source, job.encoding) as text:
        for number, cells in tables.rows(text, job.separator):
            if number < job.first_row:
                continue
            job.rows += 1
            for _more in range(len(cells) - len(heads)):  # a row with a cell too many: a column without head
                heads.append("")
                samples.append([])
            for place, cell in enumerate(cells):
                if cell and len(samples[place]) < SAMPLES and (value := cell.strip()[:80]) not in samples[place]:
                    samples[place].append(value)
    job.heads = [head[:200] or _("Column %(number)s") % {"number": place + 1} for place, head in enumerate(heads)]
    job.samples = samples


def _recognise(job: Import, offered: Sequence[type[Importer]], *, by: User) -> None:
    remembered = ImportMapping.objects.filter(user=by, fingerprint=fingerprint(job.heads)).first()
    kinds = {one.record_type().kind: one for one in offered}
    if remembered and remembered.kind in kinds:
        importer = kinds[remembered.kind]
        job.kind, job.layout = remembered.kind, importer.recognise(job.heads, by).layout
        allowed = {target.id for target in importer.targets(by)}
        job.mapping = [target if target in allowed else "" for target in remembered.mapping]
        return
    found: list[tuple[str, Recognised]] = [(kind, one.recognise(job.heads, by)) for kind, one in kinds.items()]
    job.kind, best = max(found, key=lambda pair: pair[1].certainty)
    job.layout, job.mapping = best.layout, best.mapping


def _find_day_orders(job: Import, source: BinaryIO) -> None:
    importer = registry.for_kind(job.kind).importer
    columns = importer.day_columns(job.mapping)
    cells_of: dict[int, list[str]] = {place: [] for place in columns}
    job.day_orders = {}
    if not columns:
        return
    with tables.opened(source, job.encoding) as text:
        for number, cells in islice(tables.rows(text, job.separator), DAYS_LOOKED_AT):
            if number >= job.first_row:
                for place in columns:
                    cells_of[place].append(cells[place] if place < len(cells) else "")
    job.day_orders = {str(place): "month" for place, some in cells_of.items() if importer.is_month_first(some)}


def fingerprint(heads: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(map(fold, heads)).encode()).hexdigest()


# ── what a person decides ────────────────────────────────────────────────────────────────────────────────────────────


def _own(job: Import, by: User, *states: str) -> Import:
    """The import as it stands, locked. Raises DoesNotExist for another person's, ValidationError in another state."""
    current = Import.objects.select_for_update().get(pk=job.pk, user=by)
    if not rules.can_import(by, registry.for_kind(current.kind).model if current.kind else None):
        raise PermissionDenied
    if current.state not in states:
        raise ValidationError(_("The import has gone on meanwhile. Open it again."))
    return current


@transaction.atomic
def map_columns(
    job: Import, *, by: User, mapping: Sequence[str] | None = None, kind: str = "", encoding: str = "",
) -> Import:
    """Decide what the columns are, or read the file anew in another encoding or as another kind.

    Raises ValidationError for a target that there is not, or that the person may not set: the same sentence for both.
    """
    current = _own(job, by, State.DRAFT, State.CHECKED, State.FAILED)
    if current.batches.exists():
        raise ValidationError(_("The import has stopped half-way. Take it back, then bring the file in anew."))
    if encoding and encoding != current.encoding or kind and kind != current.kind:
        if encoding and (encoding not in CHOICES or current.format != Import.Format.TEXT):
            raise ValidationError(_("There is no such encoding."))
        if kind and kind not in {one.record_type().kind for one in importers()}:
            raise ValidationError(_("There is nothing of that kind to import."))
        current.encoding = encoding or current.encoding
        with current.file.storage.open(current.file.name) as source:
            if encoding and current.format == Import.Format.TEXT:
                current.separator = tables.separator_of(tables.sample_of(source, current.encoding))
            try:
                _look(current, source, by=by, kind=kind or current.kind)
            except Unreadable as problem:
                raise ValidationError(str(problem)) from None
    elif mapping is not None:
        importer = registry.for_kind(current.kind).importer
        current.mapping = allowed_mapping(importer, mapping, len(current.heads), by=by)
        with current.file.storage.open(current.file.name) as source:
            _find_day_orders(current, source)
    current.state, current.done, current.counts, current.problem = State.DRAFT, 0, {}, ""
    current.save()
    ImportRow.objects.filter(of=current).delete()
    return current


def allowed_mapping(importer: type[Importer], mapping: Sequence[str], width: int, *, by: User) -> list[str]:
    allowed = {target.id for target in importer.targets(by)}
    for target in mapping:
        if target and target not in allowed:
            raise ValidationError(_("There is no field “%(field)s” to import into.") % {"field": target[:60]})
    if len(mapping) != width:
        raise ValidationError(_("The file has other columns than the form. Open it again."))
    if not any(mapping):
        raise ValidationError(_("Choose a field for at least one column."))
    return list(mapping)


@transaction.atomic
def begin_check(job: Import, *, by: User) -> Import:
    """Ask for a check without saving; the mapping is remembered for files with the same heads."""
    current = _own(job, by, State.DRAFT, State.CHECKED)
    if not any(current.mapping):
        raise ValidationError(_("Choose a field for at least one column."))
    remember(current, by=by)
    return _begin(current, State.CHECKING)


def remember(job: Import, *, by: User) -> None:
    ImportMapping.objects.update_or_create(
        user=by, fingerprint=fingerprint(job.heads),
        defaults={"kind": job.kind, "mapping": job.mapping, "used_at": timezone.now()},
    )


@transaction.atomic
def begin(job: Import, *, by: User, duplicates: str) -> Import:
    """Ask for the import itself."""
    current = _own(job, by, State.CHECKED, State.DRAFT)
    if duplicates not in Import.Duplicates.values:
        raise ValidationError(_("Choose what is done with duplicates."))
    if not rules.can_create(by, registry.for_kind(current.kind).model):
        raise PermissionDenied
    ImportRow.objects.filter(of=current).delete()
    current.duplicates = duplicates
    return _begin(current, State.RUNNING)


@transaction.atomic
def begin_undo(job: Import, *, by: User) -> Import:
    """Ask for the import to be taken back, also one that stopped half-way."""
    current = _own(job, by, State.DONE, State.FAILED)
    current = _begin(current, State.UNDOING, keep=True)
    return current


def _begin(job: Import, state: str, *, keep: bool = False) -> Import:
    from mudir.records.tasks import work_on_import

    job.state, job.problem = state, ""
    if not keep:
        job.done, job.counts, job.kept = 0, {}, 0
    job.save()
    work_on_import.configure(lock=f"import-{job.pk}").defer(import_id=job.pk)
    return job


@transaction.atomic
def mend(job: Import, *, by: User, number: int, column: int, value: str) -> ImportRow | None:
    """Put a value of a rejected row right; the row as it stands then, None when nothing is wrong with it any more."""
    current = _own(job, by, State.CHECKED)
    row = ImportRow.objects.get(of=current, number=number, outcome=ImportRow.Outcome.REJECTED)
    if not 0 <= column < len(current.heads):
        raise ValidationError(_("There is no such column."))
    ImportMend.objects.filter(of=current, number=number, column=column).delete()
    ImportMend.objects.create(of=current, number=number, column=column, value=value.strip()[:400])
    cells = dict(cells_of(current, [number]))[number]
    problems = importer_of(current).clean(number, cells).problems
    counts = dict(current.counts)
    if problems:
        row.reasons = problems
        row.save(update_fields=["reasons"])
        return row
    ImportRow.objects.filter(of=current, number=number).delete()
    counts["rejected"] = counts.get("rejected", 1) - 1
    counts["new"] = counts.get("new", 0) + 1
    current.counts = counts
    current.save(update_fields=["counts"])
    return None


def cells_of(job: Import, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """The cells of some rows as the person uploaded them, with what they put right since."""
    wanted = set(numbers)
    mends: dict[int, list[tuple[int, str]]] = {}
    for number, column, value in ImportMend.objects.filter(of=job, number__in=wanted).values_list(
            "number", "column", "value"):
        mends.setdefault(number, []).append((column, value))
    with job.file.storage.open(job.file.name) as file, tables.opened(file, job.encoding) as text:
        for number, cells in tables.rows(text, job.separator):
            if number in wanted:
                for column, value in mends.get(number, ()):
                    cells += [""] * (column + 1 - len(cells))
                    cells[column] = value
                wanted.discard(number)
                yield number, cells
                if not wanted:
                    return

