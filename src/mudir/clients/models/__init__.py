from mudir.clients.models.client import Client, Lifecycle, Relation, Stage, Tier
from mudir.clients.models.contact import Contact, ContactRole
from mudir.clients.models.nuance import Nuance
from mudir.clients.models.reach import Address, Consent, Email, Phone

__all__ = [
    "Address", "Client", "Consent", "Contact", "ContactRole", "Email", "Lifecycle", "Nuance", "Phone", "Relation",
    "Stage", "Tier",
]
