"""Whose a client is, whether it is confidential, and with whom it is shared."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mudir.clients import rules, services
from mudir.clients.forms import AssignForm, ShareForm
from mudir.clients.models import Client
from mudir.clients.views import client_or_404
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.records.models import Share


def _shares_of(client: Client) -> Any:
    return Share.objects.filter(kind=client._meta.label_lower, object_id=client.pk)


def _page(request: HttpRequest, client: Client, **forms: Any) -> HttpResponse:
    if not rules.can_share(request.user, client):
        raise PermissionDenied
    context = {
        "client": client,
        "assign_form": AssignForm(initial={"owner": client.owner_id}),
        "share_form": ShareForm(),
        "shares": _shares_of(client).select_related("user", "team", "granted_by").order_by("pk"),
        "can_set_confidential": rules.can_set_confidential(request.user, client),
    } | forms
    refused = any(form.errors for form in forms.values())
    return render_page(request, "clients/access.html", context, fragment="access", status=422 if refused else 200)


def _back(client: Client) -> HttpResponse:
    return HttpResponseRedirect(reverse("clients:access", args=[client.pk]))


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, client_or_404(request, pk))


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    client = client_or_404(request, pk)
    form = AssignForm(request.POST)
    if form.is_valid():
        try:
            assigned = services.assign(client, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("“%(client)s” belongs to %(owner)s.") % {"client": client, "owner": assigned.owner})
            if Client.objects.visible_to(request.user).filter(pk=pk).exists():
                return HttpResponseRedirect(client.get_absolute_url())
            return HttpResponseRedirect(reverse("records:list", args=["clients"]))
    return _page(request, client, assign_form=form)


@require_POST
def confidentiality(request: HttpRequest, pk: int) -> HttpResponse:
    client = client_or_404(request, pk)
    wanted = request.POST.get("confidential", "")
    if wanted not in {"yes", "no"}:
        return HttpResponseBadRequest(_("Say whether the client is confidential: yes or no."))
    services.set_confidential(client, by=request.user, confidential=wanted == "yes")
    said = _("“%(client)s” is confidential.") if wanted == "yes" else _("“%(client)s” is no longer confidential.")
    notify(request, said % {"client": client})
    return _back(client)


@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    client = client_or_404(request, pk)
    form = ShareForm(request.POST)
    if form.is_valid():
        try:
            made = services.share(client, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("Shared with %(name)s.") % {"name": made.user or made.team},
                   undo=reverse("clients:unshare", args=[client.pk, made.pk]))
            return _back(client)
    return _page(request, client, share_form=form)


@require_POST
def unshare(request: HttpRequest, pk: int, share_pk: int) -> HttpResponse:
    client = client_or_404(request, pk)
    given = get_object_or_404(_shares_of(client), pk=share_pk)
    services.unshare(client, by=request.user, share=given)
    notify(request, _("No longer shared with %(name)s.") % {"name": given.user or given.team})
    return _back(client)
