"""Making a long file beside the pages: by what its reader may at every moment, kept for a while, for them alone."""

import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import notifications, registry, rules
from mudir.records.exporting.files import write_csv, write_workbook
from mudir.records.exporting.rows import BATCH, RightLost, heads_of, rows_of
from mudir.records.models import Export, Reason
from mudir.records.query import Query, QuerySpec, SpecError

AT_ONCE = 10_000  # rows are sent while the person waits
KEPT = timedelta(days=3)
State = Export.State


@service
def begin(query: Query, format: str, *, by: User, name: str, total: int) -> Export:
    """Write down what is asked for; a worker hears of it in the same transaction. Raises PermissionDenied."""
    from mudir.records.tasks import work_on_export

    if not rules.can_export(by, query.record_type.model):
        raise PermissionDenied
    spec = query.spec.to_json() | ({"ids": list(query.spec.ids)} if query.spec.ids else {})
    job = Export.objects.create(user=by, kind=query.spec.kind, spec=spec, format=format, total=total,
                                file_name=f"{name}.{format}")
    work_on_export.defer(export_id=job.pk)
    return job


def work_on(job: Export) -> Export:
    """Make the file, from its beginning if a worker was killed. What was made already stays."""
    if job.state != State.RUNNING:
        return job
    try:
        with tempfile.TemporaryFile() as file:
            query = _query(job)
            write = write_csv if job.format == "csv" else write_workbook
            write(file, heads_of(query), _counted(job, rows_of(query, ends=True)))
            size = file.tell()
            file.seek(0)
            kept = default_storage.save(f"exports/{uuid.uuid4().hex}", File(file))
    except (RightLost, SpecError) as refusal:
        _end(job, State.FAILED, problem=str(refusal))
    except OperationalError:  # the database went away: the job is tried again
        raise
    except Exception:
        _end(job, State.FAILED)
        raise
    else:
        _end(job, State.DONE, file=kept, size=size)
    job.refresh_from_db()
    return job


def _query(job: Export) -> Query:
    """The list as its reader may see it by now. Raises `RightLost`, `SpecError`."""
    reader = User.objects.with_role().get(pk=job.user_id)
    if not rules.can_export(reader, registry.for_kind(job.kind).model):
        raise RightLost(_("You may not export any more."))
    return Query(QuerySpec.from_json(job.kind, job.spec), reader)


def _counted(job: Export, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """The rows, with how many are done told on the way."""
    done = 0
    for batch in batched(rows, BATCH):
        yield from batch
        done += len(batch)
        Export.objects.filter(pk=job.pk).update(done=done)


def _end(job: Export, state: str, **given: Any) -> None:
    with transaction.atomic():
        Export.objects.filter(pk=job.pk, state=State.RUNNING).update(state=state, finished_at=timezone.now(), **given)
        notifications.remind(job.user, [job], Reason.EXPORT, key=state)


def throw_away_old() -> None:
    """Delete the files that have been kept long enough, and what is known of them."""
    for job in Export.objects.filter(created_at__lt=timezone.now() - KEPT).iterator():
        job.delete()
        if job.file:
            default_storage.delete(job.file.name)


