"""Doorbells of activities."""

from procrastinate.contrib.django import app

from mudir.activities import services


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="tell_what_is_due", lock="tell_what_is_due")
def tell_what_is_due(timestamp: int) -> None:
    """Tell of today's tasks wherever it is morning."""
    services.tell_what_is_due()
