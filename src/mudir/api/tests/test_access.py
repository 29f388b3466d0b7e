"""Keys: what they open, what they do not, and what a program may not do through them (SECURITY.md H, A, B)."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from mudir.accounts.models import ApiKey
from mudir.accounts.services import deactivate_user, make_key, revoke_key
from mudir.api.tests.conftest import Program
from mudir.api.urls import OPERATIONS
from mudir.clients.models import Client
from mudir.clients.services import create_client, set_confidential
from mudir.records import registry
from mudir.records.models import Event
from mudir.tests.state import changed, state
from mudir.tests.world import Side

UNKNOWN = 987_654_321


def path_of(operation, side: Side, **given: int) -> str:
    """The address of an operation for the records of a side."""
    def key(match: re.Match) -> str:
        name = match[1]
        if name in given:
            return str(given[name])
        kind = (operation.about or operation.record_type).kind
        if name == "pk":
            # what was merged hangs on another one
            return str((side.parts["survivor"] if "merge_pk" in operation.path else side.records)[kind].pk)
        if name == "view_pk":
            return str(side.views[kind])
        prefix = "contact_" if name == "nuance_pk" and operation.about.slug == "contacts" else ""
        part = side.parts[prefix + name]
        return str(part[kind] if isinstance(part, dict) else part)

    return re.sub(r"{\w+:(\w+)}", key, operation.path)


def body_of(operation) -> dict | None:
    if operation.example is None:
        return {} if operation.sends else None
    return operation.example() if callable(operation.example) else operation.example


def ask(program: Program, operation, path: str):
    return program.ask(operation.method, path, body_of(operation) if operation.sends else None)


def with_keys() -> list:
    return [one for one in OPERATIONS.values() if "{" in one.path]


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_h03_a_key_is_kept_as_a_digest_and_is_nowhere_to_be_read_again(program, client):
    secret = program.secret.split("_", 2)[2]
    client.force_login(program.key.user)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0", [secret])  # noqa: S608
            assert cursor.fetchone() == (0,), table

    assert len(secret) == 43
    assert secret not in repr(program.key) + str(vars(program.key))
    assert program.get(f"/clients?key={program.secret}").status_code == 400


@pytest.mark.parametrize("header", [
    "", "Bearer", "Bearer x", "Basic {secret}", "Bearer {secret}x", "Bearer mudir_aaaaaaaaaaaa_" + "a" * 43, "{secret}",
])
def test_what_is_no_key_opens_nothing(program, client_of_owner, header):
    answer = program.get("/clients", Authorization=header.format(secret=program.secret))

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client_of_owner.name not in answer.content.decode()


def test_a_revoked_an_expired_and_a_closed_key_open_nothing(program, owner, administrator):
    assert program.get("/clients").status_code == 200
    revoke_key(program.key, by=owner)
    assert program.get("/clients").status_code == 401

    second = Program(owner)
    ApiKey.objects.filter(pk=second.key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert second.get("/clients").status_code == 401

    third = Program(owner)
    assert third.get("/clients").status_code == 200
    deactivate_user(owner, by=administrator)
    assert third.get("/clients").status_code == 401


def test_nobody_revokes_the_key_of_somebody_else(program, stranger):
    with pytest.raises(ApiKey.DoesNotExist):
        revoke_key(program.key, by=stranger)

    program.key.refresh_from_db()
    assert program.key.revoked_at is None


@pytest.mark.parametrize("scopes", [[], ["all"], ["clients:read"], ["read", "x.y:delete"]])
def test_a_key_is_for_scopes_that_there_are(owner, scopes):
    with pytest.raises(ValidationError):
        make_key(by=owner, name="Program", scopes=scopes)

    assert not ApiKey.objects.exists()


def test_h04_a_session_opens_no_api_and_a_key_no_page(program, owner, client_of_owner):
    browser = Browser()
    browser.force_login(owner)

    assert browser.get("/api/v1/clients").status_code == 401
    assert browser.post("/api/v1/clients", {"name": "x"}, content_type="application/json").status_code == 401
    page = Browser().get("/clients/", headers={"Authorization": f"Bearer {program.secret}"})
    assert (page.status_code, page.headers["Location"]) == (302, "/account/login/?next=/clients/")


def test_h10_a_key_asks_so_often_in_a_minute(program, settings, client_of_owner):
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [program.get("/clients") for _time in range(5)]

    assert [answer.status_code for answer in answers][:3] == [200] * 3 or answers[0].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)


# ── every operation ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_operation_says_which_kind_it_is_about():
    assert len(OPERATIONS) >= 45
    assert [one.id for one in OPERATIONS.values() if one.record_type is None] == ["search", "list_tags"]


def test_nobody_asks_without_a_key(mine):
    browser, before = Browser(), state()
    for operation in OPERATIONS.values():
        answer = browser.generic(operation.method, f"/api/v1{path_of(operation, mine)}", "{}",
                                 content_type="application/json")
        assert answer.status_code == 401, operation.id

    assert changed(before) == []


def test_h01_a_key_for_one_kind_opens_no_other(mine, owner):
    """Every operation with every scope of one kind alone."""
    wrong = []
    for record_type in registry.all_types():
        reading = Program(owner, f"{record_type.kind}:read")
        before = state()
        for operation in OPERATIONS.values():
            if operation.record_type is None or (operation.record_type is record_type and not operation.writes):
                continue
            answer = ask(reading, operation, path_of(operation, mine))
            if answer.status_code != 403 or b"Mine" in answer.content:
                wrong.append((record_type.slug, operation.id, answer.status_code))
        assert set(changed(before)) <= {"accounts_apikey"}

    assert wrong == []


def test_h01_a_key_does_not_reach_other_kinds_through_a_record(mine, owner):
    program = Program(owner, "activities.task:read")
    task = program.get("/tasks?columns=title,client.sector,client.notes").json()["records"][0]
    found = program.get("/tasks?f=client.sector.is.Mine%20sector").json()["records"]

    assert (task["client.sector"], task["client.notes"], found) == (None, None, [])
    assert Program(owner).get("/tasks?columns=client.sector").json()["records"][0]["client.sector"] == "Mine sector"


@pytest.mark.parametrize("who", ["owner", "lead", "administrator"])
def test_a01_a07_an_unseen_record_is_as_unknown_as_one_that_is_not_there(request, mine, theirs, who):
    for one in Client.objects.visible_to(theirs.owner):
        set_confidential(one, by=theirs.owner, confidential=True)
    program, before, wrong = Program(request.getfixturevalue(who)), state(), []
    for operation in with_keys():
        unseen = ask(program, operation, path_of(operation, theirs))
        unknown = ask(program, operation, path_of(operation, theirs, pk=UNKNOWN))
        own = mine.records[(operation.about or operation.record_type).kind]
        nested = ask(program, operation, path_of(operation, theirs, pk=own.pk)) \
            if operation.path.count("{") > 1 and who == "owner" else unknown
        if not (unseen.status_code == unknown.status_code == nested.status_code == 404
                and unseen.content == unknown.content == nested.content) or b"CNRY" in unseen.content:
            wrong.append((operation.id, unseen.status_code, unknown.status_code, nested.status_code))

    assert wrong == []
    assert set(changed(before)) <= {"accounts_apikey"}


def test_who_only_reads_a_record_changes_nothing_of_it(mine, staff):
    program, before, wrong, refused = Program(staff), state(), [], 0
    for operation in OPERATIONS.values():
        if operation.writes and not operation.id.startswith("comment_on_"):  # whoever sees a record speaks about it
            status = ask(program, operation, path_of(operation, mine)).status_code
            refused += status == 403
            if status not in {403, 404, 422, 428}:
                wrong.append((operation.id, status))

    assert wrong == []
    assert refused > 10
    assert set(changed(before)) <= {"accounts_apikey"}


def test_j02_reading_changes_nothing(mine, owner):
    program, before, wrong = Program(owner), state(), []
    for operation in OPERATIONS.values():
        if not operation.writes:
            status = ask(program, operation, path_of(operation, mine)).status_code
            if status not in {200} and operation.id != "search":
                wrong.append((operation.id, status))

    assert wrong == []
    assert set(changed(before)) <= {"accounts_apikey"}


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_b01_b03_b04_a_denied_field_is_nowhere(owner, lead, client_of_owner):
    Client.objects.unscoped("a note that no service of the owner writes").update(management_note="CNRY-note")
    program, directing = Program(owner), Program(lead)
    url = f"/clients/{client_of_owner.pk}"
    assert directing.get(url).json()["management_note"] == "CNRY-note"

    for answer in (program.get(url), program.get("/clients"), program.get("/openapi.json")):
        assert answer.status_code == 200
        assert b"CNRY" not in answer.content and b"management_note" not in answer.content
    for query in ("columns=management_note", "sort=management_note", "f=management_note.contains.CNRY",
                  "w=or(management_note.contains.CNRY)"):
        unknown = program.get(f"/clients?{query.replace('management_note', 'nothing_such_as')}")
        denied = program.get(f"/clients?{query}")
        assert denied.status_code == 400
        assert denied.content.replace(b"management_note", b"") == unknown.content.replace(b"nothing_such_as", b"")
    assert program.post("/clients/totals", {"group": "management_note"}).status_code == 400


@pytest.mark.parametrize("name", [
    "owner", "team", "confidential", "id", "created_at", "created_by", "management_note", "stage", "sort_key",
    "trashed_at", "custom", "phone", "role", "nothing",
])
def test_b09_what_may_not_be_written_is_named_and_nothing_is_written(program, client_of_owner, name):
    before = state()
    changing = program.patch(f"/clients/{client_of_owner.pk}", {"version": 1, "name": "Other", name: 1})
    making = program.post("/clients", {"name": "Other", name: 1})

    for answer in (changing, making):
        assert answer.status_code == 400
        assert answer.json()["detail"] == f"There is no field “{name}” here."
    assert set(changed(before)) <= {"accounts_apikey"}


def test_b10_no_answer_holds_a_secret(mine, administrator):
    program, wrong = Program(administrator), []
    digest = program.key.digest
    for operation in OPERATIONS.values():
        if not operation.writes:
            body = b"".join(ask(program, operation, path_of(operation, mine))).decode()  # a file comes in pieces
            if digest in body or "password" in body or "argon2" in body or program.secret[20:] in body:
                wrong.append(operation.id)

    assert wrong == []


@pytest.mark.parametrize("body", [
    '{"name": "x", "name": "y"}', '{"name": NaN}', "[" * 100_000, '{"a":' * 50_000, "x", "\x00", '"x"', "[]", "null",
    b"\xff\xfe", '{"version": ' + "9" * 5000 + "}",
])
def test_b13_d15_odd_json_is_refused(program, client_of_owner, body):
    for answer in (program.post("/clients", body), program.patch(f"/clients/{client_of_owner.pk}", body)):
        assert answer.status_code == 400, answer.content[:300]
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], 1, True, None, "\x00", "\ud800", "x" * 201])
def test_b13_a_value_of_another_kind_is_named(program, value):
    answer = program.post("/clients", {"name": value})

    assert answer.status_code == 422, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == ["name"]
    assert not Client.objects.unscoped("whether anything was written").exists()


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_h06_other_methods_and_forms_are_refused(program, client_of_owner):
    url = f"/clients/{client_of_owner.pk}"
    for method, path in (("PUT", url), ("TRACE", url), ("DELETE", "/clients"), ("OPTIONS", url), ("PATCH", "/clients")):
        answer = program.ask(method, path, {}, X_HTTP_Method_Override="PATCH")
        assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json"), method
    form = program.post("/clients", "name=x", Content_Type="application/x-www-form-urlencoded")
    assert (form.status_code, form.headers["Content-Type"]) == (415, "application/problem+json")
    assert program.post("/clients", '{"name":"x"}', Content_Type="text/plain").status_code == 415


@pytest.mark.parametrize("path", ["/nothing", "/clients/0", "/clients/x", "/clients/", f"/clients/{2**63}", "/", ""])
def test_an_address_that_is_none_is_told_as_a_problem(program, path):
    answer = program.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


def test_problems_are_told_in_the_language_that_was_asked_for(program):
    assert program.get("/nothing").json()["title"] == "There is nothing here."
    assert program.get("/nothing", Accept_Language="ar").json()["title"] == "لا شيء هنا."


def test_a_body_may_be_so_large(program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = program.post("/clients", {"name": "x", "notes": "x" * 2000})

    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("query", [
    "size=1000000000", "size=0", "size=x", "columns=" + "name," * 5000 + "*", "sort=name,tier,stage,city", "after=x",
    "f=" + "&f=".join(f"name.is.{number}" for number in range(40)), "page_size=5", "id=x", "f=name__regex.is.x",
    "columns=client__owner", "f=name.is.%00", "w=" + "or(" * 300,
])
def test_h09_d02_a_question_beyond_the_limits_is_refused(program, client_of_owner, query):
    answer = program.get(f"/clients?{query}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_j10_no_other_site_is_let_in(program):
    answer = program.get("/clients", Origin="https://evil.example")

    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


# ── doors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_program_writes_is_told_as_such(program, client_of_owner):
    program.patch(f"/clients/{client_of_owner.pk}", {"version": 1, "sector": "Steel"})
    kept = Client.pgh_event_model.objects.filter(pgh_obj_id=client_of_owner.pk).order_by("-pgh_id").first()
    event = Event.objects.filter(verb="client.edited").get()

    assert kept.pgh_context["door"] == "api"
    assert (kept.pgh_context["user"], kept.pgh_context["key"]) == (program.key.user_id, program.key.pk)
    assert (event.actor_id, event.details["door"]) == (program.key.user_id, "api")


# ── the same again ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_h07_a_write_sent_again_is_done_once(program, owner):
    first = program.post("/clients", {"name": "Once"}, Idempotency_Key="a-1")
    second = program.post("/clients", {"name": "Once"}, Idempotency_Key="a-1")
    other = program.post("/clients", {"name": "Other"}, Idempotency_Key="a-1")

    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert (second.content, second.headers["Location"]) == (first.content, first.headers["Location"])
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Client.objects.visible_to(owner).count() == 1
    assert Program(owner).post("/clients", {"name": "Once"}, Idempotency_Key="a-1").status_code == 201


def test_h07_what_was_refused_may_be_mended_and_sent_again(program, owner):
    assert program.post("/clients", {"name": ""}, Idempotency_Key="a-1").status_code == 422
    assert program.post("/clients", {"name": "x"}, Idempotency_Key="a-1").status_code == 201
    assert program.post("/clients", {"name": "x"}, Idempotency_Key="\x7f").status_code == 400


def test_a26_the_next_answer_obeys_the_new_rights(program, owner, client_of_owner, stranger):
    url = f"/clients/{client_of_owner.pk}"
    assert program.get(url).status_code == 200
    Client.objects.unscoped("given away by nobody's service").update(owner=stranger, team=stranger.team)

    assert program.get(url).status_code == 404
    assert program.patch(url, {"version": 1, "name": "x"}).status_code == 404


def test_create_for_a_client_that_is_unseen_is_refused_without_naming_it(program, stranger):
    hidden = create_client(by=stranger, name="CNRY-Hidden")
    answers = [program.post("/notes", {"client": pk, "text": "x"}) for pk in (hidden.pk, UNKNOWN)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].content == answers[1].content
