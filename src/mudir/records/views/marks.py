"""The star of a record, the favourites in their order, and where the reader was."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in
from mudir.records import marks, notifications, registry
from mudir.records.models import Favourite
from mudir.records.navigation import links_to_favourites
from mudir.records.registry import RecordType
from mudir.records.views.record import seen_or_404


@require_POST
def star(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Put a star on the record, or take it off (`on=no`)."""
    record = seen_or_404(request, record_type, pk)
    if request.POST.get("on") == "no":
        marks.unstar(record, by=request.user)
    else:
        try:
            marks.star(record, by=request.user)
        except ValidationError as error:
            notify(request, " ".join(error.messages))
    if not wants_fragment(request):
        return HttpResponseRedirect(record.get_absolute_url())
    context = {
        "record_type": record_type, "record": record, "is_starred": marks.is_starred(record, request.user),
        "favourites": links_to_favourites(request.user, urlsplit(request.headers.get("HX-Current-URL", "")).path),
    }
    return render_page(request, "records/star.html#changed", context)


@require_POST
def visit(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The reader looks at the record: it is among the latest ones, and what told of it is read."""
    record = seen_or_404(request, record_type, pk)
    marks.visit(record, by=request.user)
    if not notifications.mark_read_about(record, by=request.user):
        return HttpResponse(status=204)
    return render_page(request, "records/notifications/bell.html#changed")


@require_http_methods(["GET", "HEAD", "POST"])
def favourites(request: HttpRequest) -> HttpResponse:
    """The favourites, to be put into order; posted, moves one (`kind`, `id`) up or down (`places`)."""
    if request.method == "POST":
        kind, key = request.POST.get("kind", ""), number_in(request.POST.get("id", ""))
        places = {"up": -1, "down": 1}.get(request.POST.get("move", ""))
        if kind not in {one.kind for one in registry.all_types()} or key is None or places is None:
            raise Http404
        try:
            marks.move_favourite((kind, key), by=request.user, places=places)
        except Favourite.DoesNotExist:
            raise Http404 from None
        return HttpResponseRedirect(reverse("records:favourites"))
    return render_page(request, "records/favourites.html", {"hits": marks.favourites_of(request.user)}, fragment="list")
