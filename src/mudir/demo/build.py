"""Fill an empty database with the demo company, so that every screen has something to show today."""

import random
import zoneinfo
from datetime import date, datetime, time, timedelta
from itertools import cycle, groupby
from typing import Any

import pghistory
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone, translation
from hijridate import Gregorian, Hijri

from mudir.accounts.models import Team, User
from mudir.accounts.roles import ROLES
from mudir.activities.models import Call, Note, Task
from mudir.activities.services import log_call, make_task
from mudir.clients import services
from mudir.clients.completeness import KEY_FACTS, confirmed, stale_date
from mudir.clients.models import Client, Contact
from mudir.demo import company
from mudir.demo.company import PASSWORD, SIGNING_IN, Facts
from mudir.demo.people import FAMILIES, MEN, WOMEN
from mudir.records import search
from mudir.records.models import Event

ZONE = zoneinfo.ZoneInfo("Asia/Riyadh")
WEEKEND = {4, 5}  # Friday and Saturday
REASON = "the days of the demo company, given to what it has just made itself"
VERBS = {Call: "call.logged", Note: "note.written", Task: "task.planned"}
TOLD = {Call: ["outcome"], Note: [], Task: ["title"]}
NOW = ("client.closed", "client.shared")  # verbs that stay at the moment of the start


def email_of(code: str) -> str:
    return f"{code}@madar.example"


SIGN_INS = [
    (ROLES[member.role].name, email_of(member.code), PASSWORD)
    for member in company.MEMBERS if member.code in SIGNING_IN
]


def build_demo_company() -> bool:
    """Make the company, in one transaction; does nothing where there is anybody or any client already."""
    if User.objects.exists() or Client.objects.unscoped("whether the database is empty").exists():
        return False
    with timezone.override(ZONE), translation.override("ar"), transaction.atomic():
        _build()
    return True


def _build() -> None:
    chance = random.Random(1448)
    members = _members()
    clients = _clients(members, chance)
    _contacts(clients, chance)
    _what_to_remember(clients)
    _access(clients, members)
    _activities(clients, chance)
    _tell_when(clients)


# ── the house ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _members() -> dict[str, User]:
    teams: dict[str | None, Team | None] = {None: None}
    for code, name, name_other, above in company.TEAMS:
        teams[code] = Team.objects.create(name=name, name_other=name_other, parent=teams[above])
    hashed = make_password(PASSWORD)  # once: it takes its time by design
    return {
        member.code: User.objects.create(
            email=email_of(member.code), password=hashed if member.code in SIGNING_IN else make_password(None),
            name=member.name, name_other=member.name_other, role=member.role, team=teams[member.team], **member.prefers,
        )
        for member in company.MEMBERS
    }


# ── its clients ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Made:
    """A client with the days that the services cannot be told: they write down what happens now."""

    def __init__(self, client: Client, facts: Facts, by: User):
        self.client, self.facts, self.by = client, facts, by
        self.language = by.language
        self.domain = _domain(facts)
        is_old = facts.lifecycle in {"client", "repeat", "dormant", "lost"}
        known_for = 12 if facts.contact is None else 400 if is_old else 110  # days before the last of what is told
        self.made_at = moment(max(facts.contact or 0, facts.confirmed or 0) + known_for, 8)
        self.stage_at = moment(max((facts.contact or 0) - 1, 0) + facts.stage % 4, 14)


def moment(days: int, hour: int, minute: int = 0) -> datetime:
    """That hour so many days ago, on a working day and never still to come."""
    now = timezone.localtime()
    day = now.date() - timedelta(days=days)
    while days and day.weekday() in WEEKEND:
        day -= timedelta(days=1)
    return min(datetime.combine(day, time(hour, minute), ZONE), now - timedelta(minutes=20 - minute // 4))


def _clients(members: dict[str, User], chance: random.Random) -> dict[str, Made]:
    made = {facts.code: _client(facts, members[facts.owner], chance) for facts in _all_facts()}
    for number, (chain, name, name_other, city, phone) in enumerate(company.BRANCHES):
        above = made[chain]
        facts = Facts(f"{chain} {number}", above.facts.owner, name, name_other, above.facts.sector, city, phone,
                      above.facts.tier, above.facts.lifecycle, above.facts.stage, 20 + 6 * number, 50, people=1)
        made[facts.code] = _client(facts, above.by, chance, head_office=above.client)
    for code, kind, other, note in company.RELATIONS:
        # A relation joins clients of two managers: the director is the one who sees both.
        services.relate(made[code].client, other=made[other].client, kind=kind, note=note, by=members["huda"])
    return made


def _all_facts() -> list[Facts]:
    return [
        *company.CLIENTS,
        *(Facts(f"person {number}", owner, name, name_other, "", city, phone, "ordinary", lifecycle, stage, contact,
                None if contact is None else 3 * contact + 5, people=0)
          for number, (owner, name, name_other, city, phone, lifecycle, stage, contact)
          in enumerate(company.INDIVIDUALS)),
    ]


def _client(facts: Facts, by: User, chance: random.Random, **more: Client) -> Made:
    is_person = facts.code.startswith("person")
    consents = [
        {"channel": channel, "is_granted": is_granted, "given_date": timezone.localdate() - timedelta(days=90),
         "evidence": "رسالة بالبريد" if is_granted else "طلب في مكالمة"}
        for code, channel, is_granted in company.CONSENTS if code == facts.code
    ]
    known = chance.random() if facts.tier == "ordinary" else 1.0
    client = services.create_client(
        by=by, kind="individual" if is_person else "company", name=facts.name, name_other=facts.name_other,
        sector=facts.sector, tier=facts.tier, lifecycle=facts.lifecycle, source=facts.source,
        present_supplier=facts.supplier, languages=["en", "ar"] if facts.owner == "layla" else ["ar"],
        registration_number="" if is_person or known < 0.3 else f"10{chance.randrange(10**8):08d}",
        client_since=date(2019 + chance.randrange(6), 1 + chance.randrange(12), 1)
        if facts.lifecycle in {"client", "repeat", "dormant"} else None,
        phones=[{"raw": facts.phone, "type": "mobile" if is_person else "work"}],
        emails=[{"address": _address(facts)}] if known > 0.15 and not more else [],
        addresses=[{"city": facts.city, "country": "SA"}], consents=consents, **more,
    )
    if facts.stage > 1:
        services.move_stage(client, to=facts.stage, reason="نُقل من الجدول السابق", by=by)
    return Made(client, facts, by)


def _domain(facts: Facts) -> str:
    """Such as wafa.example: the first word of the name in Latin letters."""
    words = (facts.name_other if facts.name_other.isascii() else facts.name).lower().split()
    return f"{words[0].removeprefix('al-').rstrip(',')}.example"


def _address(facts: Facts) -> str:
    if not facts.code.startswith("person"):
        return f"info@{_domain(facts)}"
    words = (facts.name_other if facts.name_other.isascii() else facts.name).lower().replace("-", "").split()
    return f"{words[-2]}.{words[-1]}@mail.example"


def _contacts(clients: dict[str, Made], chance: random.Random) -> None:
    jobs = cycle(company.MORE_JOBS)
    for code, name, name_other, job, role, phone in company.CONTACTS:
        _contact(clients[code], name, name_other, job, role, phone, is_primary=role == "decider")
    for made in clients.values():
        for place in range(made.facts.people):
            is_man = chance.random() < 0.7
            first, first_in_latin = chance.choice(MEN if is_man else WOMEN).split()
            family, family_in_latin = chance.choice(FAMILIES).split()
            of_man, of_woman, in_english, role = next(jobs)
            phone = f"05{chance.choice('034569')} {chance.randrange(100, 1000)} {chance.randrange(1000, 10000)}"
            names = f"{first} {family}", f"{first_in_latin} {family_in_latin}"
            if made.language == "ar":
                _contact(made, *names, of_man if is_man else of_woman, role, phone, is_primary=place == 0)
            else:
                _contact(made, *names[::-1], in_english, role, phone, is_primary=place == 0)


def _contact(made: Made, name: str, name_other: str, job: str, role: str, phone: str, *, is_primary: bool) -> None:
    first, _space, last = (name_other if name_other.isascii() else name).lower().replace("-", "").partition(" ")
    services.create_contact(
        by=made.by, name=name, name_other=name_other, job_title=job, phones=[{"raw": phone}], languages=["ar"],
        emails=[{"address": f"{first}.{last}@{made.domain}"}],
        roles=[{"client": made.client, "role": role, "is_primary": is_primary}],
    )


def _what_to_remember(clients: dict[str, Made]) -> None:
    today = timezone.localdate()
    for code, kind, text, day in company.NUANCES:
        when = {}
        if isinstance(day, tuple):
            when = {"date": next_hijri(*day), "calendar": "hijri", "is_yearly": kind == "date"}
        elif day:
            when = {"date": today + timedelta(days=day), "is_yearly": True}
        services.add_nuance(clients[code].client, kind=kind, text=text, by=clients[code].by, **when)


def next_hijri(month: int, day: int) -> date:
    """The next such day of the Hijri year."""
    today = timezone.localdate()
    year = Gregorian.fromdate(today).to_hijri().year
    days = [Hijri(one, month, day).to_gregorian() for one in (year, year + 1)]
    found = next(one for one in days if one >= today)
    return date(found.year, found.month, found.day)


def _access(clients: dict[str, Made], members: dict[str, User]) -> None:
    code, whom, purpose = company.CLOSED
    closed = clients[code]
    services.set_confidential(closed.client, confidential=True, by=closed.by)
    month = timezone.localdate() + timedelta(days=30)
    services.share(closed.client, user=members[whom], purpose=purpose, until=month, by=closed.by)
    for code, purpose in company.SHOWN_TO_STAFF:
        services.share(clients[code].client, user=members["yasser"], purpose=purpose, until=month, by=clients[code].by)
    nukhba = clients["nukhba"].client
    services.edit_client(nukhba, management_note=company.MANAGEMENT_NOTE, by=members["fahad"])


# ── what happened with them ──────────────────────────────────────────────────────────────────────────────────────────


def _activities(clients: dict[str, Made], chance: random.Random) -> None:
    past = []
    for made in clients.values():
        contacts = list(Contact.objects.visible_to(made.by).filter(clients=made.client).order_by("pk"))
        for place, days in enumerate(_days_of_calls(made.facts, chance)):
            call = _call(made, contacts, days, chance, is_last=place == 0)
            if place == 0:
                log_call(client=made.client, by=made.by, **call)
                if made.facts.code in company.CALLING_BACK:
                    with translation.override(made.by.language):  # what is to be done is put into words
                        log_call(client=made.client, contact=contacts[0], direction="incoming", outcome="call_back",
                                 started_at=moment(0, 9, 30), by=made.by)
            else:
                past.append(_past(Call, made, call["started_at"], **call))
        if made.facts.contact is not None and chance.random() < 0.6:
            past += _note_and_done_task(made, chance)
        if made.facts.step:
            title, days = made.facts.step
            make_task(client=made.client, title=title, due_date=timezone.localdate() + timedelta(days=days), by=made.by)
    _write_past(past)


def _days_of_calls(facts: Facts, chance: random.Random) -> list[int]:
    """The last contact, and some before it."""
    if facts.contact is None:
        return []
    days = [facts.contact]
    for _call in range(2 if facts.tier == "ordinary" else 4):
        days.append(days[-1] + chance.randrange(6, 24))
    return days


def _call(made: Made, contacts: list[Contact], days: int, chance: random.Random, *, is_last: bool) -> dict[str, Any]:
    stage = made.facts.stage if is_last else chance.randint(1, made.facts.stage)
    said = [text for one, text in company.SAID[made.language] if one == stage]
    is_answered = bool(said) or is_last
    return {
        "contact": chance.choice(contacts) if contacts else None,
        "direction": "incoming" if chance.random() < 0.3 else "outgoing",
        "outcome": "reached" if is_answered else "no_answer", "notes": chance.choice(said) if said else "",
        "minutes": chance.randrange(2, 19) if is_answered else None,
        "started_at": moment(days, chance.randrange(9, 16), chance.randrange(0, 60)),
    }


def _note_and_done_task(made: Made, chance: random.Random) -> list[Note | Task]:
    days = made.facts.contact
    text, title = chance.choice(company.NOTES[made.language]), chance.choice(company.DONE[made.language])
    return [
        _past(Note, made, moment(days + chance.randrange(1, 20), 15, 10), text=text),
        _past(Task, made, moment(days + 6, 11), title=title, due_date=timezone.localdate() - timedelta(days=days),
              done_at=moment(days, 16)),
    ]


def _past[A: (Call, Note, Task)](model: type[A], made: Made, at: datetime, **fields: Any) -> A:
    return model(client=made.client, owner=made.by, created_by=made.by, team=made.by.team, created_at=at, **fields)


def _write_past(rows: list[Call | Note | Task]) -> None:
    """Write what the services would have written at the time, all of one person and kind at once."""
    for (by, model), group in groupby(sorted(rows, key=_kind_and_owner), lambda row: (row.owner, type(row))):
        with pghistory.context(user=by.pk):
            written = model.objects.bulk_create(group)
            Event.objects.bulk_create([_told(row, record) for row in written for record in _timelines(row)])
        search.index_many(model._meta.label_lower, [row.pk for row in written])


def _kind_and_owner(row: Call | Note | Task) -> tuple[int, str]:
    return row.owner_id, row._meta.label_lower


def _timelines(row: Call | Note | Task) -> list[Call | Note | Task | Client | Contact]:
    return [row, row.client, *([row.contact] if row.contact else [])]


def _told(row: Call | Note | Task, record: Call | Note | Task | Client | Contact) -> Event:
    details = {name: getattr(row, name) for name in TOLD[type(row)]}
    target = {} if record is row else {"target_kind": row._meta.label_lower, "target_id": row.pk}
    return Event(at=row.created_at, verb=VERBS[type(row)], kind=record._meta.label_lower, object_id=record.pk,
                 actor=row.owner, details=details, **target)


def _tell_when(clients: dict[str, Made]) -> None:
    """Give clients, and what their timelines tell, the days at which it would have happened."""
    for made in clients.values():
        client = made.client
        client.refresh_from_db()
        days = made.facts.confirmed
        known = [fact for fact in KEY_FACTS if getattr(client, fact)]
        on = {} if days is None else confirmed({}, known, timezone.localdate() - timedelta(days=days))
        Client.objects.unscoped(REASON).filter(pk=client.pk).update(
            created_at=made.made_at, stage_at=made.stage_at if made.facts.stage > 1 else None, confirmations=on,
            stale_date=stale_date(known, on),
        )
    made_at = Client.objects.unscoped(REASON).filter(contact_roles__contact=OuterRef("pk")).values("created_at")
    Contact.objects.unscoped(REASON).update(created_at=Subquery(made_at[:1]))
    told = Event.objects.exclude(verb__in=NOW)
    for model in (Client, Contact):
        rows = model.objects.unscoped(REASON).filter(pk=OuterRef("object_id"))
        of_model = told.filter(kind=model._meta.label_lower, verb__startswith=model._meta.model_name)
        of_model.update(at=Subquery(rows.values("created_at")))
    moved = Client.objects.unscoped(REASON).filter(pk=OuterRef("object_id"))
    told.filter(verb="client.stage_moved").update(at=Subquery(moved.values("stage_at")))
    calls = Call.objects.unscoped(REASON)
    calls.update(created_at=F("started_at"))
    logged = told.filter(verb="call.logged")
    logged.filter(target_id=None).update(at=Subquery(calls.filter(pk=OuterRef("object_id")).values("started_at")))
    logged.exclude(target_id=None).update(at=Subquery(calls.filter(pk=OuterRef("target_id")).values("started_at")))
