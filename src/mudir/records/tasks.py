"""Doorbells: work of records that goes on beside the pages."""

import contextlib

from django.db import OperationalError, transaction
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from mudir.records import search
from mudir.records.importing import running
from mudir.records.models import Import

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


def finish_later(job: Import) -> None:
    """See to it that an import that somebody works on now is finished, should they be killed."""
    work_on_import.configure(lock=f"import-{job.pk}", schedule_in={"minutes": 1}).defer(import_id=job.pk)


@app.task(retry=AGAIN, queueing_lock="spell_names", lock="spell_names")
def spell_names() -> None:
    """Give the names that came in at once their spellings in the other script."""
    while search.spell_tokens():
        pass


def ask_for_spellings() -> None:
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():  # a clash would break the transaction around it
        spell_names.defer()
