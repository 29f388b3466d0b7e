"""What is done beside the pages for people and their programs."""

from procrastinate.contrib.django import app

from mudir.accounts import services


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """Answers that were kept for a program that might ask again, after a day."""
    services.forget_answers()
