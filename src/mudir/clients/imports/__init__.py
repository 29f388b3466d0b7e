"""Clients and contacts from files."""

from mudir.clients.imports.client import ClientImporter
from mudir.clients.imports.contact import ContactImporter

__all__ = ["ClientImporter", "ContactImporter"]
