"""Importing and exporting from the command line: the same work as on the pages, with a summary to read by programs."""

import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.host.words import CannotStart
from mudir.records import registry, rules
from mudir.records.exporting.files import write_csv, write_workbook
from mudir.records.exporting.rows import RightLost, rows_of
from mudir.records.importing import intake, rejects, running
from mudir.records.importing.importer import importers
from mudir.records.importing.reasons import with_column
from mudir.records.importing.tables import Unreadable
from mudir.records.models import Import, ImportRow
from mudir.records.query import Query, QuerySpec
from mudir.records.registry import RecordType
from mudir.records.tasks import ask_for_spellings, finish_later

SHOWN = 20  # rejected rows in the summary


def import_file(
    path: Path, *, kind: str = "", by: User, duplicates: str = "skip", mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Import a file and tell what became of its rows; `mapping` overrules what the heads were taken for.

    Raises CannotStart with one sentence where nothing can be imported.
    """
    started = time.monotonic()
    try:
        with Path(path).open("rb") as file:
            job = intake.receive(file, Path(path).name, by=by, kind=_type_of(kind).kind if kind else "")
        job.mapping = intake.allowed_mapping(
            registry.for_kind(job.kind).importer, _overruled(job, mapping or {}), len(job.heads), by=by)
    except Unreadable as problem:
        raise CannotStart(str(problem)) from None
    except ValidationError as problem:
        raise CannotStart(" ".join(problem.messages)) from None
    except PermissionDenied:
        raise CannotStart(_("%(user)s may not import.") % {"user": by.email}) from None
    except OSError as problem:
        raise CannotStart(f"{path}: {problem.strerror}") from None
    job.duplicates = duplicates
    job.state = Import.State.CHECKING if dry_run else Import.State.RUNNING
    with transaction.atomic():
        job.save()
        finish_later(job)
    with running.alone(job):
        running.work_on(job)
    if job.state == Import.State.FAILED:
        raise CannotStart(job.problem or _("The import has stopped."))
    ask_for_spellings()
    return _summary(job, time.monotonic() - started, Path(path), dry_run=dry_run)


def _type_of(kind: str) -> RecordType:
    found = registry.by_slug(kind) or next((one for one in registry.all_types() if one.kind == kind), None)
    if found is None or found.importer is None:
        raise CannotStart(_("“%(kind)s” cannot be imported; choose one of: %(kinds)s.") % {
            "kind": kind, "kinds": ", ".join(one.record_type().slug for one in importers())})
    return found


def _overruled(job: Import, mapping: Mapping[str, str]) -> list[str]:
    unknown = sorted(set(mapping) - set(job.heads))
    if unknown:
        raise ValidationError(_("The file has no column “%(column)s”.") % {"column": unknown[0][:80]})
    return [mapping.get(head, target) for head, target in zip(job.heads, job.mapping, strict=True)]


def _summary(job: Import, seconds: float, path: Path, *, dry_run: bool) -> dict[str, Any]:
    record_type = registry.for_kind(job.kind)
    counts = {name: job.counts.get(name, 0) for name in (
        ("new", "duplicate", "rejected") if dry_run else ("new", "changed", "same", "skipped", "rejected"))}
    rejected = ImportRow.objects.filter(of=job, outcome=ImportRow.Outcome.REJECTED).order_by("number")
    summary: dict[str, Any] = {
        "file": path.name, "kind": record_type.slug, "layout": job.layout, "encoding": job.encoding,
        "columns": {head: target for head, target in zip(job.heads, job.mapping, strict=True) if target},
        "dry_run": dry_run, "rows": sum(counts.values()), **counts, "seconds": round(seconds, 2),
        "rows_per_s": round(sum(counts.values()) / seconds) if seconds else 0,
        "reasons": [
            {"row": row.number, "reason": " ".join(with_column(problem, job.heads) for problem in row.reasons)}
            for row in islice(rejected, SHOWN)
        ],
    }
    if dry_run:
        job.file.delete(save=False)
        job.delete()
        return summary
    summary["import"] = job.pk
    if counts["rejected"]:
        summary["rejected_file"] = _write_rejected(job, path)
    return summary


def _write_rejected(job: Import, path: Path) -> str:
    """The rejected rows in the folder that the command runs in; empty where it takes none."""
    target = Path.cwd() / f"{path.stem}.rejected.csv"
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(rejects.lines(job))
    except OSError:
        return ""
    return str(target)


def export_records(path: Path, *, kind: str, by: User) -> dict[str, Any]:
    """Write every record of a kind that the person sees, with every field that they may see; CSV, or XLSX by name."""
    record_type = _type_of(kind)
    if not rules.can_export(by, record_type.model):
        raise CannotStart(_("%(user)s may not export.") % {"user": by.email})
    query = Query(QuerySpec(kind=record_type.kind), by)
    fields = list(query.fields.values())
    heads, count = [str(field.label) for field in fields], 0

    def rows() -> Iterator[list[Any]]:
        nonlocal count
        for row in rows_of(query, fields, ends=True):
            count += 1
            yield row

    try:
        with Path(path).open("wb") as file:
            write = write_workbook if Path(path).suffix.lower() == ".xlsx" else write_csv
            write(file, heads, rows())
    except RightLost as problem:
        raise CannotStart(str(problem)) from None
    except OSError as problem:
        raise CannotStart(f"{path}: {problem.strerror}") from None
    return {"file": str(path), "kind": record_type.slug, "rows": count, "columns": heads}
