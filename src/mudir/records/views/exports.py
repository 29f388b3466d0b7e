"""The list as it is seen, as a file: a short one at once, a long one when it is ready."""

import tempfile
from itertools import chain

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mudir.kit import separated
from mudir.kit.htmx import render_page
from mudir.records import registry, rules
from mudir.records.exporting import running
from mudir.records.exporting.files import MOST_ROWS_OF_A_WORKBOOK, TYPES, write_workbook
from mudir.records.exporting.rows import heads_of, rows_of
from mudir.records.models import Export
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.registry import RecordType
from mudir.records.views.lists import refused


@require_http_methods(["GET", "HEAD", "POST"])  # a selection is too long for an address
def export(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """`?format=csv` or `xlsx`, beside the query of the list. A long file is asked for first, then made by a worker."""
    if not rules.can_export(request.user, record_type.model):
        raise PermissionDenied
    asked = request.GET.copy()
    asked.update(request.POST)
    format = "xlsx" if asked.get("format") == "xlsx" else "csv"
    try:
        query = Query(QuerySpec.from_query(record_type.kind, asked), request.user)
        most = MOST_ROWS_OF_A_WORKBOOK if format == "xlsx" else None
        count = query.queryset().order_by()[: most + 1 if most else None].values("pk").count()
        if most and count > most:
            raise SpecError(_("A workbook holds up to %(most)s rows. Narrow the list or take CSV, which has no limit.")
                            % {"most": request.formatter.number(most)})
    except SpecError as error:
        return refused(request, record_type, error)
    name = f"{record_type.slug}-{timezone.localdate().isoformat()}"
    if count <= running.AT_ONCE:
        return at_once(query, format, name)
    if request.method == "POST":
        job = running.begin(query, format, by=request.user, name=name, total=count)
        return HttpResponseRedirect(job.get_absolute_url())
    context = {"record_type": record_type, "count": request.formatter.number(count), "format": format}
    return render_page(request, "records/exports/ask.html", context)


def at_once(query: Query, format: str, name: str) -> HttpResponse:
    heads, rows = heads_of(query), rows_of(query)
    if format == "xlsx":
        file = tempfile.TemporaryFile()  # noqa: SIM115  the answer that sends it closes it
        write_workbook(file, heads, rows)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")
    response = StreamingHttpResponse(separated.lines(chain([heads], rows)), content_type=TYPES["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def own_or_404(request: HttpRequest, pk: int) -> Export:
    """Whoever asked for it alone."""
    return get_object_or_404(Export, pk=pk, user=request.user)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is, and where it is fetched."""
    job, number = own_or_404(request, pk), request.formatter.number
    context = {
        "job": job, "record_type": registry.for_kind(job.kind), "done": number(job.done), "total": number(job.total),
        "share": min(99, round(100 * job.done / max(job.total, 1))), "kept_until": job.created_at + running.KEPT,
    }
    return render_page(request, "records/exports/export.html", context, fragment="state")


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    job = own_or_404(request, pk)
    if not rules.can_export(request.user, registry.for_kind(job.kind).model):
        raise PermissionDenied
    if not job.file:
        raise Http404
    return FileResponse(job.file.open(), as_attachment=True, filename=job.file_name, content_type=TYPES[job.format])
