"""Pages and panels of clients and contacts beside those that every record has."""

from django.http import HttpRequest

from mudir.clients.models import Client, Contact
from mudir.records import registry
from mudir.records.models import Record
from mudir.records.views import record


def seen_or_404[R: Record](model: type[R], request: HttpRequest, pk: int) -> R:
    return record.seen_or_404(request, registry.for_model(model), pk)


def client_or_404(request: HttpRequest, pk: int) -> Client:
    return seen_or_404(Client, request, pk)


def contact_or_404(request: HttpRequest, pk: int) -> Contact:
    return seen_or_404(Contact, request, pk)
