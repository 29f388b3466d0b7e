"""People at clients, and what they are there."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.models import Client, Contact, ContactRole
from mudir.clients.services.client import sort_key_of, weigh_again
from mudir.clients.services.reach import ROWS, Row, clean_rows, primary_copies, replace_rows
from mudir.clients.services.removal import take_away
from mudir.records import search
from mudir.records.bulk.writing import Changes, Refusals, edit_many
from mudir.records.custom import named, take_custom
from mudir.records.services import add_event, check_rights, locked, save_changes, save_new, service

FIELDS = frozenset({
    "name", "name_other", "title", "job_title", "department", "birthday", "languages", "notes", "external_id",
    "custom",
})


@service
def create_contact(*, by: User, roles: Iterable[Mapping[str, Any]] = (), **data: Any) -> Contact:
    """Make a contact.

    `roles` says what the person is and where: {client, role, is_primary}; the lists phones, emails, addresses and
    consents are rows as in services/reach.py.
    """
    if not rules.can_create(by, Contact):
        raise PermissionDenied
    take_custom(Contact, data, by=by)
    lists = _checked(data, by=by)
    made = {name: clean_rows(name, rows, by=by) for name, rows in lists.items()}
    contact = Contact(**data)
    contact.sort_key = sort_key_of(contact.name)
    for name, cleaned in made.items():
        for column, value in _copies(name, cleaned).items():
            setattr(contact, column, value)
    save_new(contact, by=by)
    for name, cleaned in made.items():
        replace_rows(contact, name, cleaned)
    add_event(contact, "contact.created", by=by)
    _set_roles(contact, roles, by=by)
    search.index(contact)
    return contact


@service
def edit_contact(
    contact: Contact, *, by: User, version: int | None = None, roles: Iterable[Mapping[str, Any]] | None = None,
    **data: Any,
) -> Contact:
    """Change a contact; what is not named stays. Roles at clients that `by` does not see are never touched."""
    current = locked(contact, by=by, version=version)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    custom = take_custom(Contact, data, by=by, current=current)
    changed_lists = []
    for name, rows in _checked(data, by=by).items():
        cleaned = clean_rows(name, rows, by=by)
        if replace_rows(current, name, cleaned):
            changed_lists.append(name)
            data |= _copies(name, cleaned)
    values = {name: value for name, value in data.items() if getattr(current, name) != value}
    if "name" in values:
        values["sort_key"] = sort_key_of(values["name"])
    if roles is not None and _set_roles(current, roles, by=by):
        changed_lists.append("roles")
    if values or changed_lists:
        save_changes(current, values)
        add_event(current, "contact.edited", by=by, fields=named(set(values) & FIELDS, [*custom, *changed_lists]))
        search.index(current)
    return current


@service
def edit_contacts(changes: Changes, *, by: User) -> Refusals:
    """Change the fields of many contacts, locked by the caller, with a few statements; lists are not among them."""
    def prepare(contact: Contact, data: dict[str, Any]) -> dict[str, Any]:
        if not rules.can_edit(by, contact):
            raise PermissionDenied
        _checked(dict(data), by=by)
        return data | ({"sort_key": sort_key_of(data["name"])} if "name" in data else {})

    return edit_many(changes, by=by, verb="contact.edited", prepare=prepare)


def _checked(data: dict[str, Any], *, by: User) -> dict[str, Iterable[Row]]:
    check_rights(Contact, data, by=by)
    lists = {name: data.pop(name) for name in ROWS if name in data}
    refused = sorted(set(data) - FIELDS)
    if refused:
        raise ValidationError({refused[0]: _("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]}})
    return lists


def _copies(name: str, cleaned: list) -> dict[str, str]:
    return primary_copies(name, map(vars, cleaned)) if name != "addresses" else {}


def _set_roles(contact: Contact, roles: Iterable[Mapping[str, Any]], *, by: User) -> bool:
    """Make the contact's roles at the clients that `by` sees exactly these; whether anything changed."""
    seen = Client.objects.visible_to(by)
    wanted: dict[tuple[int, str], bool] = {}
    for row in roles:
        wanted[row["client"].pk, row["role"]] = bool(row.get("is_primary"))
    present = {(role.client_id, role.role): role
               for role in ContactRole.objects.filter(contact=contact, client__in=seen.values("pk"))}
    is_changed = False
    for key in present.keys() - wanted.keys():
        unlink_contact(present[key].client, role=present[key], by=by)
        is_changed = True
    for (client_id, kind), is_primary in wanted.items():
        role = present.get((client_id, kind))
        if role is not None and role.is_primary == is_primary:
            continue
        client = seen.filter(pk=client_id).first()
        if client is None:
            raise ValidationError({"roles": _("There is no such client.")})
        _write_role(client, contact, role=kind, is_primary=is_primary, by=by)
        is_changed = True
    return is_changed


@service
def link_contact(
    client: Client, *, contact: Contact, by: User, role: str = ContactRole.Role.OTHER, is_primary: bool = False
) -> ContactRole:
    """Say what a person is for a client. Linked in that role already, only 'first to call' changes."""
    if not Contact.objects.visible_to(by).filter(pk=contact.pk).exists():
        raise ValidationError({"contact": _("There is no such contact.")})
    linked = _write_role(client, contact, role=role, is_primary=is_primary, by=by)
    search.index(contact)
    return linked


def _write_role(client: Client, contact: Contact, *, role: str, is_primary: bool, by: User) -> ContactRole:
    current = locked(client, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    if is_primary:  # at most one person is the first to call
        ContactRole.objects.filter(client=current, is_primary=True).exclude(contact=contact, role=role).update(
            is_primary=False)
    linked = ContactRole.objects.filter(client=current, contact=contact, role=role).first()
    is_new = linked is None
    linked = linked or ContactRole(client=current, contact=contact, role=role)
    linked.is_primary = is_primary
    linked.full_clean()
    linked.save()
    if is_new:
        add_event(current, "client.contact_linked", by=by, target=contact)
        weigh_again(current)
    return linked


@service
def unlink_contact(client: Client, *, role: ContactRole, by: User) -> int:
    """Take a person's role at a client away; returns the key under which `put_back` finds it."""
    current = locked(client, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    own = ContactRole.objects.select_for_update().get(pk=role.pk, client=current)
    add_event(current, "client.contact_unlinked", by=by, target=own.contact)
    removal = take_away(own)
    weigh_again(current)
    search.index(own.contact)
    return removal
