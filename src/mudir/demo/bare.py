"""The addresses of Mudir, and beside them the same rows as Django's tutorial would show them: what we compare with."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_safe

from mudir.clients.models import Client

PAGE = """<!doctype html>
<html lang="{{ LANGUAGE_CODE }}"><head><meta charset="utf-8"><title>Clients</title></head><body>
<p>{{ request.user.name }}</p>
<table><thead><tr><th>Name<th>Tier<th>Stage<th>City<th>Phone<th>Last contact<th>Next step<th>Complete<th>Owner</tr>
</thead>
<tbody>{% for client in clients %}<tr>
<td><a href="{{ client.get_absolute_url }}">{{ client.name }}</a></td>
<td>{{ client.get_tier_display }}</td>
<td>{{ client.get_stage_display }}</td>
<td>{{ client.city }}</td>
<td><a href="tel:{{ client.phone }}">{{ client.phone }}</a></td>
<td>{{ client.last_contact_at|timesince }}</td>
<td>{{ client.next_step }}{% if client.next_step_date %} {{ client.next_step_date|date }}{% endif %}</td>
<td>{{ client.completeness }}</td>
<td>{{ client.owner.name }}</td>
</tr>{% endfor %}</tbody></table></body></html>
"""


@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """Fifty rows as model instances through a template loop, without scope, total, filter bar or navigation."""
    everyone = Client.objects.unscoped("the rows of the view that we compare with")
    rows = everyone.filter(trashed_at=None).select_related("owner").order_by("sort_key", "id")[:50]
    return HttpResponse(template().render({"clients": rows}, request))


@cache
def template():
    """Compiled once, as Django's cached loader does it."""
    return engines["django"].from_string(PAGE)


urlpatterns = [path("bare/", bare), path("", include("mudir.urls"))]
