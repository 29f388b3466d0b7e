"""Through a list record by record: a call list is any list, walked."""

from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mudir.kit.messages import notify
from mudir.records.models import Record
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.query.walking import Step, count_before, step
from mudir.records.registry import RecordType


@require_safe
def walk(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Lead to the first record of the list in the address."""
    from mudir.records.views.lists import refused

    try:
        spec = QuerySpec.from_query(record_type.kind, request.GET)
        first = step(Query(spec, request.user))
    except SpecError as error:
        return refused(request, record_type, error)
    if first is None:
        notify(request, _("There is nothing in this list to go through."))
        return HttpResponseRedirect(f"{reverse('records:list', args=[record_type.slug])}?{spec.to_query(after='')}")
    return HttpResponseRedirect(address_of(record_type, first, spec.to_query(after="")))


def address_of(record_type: RecordType, place: Step, query: str) -> str:
    page = reverse("records:page", args=[record_type.slug, place.key])
    return f"{page}?{urlencode({'walk': query, 'place': place.cursor})}"


def walk_of(request: HttpRequest, record_type: RecordType, record: Record) -> dict | None:
    """Where the reader stands in the list that they go through; none where they go through none.

    After a form of the page the address is the record's own, but the browser tells where the form stood.
    """
    given = request.GET
    if "walk" not in given:
        came_from = urlsplit(request.headers.get("Referer", ""))
        if came_from.path != request.path:
            return None
        given = {name: values[0] for name, values in parse_qs(came_from.query).items()}
    query, place = given.get("walk"), given.get("place")
    if query is None or not place:
        return None
    try:
        spec = QuerySpec.from_query(record_type.kind, QueryDict(query[:4000]))
        asked = Query(spec, request.user)
        number, total = count_before(asked, place) + 1, asked.total()
        is_there = asked.queryset().filter(pk=record.pk).exists()
        behind, earlier = step(asked, place), step(asked, place, back=True)
    except SpecError:
        return None
    fmt, kept = request.formatter, spec.to_query(after="")
    return {
        "number": fmt.number(number) if number <= total.count else "",
        "total": fmt.number(total.count) + ("" if total.is_exact else "+"),
        "is_there": is_there,
        "next_url": address_of(record_type, behind, kept) if behind else "",
        "previous_url": address_of(record_type, earlier, kept) if earlier else "",
        "list_url": f"{reverse('records:list', args=[record_type.slug])}?{kept}",
    }
