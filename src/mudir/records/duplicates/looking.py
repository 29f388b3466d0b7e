"""Looking for duplicates among all records of a kind, and keeping what was found."""

import csv
import os
import subprocess
import sys
import tempfile
from itertools import batched
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

import mudir
from mudir.records import registry
from mudir.records.duplicates.gathering import gather
from mudir.records.models import DuplicateCandidate, DuplicateSearch

LONGEST = 1800  # seconds that the matching may take
AT_ONCE = 5000
SOURCES = Path(mudir.__file__).parent.parent


class MatchingFailed(RuntimeError):
    """The process that compares records came to no end. The message is its last words."""


def look(kind: str) -> DuplicateSearch:
    """Look once more; pairs that are not found any more go, what a person dismissed stays dismissed."""
    record_type = registry.for_kind(kind)
    search = DuplicateSearch.objects.create(kind=kind)
    try:
        with tempfile.TemporaryDirectory(prefix="mudir-duplicates-") as place:
            folder = Path(place)
            gather(record_type, folder)
            _match(folder)
            _keep(search, folder / "pairs.csv")
    except Exception:
        DuplicateSearch.objects.filter(pk=search.pk).update(has_failed=True, finished_at=timezone.now())
        raise
    search.finished_at = timezone.now()
    search.save(update_fields=["finished_at"])
    DuplicateSearch.objects.filter(kind=kind, pk__lt=search.pk).delete()
    return search


def _match(folder: Path) -> None:
    """Compare in a process of its own: what it takes of memory it gives back, and it sees no database."""
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(SOURCES), "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "mudir.records.duplicates.matching", str(folder)], env=environment, cwd=folder,
        capture_output=True, text=True, timeout=LONGEST, check=False,
    )
    if done.returncode:
        raise MatchingFailed(done.stderr.strip()[-2000:])


@transaction.atomic
def _keep(search: DuplicateSearch, file: Path) -> None:
    table = DuplicateCandidate._meta.db_table
    with file.open(newline="") as lines, connection.cursor() as cursor:
        for some in batched(csv.reader(lines), AT_ONCE, strict=False):
            first, second, score, reasons = zip(*some, strict=True)
            cursor.execute(
                f"""INSERT INTO {table} (kind, first_id, second_id, score, reasons, found_at)
                    SELECT %s, found.first_id, found.second_id, found.score, string_to_array(found.reasons, '+'), %s
                    FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::text[])
                      AS found (first_id, second_id, score, reasons)
                    ON CONFLICT (kind, first_id, second_id) DO UPDATE
                    SET score = excluded.score, reasons = excluded.reasons, found_at = excluded.found_at""",
                [search.kind, search.started_at, list(first), list(second), list(score), list(reasons)])
    gone = DuplicateCandidate.objects.filter(kind=search.kind, found_at__lt=search.started_at)
    gone.filter(dismissed_at__isnull=True).delete()
