"""Working through an act in batches, each in a transaction of its own: a killed worker goes on where it was."""

from collections.abc import Iterable, Mapping
from itertools import batched

import pghistory
from django.db import OperationalError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry
from mudir.records.bulk.acts import DOINGS, Doing, in_words
from mudir.records.bulk.pasting import Pasting
from mudir.records.models import BulkAct, BulkRow

BATCH = 2000
AT_ONCE = 100  # so many are done while the person waits
MOST_KEYS = 200_000
State = BulkAct.State


class Stopped(Exception):
    """Another worker has gone on with the act."""


@service
def begin(doing: Doing, act: str, *, keys: Iterable[int], by: User, back: str) -> BulkAct:
    """Write down what is to be done; a few records are done with it, of many a worker hears in the same transaction.

    So that no act stands there at work that nobody works on.
    """
    job = BulkAct.objects.create(user=by, kind=doing.record_type.kind, act=act, data=doing.sent(), back=back[:2000],
                                 keys=list(keys))
    return _set_going(job, len(job.keys))


@service
def begin_undo(job: BulkAct, *, by: User) -> BulkAct:
    """Ask for the whole to be taken back, as `begin` does; twice is once."""
    current = BulkAct.objects.select_for_update().select_related("user").get(pk=job.pk)
    if current.state not in {State.DONE, State.FAILED}:
        return current
    current.state, current.done = State.UNDOING, 0
    current.save(update_fields=["state", "done"])
    return _set_going(current, current.changed)


def _set_going(job: BulkAct, count: int) -> BulkAct:
    from mudir.records.tasks import work_on_bulk_act

    if count <= AT_ONCE:
        return work_on(job)
    work_on_bulk_act.defer(act_id=job.pk)
    return job


def doing_of(job: BulkAct) -> Doing:
    from mudir.records.bulk.retagging import Retagging

    doings = DOINGS | {BulkAct.Act.PASTE: Pasting, BulkAct.Act.RETAG: Retagging}
    return doings[job.act](registry.for_kind(job.kind), job.user, data_of(job.data))


def data_of(kept: Mapping[str, list[str]]) -> QueryDict:
    """An answer as its form sent it."""
    data = QueryDict(mutable=True)
    for name, values in kept.items():
        data.setlist(name, values)
    return data


def work_on(job: BulkAct) -> BulkAct:
    """Do, or take back, what is left of the act."""
    try:
        doing = doing_of(job)
        if job.state == State.RUNNING:
            for keys in batched(job.keys[job.done:], BATCH):
                _do(job, doing, list(keys))
            _end(job, State.DONE)
        elif job.state == State.UNDOING:
            changed = list(job.rows.filter(version__isnull=False).order_by("object_id")
                           .values_list("object_id", "version"))
            for some in batched(changed, BATCH):
                _undo(job, doing, dict(some))
            _end(job, State.UNDONE)
    except Stopped:
        pass
    except OperationalError:  # the database went away: the job is tried again and goes on
        raise
    except Exception:
        BulkAct.objects.filter(pk=job.pk).update(state=State.FAILED, finished_at=timezone.now())
        raise
    job.refresh_from_db()
    return job


def _locked(job: BulkAct, state: str) -> BulkAct:
    current = BulkAct.objects.select_for_update().defer("keys", "data").get(pk=job.pk)
    if current.state != state or current.done != job.done:
        raise Stopped
    return current


def _do(job: BulkAct, doing: Doing, keys: list[int]) -> None:
    with transaction.atomic(), pghistory.context(user=job.user_id, door="job"):
        current = _locked(job, State.RUNNING)
        doing.by.refresh_from_db()  # what the role allows now
        seen = doing.seen(undoing=False).filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
        records = list(seen.select_related("owner"))
        versions = {record.pk: record.version for record in records}
        refused = doing.do(records) if records else {}
        changed = [record for record in records
                   if record.version != versions[record.pk] and record.pk not in refused]
        gone = set(keys) - versions.keys()
        BulkRow.objects.bulk_create([
            *(BulkRow(of=job, object_id=record.pk, version=record.version) for record in changed),
            *(BulkRow(of=job, object_id=pk, reason=in_words(refusal)) for pk, refusal in refused.items()),
            *(BulkRow(of=job, object_id=pk, reason=_("It is no longer there.")) for pk in gone),
        ])
        current.done += len(keys)
        current.changed += len(changed)
        current.refused += len(refused) + len(gone)
        current.save(update_fields=["done", "changed", "refused"])
    job.done = current.done


def _undo(job: BulkAct, doing: Doing, versions: dict[int, int]) -> None:
    with transaction.atomic(), pghistory.context(user=job.user_id, door="job"):
        current = _locked(job, State.UNDOING)
        seen = doing.seen(undoing=True).filter(pk__in=versions).order_by("pk").select_for_update(of=("self",))
        as_left = [record for record in seen.select_related("owner") if record.version == versions[record.pk]]
        refused = doing.undo(as_left) if as_left else {}
        back = [record.pk for record in as_left if record.version != versions[record.pk] and record.pk not in refused]
        kept = versions.keys() - set(back)
        rows = BulkRow.objects.filter(of=job)
        rows.filter(object_id__in=back).delete()
        rows.filter(object_id__in=kept).update(
            version=None, reason=_("Changed since by somebody: left as it is."))
        current.done += len(versions)
        current.kept += len(kept)
        current.save(update_fields=["done", "kept"])
    job.done = current.done


def _end(job: BulkAct, state: str) -> None:
    with transaction.atomic():
        current = _locked(job, job.state)
        current.state, current.finished_at = state, timezone.now()
        current.save(update_fields=["state", "finished_at"])
