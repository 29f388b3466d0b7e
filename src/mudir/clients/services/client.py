"""Making a client, changing it, confirming what is known."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import completeness, rules
from mudir.clients.models import Client, Contact
from mudir.clients.services.reach import ROWS, Row, clean_rows, primary_copies, replace_rows
from mudir.kit.arabic.fold import fold
from mudir.records import notifications, registry, search
from mudir.records.bulk.writing import Changes, Refusals, edit_many
from mudir.records.custom import named, take_custom
from mudir.records.models import Reason
from mudir.records.services import add_event, check_rights, locked, save_changes, save_new, service

FIELDS = frozenset({
    "kind", "name", "name_other", "registration_number", "tax_number", "sector", "website", "tier", "lifecycle",
    "client_since", "source", "languages", "present_supplier", "head_office", "notes", "management_note", "external_id",
    "custom",
})
ARTICLE = re.compile(r"^(?:ال|[ae]l[- ])(?=\w{3})")


def sort_key_of(name: str) -> str:
    """The name as lists order it: folded, without its article."""
    return ARTICLE.sub("", fold(name))[:200]


@service
def create_client(*, by: User, owner: User | None = None, **data: Any) -> Client:
    """Make a client.

    `data`: fields of the client, and the lists phones, emails, addresses and consents as rows (services/reach.py).
    Without an owner it is `by`'s; what is filled in counts as confirmed today.
    """
    if not rules.can_create(by, Client) or not rules.can_create_for(by, owner or by, Client):
        raise PermissionDenied
    take_custom(Client, data, by=by)
    rows = _checked(data, client=None, by=by)
    made = {name: clean_rows(name, lists, by=by) for name, lists in rows.items()}
    client = Client(**data, owner=_able_owner(owner) if owner else by)
    client.sort_key = sort_key_of(client.name)
    for name, cleaned in made.items():
        for column, value in primary_copies(name, map(vars, cleaned)).items():
            setattr(client, column, value)
    known = completeness.known_facts(client, has_contact=False)
    client.confirmations = completeness.confirmed({}, known, timezone.localdate())
    _weigh(client, known)
    save_new(client, by=by)
    for name, cleaned in made.items():
        replace_rows(client, name, cleaned)
    event = add_event(client, "client.created", by=by)
    notifications.tell(event, Reason.ASSIGNMENT, to=[client.owner])
    search.index(client)
    return client


@service
def edit_client(client: Client, *, by: User, version: int | None = None, **data: Any) -> Client:
    """Change a client; what `data` does not name stays, a list that it names becomes exactly that list.

    A key fact that changes counts as confirmed today. Raises `Conflict` when the client is not at `version` any more.
    """
    current = locked(client, by=by, version=version)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    custom = take_custom(Client, data, by=by, current=current)
    rows = _checked(data, client=current, by=by)
    changed_lists = []
    for name, lists in rows.items():
        cleaned = clean_rows(name, lists, by=by)
        if replace_rows(current, name, cleaned):
            changed_lists.append(name)
            data |= primary_copies(name, map(vars, cleaned))
    changed = [name for name, value in data.items() if getattr(current, name) != value]
    if not changed and not changed_lists:
        return current
    save_changes(current, _with_what_follows(current, {name: data[name] for name in changed}))
    told = named((name for name in changed if name in FIELDS), [*custom, *changed_lists])
    add_event(current, "client.edited", by=by, fields=told)
    search.index(current)
    return current


@service
def edit_clients(changes: Changes, *, by: User) -> Refusals:
    """Change the fields of many clients, locked by the caller, with a few statements; lists are not among them.

    Returns those that were refused, each with its reason.
    """
    keys = [client.pk for client, _data in changes]
    with_contact = set(completeness.with_contact(keys))

    def prepare(client: Client, data: dict[str, Any]) -> dict[str, Any]:
        if not rules.can_edit(by, client):
            raise PermissionDenied
        _checked(dict(data), client=client, by=by)
        return _with_what_follows(client, data, has_contact=client.pk in with_contact)

    return edit_many(changes, by=by, verb="client.edited", prepare=prepare)


def _with_what_follows(client: Client, values: dict[str, Any], *, has_contact: bool | None = None) -> dict[str, Any]:
    """The changed fields with what is kept beside them: the key of sorting, what counts as confirmed, completeness."""
    values = dict(values)
    confirmed = [fact for fact, value in values.items() if value]
    if "name" in values:
        values["sort_key"] = sort_key_of(values["name"])
    values["confirmations"] = completeness.confirmed(client.confirmations, confirmed, timezone.localdate())
    return values | _weighed_with(client, values, has_contact=has_contact)


def _checked(data: dict[str, Any], *, client: Client | None, by: User) -> dict[str, Iterable[Row]]:
    """Take the lists out of `data`; refuse what may not be written here, and a head office that is none."""
    check_rights(Client, data, by=by)
    rows = {name: data.pop(name) for name in ROWS if name in data}
    refused = sorted(set(data) - FIELDS)
    if refused:
        raise ValidationError({refused[0]: _("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]}})
    if "management_note" in data and not rules.can_read_management_note(by):
        raise PermissionDenied
    if data.get("head_office"):
        _check_head_office(data["head_office"], client=client, by=by)
    return rows


def _check_head_office(head_office: Client, *, client: Client | None, by: User) -> None:
    if not Client.objects.visible_to(by).filter(pk=head_office.pk).exists():
        raise ValidationError({"head_office": _("There is no such client.")})
    if client is None:
        return
    above, passed = head_office.pk, set()
    while above and above not in passed:
        if above == client.pk:
            raise ValidationError({"head_office": _("This client stands above that one already.")})
        passed.add(above)
        everyone = Client.objects.unscoped("whether head offices form a ring; nothing of them is shown")
        above = everyone.filter(pk=above).values_list("head_office_id", flat=True).first()


def _able_owner(owner: User) -> User:
    if not rules.can_own(owner):
        raise ValidationError({"owner": _("%(name)s cannot have clients.") % {"name": owner}})
    return owner


def _weigh(client: Client | SimpleNamespace, known: set[str]) -> None:
    client.completeness = completeness.percent(client.kind, known)
    client.stale_date = completeness.stale_date(known, client.confirmations)


def _weighed_with(client: Client, values: dict[str, Any], *, has_contact: bool | None = None) -> dict[str, Any]:
    """Completeness and the day of staleness as they will be with these values."""
    then = SimpleNamespace(**{name: getattr(client, name) for name in ("kind", "confirmations")})
    for fact in completeness.MISSING.keys() - {"contact"}:
        setattr(then, fact, getattr(client, fact))
    for name, value in values.items():
        setattr(then, name, value)
    has_contact = completeness.has_contact(client) if has_contact is None else has_contact
    known = completeness.known_facts(then, has_contact=has_contact)
    _weigh(then, known)
    return {"completeness": then.completeness, "stale_date": then.stale_date}


def weigh_again(client: Client) -> None:
    """Write completeness anew after something beside the client's own fields changed; the client is locked."""
    values = _weighed_with(client, {})
    everyone = Client.objects.unscoped("completeness of a client that its service has locked")
    everyone.filter(pk=client.pk).update(**values)
    client.completeness, client.stale_date = values["completeness"], values["stale_date"]


@service
def confirm_facts(client: Client, *, facts: Iterable[str], by: User) -> Client:
    """Say that key facts were checked with the client today and hold."""
    current = locked(client, by=by)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    facts, hidden = list(dict.fromkeys(facts)), registry.for_model(Client).hidden_from(by)
    for fact in facts:
        if fact not in completeness.KEY_FACTS or not getattr(current, fact) or fact in hidden:
            raise ValidationError(_("“%(fact)s” is not a fact that can be confirmed.") % {"fact": str(fact)[:60]})
    if not facts:
        raise ValidationError(_("Choose what was confirmed."))
    confirmations = completeness.confirmed(current.confirmations, facts, timezone.localdate())
    values = {"confirmations": confirmations}
    save_changes(current, values | _weighed_with(current, values))
    add_event(current, "client.confirmed", by=by, fields=facts)
    return current


def touch_client(client: Client, *, at: datetime, contact: Contact | None = None) -> None:
    """Mark the client (and the person spoken to) as contacted at that moment, unless they were later already.

    Part of another service's transaction, which asked for permission.
    """
    earlier = Q(last_contact_at__lt=at) | Q(last_contact_at__isnull=True)
    reason = "last contact, told by an activity that its service let through"
    Client.objects.unscoped(reason).filter(earlier, pk=client.pk).update(last_contact_at=at)
    if contact is not None:
        Contact.objects.unscoped(reason).filter(earlier, pk=contact.pk).update(last_contact_at=at)


def untouch_client(
    client: Client, *, at: datetime, latest: datetime | None, contact: Contact | None = None,
    latest_of_contact: datetime | None = None,
) -> None:
    """Take back the contact of that moment, unless a later one was told: then `latest` is the last one.

    Part of another service's transaction, which asked for permission.
    """
    reason = "last contact, taken back by an activity that its service let through"
    Client.objects.unscoped(reason).filter(pk=client.pk, last_contact_at=at).update(last_contact_at=latest)
    if contact is not None:
        people = Contact.objects.unscoped(reason)
        people.filter(pk=contact.pk, last_contact_at=at).update(last_contact_at=latest_of_contact)


def set_next_step(client: Client, *, text: str, due_date: date | None) -> None:
    """Keep the client's next open task beside its name; empty text when there is none.

    Part of another service's transaction, which asked for permission.
    """
    everyone = Client.objects.unscoped("next step, told by an activity that its service let through")
    everyone.filter(pk=client.pk).update(next_step=text[:200], next_step_date=due_date if text else None)
