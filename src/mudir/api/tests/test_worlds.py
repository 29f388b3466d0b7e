"""Every operation in two worlds, with every sort of key: none tells what its person does not see, none does more."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mudir.accounts.models import ApiKey, User
from mudir.accounts.services import deactivate_user, revoke_key
from mudir.api.tests.conftest import Program, with_parts
from mudir.api.tests.test_access import ask, path_of
from mudir.api.urls import OPERATIONS
from mudir.clients.models import Client
from mudir.records import registry
from mudir.tests.state import changed, state
from mudir.tests.test_twin_worlds import CANARY, difference, hide
from mudir.tests.world import Side, make_side

OF_THE_OWNER = {"set_confidential", "add_share_of_client", "remove_share_of_client"}  # whatever their role
NARROW = ("clients.client:read", "activities.task:read")
UNKNOWN = 987_654_321


def answer_of(response) -> tuple[int, bytes]:
    """All of an answer that a program reads, its headers too."""
    led = ",".join(response.headers.get(name, "") for name in ("ETag", "Location", "WWW-Authenticate", "Retry-After"))
    return response.status_code, led.encode() + (b"".join(response) if response.streaming else response.content)


# ── twin worlds ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def nakheel(owner, staff) -> Side:
    return with_parts(make_side(owner, "Nakheel", shared_with=staff))


@pytest.fixture
def still(nakheel, monkeypatch):
    """Nothing is a moment older the second time."""
    now = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: now)


def questions(side: Side, *, every_way: bool) -> list[tuple[str, dict | None]]:
    """Every address that is read, each with what is sent; with `every_way`, every way to ask a list too."""
    asked: list[tuple[str, dict | None]] = [
        (path_of(one, side), None) for one in OPERATIONS.values() if one.method == "GET" and one.id != "search"]
    for record_type in registry.all_types():
        slug, fields = record_type.slug, record_type.fields
        plain = [name for name, field in fields.items() if not field.permission]
        columns = [name for name in plain if not fields[name].is_many]
        parts = ",".join(part.id for part in record_type.parts if part.written_as)
        asked += [(f"/{slug}?{query}", None) for query in (
            "total=yes", f"columns={','.join(columns)}&include={parts}", "size=1", "q=nakheel", "q=CNRY")]
        if every_way:
            asked += [(f"/{slug}?sort=-{name}&size=2&columns={record_type.title}", None)
                      for name in columns if fields[name].sort_path]
            asked += [(f"/{slug}?f={name}.not_empty&columns={record_type.title}&total=yes", None) for name in columns]
            asked += [(f"/{slug}/totals", {"group": name, "aggregates": ["count"]}) for name in columns]
        asked += [(f"/{slug}/query", {"where": {"or": [
            {"field": record_type.title, "operator": "contains", "values": [word]} for word in ("CNRY", "nakheel")]}})]
        for pk in (side.records[record_type.kind].pk, UNKNOWN):
            asked += [(f"/{slug}?id={pk}", None), (f"/{slug}/{pk}/timeline?show=notes", None)]
    asked += [(f"/clients?{query}", None) for query in (
        "columns=name,head_office.name,head_office.owner,head_office.city", "f=head_office.name.contains.CNRY",
        "w=or(head_office.name.not_empty;name.starts.zzz)", "f=head_office.owner.name.not_empty")]
    asked += [("/tasks?columns=title,client.head_office.name,contact.name&f=client.head_office.name.not_empty", None)]
    asked += [(f"/search?q={words}&kinds={kinds}", None) for kinds in ("", "clients", "contacts,tasks") for words in (
        "nakheel", "nakhel", "CNRY", "CNRY supplier", "0501234567", "nakheel@example.com", "نخيل")]
    return asked


@pytest.mark.parametrize(("who", "scopes"), [
    ("owner", ("write",)), ("owner", NARROW), ("lead", ("read",)), ("director", ("read",)), ("staff", ("write",)),
], ids=["owner", "owner narrowed", "lead", "director", "staff"])
def test_what_a_person_may_not_see_changes_nothing_of_what_their_key_reads(
    request, nakheel, stranger, teammate, still, settings, who, scopes
):
    settings.API_REQUESTS_PER_MINUTE = 10**6
    everyone = Client.objects.unscoped("the branch is without head office in the first world")
    everyone.filter(name=f"{nakheel.words} beside").update(head_office=None)
    program = Program(request.getfixturevalue(who), *scopes)
    asked = questions(nakheel, every_way=scopes == ("write",) and who == "owner")

    def answers() -> dict[str, tuple[int, bytes]]:
        return {f"{path} {body or ''}": answer_of(program.get(path) if body is None else program.post(path, body))
                for path, body in asked}

    before = answers()
    hide(nakheel, stranger, teammate)
    after = answers()

    shining = [path for path, (_status, told) in after.items() if CANARY.encode() in told and CANARY not in path]
    assert shining == []
    differing = [path for path in before if before[path] != after[path]]
    assert {path: difference(before[path], after[path]) for path in differing[:5]} == {}, differing
    assert len(before) > 100
    assert sum(status == 200 for status, _told in after.values()) > len(before) * (0.3 if scopes == NARROW else 0.75)


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def close(how: str, program: Program, administrator: User) -> None:
    keys = ApiKey.objects.filter(pk=program.key.pk)
    match how:
        case "revoked":
            revoke_key(program.key, by=program.key.user)
        case "expired":
            keys.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "of a closed account":
            deactivate_user(program.key.user, by=administrator)


@pytest.mark.parametrize("how", ["revoked", "expired", "of a closed account"])
def test_h01_a_closed_key_opens_no_operation_and_does_not_say_why(mine, owner, administrator, how):
    program, never = Program(owner), Program(owner)
    assert ask(program, OPERATIONS["list_clients"], "/clients").status_code == 200
    close(how, program, administrator)
    before, wrong = state(), []
    never.headers["Authorization"] = f"Bearer mudir_{'a' * 12}_{'a' * 43}"
    for operation in OPERATIONS.values():
        path = path_of(operation, mine)
        closed, unknown = ask(program, operation, path), ask(never, operation, path)
        if closed.status_code != 401 or answer_of(closed) != answer_of(unknown):
            wrong.append(operation.id)

    assert wrong == []
    assert changed(before) == []


def test_h01_a_key_that_only_reads_writes_nowhere(mine, owner):
    program, before, wrong = Program(owner, "read"), state(), []
    for operation in OPERATIONS.values():
        answer = ask(program, operation, path_of(operation, mine))
        expected = 403 if operation.writes else 200
        if answer.status_code != expected and operation.id != "search":
            wrong.append((operation.id, answer.status_code))

    assert wrong == []
    assert set(changed(before)) <= {"accounts_apikey"}


def test_a26_a_key_may_no_more_than_its_person_who_lost_the_right(mine, owner):
    """The key was made by a manager; the next request obeys that they are department staff of nobody's team now."""
    program = Program(owner)
    User.objects.filter(pk=owner.pk).update(role="department_staff", team=None)
    before, wrong = state(), []
    for operation in OPERATIONS.values():
        if operation.writes and "comment" not in operation.id and operation.id not in OF_THE_OWNER:
            status = ask(program, operation, path_of(operation, mine)).status_code
            if status not in {403, 404, 409, 422, 428}:
                wrong.append((operation.id, status))

    assert wrong == []
    assert set(changed(before)) <= {"accounts_apikey"}


SEVERAL = [("write",), NARROW, ("clients.contact:write",)]


@pytest.mark.parametrize("who", ["owner", "teammate", "lead", "director", "administrator", "staff", "stranger"])
def test_a02_a_key_lists_exactly_what_its_person_sees_of_the_kinds_it_is_for(request, mine, theirs, who):
    user = request.getfixturevalue(who)
    for program in [Program(user, *scopes) for scopes in SEVERAL]:
        for record_type in registry.all_types():
            answer = program.get(f"/{record_type.slug}?size=200&columns={record_type.title}")
            if not program.key.allows(record_type.kind):
                assert answer.status_code == 403
                continue
            seen = record_type.model.objects.visible_to(User.objects.get(pk=user.pk)).values_list("pk", flat=True)
            assert {row["id"] for row in answer.json()["records"]} == set(seen), record_type.slug


def test_g01_a_wrong_secret_and_an_unknown_key_cost_and_say_the_same(program):
    prefix = program.key.prefix
    asked, told = [], []
    for secret in (f"mudir_{prefix}_{'a' * 43}", f"mudir_{'a' * 12}_{'a' * 43}"):
        with CaptureQueriesContext(connection) as queries:
            told.append(answer_of(program.get("/clients", Authorization=f"Bearer {secret}")))
        asked.append(len(queries))

    assert (told[0], asked[0]) == (told[1], asked[1])


def test_a01_an_unseen_and_an_unknown_record_cost_the_same(program, client_of_stranger):
    asked = []
    for pk in (client_of_stranger.pk, UNKNOWN):
        program.get(f"/clients/{pk}")
        with CaptureQueriesContext(connection) as queries:
            assert program.get(f"/clients/{pk}").status_code == 404
        asked.append(len(queries))

    assert asked[0] == asked[1]
