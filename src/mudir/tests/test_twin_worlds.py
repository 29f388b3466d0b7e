"""Two houses that differ only in what a person may not see answer that person byte for byte the same."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.accounts.services import all_roles, edit_role, said_by
from mudir.clients import services as clients
from mudir.clients.models import Client, ContactRole, Phone, Relation
from mudir.records import registry, search
from mudir.records.services import add_event, move_to_trash
from mudir.tests.test_routes import (
    EXPORT,
    HTMX,
    IMPORT,
    MATRIX,
    MERGE,
    RECORD,
    ROUTES,
    SIGNED_IN,
    body_of,
    plain_addresses,
)
from mudir.tests.world import Side, make, make_side

CANARY = "CNRY"
CHANGING = re.compile(  # the tokens of a form are new each time it is shown
    rb'csrfmiddlewaretoken" value="\w+"|X-CSRFToken": ?"\w+"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


@pytest.fixture
def mine(owner, staff) -> Side:
    return make_side(owner, "Nakheel", shared_with=staff)


@pytest.fixture
def still(mine, monkeypatch):
    """Nothing is a moment older the second time."""
    now = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: now)


def questions(mine: Side, *, every_way: bool) -> list[str]:
    """Every address that is read and holds records; with `every_way`, every way to ask a list too."""
    found = [url for route in ROUTES if MATRIX[route.name] in {SIGNED_IN, RECORD, EXPORT, IMPORT, MERGE}
             and not route.name.startswith(("mfa_", "account_", "accounts:", "usersessions"))
             and route.name != "records:mentions"  # it tells who sees the record, also through what is hidden
             for url in plain_addresses(route, mine)]
    for record_type in registry.all_types():
        slug, fields = record_type.slug, record_type.fields
        columns = [name for name, field in fields.items() if not field.is_many and not field.permission]
        found.append(f"/{slug}/?columns={','.join(columns)}")
        found.append(f"/{slug}/export/?format=csv&columns={','.join(columns)}")
        found += [f"/{slug}/{path}?q={words}" for path in ("", "suggestions/") for words in ("nakheel", "CNRY")]
        if every_way and record_type.in_navigation:
            found += [f"/{slug}/?sort=-{name}&size=2&columns={record_type.title}" for name in columns
                      if fields[name].sort_path]
            found += [f"/{slug}/?f={name}.{how}&columns={record_type.title}" for name in record_type.filters
                      if not fields[name].permission for how in ("empty", "not_empty")]
    found += [f"/clients/?f=head_office.{how}.{pk}" for how in ("is", "is_not") for pk in range(1, 400, 100)]
    for address in ("head_office.name.contains.CNRY", "head_office.name.not_empty", "head_office.sector.starts.C",
                    "head_office.owner.name.not_empty", "head_office.name.not_contains.x"):
        found += [f"/clients/?f={address}", f"/clients/?w=or({address};name.starts.zzz)"]
    found += ["/clients/?columns=name,head_office.name,head_office.owner,head_office.city",
              "/tasks/?columns=title,client.head_office.name,contact.name&f=client.head_office.name.not_empty"]
    for words in ("nakheel", "nakhel", "CNRY", "CNRY supplier", "0501234567", "nakheel@example.com", "نخيل"):
        found.append(f"/search/?q={words}")
        found.append(f"/duplicates/?kind=clients.client&name={words}&phones-0-raw={words}&emails-0-address={words}")
    found.append("/duplicates/?kind=clients.contact&name=nakheel&phones=0501234567")
    found += [f"/clients/words/?field={field}&q={begun}" for field in ("city", "present_supplier", "sector", "source")
              for begun in ("C", "N")]
    return list(dict.fromkeys(found))


def answers(client, urls: list[str]) -> dict[str, tuple[int, bytes]]:
    found = {}
    for url in urls:  # a whole page holds its fragments; the palette is the other answer of the search
        for headers in ({}, HTMX) if url.startswith("/search/") else ({},):
            answer = client.get(url, headers=headers)
            found[f"{url} {'part' if headers else ''}"] = answer.status_code, CHANGING.sub(b"", body_of(answer))
    return found


def hide(mine: Side, theirs: User, friend: User) -> None:
    """Everything that could shine through: near what is seen, alike, newer, and of every kind."""
    side = make_side(theirs, f"{CANARY} hidden", shared_with=friend)
    twin = clients.create_client(  # as like to the client that is seen as can be
        by=theirs, name=mine.client.name, name_other=mine.client.name_other, present_supplier=f"{CANARY} supplier",
        phones=[{"raw": "0501234567"}], emails=[{"address": "nakheel@example.com"}], registration_number="CNRY-1010",
        addresses=[{"city": f"{CANARY} city", "country": "SA"}], source=f"{CANARY} source", sector=f"{CANARY} sector",
    )
    trashed = clients.create_client(by=theirs, name=f"{CANARY} trashed")
    for number in range(3):
        make("activities.task", by=theirs, words=f"{CANARY} task {number}", client=twin)
        make("activities.call", by=theirs, words=f"{CANARY} call {number}", client=twin)
    contact = mine.records["clients.contact"]
    ContactRole.objects.create(contact=contact, client=twin, role="decider", is_primary=True)
    Relation.objects.create(client=twin, other=mine.client, kind="partner", note=f"{CANARY} relation")
    Relation.objects.create(client=mine.client, other=side.client, kind="supplier", note=f"{CANARY} relation")
    everyone = Client.objects.unscoped("what no service of a person would let them do")
    everyone.filter(pk=twin.pk).update(head_office=mine.client)
    everyone.filter(name=f"{mine.words} beside").update(head_office=side.client)
    call = make("activities.call", by=theirs, words=f"{CANARY} newest", client=twin)
    for _number in range(30):  # more than a page of the timeline
        add_event(mine.client, "client.related", by=theirs, target=twin)
        add_event(contact, "call.logged", by=theirs, target=call)
    clients.set_confidential(trashed, by=theirs, confidential=True)
    move_to_trash(trashed, by=theirs)
    for one in Client.objects.visible_to(theirs):
        clients.set_confidential(one, by=theirs, confidential=True)
    search.rebuild()


@pytest.mark.parametrize("who", ["owner", "lead", "director", "staff"])
def test_what_a_person_may_not_see_changes_nothing_of_what_they_see(
    request, client, mine, stranger, teammate, still, who
):
    # In both worlds the branch has a head office: seen in the one, hidden in the other, hence not in the first.
    everyone = Client.objects.unscoped("the branch is without head office in the first world")
    everyone.filter(name=f"{mine.words} beside").update(head_office=None)
    user = request.getfixturevalue(who)
    client.force_login(user)
    urls = questions(mine, every_way=who in {"owner", "director"})
    before = answers(client, urls)
    hide(mine, stranger, teammate)
    after = answers(client, urls)

    assert len(before) > 120
    assert [url for url, (_status, body) in after.items() if CANARY.encode() in body and CANARY not in url] == []
    differing = [url for url in before if before[url] != after[url]]
    assert {url: difference(before[url], after[url]) for url in differing[:5]} == {}, differing
    read = [status for status, _body in after.values() if status != 405]  # what is only written to says nothing
    assert sum(status == 200 for status in read) > len(read) * 0.65


def test_what_a_role_hides_changes_nothing_of_what_its_people_see(client, mine, owner, administrator, still):
    hidden = dict.fromkeys(("sector", "notes", "source", "present_supplier", "registration_number", "phones"), "hidden")
    edit_role("client_manager", by=administrator, fields={"clients.client": hidden})
    client.force_login(owner)
    urls = questions(mine, every_way=True)
    before = answers(client, urls)
    everyone = Client.objects.unscoped("what no service would write without telling")
    everyone.filter(pk=mine.client.pk).update(
        sector=f"{CANARY} sector", notes=f"{CANARY} notes", source=f"{CANARY} source", phone="+966509990001",
        present_supplier=f"{CANARY} supplier", registration_number=f"{CANARY}-1010")
    Phone.objects.filter(client=mine.client).update(raw="0509990001", e164="+966509990001")
    search.rebuild()
    after = answers(client, urls)

    assert [url for url, (_status, body) in after.items() if CANARY.encode() in body and CANARY not in url] == []
    differing = [url for url in before if before[url] != after[url]]
    assert {url: difference(before[url], after[url]) for url in differing[:5]} == {}, differing
    assert sum(status == 200 for status, _body in after.values()) > len(before) * 0.4


def test_a14_what_a_role_does_not_see_of_a_kind_changes_nothing_beside_it(
    client, mine, owner, lead, administrator, still
):
    now = all_roles()["client_manager"]
    own = {act: now.reach_of(act, "activities.note", hangs=True) for act in Act} | {Act.VIEW: Reach.OWN}
    edit_role("client_manager", by=administrator, kinds=said_by(now)["kinds"] | {"activities.note": own})
    client.force_login(owner)
    urls = questions(mine, every_way=False)
    before = answers(client, urls)
    for number in range(12):
        make("activities.note", by=lead, words=f"{CANARY} note {number}", client=mine.client)
    search.rebuild()
    after = answers(client, urls)

    assert [url for url, (_status, body) in after.items() if CANARY.encode() in body and CANARY not in url] == []
    differing = [url for url in before if before[url] != after[url]]
    assert {url: difference(before[url], after[url]) for url in differing[:5]} == {}, differing


def difference(one: tuple[int, bytes], other: tuple[int, bytes]) -> str:
    """Where two answers begin to differ."""
    if one[0] != other[0]:
        return f"{one[0]} and {other[0]}"
    place = next((at for at, pair in enumerate(zip(one[1], other[1], strict=False)) if pair[0] != pair[1]),
                 min(len(one[1]), len(other[1])))
    return f"{one[1][place - 60:place + 120]!r} and {other[1][place - 60:place + 120]!r}"
