"""The head office and branches of a client, and how it stands to others."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts.models import User
from mudir.clients import rules, services
from mudir.clients.forms import RelationForm
from mudir.clients.models import Client, Relation
from mudir.clients.views import client_or_404
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records.projection import masked
from mudir.records.views.record import once

SHOWN = 8
FROM_THE_OTHER_SIDE = {
    Relation.Kind.GROUP: gettext_lazy("heads the group of"),
    Relation.Kind.PARTNER: gettext_lazy("is a partner of"),
    Relation.Kind.SUPPLIER: gettext_lazy("is supplied by"),
    Relation.Kind.REFERRED: gettext_lazy("recommended us to"),
    Relation.Kind.OTHER: gettext_lazy("is related to"),
}


@dataclass(frozen=True)
class Line:
    relation: Relation
    words: str | Promise
    other: Client


def relations_of(client: Client, actor: User) -> list[Line]:
    """The relations of a client to those that the actor sees, from either side."""
    found = list(Relation.objects.filter(Q(client=client) | Q(other=client)).order_by("pk"))
    keys = {relation.other_id if relation.client_id == client.pk else relation.client_id for relation in found}
    if not keys:
        return []
    seen = {other.pk: masked(other, actor) for other in Client.objects.visible_to(actor).filter(pk__in=keys)}
    lines = []
    for relation in found:
        is_own = relation.client_id == client.pk
        other = seen.get(relation.other_id if is_own else relation.client_id)
        if other is not None:
            words = relation.get_kind_display() if is_own else FROM_THE_OTHER_SIDE[relation.kind]
            lines.append(Line(relation, words, other))
    return lines


def head_office_of(client: Client, actor: User) -> Client | None:
    """The head office, if the person sees it."""
    if client.head_office_id is None:
        return None
    return Client.objects.visible_to(actor).filter(pk=client.head_office_id).first()


def branches_of(request: HttpRequest, client: Client) -> list[Client]:
    """The branches that the person sees, one more than are shown."""
    def ask() -> list[Client]:
        seen = Client.objects.visible_to(request.user).filter(head_office=client)
        return [masked(branch, request.user) for branch in seen.order_by("sort_key", "pk")[: SHOWN + 1]]

    return once(request, ("branches", client.pk), ask)


@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Head office, branches and relations; posted, adds a relation."""
    client = client_or_404(request, pk)
    can_edit = rules.can_edit(request.user, client)
    is_adding = "add" in request.GET or request.method == "POST"
    if is_adding and not can_edit:
        raise PermissionDenied
    form = RelationForm(request.POST or None, by=request.user) if is_adding else None
    if request.method == "POST" and form.is_valid():
        try:
            relation = services.relate(client, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("Written down."), undo=reverse("clients:unrelate", args=[client.pk, relation.pk]))
            if not wants_fragment(request):
                return HttpResponseRedirect(client.get_absolute_url())
            form = None
    branches = branches_of(request, client)
    context = {
        "client": client, "relations": relations_of(client, request.user), "branches": branches[:SHOWN],
        "more": len(branches) > SHOWN, "form": form, "can_edit": can_edit,
        "head_office": head_office_of(client, request.user),
    }
    return render_page(request, "clients/relations.html", context, fragment="panel",
                       status=422 if form and form.errors else 200)


@require_POST
def remove(request: HttpRequest, pk: int, relation_pk: int) -> HttpResponse:
    client = client_or_404(request, pk)
    relation = get_object_or_404(Relation, Q(client=client) | Q(other=client), pk=relation_pk)
    try:
        removal = services.unrelate(client, relation=relation, by=request.user)
    except Client.DoesNotExist:  # its other side is not for this person to see
        raise Http404 from None
    notify(request, _("Removed."), undo=reverse("clients:put_back", args=["relation", removal]))
    if wants_fragment(request):
        request.method = "GET"
        return panel(request, pk)
    return HttpResponseRedirect(client.get_absolute_url())
