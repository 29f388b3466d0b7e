"""Notes about a client."""

import uuid
from typing import Any

from mudir.accounts.models import User
from mudir.activities.models import Note
from mudir.activities.services.writing import (
    check_contact,
    check_fields,
    content_token,
    editable,
    tell_of_new,
    writable,
    written_before,
)
from mudir.clients.models import Client, Contact
from mudir.records import search
from mudir.records.custom import named, take_custom
from mudir.records.services import add_event, save_changes, save_new, service

FIELDS = frozenset({"text", "contact"})


@service
def write_note(
    *, by: User, client: Client, text: str, contact: Contact | None = None, token: uuid.UUID | None = None,
    **custom: Any,
) -> Note:
    """Write something down about a client. The same form sent again (`token`) gives the note of the first time."""
    current = writable(client, by=by)
    text = text.strip()
    check_fields(Note, custom, FIELDS, by=by)
    token = content_token(token, client=client, contact=contact, text=text, **custom)
    if written := written_before(Note, token, by=by):
        return written
    check_contact(contact, current, by=by)
    take_custom(Note, custom, by=by, is_whole=bool(custom))
    note = save_new(Note(client=current, contact=contact, text=text, token=token, **custom), by=by)
    tell_of_new(note, "note.written", by=by)
    search.index(note)
    return note


@service
def edit_note(note: Note, *, by: User, version: int | None = None, **data: Any) -> Note:
    """Change a note; its client stays. Raises `Conflict`."""
    check_fields(Note, data, FIELDS, by=by)
    current = editable(note, by=by, version=version)
    if "contact" in data and data["contact"] != current.contact:
        check_contact(data["contact"], current.client, by=by)
    custom = take_custom(Note, data, by=by, current=current)
    data = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
    if not any(getattr(current, name) != value for name, value in data.items()):
        return current
    changed = save_changes(current, data)
    add_event(current, "note.edited", by=by, fields=named(changed, custom))
    search.index(current)
    return current
