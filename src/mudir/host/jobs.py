"""`python -m mudir.host.jobs` takes jobs from the queue until TERM or Ctrl-C, and lets running jobs finish first."""

import django

CONCURRENCY = 4
SECONDS_TO_FINISH = 10


def main() -> None:
    django.setup()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(concurrency=CONCURRENCY, shutdown_graceful_timeout=SECONDS_TO_FINISH)


if __name__ == "__main__":
    main()
