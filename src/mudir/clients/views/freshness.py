"""How complete a client is, and which facts wait for a confirmation."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mudir.clients import completeness, rules, services
from mudir.clients.models import Client
from mudir.clients.views import client_or_404
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records import registry


@dataclass(frozen=True)
class StaleFact:
    id: str
    label: str | Promise
    value: str
    is_code: bool  # read from left to right
    confirmed: str  # the day in the reader's words, empty for one never confirmed


@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Completeness with what is missing; posted, confirms the facts named."""
    client = client_or_404(request, pk)
    if request.method == "POST":
        try:
            client = services.confirm_facts(client, facts=request.POST.getlist("fact"), by=request.user)
        except ValidationError as error:
            return HttpResponseBadRequest(" ".join(error.messages))
        notify(request, _("Confirmed today."))
        if not wants_fragment(request):
            return HttpResponseRedirect(client.get_absolute_url())
    percent, hidden = client.completeness, registry.for_model(Client).hidden_from(request.user)
    context = {
        "client": client,
        "missing": completeness.missing(client, without=hidden),
        "stale": [fact for fact in stale_facts(client, request.formatter) if fact.id not in hidden],
        "tone": "good" if percent >= 80 else "warn" if percent >= 50 else "bad",
        "can_edit": rules.can_edit(request.user, client),
    }
    return render_page(request, "clients/freshness.html", context, fragment="panel")


def stale_facts(client: Client, fmt: Formatter) -> list[StaleFact]:
    fields = registry.for_model(Client).fields
    return [
        StaleFact(
            id=fact, label=fields[fact].label,
            value=fmt.phone(client.phone) if fact == "phone" else str(getattr(client, fact)),
            is_code=fact in {"phone", "email", "registration_number"},
            confirmed=fmt.date(date.fromisoformat(day)) if (day := client.confirmations.get(fact)) else "",
        )
        for fact in completeness.stale_facts(client, today=timezone.localdate())
    ]
