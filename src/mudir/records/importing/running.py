"""Checking and importing a file in batches, each in a transaction of its own: a killed worker goes on where it was."""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from itertools import batched
from typing import Any

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import get_language

from mudir.records import registry, rules
from mudir.records.importing.importer import Change, Importer, Match, Refused, Row
from mudir.records.importing.matching import matches
from mudir.records.importing.reader import LARGE, Task, read, read_beside
from mudir.records.importing.tables import Unreadable
from mudir.records.merging import merged_into
from mudir.records.models import Import, ImportBatch, ImportMend, ImportRow

BATCH = 2000
AHEAD = 2  # batches that are read and cleaned while the database works on one
Outcome = ImportRow.Outcome
State = Import.State
DUPLICATES = Import.Duplicates


class Stopped(Exception):
    """Somebody has called the import back, or another worker has it."""


def importer_of(job: Import) -> Importer:
    """The importer of the file's kind, bound to its mapping. Whoever sends cards did not fill them in: nothing of
    them is rejected for a field."""
    importer = registry.for_kind(job.kind).importer
    made = importer(job.user, job.mapping, job.heads, job.day_orders, keep_unfit=job.format == Import.Format.CARDS)
    made.prepare()
    return made


# ── reading ahead ────────────────────────────────────────────────────────────────────────────────────────────────────


def ahead[T](items: Iterator[T]) -> Iterator[T]:
    """The same items, made by a thread while whoever takes them waits for the database."""
    made: queue.Queue = queue.Queue(AHEAD)
    is_over = threading.Event()

    def put(kind: str, item: Any) -> bool:
        while not is_over.is_set():
            try:
                made.put((kind, item), timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:  # noqa: BLE001  told to whoever takes the items
            put("error", error)

    thread = threading.Thread(target=work, name="read-ahead", daemon=True)
    thread.start()
    try:
        while True:
            kind, item = made.get()
            if kind == "end":
                return
            if kind == "error":
                raise item
            yield item
    finally:
        is_over.set()
        thread.join()


def cleaned(job: Import, importer: Importer, *, today: date | None = None) -> Iterator[list[Row]]:
    """Batches of the file's rows, with what the person put right on the page; with `today`, ready to be written."""
    mends: dict[int, list[tuple[int, str]]] = {}
    for number, column, value in ImportMend.objects.filter(of=job).values_list("number", "column", "value"):
        mends.setdefault(number, []).append((column, value))
    task = Task(job.file.path, job.encoding, job.separator, job.first_row, mends, importer, BATCH, today,
                get_language())
    return ahead(read(task) if job.rows < LARGE else read_beside(task))


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def check(job: Import, *, tell: Callable[[int], None] = lambda _done: None) -> Counter:
    """What an import would do, without doing it: rows by outcome. Every row that makes no new record is kept."""
    importer, counts, done = importer_of(job), Counter(), 0
    ImportRow.objects.filter(of=job).delete()
    with closing(cleaned(job, importer)) as batches:
        for rows in batches:
            found = matches(importer, rows, ())
            kept = []
            for row, match in zip(rows, found, strict=True):
                if row.problems:
                    kept.append(_row(job, row, Outcome.REJECTED, reasons=row.problems))
                elif match:
                    kept.append(_match_row(job, row, Outcome.SKIPPED, match))
                counts["rejected" if row.problems else "duplicate" if match else "new"] += 1
            ImportRow.objects.bulk_create(kept)
            done += len(rows)
            tell(done)
    return counts


def _row(job: Import, row: Row, outcome: str, **values: Any) -> ImportRow:
    return ImportRow(of=job, number=row.number, outcome=outcome, name=row.name[:200].replace("\0", ""), **values)


def _match_row(job: Import, row: Row, outcome: str, match: Match, **values: Any) -> ImportRow:
    reasons = [{"code": f"same_{reason}"} for reason in match.reasons]
    return _row(job, row, outcome, **{"reasons": reasons, "object_id": match.object_id, "same_as": match.row} | values)


# ── importing ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Run:
    """One worker at one import. `go` returns when every row is behind."""

    def __init__(self, job: Import):
        self.job, self.importer = job, importer_of(job)
        self.today = timezone.localdate()
        self.made: set[int] = set()
        self.record_of_row: dict[int, int] = {}

    def go(self) -> None:
        self._remember()
        done = self.job.done
        with closing(cleaned(self.job, self.importer, today=self.today)) as batches:
            passed = 0
            for rows in batches:
                passed += len(rows)
                if passed > done:  # the others were written before a worker was killed, perhaps in other batches
                    fresh = rows[done - passed:]
                    self._write(fresh, done_before=passed - len(fresh))
        with transaction.atomic():
            current = self._locked(self.job.done)
            current.state, current.finished_at = State.DONE, timezone.now()
            current.save(update_fields=["state", "finished_at"])
            self.job.state, self.job.finished_at = current.state, current.finished_at

    def _remember(self) -> None:
        """What this import has made before, when it goes on after a kill."""
        for batch in self.job.batches.all():
            self.made |= {*batch.created, *batch.beside}
            self.record_of_row |= dict(zip(batch.numbers, batch.created, strict=True))
        known = ImportRow.objects.filter(of=self.job, object_id__isnull=False)
        self.record_of_row |= dict(known.values_list("number", "object_id"))

    def _locked(self, done: int) -> Import:
        """The import as it stands; raises `Stopped` when it is not ours to go on with."""
        current = Import.objects.select_for_update().get(pk=self.job.pk)
        if current.state != State.RUNNING or current.done != done:
            raise Stopped
        return current

    def _write(self, rows: list[Row], *, done_before: int) -> None:
        with transaction.atomic(), pghistory.context(user=self.job.user_id, door="import"):
            current = self._locked(done_before)
            self.job.user.refresh_from_db()  # what the role allows now
            # Imports of a kind go batch by batch in turn: neither misses what the other has just written.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {self.job.kind}"])
            made = self._decide(rows)
            current.done += len(rows)
            current.counts = dict(Counter(current.counts) + made)
            current.save(update_fields=["done", "counts"])
        self.job.done, self.job.counts = current.done, current.counts

    def _decide(self, rows: list[Row]) -> Counter:
        job, counts = self.job, Counter()
        found = matches(self.importer, rows, self.made)
        fresh, known, kept = [], [], []
        for row, match in zip(rows, found, strict=True):
            if row.problems:
                kept.append(_row(job, row, Outcome.REJECTED, reasons=row.problems))
            elif match is None or job.duplicates == DUPLICATES.NEW:
                fresh.append(row)
            else:
                known.append((row, match))
        if fresh:
            model = self.importer.model
            if not rules.can_create(job.user, model) or not rules.can_import(job.user, model):
                raise PermissionDenied
            created, beside = self.importer.create(fresh, today=self.today)
            numbers = [row.number for row in fresh]
            ImportBatch.objects.create(of=job, numbers=numbers, created=created, beside=beside)
            self.made |= {*created, *beside}
            self.record_of_row |= dict(zip(numbers, created, strict=True))
            counts["new"] += len(fresh)
        for row, match in known:  # after those that are new: a row may be a duplicate of one of them
            pk = match.object_id or self.record_of_row[match.row]
            self.record_of_row[row.number] = pk
            if job.duplicates == DUPLICATES.SKIP:
                kept.append(_match_row(job, row, Outcome.SKIPPED, match, object_id=pk))
            else:
                kept.append(self._change(row, match, pk))
        counts.update(row.outcome for row in kept)
        ImportRow.objects.bulk_create(kept)
        return counts

    def _change(self, row: Row, match: Match, pk: int) -> ImportRow:
        try:
            with transaction.atomic():
                change = self.importer.change(pk, row, overwrite=self.job.duplicates == DUPLICATES.OVERWRITE)
        except (Refused, self.importer.model.DoesNotExist) as refusal:
            stands = None if isinstance(refusal, Refused) else merged_into(
                registry.for_kind(self.job.kind), pk, self.job.user)
            if stands is not None:  # somebody merged it since it was found
                return self._change(row, match, stands.pk)
            problem = refusal.problem if isinstance(refusal, Refused) else {"code": "forbidden"}
            return _row(self.job, row, Outcome.REJECTED, reasons=[problem])
        outcome = Outcome.CHANGED if change.before else Outcome.SAME
        return _match_row(self.job, row, outcome, match, object_id=pk, before=change.before or None,
                          version=change.version if change.before else None)


# ── undoing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def undo(job: Import) -> None:
    """Take back what an import wrote, batch by batch, the last first.

    A record on which somebody has worked since stays as it is, and is counted in `kept`.
    """
    importer = importer_of(job)
    changed = ImportRow.objects.filter(of=job, outcome=Outcome.CHANGED)
    versions: dict[int, int] = {}
    for pk, version in changed.order_by("number").values_list("object_id", "version"):
        versions[pk] = max(version, versions.get(pk, 0))
    created = {pk for batch in job.batches.values_list("created", flat=True) for pk in batch}
    before: dict[int, dict[str, Any]] = {}
    for pk, values in changed.order_by("-number").values_list("object_id", "before"):
        if pk not in created:
            before.setdefault(pk, {}).update(values)  # what the earliest change found is what stood there
    for some in batched(sorted(before), BATCH // 10):
        with transaction.atomic(), pghistory.context(user=job.user_id, door="import"):
            current = _locked_for_undo(job)
            kept = sum(not importer.restore(pk, Change(before[pk], versions[pk])) for pk in some)
            ImportRow.objects.filter(of=job, outcome=Outcome.CHANGED, object_id__in=some).update(
                outcome=Outcome.SAME, before=None)
            _count(job, current, kept, len(some))
    since = job.finished_at or timezone.now()
    for batch in job.batches.order_by("-pk"):
        with transaction.atomic(), pghistory.context(user=job.user_id, door="import"):
            current = _locked_for_undo(job)
            _gone, kept = importer.remove(batch.created, batch.beside, versions, since=since)
            batch.delete()
            _count(job, current, kept, len(batch.created))
    with transaction.atomic():
        current = _locked_for_undo(job)
        current.state = State.UNDONE
        current.save(update_fields=["state"])
    job.state = State.UNDONE


def _locked_for_undo(job: Import) -> Import:
    current = Import.objects.select_for_update().get(pk=job.pk)
    if current.state != State.UNDOING:
        raise Stopped
    return current


def _count(job: Import, current: Import, kept: int, behind: int) -> None:
    current.kept += kept
    current.done = max(0, current.done - behind)
    current.save(update_fields=["kept", "done"])
    job.kept, job.done = current.kept, current.done


# ── what a worker does ───────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def alone(job: Import) -> Iterator[bool]:
    """Whether nobody else works on the import; who is killed lets go of it."""
    key = f"import {job.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(DatabaseError), connection.cursor() as cursor:  # a lost connection has let go already
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def work_on(job: Import) -> Import:
    """Do what the state of the import asks for; what goes wrong with the file is kept in words."""
    try:
        if job.state == State.CHECKING:
            counts = check(job, tell=lambda done: Import.objects.filter(pk=job.pk).update(done=done))
            still = Import.objects.filter(pk=job.pk, state=State.CHECKING)
            still.update(state=State.CHECKED, counts=dict(counts), done=sum(counts.values()), rows=sum(counts.values()))
        elif job.state == State.RUNNING:
            Run(job).go()
        elif job.state == State.UNDOING:
            undo(job)
    except Stopped:
        pass
    except OperationalError:  # the database went away: the job is tried again and goes on
        raise
    except Exception as problem:
        text = str(problem) if isinstance(problem, Unreadable) else ""
        Import.objects.filter(pk=job.pk).update(state=State.FAILED, problem=text, finished_at=timezone.now())
        if not isinstance(problem, Unreadable | PermissionDenied):
            raise
    job.refresh_from_db()
    return job
