from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

SILENT_SECONDS = 30  # a worker gives a sign of life every 10 s
MOST_DEATHS = 3
KEPT_HOURS = 7 * 24


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a killed worker to a living one.

    A job that was with three workers when they died is given to no more; neither is one of which another waits already.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        if job.attempts + 1 < MOST_DEATHS:
            try:
                await app.job_manager.retry_job(job)
                continue
            except UniqueViolation:
                pass
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    """Throw away what is left of jobs that ended long ago."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True)
