"""Who is met at a client: whoever sees the client sees them."""

from django.db.models import Exists, OuterRef, QuerySet

from mudir.clients.models import Client, Contact, ContactRole


def people_at(client: Client) -> QuerySet[Contact]:
    """The contacts of a client that the person was just seen to see."""
    roles = ContactRole.objects.filter(client=client, contact=OuterRef("pk"))
    there = Contact.objects.unscoped("people at a client that was just seen")
    return there.filter(Exists(roles), trashed_at__isnull=True).order_by("sort_key")
