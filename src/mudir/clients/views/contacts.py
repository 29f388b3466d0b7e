"""The people of a client, and the clients of a person."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.accounts.models import User
from mudir.clients import rules, services
from mudir.clients.forms import LinkContactForm
from mudir.clients.models import Client, Contact, ContactRole
from mudir.clients.views import client_or_404, contact_or_404
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records.projection import masked

SHOWN = 8
IMPORTANCE = ("decider", "signatory", "influencer", "payer", "user", "gatekeeper", "other")


@dataclass(frozen=True)
class Person:
    contact: Contact
    roles: list[ContactRole]
    is_primary: bool
    decides: bool


def people_of(client: Client, actor: User) -> list[Person]:
    """The contacts of a client that the actor sees, whoever is called first and whoever decides before the rest."""
    roles: dict[int, list[ContactRole]] = {}
    for role in ContactRole.objects.filter(client=client).order_by("pk"):
        roles.setdefault(role.contact_id, []).append(role)
    people = [
        Person(
            contact=masked(contact, actor), roles=roles[contact.pk],
            is_primary=any(role.is_primary for role in roles[contact.pk]),
            decides=any(role.role == ContactRole.Role.DECIDER for role in roles[contact.pk]),
        )
        for contact in Contact.objects.visible_to(actor).filter(pk__in=roles)
    ]

    def place(person: Person) -> tuple:
        first_role = min(IMPORTANCE.index(role.role) for role in person.roles)
        return not person.is_primary, first_role, person.contact.sort_key

    return sorted(people, key=place)


@require_http_methods(["GET", "HEAD", "POST"])
def of_client(request: HttpRequest, pk: int) -> HttpResponse:
    """The people of a client; posted, adds somebody already known."""
    client = client_or_404(request, pk)
    can_edit = rules.can_edit(request.user, client)
    is_adding = "add" in request.GET or request.method == "POST"
    if is_adding and not can_edit:
        raise PermissionDenied
    form = LinkContactForm(request.POST or None, by=request.user) if is_adding else None
    if request.method == "POST" and form.is_valid():
        try:
            role = services.link_contact(client, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            said = _("%(contact)s is a contact of “%(client)s”.") % {"contact": role.contact, "client": client}
            notify(request, said, undo=reverse("clients:unlink_contact", args=[client.pk, role.pk]))
            if not wants_fragment(request):
                return HttpResponseRedirect(client.get_absolute_url())
            form = None
    people = people_of(client, request.user)
    context = {
        "client": client, "people": people if "all" in request.GET else people[:SHOWN], "count": len(people),
        "more": len(people) > SHOWN and "all" not in request.GET, "form": form, "can_edit": can_edit,
    }
    return render_page(request, "clients/contacts.html", context, fragment="panel",
                       status=422 if form and form.errors else 200)


@require_POST
def unlink(request: HttpRequest, pk: int, role_pk: int) -> HttpResponse:
    client = client_or_404(request, pk)
    role = get_object_or_404(ContactRole, pk=role_pk, client=client)
    contact = role.contact
    removal = services.unlink_contact(client, role=role, by=request.user)
    notify(request, _("%(contact)s is no longer a contact of “%(client)s”.") % {"contact": contact, "client": client},
           undo=reverse("clients:put_back", args=["role", removal]))
    if wants_fragment(request):
        request.method = "GET"
        return of_client(request, pk)
    return HttpResponseRedirect(client.get_absolute_url())


@require_safe
def clients_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The clients of a person that the reader sees, with what the person is there."""
    contact = contact_or_404(request, pk)
    roles = list(ContactRole.objects.filter(contact=contact).order_by("-is_primary", "pk"))
    seen = Client.objects.visible_to(request.user).filter(pk__in={role.client_id for role in roles})
    clients = {client.pk: client for client in seen}
    places = [{"client": clients[role.client_id], "role": role} for role in roles if role.client_id in clients]
    context = {"contact": contact, "places": places, "can_edit": rules.can_edit(request.user, contact)}
    return render_page(request, "clients/clients_of_contact.html", context, fragment="panel")
