"""Words that others wrote into a field before, offered while one types."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mudir.clients.models import Client, Contact
from mudir.kit.typed import typed
from mudir.records import registry

OFFERED = {
    "source": Client, "sector": Client, "present_supplier": Client, "city": Client, "job_title": Contact,
    "department": Contact,
}
LOOKED_AT = 400  # matching rows; the words among them are enough to choose from
SHOWN = 10


@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """Options for a field, from records that the person sees: a hidden client's supplier stays unknown."""
    name, begun = request.GET.get("field", ""), typed(request, most=80)
    if name not in OFFERED or name not in registry.for_model(OFFERED[name]).visible_fields(request.user):
        raise Http404
    seen = OFFERED[name].objects.visible_to(request.user).filter(**{f"{name}__istartswith": begun})
    found = seen.exclude(**{name: ""}).values_list(name, flat=True)[:LOOKED_AT] if begun else []
    return render(request, "clients/words.html", {"words": sorted(set(found))[:SHOWN]})
