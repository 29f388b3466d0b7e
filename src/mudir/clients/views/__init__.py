"""Pages and panels of clients and contacts beside those that every record has."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from mudir.clients.models import Client, Contact
from mudir.records.models import Record


def seen_or_404[R: Record](model: type[R], request: HttpRequest, pk: int) -> R:
    return get_object_or_404(model.objects.visible_to(request.user), pk=pk)


def client_or_404(request: HttpRequest, pk: int) -> Client:
    return seen_or_404(Client, request, pk)


def contact_or_404(request: HttpRequest, pk: int) -> Contact:
    return seen_or_404(Contact, request, pk)
