"""Reading and cleaning the rows of a file: here, or for a large one in a process of its own on another core.

The process gets its task and hands over batch after batch as pickles; it asks the database nothing. A pipe that is
full lets it wait, one that is closed ends it.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched

from django.utils.translation import override

from mudir.records.importing import tables
from mudir.records.importing.importer import Importer, Row
from mudir.records.importing.matching import Seen
from mudir.records.importing.tables import Unreadable

START = "import django; django.setup(); from mudir.records.importing import reader; reader.main()"
LARGE = 10_000  # rows from which a process of its own is worth the second that it takes to start


@dataclass(frozen=True)
class Task:
    """What is read, and how."""

    path: str
    encoding: str
    separator: str
    first_row: int
    mends: Mapping[int, Sequence[tuple[int, str]]]  # column and value that a person put right, by row
    importer: Importer
    batch: int
    today: date | None  # the day of the import; none: the rows are only checked
    language: str  # of the sentence that says why a file cannot be read: a thread begins without one


def read(task: Task) -> Iterator[list[Row]]:
    """Batches of cleaned rows; each row knows which one before it is the same."""
    seen = Seen()
    with override(task.language), open(task.path, "rb") as file, tables.opened(file, task.encoding) as text:
        behind = (row for row in tables.rows(text, task.separator) if row[0] >= task.first_row)
        for some in batched(behind, task.batch):
            batch = []
            for number, cells in some:
                for column, value in task.mends.get(number, ()):
                    cells += [""] * (column + 1 - len(cells))
                    cells[column] = value
                row = task.importer.clean(number, cells)
                if not row.problems:
                    seen.meet(row)
                    task.importer.make_asked(row)
                    if task.today is not None:
                        task.importer.make_ready(row, today=task.today)
                batch.append(row)
            yield batch


def read_beside(task: Task) -> Iterator[list[Row]]:
    """The same batches, made on another core."""
    with subprocess.Popen([sys.executable, "-P", "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            pickle.dump(task, child.stdin)
            child.stdin.close()
            while (batch := pickle.load(child.stdout)) is not None:  # noqa: S301  from a process of our own
                if isinstance(batch, str):
                    raise Unreadable(batch)
                yield batch
        finally:
            child.kill()


def main() -> None:
    gc.disable()  # rows are trees: looking for rings among a hundred thousand of them finds none
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed by mistake must not get among the pickles
    task = pickle.load(source)  # noqa: S301  from the process that started this one
    answer = None
    try:
        for batch in read(task):
            pickle.dump(batch, target, pickle.HIGHEST_PROTOCOL)
            target.flush()
    except Unreadable as problem:
        answer = str(problem)
    pickle.dump(answer, target)
    target.flush()
