"""Doorbells: work of records that goes on beside the pages."""

import contextlib

from django.db import OperationalError, transaction
from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate import tasks as jobs
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from mudir.records import files, notifications, registry, search, trash
from mudir.records.bulk import running as bulk
from mudir.records.custom import indexing
from mudir.records.duplicates import looking
from mudir.records.exporting import running as exporting
from mudir.records.importing import running
from mudir.records.models import BulkAct, CustomField, DuplicateSearch, Export, Import

AGAIN = RetryStrategy(max_attempts=20, wait=5, retry_exceptions=[OperationalError])


@app.task(retry=AGAIN)
def work_on_import(import_id: int) -> None:
    """Check, import or undo, as the import asks for; rung twice, the second finds nothing left to do."""
    job = Import.objects.select_related("user").filter(pk=import_id).first()
    if job is None:
        return
    with override(job.user.language), running.alone(job) as is_ours:
        if not is_ours:
            finish_later(job)
            return
        running.work_on(job)
    ask_for_spellings()


@app.task(retry=AGAIN)
def work_on_bulk_act(act_id: int) -> None:
    """Do or take back what is left of an act on many records; rung twice, the second finds nothing left to do."""
    job = BulkAct.objects.select_related("user").filter(pk=act_id).first()
    if job is not None:
        with override(job.user.language):
            bulk.work_on(job)


@app.task(retry=AGAIN)
def work_on_export(export_id: int) -> None:
    """Make a file that somebody asked for; rung twice, the second finds it made."""
    job = Export.objects.select_related("user").filter(pk=export_id).first()
    if job is not None:
        with override(job.user.language), timezone.override(job.user.time_zone):
            exporting.work_on(job)


@app.periodic(cron="47 * * * *")
@app.task(queueing_lock="throw_away_old_exports")
def throw_away_old_exports(timestamp: int) -> None:
    exporting.throw_away_old()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="end_abandoned")
def end_abandoned(timestamp: int) -> None:
    """Say of what has stopped, because the job that had it in hand was given up, that it has."""
    over = {"finished_at": timezone.now()}
    imports = Import.objects.filter(state__in=[Import.State.CHECKING, Import.State.RUNNING, Import.State.UNDOING])
    imports.exclude(pk__in=_in_hand(work_on_import, "import_id")).update(state=Import.State.FAILED, **over)
    acts = BulkAct.objects.filter(state__in=[BulkAct.State.RUNNING, BulkAct.State.UNDOING])
    acts.exclude(pk__in=_in_hand(work_on_bulk_act, "act_id")).update(state=BulkAct.State.FAILED, **over)
    exports = Export.objects.filter(state=Export.State.RUNNING)
    exports.exclude(pk__in=_in_hand(work_on_export, "export_id")).update(state=Export.State.FAILED, **over)
    searches = DuplicateSearch.objects.filter(finished_at__isnull=True)
    if not _waiting(look_for_duplicates, look_for_all_duplicates).exists():
        searches.update(has_failed=True, **over)


def _waiting(*some: jobs.Task) -> QuerySet:
    """Jobs that are or will be done."""
    return ProcrastinateJob.objects.filter(task_name__in=[task.name for task in some], status__in=["todo", "doing"])


def _in_hand(task: jobs.Task, argument: str) -> QuerySet:
    """What its jobs are about; asked in the statement that needs it, for a job comes and goes with its work."""
    return _waiting(task).values_list(Cast(f"args__{argument}", BigIntegerField()))


def finish_later(job: Import) -> None:
    """See to it that an import that somebody works on now is finished, should they be killed."""
    work_on_import.configure(lock=f"import-{job.pk}", schedule_in={"minutes": 1}).defer(import_id=job.pk)


@app.periodic(cron="17 2 * * *")
@app.task(retry=AGAIN, queueing_lock="empty_trash", lock="empty_trash")
def empty_trash(timestamp: int) -> None:
    """Remove for ever what has lain in the trash long enough."""
    trash.empty()


@app.task(retry=AGAIN, queueing_lock="spell_names", lock="spell_names")
def spell_names() -> None:
    """Give the names that came in at once their spellings in the other script."""
    while search.spell_tokens():
        pass


def ask_for_spellings() -> None:
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():  # a clash would break the transaction around it
        spell_names.defer()


@app.task(lock="look_for_duplicates")
def look_for_duplicates(kind: str) -> None:
    """Look for records of a kind that may be one; one search at a time, for each needs much of the machine."""
    looking.look(kind)


@app.periodic(cron="15 2 * * *")
@app.task(queueing_lock="look_for_all_duplicates", lock="look_for_duplicates")
def look_for_all_duplicates(timestamp: int) -> None:
    """Every night, among all kinds that can be merged."""
    for record_type in registry.all_types():
        if record_type.merger is not None:
            looking.look(record_type.kind)


def ask_for_duplicates(kind: str) -> None:
    """Look soon; asked twice while one waits, it is looked once."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        look_for_duplicates.configure(queueing_lock=f"look_for_duplicates {kind}").defer(kind=kind)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="send_letters", lock="send_letters")
def send_letters(timestamp: int) -> None:
    """Write to everybody who is to be told by mail and whose hour it is."""
    notifications.send_letters()


@app.periodic(cron="17 2 * * *")
@app.task(queueing_lock="throw_away_old_notifications")
def throw_away_old_notifications(timestamp: int) -> None:
    notifications.throw_away_old()


@app.task(retry=AGAIN, lock="index_fields")
def settle_indexes(field_id: int) -> None:
    """Make the indexes of a custom field what it asks for now."""
    made = CustomField.objects.filter(pk=field_id).first()
    if made is not None:
        indexing.settle(made)


@app.periodic(cron="47 2 * * *")
@app.task(queueing_lock="throw_away_unused_files")
def throw_away_unused_files(timestamp: int) -> None:
    files.throw_away_unused()
