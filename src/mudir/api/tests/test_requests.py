"""How requests are answered whatever they are about: sent twice or at once, from elsewhere, with odd headers
(SECURITY.md H and J)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client as Browser

from mudir.accounts.models import KeptAnswer
from mudir.api.tests.conftest import Program
from mudir.api.tests.test_access import body_of, path_of
from mudir.api.urls import OPERATIONS
from mudir.clients.models import Client
from mudir.records.bulk import running
from mudir.tests.state import changed, state

# ── at once ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def at_once(program: Program, count: int, ask) -> list:
    """The answers to so many requests sent in the same moment, each on a connection of its own."""
    def one(number: int):
        try:
            return ask(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_h07_a_write_sent_ten_times_at_once_is_done_once_and_answered_alike(program, owner):
    answers = at_once(program, 10, lambda _number: program.post("/clients", {"name": "Once"}, Idempotency_Key="a-1"))
    answers += [program.post("/clients", {"name": "Once"}, Idempotency_Key="a-1")]
    done = [answer for answer in answers if answer.status_code != 409]  # who waited too long is told to ask again

    assert {(answer.status_code, answer.content, answer.headers["Location"]) for answer in done} == {
        (201, answers[-1].content, answers[-1].headers["Location"])}
    assert all(answer.headers["Retry-After"] == "1" for answer in answers if answer.status_code == 409)
    assert len(done) > 5
    assert sum("Idempotent-Replayed" not in answer.headers for answer in done) == 1
    assert (Client.objects.visible_to(owner).count(), KeptAnswer.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_h07_what_dies_between_the_write_and_its_answer_is_not_left_half_done(program, owner, monkeypatch):
    """The database lets the connection go before anything is committed, as it does for a process that was killed."""
    create = KeptAnswer.objects.create

    def die(**_given):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(KeptAnswer.objects, "create", die)
    broken = at_once(program, 1, lambda _number: program.post("/clients", {"name": "Once"}, Idempotency_Key="a-1"))
    assert broken[0].status_code >= 500
    assert (Client.objects.visible_to(owner).count(), KeptAnswer.objects.count()) == (0, 0)

    monkeypatch.setattr(KeptAnswer.objects, "create", create)
    assert program.post("/clients", {"name": "Once"}, Idempotency_Key="a-1").status_code == 201
    assert Client.objects.visible_to(owner).count() == 1


@pytest.mark.django_db(transaction=True)
def test_i05_of_two_who_save_at_once_one_is_told(program, client_of_owner):
    answers = at_once(program, 2, lambda number: program.patch(
        f"/clients/{client_of_owner.pk}", {"version": 1, "sector": f"Sector {number}"}))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    saved = next(answer.json()["sector"] for answer in answers if answer.status_code == 200)
    told = next(answer.json()["current"]["sector"] for answer in answers if answer.status_code == 409)
    assert told == saved == program.get(f"/clients/{client_of_owner.pk}").json()["sector"]


@pytest.mark.django_db(transaction=True)
def test_h10_i17_the_limit_of_a_key_holds_for_requests_that_come_at_once(program, settings):
    settings.API_REQUESTS_PER_MINUTE = 5
    answers = at_once(program, 12, lambda _number: program.get("/tags"))

    assert 5 <= sum(answer.status_code == 200 for answer in answers) <= 10  # a minute may end between them
    assert {answer.status_code for answer in answers} == {200, 429}


def test_h07_another_key_of_the_same_person_has_names_of_its_own(program, owner):
    other = Program(owner)
    first, second = (one.post("/clients", {"name": "Once"}, Idempotency_Key="a-1") for one in (program, other))

    assert [first.status_code, second.status_code] == [201, 201]
    assert first.json()["id"] != second.json()["id"]


def test_h07_the_same_name_with_another_version_is_another_request(program, client_of_owner):
    url, body = f"/clients/{client_of_owner.pk}/tags", {"tags": ["Fair"]}
    first = program.put(url, body, If_Match='"1"', Idempotency_Key="a-1")
    second = program.put(url, body, If_Match='"2"', Idempotency_Key="a-1")

    assert [first.status_code, second.status_code] == [200, 422]


# ── from elsewhere ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_j01_h04_no_write_is_done_for_a_session_from_whichever_page(mine, owner):
    """A foreign page sends the cookie of who is signed in, as a form, as text and as JSON."""
    browser, wrong = Browser(enforce_csrf_checks=True), []
    browser.force_login(owner)
    before = state()
    for operation in OPERATIONS.values():
        if operation.writes:
            for kind in ("text/plain", "application/json", "application/x-www-form-urlencoded"):
                answer = browser.generic(operation.method, f"/api/v1{path_of(operation, mine)}", "{}",
                                         content_type=kind, headers={"Origin": "https://evil.example"})
                if answer.status_code != 401:
                    wrong.append((operation.id, kind, answer.status_code))

    assert wrong == []
    assert changed(before) == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8000"])
def test_j10_no_origin_is_let_in_not_even_by_a_question_beforehand(program, origin):
    asked = Browser().options("/api/v1/clients", headers={
        "Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"})
    answers = [asked, program.get("/clients", Origin=origin), program.post("/clients", {"name": "x"}, Origin=origin)]

    assert [answer.status_code for answer in answers] == [405, 200, 201]
    assert not [name for answer in answers for name in answer.headers if name.lower().startswith("access-control")]


def test_j07_j14_every_answer_is_kept_by_nobody_and_carries_its_headers(mine, owner, settings):
    settings.API_REQUESTS_PER_MINUTE = 10**6
    program, wrong = Program(owner), []
    asked = [(one.method, path_of(one, mine), body_of(one)) for one in OPERATIONS.values() if not one.writes]
    asked += [("GET", "/nothing", None), ("POST", "/clients", {}), ("PUT", "/clients", {})]
    asked += [("GET", "/clients?x=1", None), ("GET", "/openapi.json", None),
              ("PATCH", path_of(OPERATIONS["read_client"], mine), {})]
    for method, path, body in asked:
        answer = program.ask(method, path, body)
        given = {name: answer.headers.get(name, "") for name in (
            "Cache-Control", "X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy",
            "Cross-Origin-Opener-Policy", "Permissions-Policy")}
        if not all(given.values()) or "no-store" not in given["Cache-Control"] or "Set-Cookie" in answer.headers:
            wrong.append((method, path, answer.status_code, given))
    closed = Browser().get("/api/v1/clients")

    assert wrong == []
    assert (closed.status_code, closed.headers["Cache-Control"]) == (401, "no-store, private")


@pytest.mark.parametrize("path", ["/clients/{pk}/x.css", "/clients/{pk}.css", "/clients/{pk};x.css", "//clients/{pk}",
                                  "/clients//{pk}", "/clients/{pk}/", "/Clients/{pk}"])
def test_j07_an_address_with_something_behind_it_is_none(program, client_of_owner, path):
    answer = program.get(path.format(pk=client_of_owner.pk))

    assert answer.status_code == 404
    assert client_of_owner.name not in answer.content.decode()


def test_j13_the_description_is_for_who_has_a_key(program):
    answer = Browser().get("/api/v1/openapi.json")

    assert (answer.status_code, b"paths" in answer.content) == (401, False)
    assert program.get("/openapi.json").json()["openapi"].startswith("3.1")


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "token"])
def test_h03_a_key_in_an_address_opens_nothing(program, name):
    answer = Browser().get(f"/api/v1/clients?{name}={program.secret}")

    assert answer.status_code == 401
    assert program.secret not in answer.content.decode()


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: x=1", "a\nb", "\x1b[31m", "é", "x" * 256, ""])
def test_d11_d12_a_name_of_a_write_that_is_no_plain_text_is_refused_and_never_told_again(program, text):
    answer = program.post("/clients", {"name": "x"}, Idempotency_Key=text)

    assert answer.status_code == 400
    assert not any(text.strip() and text in value for value in answer.headers.values())
    assert not KeptAnswer.objects.exists()


def test_d11_what_a_record_is_called_is_in_no_header(program):
    answer = program.post("/clients", {"name": "Elite\r\nSet-Cookie: x=1"})

    assert not [value for value in answer.headers.values() if "Elite" in value or "\n" in value]


@pytest.mark.parametrize(("path", "body"), [
    ("/clients/query", {"size": 10**9}), ("/clients/query", {"ids": [2**63]}),
    ("/clients/query", {"where": {"or": [{"field": "name", "operator": "is", "values": ["x"]}] * 10_000}}),
    ("/clients/query", {"columns": ["*"]}), ("/clients/query", {"name__regex": "x"}),
    ("/clients/query", {"where": {"or": [{"field": "owner__password", "operator": "is", "values": ["x"]}]}}),
    ("/clients/query", {"where": {"or": [{"field": "owner.password", "operator": "is", "values": ["x"]}]}}),
    ("/clients/totals", {"aggregates": ["sum.management_note"]}), ("/clients/totals", {"group": "custom"}),
    ("/clients/edits", {"of": {"where": {"or": []}, "size": 5}, "values": {}}),
])
def test_h09_d02_b04_a_question_beyond_the_limits_is_refused(program, client_of_owner, path, body):
    answer = program.post(path, body)

    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_h09_an_act_names_so_many_records(program, monkeypatch, owner, client_of_owner):
    monkeypatch.setattr(running, "MOST_KEYS", 0)
    answers = [program.post("/clients/trashings", {"of": of}) for of in (
        {"where": {"and": []}}, {"ids": list(range(1, 10_002))})]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert Client.objects.visible_to(owner).count() == 1
