from procrastinate import JobContext
from procrastinate.contrib.django import app

SILENT_SECONDS = 30  # a worker gives a sign of life every 10 s


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a killed worker to a living one."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await app.job_manager.retry_job(job)
