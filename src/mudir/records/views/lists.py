"""The list of a record kind: columns, filters, quick search, pages that stay fast."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from mudir.accounts.roles import Act, Reach
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import led_to, render_page, wants_fragment
from mudir.records import rules
from mudir.records.bulk.acts import acts_of
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import FIGURES, Field
from mudir.records.models import SavedView
from mudir.records.query import (
    MOST_SORTS,
    Query,
    QuerySpec,
    SpecError,
    Total,
)
from mudir.records.registry import RecordType
from mudir.records.saved_views import views_of
from mudir.records.shown import Shown, shown_of
from mudir.records.table import render_rows, row_paths
from mudir.records.views.bar import bar_of
from mudir.records.views.groups import groups_of, sums_of

SUGGESTIONS = 12
USUAL_WIDTH = 150  # of a column beside others that have one


@require_safe
def list_page(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """A page of the list; htmx gets the further rows, or the list without the shell.

    A list in groups shows their heads, and each asks for its rows by `rows=1`. The sums of columns come by `sums=1`,
    and by `total=1` a total that would have held up the page.
    """
    try:
        views = views_of(request.user, record_type.kind)
        shown = shown_of(record_type, request.user, request.GET, views)
        if shown.look.layout != "table":
            return led_to(request, shown.url)
        query = Query(shown.spec, request.user)
        if "total" in request.GET and wants_fragment(request):
            return render_page(request, "records/list.html", total_of(request, query, shown), fragment="total")
        of_group = "rows" in request.GET
        is_grouped = bool(shown.spec.group) and not of_group
        if is_grouped:
            query.page_is_possible()
            context = {"groups": groups_of(query, shown, request.formatter)}
        else:
            context = page_of(query, shown, request.formatter, of_group=of_group)
        if "sums" in request.GET or is_grouped and shown.spec.aggregates:
            context["sums"] = sums_of(query, request.formatter)
    except SpecError as error:
        return refused(request, record_type, error)
    context |= {"record_type": record_type, "spec": shown.spec, "width": len(query.columns) + 1}
    if wants_fragment(request) and "sums" in request.GET:
        return render_page(request, "records/list.html", context, fragment="sums")
    if wants_fragment(request) and (shown.spec.after or of_group):
        return render_page(request, "records/list.html", context, fragment="more")
    context |= head_of(request, query, shown, views) | total_of(request, query, shown, context.get("whole"))
    return render_page(request, "records/list.html", context, fragment="list")


def page_of(query: Query, shown: Shown, fmt: Formatter, *, of_group: bool) -> dict:
    """The rows of a page, drawn, and where the next one is."""
    page = query.page(row_paths(query.columns))
    further = shown.changed(after=page.next_cursor).address + ("&rows=1" if of_group else "")
    return {
        "rows": mark_safe(render_rows(query.record_type, query.columns, page.rows, fmt)),  # noqa: S308  escaped there
        "next_url": further if page.next_cursor else "",
        "whole": len(page.rows) if not page.next_cursor and not query.spec.after else None,
        "of_group": of_group,
    }


def total_of(request: HttpRequest, query: Query, shown: Shown, whole: int | None = None) -> dict:
    """How many rows there are, or where that is asked when the page stands. `whole` are all rows, where they are at
    hand."""
    if whole is not None:
        total = Total(whole, True)
    elif "total" in request.GET or query.is_counted_quickly():
        total = query.total()
    else:
        return {"total_url": f"{shown.changed(after=query.spec.after).address}&total=1"}
    words = request.formatter.number(total.count)
    return {"total_text": words if total.is_exact else f"{words}+"}


def refused(request: HttpRequest, record_type: RecordType, error: SpecError) -> HttpResponse:
    """A query that cannot be asked: what is wrong, and a way back to the whole list."""
    context = {"record_type": record_type, "error": str(error)}
    return render_page(request, "records/refused.html", context, fragment="refused", status=400)


def head_of(request: HttpRequest, query: Query, shown: Shown, views: list[SavedView]) -> dict:
    """Everything around the rows: what stands above every layout, columns."""
    spec, record_type = query.spec, query.record_type
    edited = record_type.cells(request.user)
    here = urlencode(shown.changed().pairs())
    bar = bar_of(request, query, shown, views)
    return bar | {
        "heads": [column_head(column, query, shown) for column in query.columns],
        "names": ",".join(column.id for column in query.columns),
        "edited": ",".join(column.id if column.id in edited else "" for column in query.columns),
        "pinned": shown.look.pinned,
        "is_sized": bool(shown.look.widths),
        "sums_url": shown.changed().address + "&sums=1" if spec.aggregates else "",
        "density": shown.look.density or request.user.density,
        "is_narrowed": bool(bar["chips"] or spec.text or spec.after),
        "group": query.field(spec.group).label if spec.group else "",
        "ungrouped_url": shown.changed(group="").address,
        "kept": replace(spec, after="").pairs(),
        "columns_url": f"{reverse('records:columns', args=[record_type.slug])}?{here}",
        "new_url": reverse("records:new", args=[record_type.slug]) if bar["can_create"] else "",
        "acts": acts_of(record_type, request.user),
        "can_merge": record_type.merger is not None and rules.reach_of(
            request.user, Act.MERGE, record_type.model) is not Reach.NONE,
        "can_export": rules.can_export(request.user, record_type.model),
        "can_import": record_type.importer is not None and rules.can_import(request.user, record_type.model),
        "export_query": spec.to_query(after=""),
    }


def column_head(column: Field, query: Query, shown: Shown) -> dict:
    """One head of the table: its label, and the address that sorts by it, turned round the second time.

    With shift it sorts by this field as well, behind those that the list is sorted by already.
    """
    turned = {field.id: turned for field, turned in query.order}
    sort = f"-{column.id}" if turned.get(column.id) is False else column.id
    others = [f"{'-' if way else ''}{name}" for name, way in turned.items() if name != column.id]
    several = len(turned) > 1 and column.id in turned
    also = (*others, sort) if column.id not in turned else tuple(
        sort if name == column.id else f"{'-' if way else ''}{name}" for name, way in turned.items())
    return {
        "id": column.id,
        "label": column.label,
        "url": shown.changed(sort=(sort,)).address if column.sort_path else "",
        "also": shown.changed(sort=also).address if column.sort_path and len(also) <= MOST_SORTS else "",
        "sorted": ("descending" if turned[column.id] else "ascending") if column.id in turned else "",
        "place": list(turned).index(column.id) + 1 if several else 0,
        "is_number": column.type in FIGURES and (not column.cell or isinstance(column, CustomFieldOf)),
        "width": dict(shown.look.widths).get(column.id, USUAL_WIDTH),
    }


def pairs_of(query: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in query.lists():
        for value in values:
            yield name, value


@require_safe
def suggestions(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Records whose name fits what is being typed, to pick one in a form. Only those that the person sees."""
    spec = QuerySpec(kind=record_type.kind, text=request.GET.get("q", "").strip()[:200], size=SUGGESTIONS)
    page = Query(spec, request.user).page([])
    context = {"options": [{"value": row[0], "label": row[1]} for row in page.rows], "q": spec.text}
    return render_page(request, "records/suggestions.html", context, fragment="options")
