"""A worker is killed in the middle; what it had in hand is finished once, or said to have stopped."""

import io
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from mudir.clients.models import Client
from mudir.clients.services import create_client
from mudir.records import registry, tasks
from mudir.records.bulk import running
from mudir.records.bulk.acts import DOINGS
from mudir.records.importing import intake
from mudir.records.models import BulkAct, BulkRow, DuplicateSearch, Event, Import
from mudir.tests.jobs import start_worker, wait_for

COUNT = 120
IN_BATCHES = """
import time
from mudir.records.bulk import running as acts
from mudir.records.importing import running as imports
def in_batches(size, pause):
    acts.BATCH = imports.BATCH = size
    for place, name in ((acts, "_do"), (acts, "_undo"), (imports.Run, "_write"), (imports, "_count")):
        def slowly(*given, work=getattr(place, name), **more):
            work(*given, **more)
            time.sleep(pause)
        setattr(place, name, slowly)
"""


@pytest.fixture
def files(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}}
    return tmp_path


def is_gone() -> None:
    """A worker gives no sign of life any more, as the others see it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")


def killed_half_way(jobs: tuple[BulkAct, Import], where: str) -> None:
    """A worker begins the jobs, and dies when a part of each is written."""
    worker = start_worker(IN_BATCHES, "in_batches(10, 0.3)", MUDIR_DATA=where)
    try:
        wait_for(lambda: all(type(job).objects.filter(pk=job.pk, done__gt=0, done__lt=COUNT).exists() for job in jobs))
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    is_gone()
    for job in jobs:
        job.refresh_from_db()
        assert job.is_at_work
        assert 0 < job.done < COUNT


def finished_by_another(jobs: tuple[BulkAct, Import], where: str) -> None:
    app.tasks["mudir.host.tasks.retry_stalled"].defer(timestamp=0)  # as it comes every minute
    worker = start_worker(IN_BATCHES, "in_batches(16, 0)", MUDIR_DATA=where)
    try:
        for job in jobs:
            wait_for(lambda job=job: not type(job).objects.get(pk=job.pk).is_at_work)
            job.refresh_from_db()
    finally:
        worker.terminate()
        worker.wait(30)


def test_what_a_killed_worker_had_in_hand_is_done_once_and_undone_once(transactional_db, owner, files):
    where, clients = str(files), Client.objects.unscoped("test")
    keys = [create_client(by=owner, name=f"House {number}").pk for number in range(COUNT)]
    doing = DOINGS["edit"](registry.for_kind("clients.client"), owner, QueryDict("field=tier&tier=key"))
    act = running.begin(doing, "edit", keys=keys, by=owner, back="/clients/")
    rows = "".join(f"New {number} {'abcdefgh'[number % 8]}x{number},h{number}@x.example\n" for number in range(COUNT))
    job = intake.receive(io.BytesIO(f"Name,Email\n{rows}".encode()), "clients.csv", by=owner)
    job = intake.begin(job, by=owner, duplicates="skip")
    killed_half_way((act, job), where)
    finished_by_another((act, job), where)

    assert (act.state, act.done, act.changed, act.refused) == ("done", COUNT, COUNT, 0)
    assert set(clients.filter(pk__in=keys).values_list("tier", "version")) == {("key", 2)}
    assert Event.objects.filter(verb="client.edited").count() == BulkRow.objects.count() == COUNT
    assert (job.state, job.counts, job.done) == ("done", {"new": COUNT}, COUNT)
    made = clients.exclude(pk__in=keys)
    assert made.count() == made.values("email").distinct().count() == COUNT

    act, job = running.begin_undo(act, by=owner), intake.begin_undo(job, by=owner)
    killed_half_way((act, job), where)
    finished_by_another((act, job), where)
    assert (act.state, act.kept, BulkRow.objects.count()) == ("undone", 0, 0)
    assert set(clients.filter(pk__in=keys).values_list("tier", "version")) == {("ordinary", 3)}
    assert Event.objects.filter(verb="client.edited").count() == 2 * COUNT
    assert (job.state, job.kept, made.count()) == ("undone", 0, 0)


# ── jobs that are given up ───────────────────────────────────────────────────────────────────────────────────────────


def left_by_a_dead_worker(task, *, attempts: int = 0, **arguments) -> int:
    """A job that somebody had in hand who is no more."""
    key = task.defer(**arguments)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') "
                       "RETURNING id")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s, worker_id = %s WHERE id = %s",
                       [attempts, cursor.fetchone()[0], key])
    return key


def work_until_nothing_waits() -> None:
    app.tasks["mudir.host.tasks.retry_stalled"].defer(timestamp=0)
    with ThreadPoolExecutor(1) as beside:  # a browser of other tests may hold the loop of this thread
        beside.submit(_work).result()


def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    connection.close()


def states(*keys: int) -> list[str]:
    found = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    return [found[key] for key in keys]


def test_m05_a_job_that_killed_three_workers_is_parked_and_the_rest_flows(transactional_db, owner):
    act = BulkAct.objects.create(user=owner, kind="clients.client", act="tag", back="/", keys=[1])
    poison = left_by_a_dead_worker(tasks.work_on_bulk_act, act_id=act.pk, attempts=2)
    fine = left_by_a_dead_worker(tasks.work_on_bulk_act, act_id=987_654_321, attempts=1)
    work_until_nothing_waits()

    assert states(poison, fine) == ["failed", "succeeded"]
    tasks.end_abandoned.func(0)
    act.refresh_from_db()
    assert (act.state, act.is_at_work) == ("failed", False)


def test_a_job_of_which_another_waits_already_does_not_hold_up_the_rest(transactional_db):
    """The letters of the next minute wait behind those whose worker was killed."""
    dead = left_by_a_dead_worker(tasks.send_letters, timestamp=0)
    next_minute = tasks.send_letters.defer(timestamp=60)
    behind = left_by_a_dead_worker(tasks.work_on_bulk_act, act_id=987_654_321)
    work_until_nothing_waits()
    work_until_nothing_waits()

    assert states(dead, next_minute, behind) == ["failed", "succeeded", "succeeded"]


@pytest.mark.django_db
def test_what_nobody_has_in_hand_any_more_is_said_to_have_stopped(owner):
    def act(state: str = "running") -> BulkAct:
        return BulkAct.objects.create(user=owner, kind="clients.client", act="tag", back="/", keys=[1], state=state)

    lost, undoing, waiting, done = act(), act("undoing"), act(), act("done")
    tasks.work_on_bulk_act.defer(act_id=waiting.pk)
    tasks.work_on_import.defer(import_id=lost.pk)  # of another table
    job = intake.receive(io.BytesIO(b"Name\nHouse\n"), "clients.csv", by=owner)
    job = intake.begin(job, by=owner, duplicates="skip")
    other = intake.receive(io.BytesIO(b"Name\nHouse\n"), "clients.csv", by=owner)
    Import.objects.filter(pk=other.pk).update(state=Import.State.CHECKING)
    search = DuplicateSearch.objects.create(kind="clients.client", started_at=timezone.now())
    tasks.end_abandoned.func(0)

    after = [type(one).objects.get(pk=one.pk).state for one in (lost, undoing, waiting, done, job, other)]
    assert after == ["failed", "failed", "running", "done", "running", "failed"]
    search.refresh_from_db()
    assert search.has_failed and search.finished_at


@pytest.mark.django_db
def test_an_act_and_its_job_are_written_together_or_not_at_all(owner, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 0)
    client = create_client(by=owner, name="House")
    doing = DOINGS["edit"](registry.for_kind("clients.client"), owner, QueryDict("field=tier&tier=key"))
    monkeypatch.setattr(tasks.work_on_bulk_act, "defer", lambda **given: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        running.begin(doing, "edit", keys=[client.pk], by=owner, back="/clients/")
    assert not BulkAct.objects.exists()
