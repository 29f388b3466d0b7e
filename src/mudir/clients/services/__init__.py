"""Every write to the client base: one function for one thing a person does."""

from mudir.clients.services.access import assign, assign_many
from mudir.clients.services.client import (
    confirm_facts,
    create_client,
    edit_client,
    edit_clients,
    set_next_step,
    touch_client,
    untouch_client,
)
from mudir.clients.services.contact import create_contact, edit_contact, edit_contacts, link_contact, unlink_contact
from mudir.clients.services.nuance import add_nuance, edit_nuance, remove_nuance
from mudir.clients.services.relation import relate, unrelate
from mudir.clients.services.removal import put_back
from mudir.clients.services.stage import move_stage
from mudir.records.sharing import set_confidential, share, unshare

__all__ = [
    "add_nuance", "assign", "assign_many", "confirm_facts", "create_client", "create_contact", "edit_client",
    "edit_clients", "edit_contact", "edit_contacts", "edit_nuance", "link_contact", "move_stage", "put_back", "relate",
    "remove_nuance", "set_confidential", "set_next_step", "share", "touch_client", "unlink_contact", "unrelate",
    "unshare", "untouch_client",
]
