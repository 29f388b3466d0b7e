"""What people fill in about clients and contacts."""

from mudir.clients.forms.client import ClientForm
from mudir.clients.forms.contact import ContactForm, LinkContactForm
from mudir.clients.forms.nuance import NuanceForm
from mudir.clients.forms.relation import RelationForm
from mudir.clients.forms.stage import StageForm

__all__ = [
    "ClientForm", "ContactForm", "LinkContactForm", "NuanceForm", "RelationForm", "StageForm",
]
