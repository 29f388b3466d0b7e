"""The rejected rows as a file: what was uploaded, as it was, and a column with the reasons. Nothing else."""

from collections.abc import Iterator
from itertools import batched, chain

from django.utils.translation import gettext as _

from mudir.kit import separated
from mudir.records.importing.intake import cells_of
from mudir.records.importing.reasons import with_column
from mudir.records.models import Import, ImportRow


def lines(job: Import) -> Iterator[str]:
    """The file, some lines at once; it can be put right and imported again as it is."""
    return separated.lines(chain([[*job.heads, _("Reason")]], _rows(job)))


def _rows(job: Import) -> Iterator[list[str]]:
    rejected = ImportRow.objects.filter(of=job, outcome=ImportRow.Outcome.REJECTED).order_by("number")
    for some in batched(rejected.values_list("number", "reasons").iterator(chunk_size=2000), 2000):
        reasons = dict(some)
        width = len(job.heads)
        for number, cells in cells_of(job, reasons):
            said = " ".join(with_column(problem, job.heads) for problem in reasons[number])
            yield [*cells, *[""] * (width - len(cells)), said]
