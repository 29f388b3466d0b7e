"""Bringing in files of records: reading, recognising, checking, writing in batches, undoing."""

from mudir.records.importing.importer import Change, Identity, Importer, Recognised, Refused, Row, Target

__all__ = ["Change", "Identity", "Importer", "Recognised", "Refused", "Row", "Target"]
