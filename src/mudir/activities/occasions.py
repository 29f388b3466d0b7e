"""Birthdays and days to remember that come round soon."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q
from hijridate import Gregorian, Hijri

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.clients.models import Client, Contact, ContactRole, Nuance
from mudir.clients.occasions import next_occasion
from mudir.records import registry

MOST = 6
MOST_READ = 60  # of each kind, before the exact day is computed
FIRST_YEAR, LAST_YEAR = 1343, 1500  # of the Umm al-Qura tables


@dataclass(frozen=True)
class Occasion:
    day: date
    about: Client | Contact
    text: str  # what to remember; empty for a birthday
    is_hijri: bool = False


def occasions_of(user: User, *, today: date, days: int) -> list[Occasion]:
    """What comes within so many days at the person's own clients and with the people there, the nearest first.

    An owner sees the client and everybody there, so that it is enough to ask for roles at clients of the person's own.
    """
    there = ContactRole.objects.filter(
        client__owner=user, client__trashed_at__isnull=True, contact__trashed_at__isnull=True)
    if user.rights.reach_of(Act.VIEW, Contact._meta.label_lower, hangs=True) is not Reach.ALL:
        there = there.filter(contact__in=Contact.objects.visible_to(user).values("pk"))
    hidden_of = {model: registry.for_model(model).hidden_from(user) for model in (Client, Contact)}
    people = {} if "birthday" in hidden_of[Contact] else {
        role.contact_id: role.contact
        for role in there.filter(_comes_round("contact__birthday", today, days)).select_related("contact").order_by(
            "contact_id")[:MOST_READ]
    }
    found = [
        Occasion(next_occasion(person.birthday, Nuance.Calendar.GREGORIAN, today=today), person, "")
        for person in people.values()
    ]
    yearly = Q(is_yearly=True) & (
        Q(calendar=Nuance.Calendar.GREGORIAN) & _comes_round("date", today, days)
        | Q(calendar=Nuance.Calendar.HIJRI, date__in=hijri_days(today, days)))
    once = Q(is_yearly=False, date__gte=today, date__lt=today + timedelta(days=days))
    soon = Nuance.objects.filter(yearly | once, date__isnull=False).order_by("pk")
    of_clients = soon.filter(client__owner=user, client__trashed_at__isnull=True).select_related("client")
    of_people = soon.filter(Exists(there.filter(contact=OuterRef("contact_id")))).select_related("contact")
    for nuance in (*of_clients[:MOST_READ], *of_people[:MOST_READ]):
        if "nuances" in hidden_of[type(nuance.client or nuance.contact)]:
            continue
        day = next_occasion(nuance.date, nuance.calendar, today=today) if nuance.is_yearly else nuance.date
        found.append(Occasion(
            day, nuance.client or nuance.contact, nuance.text, nuance.calendar == Nuance.Calendar.HIJRI))
    coming = (one for one in found if one.day < today + timedelta(days=days))
    return sorted(coming, key=lambda one: (one.day, one.text))[:MOST]


def _comes_round(field: str, today: date, days: int) -> Q:
    """Days of any year that the next ones may be the return of; those of 29 February come on the 28th."""
    wanted = {((today + timedelta(days=step)).month, (today + timedelta(days=step)).day) for step in range(days)}
    if (2, 28) in wanted:
        wanted.add((2, 29))
    asked = Q()
    for month, day in sorted(wanted):
        asked |= Q(**{f"{field}__month": month, f"{field}__day": day})
    return asked


@lru_cache(maxsize=4)
def hijri_days(today: date, days: int) -> frozenset[date]:
    """The same by the Umm al-Qura calendar, as the Gregorian days that were such days; empty outside its tables."""
    wanted = set()
    for step in range(days):
        try:
            one = Gregorian.fromdate(today + timedelta(days=step)).to_hijri()
        except OverflowError:
            return frozenset()
        wanted.add((one.month, one.day))
        if one.day == 29:  # the 30th of a shorter month comes on its last day
            wanted.add((one.month, 30))
    found = set()
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month, day in wanted:
            if day <= Hijri(year, month, 1).month_length():
                gregorian = Hijri(year, month, day).to_gregorian()
                found.add(date(gregorian.year, gregorian.month, gregorian.day))
    return frozenset(found)
