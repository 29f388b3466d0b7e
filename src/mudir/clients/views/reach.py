"""Where a client or a person is found, and on which channels they may be written to."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mudir.clients.models import Address, Client, Consent, Contact
from mudir.clients.services.reach import parent_of
from mudir.clients.views import seen_or_404
from mudir.kit.countries import country_name
from mudir.kit.htmx import render_page
from mudir.records import registry


def _panel(request: HttpRequest, record: Client | Contact) -> HttpResponse:
    addresses = Address.objects.filter(**parent_of(record)).order_by("-is_primary", "pk")
    if "street" in registry.for_model(type(record)).hidden_from(request.user):
        addresses = addresses.none()
    context = {
        "record": record,
        "addresses": [
            {"type": address.get_type_display(), "words": in_one_line(address, home=request.user.country)}
            for address in addresses
        ],
        "consents": Consent.objects.filter(**parent_of(record)).order_by("pk"),
    }
    return render_page(request, "clients/reach.html", context, fragment="panel")


def in_one_line(address: Address, *, home: str) -> str:
    """The address as it is said, the nearest first; the country only where it is not `home`."""
    parts = [address.street, address.district, address.city, address.region, address.postal_code]
    if address.country not in {"", home}:
        parts.append(country_name(address.country))
    return _(", ").join(dict.fromkeys(part for part in parts if part))


@require_safe
def of_client(request: HttpRequest, pk: int) -> HttpResponse:
    return _panel(request, seen_or_404(Client, request, pk))


@require_safe
def of_contact(request: HttpRequest, pk: int) -> HttpResponse:
    return _panel(request, seen_or_404(Contact, request, pk))
