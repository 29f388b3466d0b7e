"""Moving a client through the cycle."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mudir.clients import rules, services
from mudir.clients.forms import StageForm
from mudir.clients.models import Stage
from mudir.clients.services.stage import needs_reason
from mudir.clients.views import client_or_404
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the stage and, where one is needed, the reason; posted, move the client there."""
    client = client_or_404(request, pk)
    if not rules.can_edit(request.user, client):
        raise PermissionDenied
    form = StageForm(request.POST or None, initial={"to": request.GET.get("to", "")})
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.move_stage(client, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            label = Stage(moved.stage).label
            notify(request, _("“%(client)s” is now in “%(stage)s”.") % {"client": moved, "stage": label})
            return HttpResponseRedirect(moved.get_absolute_url())
    wanted = str(form["to"].value() or "")
    to = Stage(int(wanted)) if wanted in map(str, Stage.values) else None
    context = {
        "client": client, "form": form, "to": to, "here": Stage(client.stage),
        "needs_reason": to is not None and needs_reason(client, to),
    }
    return render_page(request, "clients/stage.html", context, fragment="move", status=422 if form.errors else 200)
