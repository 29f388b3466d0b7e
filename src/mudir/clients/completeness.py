"""How much of a client is known, what is missing, and which facts nobody has confirmed for long."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mudir.clients.models import Client, ContactRole

WEIGHTS: dict[str, dict[str, int]] = {  # sums to 100 for each kind of client
    Client.Kind.COMPANY: {
        "phone": 20, "email": 10, "city": 10, "registration_number": 10, "sector": 10, "contact": 20, "languages": 5,
        "source": 5, "present_supplier": 10,
    },
    Client.Kind.INDIVIDUAL: {"phone": 35, "email": 25, "city": 20, "languages": 10, "source": 10},
}
MISSING: dict[str, Promise] = {
    "phone": _("a phone number"),
    "email": _("an e-mail"),
    "city": _("a city"),
    "registration_number": _("the registration number"),
    "sector": _("the sector"),
    "contact": _("a contact person"),
    "languages": _("the languages they speak"),
    "source": _("where they came from"),
    "present_supplier": _("who supplies them today"),
}
KEY_FACTS = ("phone", "email", "city", "registration_number", "present_supplier")
STALE_AFTER = timedelta(days=180)
STALE_AFTER_OF = {"registration_number": timedelta(days=365)}  # changes rarely
LONG_AGO = date(1970, 1, 1)


def known_facts(client: Client, *, has_contact: bool) -> set[str]:
    """Which of the weighed facts are filled in."""
    known = {fact for fact in MISSING if fact != "contact" and getattr(client, fact)}
    return known | {"contact"} if has_contact else known


def percent(kind: str, known: Iterable[str]) -> int:
    weights = WEIGHTS[kind]
    return sum(weights.get(fact, 0) for fact in known)


def missing(client: Client, *, without: Collection[str] = ()) -> list[Promise]:
    """What is missing, in words, the weightiest first; nothing of the facts `without`."""
    if client.completeness == 100:
        return []
    known = known_facts(client, has_contact=has_contact(client))
    weights = WEIGHTS[client.kind]
    return [MISSING[fact] for fact in sorted(weights, key=weights.get, reverse=True)
            if fact not in known and fact not in without]


def missing_in(values: Mapping[str, Any]) -> list[Promise]:
    """The two weightiest facts that are missing among the values at hand."""
    weights = WEIGHTS.get(values.get("kind"), {})
    absent = [fact for fact in sorted(weights, key=weights.get, reverse=True) if fact in values and not values[fact]]
    return [MISSING[fact] for fact in absent[:2]]


def with_contact(clients: Iterable[int]) -> Iterable[int]:
    """Those of the clients that have a contact person."""
    return ContactRole.objects.filter(client__in=clients, contact__trashed_at__isnull=True).values_list(
        "client_id", flat=True)


def has_contact(client: Client) -> bool:
    return client.pk is not None and ContactRole.objects.filter(
        client=client.pk, contact__trashed_at__isnull=True).exists()


def confirmed(confirmations: Mapping[str, str], facts: Iterable[str], day: date) -> dict[str, str]:
    """The confirmations with these facts confirmed on that day."""
    return {**confirmations, **{fact: day.isoformat() for fact in facts if fact in KEY_FACTS}}


def stale_from(fact: str, confirmations: Mapping[str, str]) -> date:
    """The day from which a fact counts as stale; one that nobody ever confirmed always did."""
    day = confirmations.get(fact)
    return date.fromisoformat(day) + STALE_AFTER_OF.get(fact, STALE_AFTER) if day else LONG_AGO


def stale_date(known: Iterable[str], confirmations: Mapping[str, str]) -> date | None:
    """The day on which the first known fact goes stale; None where no key fact is known."""
    return min((stale_from(fact, confirmations) for fact in KEY_FACTS if fact in known), default=None)


def stale_facts(client: Client, *, today: date) -> list[str]:
    """The key facts to be confirmed, the longest unconfirmed first."""
    due = [(stale_from(fact, client.confirmations), fact) for fact in KEY_FACTS if getattr(client, fact)]
    return [fact for day, fact in sorted(due) if day <= today]
