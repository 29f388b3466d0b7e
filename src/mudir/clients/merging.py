"""How two clients, or two contacts, become one."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from mudir.clients import completeness
from mudir.clients.models import Address, Client, Consent, Contact, ContactRole, Email, Nuance, Phone
from mudir.clients.services.client import sort_key_of, weigh_again
from mudir.clients.services.reach import IDENTITY, ROWS, parent_of, primary_copies
from mudir.records.merging import Merger
from mudir.records.models import Record

REASON = "records that are locked around a merge, or stand above it; nothing of them is shown"
LISTS = {"phones": Phone, "emails": Email, "addresses": Address}


class ReachMerger(Merger):
    """What clients and contacts have in common: phones, e-mails, addresses, consents, what to keep in mind."""

    identities = {
        Phone: ("e164", "extension"),
        Email: IDENTITY["emails"],
        Address: IDENTITY["addresses"],
        Nuance: ("kind", "text", "date"),
    }
    lists = {"phones": Phone, "emails": Email}

    @classmethod
    def join(cls, kept: models.Model, other: models.Model) -> dict[str, Any]:
        if isinstance(kept, Consent):  # the latest word counts; of the same day the refusal
            later = (other.given_date, not other.is_granted) > (kept.given_date, not kept.is_granted)
            return {name: getattr(other, name) for name in ("is_granted", "given_date", "evidence")} if later else {}
        return super().join(kept, other)

    @classmethod
    def copies(cls, record: Record) -> dict[str, str]:
        """What the record's own columns repeat of its rows."""
        found: dict[str, str] = {}
        for name in LISTS:
            found |= primary_copies(name, ROWS[name].objects.filter(**parent_of(record)).order_by("pk").values())
        columns = {column.name for column in record._meta.concrete_fields}
        return {name: value for name, value in found.items() if name in columns}

    @classmethod
    def refresh(cls, record: Record) -> None:
        type(record).objects.unscoped(REASON).filter(pk=record.pk).update(**cls.copies(record))


class ClientMerger(ReachMerger):
    evidence = {"city": "place", "street": "street", "postal_code": "postal"}
    houses = models.Q(kind=Client.Kind.COMPANY)
    picks = ("stage",)
    settled = (
        "sort_key", "phone", "email", "city", "country", "stage_at", "last_contact_at", "next_step", "next_step_date",
        "confirmations", "completeness", "stale_date",
    )

    @classmethod
    def settle(
        cls, survivor: Client, other: Client, values: Mapping[str, Any], chosen: Mapping[str, Client]
    ) -> dict[str, Any]:
        copies = cls.copies(survivor)
        steps = [client for client in (survivor, other) if client.next_step_date is not None]
        first = min(steps, key=lambda client: client.next_step_date, default=survivor)
        then = Client(**{name: value for name, value in (values | copies).items() if name in FACTS})
        known = completeness.known_facts(then, has_contact=completeness.has_contact(survivor))
        confirmations = {
            fact: max(days) for fact in completeness.KEY_FACTS
            if (days := [client.confirmations[fact] for client in (survivor, other)
                         if fact in client.confirmations and getattr(client, fact) == getattr(then, fact)])
        }
        return copies | {
            "sort_key": sort_key_of(values["name"]),
            "stage_at": chosen["stage"].stage_at,
            "last_contact_at": max(filter(None, (survivor.last_contact_at, other.last_contact_at)), default=None),
            "next_step": first.next_step,
            "next_step_date": first.next_step_date,
            "head_office": None if _is_below(values["head_office"], {survivor.pk, other.pk}) else values["head_office"],
            "confirmations": confirmations,
            "completeness": completeness.percent(values["kind"], known),
            "stale_date": completeness.stale_date(known, confirmations),
        }

    @classmethod
    def refresh(cls, record: Client) -> None:
        super().refresh(record)
        weigh_again(Client.objects.unscoped(REASON).get(pk=record.pk))


FACTS = {column.name for column in Client._meta.concrete_fields}


def _is_below(client: Client | None, keys: set[int]) -> bool:
    """Whether the client stands below one of these: it cannot stand above them as well."""
    above, passed = client and client.pk, set()
    while above and above not in passed:
        if above in keys:
            return True
        passed.add(above)
        above = Client.objects.unscoped(REASON).filter(pk=above).values_list("head_office_id", flat=True).first()
    return False


class ContactMerger(ReachMerger):
    evidence = {"street": "street", "postal_code": "postal", "birthday": "day"}
    settled = ("sort_key", "phone", "email", "last_contact_at")

    @classmethod
    def lock_around(cls, keys: list[int]) -> None:
        """Who writes about a client locks that first, and the person behind it."""
        at = ContactRole.objects.filter(contact__in=keys).values("client")
        list(Client.objects.unscoped(REASON).filter(pk__in=at).order_by("pk").select_for_update().values_list("pk"))

    @classmethod
    def settle(
        cls, survivor: Contact, other: Contact, values: Mapping[str, Any], chosen: Mapping[str, Contact]
    ) -> dict[str, Any]:
        return cls.copies(survivor) | {
            "sort_key": sort_key_of(values["name"]),
            "last_contact_at": max(filter(None, (survivor.last_contact_at, other.last_contact_at)), default=None),
        }
