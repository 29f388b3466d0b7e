"""The rejected rows as a file: what was uploaded, as it was, and a column with the reasons. Nothing else."""

import csv
from collections.abc import Iterator
from itertools import batched

from django.utils.translation import gettext as _

from mudir.records.importing.intake import cells_of
from mudir.records.importing.reasons import with_column
from mudir.records.models import Import, ImportRow

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Echo:
    """A file that hands back what is written to it, for streaming."""

    def write(self, value: str) -> str:
        return value


def lines(job: Import) -> Iterator[str]:
    """The file, line after line; it can be put right and imported again as it is."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([*map(_harmless, job.heads), _("Reason")])
    rejected = ImportRow.objects.filter(of=job, outcome=ImportRow.Outcome.REJECTED).order_by("number")
    for some in batched(rejected.values_list("number", "reasons").iterator(chunk_size=2000), 2000):
        reasons = dict(some)
        width = len(job.heads)
        for number, cells in cells_of(job, reasons):
            said = " ".join(with_column(problem, job.heads) for problem in reasons[number])
            padded = [*cells, *[""] * (width - len(cells))]
            yield writer.writerow([*map(_harmless, padded), _harmless(said)])


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula, made to stay text."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not cell[1:].isdigit() else cell
