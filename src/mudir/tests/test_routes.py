"""The census of routes: each is in one matrix of access, and none answers more than it says there.

An address that nobody may see answers like one that does not exist; what is refused changes nothing.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import batched

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from mudir.accounts.roles import ROLES
from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.records import registry
from mudir.tests.state import changed, state
from mudir.tests.world import Route, Side, addresses, make_side, routes

OPEN, SIGNED_IN, RECORD = "open", "signed in", "record"
MANAGE, FIELDS = "users.manage", "fields.manage"
CREATE, EXPORT, IMPORT = "records.create", "records.export", "records.import"
MERGE = "records.merge"

MATRIX = {
    # For machines and visitors.
    "healthz": OPEN, "readyz": OPEN, "manifest": OPEN, "accounts:welcome": OPEN, "accounts:language": OPEN,
    "account_login": OPEN, "account_logout": OPEN, "account_inactive": OPEN, "account_signup": OPEN,
    "account_confirm_email": OPEN, "account_email_verification_sent": OPEN, "account_confirm_login_code": OPEN,
    "account_reset_password": OPEN, "account_reset_password_done": OPEN, "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN, "mfa_authenticate": OPEN, "mfa_login_webauthn": OPEN,
    "accounts:sign_out": OPEN,
    # What everybody has of their own.
    "account_reauthenticate": SIGNED_IN, "account_email": SIGNED_IN, "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN, "mfa_index": SIGNED_IN, "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN, "mfa_deactivate_totp": SIGNED_IN, "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN, "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN, "mfa_add_webauthn": SIGNED_IN, "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN, "mfa_edit_webauthn": SIGNED_IN, "usersessions_list": SIGNED_IN,
    "accounts:preferences": SIGNED_IN, "accounts:change_email": SIGNED_IN, "activities:day": SIGNED_IN,
    # People and teams.
    "accounts:users": MANAGE, "accounts:roles": MANAGE, "accounts:new_user": MANAGE, "accounts:user": MANAGE,
    "accounts:deactivation": MANAGE, "accounts:activation": MANAGE, "accounts:password_letter": MANAGE,
    "accounts:teams": MANAGE, "accounts:team": MANAGE, "accounts:team_removal": MANAGE,
    "accounts:team_restoration": MANAGE, "records:new_role": MANAGE, "records:role": MANAGE,
    "records:role_fields": MANAGE, "records:role_filter": MANAGE, "records:role_removal": MANAGE,
    "records:role_undoing": MANAGE, "records:sight": MANAGE,
    "records:tags": FIELDS, "records:tag": FIELDS, "records:tag_removal": FIELDS, "records:tag_restoration": FIELDS,
    "records:tag_suggestions": SIGNED_IN,
    "records:fields_home": FIELDS, "records:fields": FIELDS, "records:new_field": FIELDS, "records:field": FIELDS,
    "records:page_layout": FIELDS, "records:page_layout_undoing": FIELDS,
    "records:fields_order": FIELDS, "records:field_archiving": FIELDS,
    "records:field_undoing": FIELDS, "records:field_restoration": FIELDS,
    # Lists: every row of the answer is scoped (the oracle and the twin worlds look at the rows).
    "records:list": SIGNED_IN, "records:filter": SIGNED_IN, "records:filters": SIGNED_IN,
    "records:columns": SIGNED_IN, "records:search": SIGNED_IN,
    "records:suggestions": SIGNED_IN, "records:duplicates": SIGNED_IN, "clients:words": SIGNED_IN,
    "records:bulk": SIGNED_IN, "records:cells": SIGNED_IN, "records:bulk_act": RECORD,
    "records:export_page": RECORD, "records:export_file": RECORD, "records:bulk_undoing": RECORD,
    "records:trashed": SIGNED_IN, "records:walk": SIGNED_IN, "records:board": SIGNED_IN,
    "records:calendar": SIGNED_IN,
    "records:notifications": SIGNED_IN, "records:notifications_bell": SIGNED_IN,
    "records:notifications_reading": SIGNED_IN, "records:notifications_unreading": SIGNED_IN,
    "records:notification_choices": SIGNED_IN, "records:favourites": SIGNED_IN,
    "records:new": CREATE, "records:merge_two": SIGNED_IN, "records:pairs": MERGE,
    "records:export": EXPORT, "records:imports": IMPORT,
    "programs:keys": SIGNED_IN, "programs:key_revocation": RECORD, "programs:reference": SIGNED_IN,
    "records:new_view": SIGNED_IN, "records:view": RECORD, "records:view_changes": RECORD,
    "records:view_removal": RECORD, "records:view_restoration": RECORD,
    # One record.
    "records:page": RECORD, "records:edit": RECORD, "records:preview": RECORD, "records:timeline": RECORD,
    "records:history": RECORD, "records:history_restore": RECORD, "records:move": RECORD, "records:day": RECORD,
    "records:comments": RECORD, "records:comment": RECORD, "records:comment_removal": RECORD,
    "records:comment_restoration": RECORD, "records:mentions": RECORD, "records:star": RECORD, "records:visit": RECORD,
    "records:files": RECORD, "records:file": RECORD, "records:file_name": RECORD, "records:file_content": RECORD,
    "records:file_picture": RECORD,
    "records:file_removal": RECORD, "records:file_restoration": RECORD, "records:files_undoing": RECORD,
    "records:merge": RECORD, "records:undo_merge": RECORD, "records:dismissal": RECORD,
    "records:dismissal_removal": RECORD, "records:trash": RECORD, "records:restore": RECORD,
    "records:cell": RECORD, "records:why": RECORD, "records:cell_undoing": RECORD,
    "clients:stage": RECORD, "clients:client_reach": RECORD, "clients:freshness": RECORD, "clients:contacts": RECORD,
    "clients:unlink_contact": RECORD, "clients:client_nuances": RECORD, "clients:client_nuance": RECORD,
    "clients:remove_client_nuance": RECORD, "clients:relations": RECORD, "clients:unrelate": RECORD,
    "records:access": RECORD, "records:assign": RECORD, "records:confidentiality": RECORD, "records:share": RECORD,
    "records:unshare": RECORD, "records:share_restoration": RECORD,
    "clients:contact_reach": RECORD, "clients:clients_of_contact": RECORD,
    "clients:contact_nuances": RECORD, "clients:contact_nuance": RECORD, "clients:remove_contact_nuance": RECORD,
    "clients:put_back": RECORD,
    # An import is its maker's alone.
    "records:import": RECORD, "records:import_mapping": RECORD, "records:import_run": RECORD,
    "records:import_mends": RECORD, "records:import_rejected": RECORD, "records:import_undoing": RECORD,
    "activities:confirm": RECORD, "activities:composer": RECORD, "activities:next": RECORD,
    "activities:contact_composer": RECORD, "activities:contact_next": RECORD, "activities:client_call": RECORD,
    "activities:client_note": RECORD, "activities:client_task": RECORD, "activities:contact_call": RECORD,
    "activities:contact_note": RECORD, "activities:contact_task": RECORD, "activities:task_panel": RECORD,
    "activities:complete_task": RECORD, "activities:reopen_task": RECORD, "activities:postpone_task": RECORD,
    "activities:take_back_postponement": RECORD, "activities:remove_call": RECORD, "activities:remove_note": RECORD,
    "activities:remove_task": RECORD, "activities:put_back_call": RECORD, "activities:put_back_note": RECORD,
    "activities:put_back_task": RECORD,
}

ROUTES = [route for route in routes() if not route.name.startswith("programs:api:")]  # they ask for a key: api/tests
UNKNOWN = 987_654_321
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}

# What a form of the page would send, so that a refusal is one of something that would work.
FORMS = {
    "records:comments": {"text": "CNRY-posted"}, "records:comment": {"text": "CNRY-posted"},
    "clients:stage": {"to": "2"},
    "clients:freshness": {"fact": "phone"},
    "clients:client_nuances": {"text": "CNRY-posted", "kind": "preference", "calendar": "gregorian"},
    "clients:client_nuance": {"text": "CNRY-posted", "kind": "preference", "calendar": "gregorian"},
    "clients:contact_nuances": {"text": "CNRY-posted", "kind": "preference", "calendar": "gregorian"},
    "clients:contact_nuance": {"text": "CNRY-posted", "kind": "preference", "calendar": "gregorian"},
    "records:confidentiality": {"confidential": "yes"},
    "activities:confirm": {"fact": "phone"},
    "activities:postpone_task": {"to": "2030-01-01", "when": "2030-01-01", "due": "2030-01-01"},
    **{f"activities:{place}_{noun}": {
        "token": "0d5c2f6e-6c39-4a4e-9d0e-0f6c1f0c1f5b", "notes": "CNRY-posted", "text": "CNRY-posted",
        "title": "CNRY-posted", "outcome": "reached", "when": "2030-01-01"}
       for place in ("client", "contact") for noun in ("call", "note", "task")},
    "records:edit": {"name": "CNRY-posted", "title": "CNRY-posted", "text": "CNRY-posted", "notes": "CNRY-posted",
                     "kind": "company", "tier": "key", "lifecycle": "client", "version": "1", "outcome": "reached",
                     "direction": "outgoing", "due_date": "2030-01-01"},
}


# What whoever sees a record may lay beside it.
FOR_READERS = {"records:comments", "records:star", "records:visit"}


def of(access: str) -> list[Route]:
    return [route for route in ROUTES if MATRIX.get(route.name) == access]


def test_every_route_is_in_the_matrix():
    unlisted = sorted({route.name for route in ROUTES} - MATRIX.keys())
    gone = sorted(MATRIX.keys() - {route.name for route in ROUTES})

    assert not unlisted, f"Say in MATRIX of {__name__} who may open {unlisted}."
    assert not gone, f"These routes are no more: {gone}."


def test_a_route_with_the_number_of_a_record_is_scoped_by_it():
    """Nothing that takes a number of a record is listed as if it took none."""
    for route in ROUTES:
        if {"pk", "removal"} & set(route.parameters) and not route.name.startswith("mfa_"):
            assert MATRIX[route.name] in {RECORD, MANAGE, FIELDS}, route


def plain_addresses(route: Route, side: Side) -> Iterator[str]:
    """The addresses of a route, whichever access it has."""
    if MATRIX[route.name] == RECORD:
        yield from (url for url, _given in addresses(route, side))
    elif "record_type" in route.parameters:
        beside = {"code": "team_lead"} if "code" in route.parameters else {}
        yield from (reverse(route.name, kwargs={"record_type": one.slug} | beside) for one in registry.all_types()
                    if one.merger or route.name not in {"records:merge_two", "records:pairs"})
    else:
        user = side.owner
        given = {"pk": user.team_id if route.first == "teams" else user.pk, "key": "a-b", "uidb36": "1",
                 "code": "team_lead"}
        names = [name for name in ("pk", "key", "uidb36", "code") if f"{name}>" in route.pattern]
        yield route.address(**{name: given[name] for name in names})


def body_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def comparable(response, url: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without its own address and the token of its forms."""
    body = body_of(response).replace(url.encode(), b"ADDRESS")
    body = re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": ?)"\w+"', b"TOKEN", body)
    return response.status_code, dict(response.headers), body


# ── nobody, and who is not signed in any more ────────────────────────────────────────────────────────────────────────


def test_a_visitor_is_led_to_the_sign_in_and_changes_nothing(mine, client):
    before, wrong = state(), []
    for route in ROUTES:
        for url in plain_addresses(route, mine) if MATRIX[route.name] != OPEN else ():
            for ask in (client.get, client.post):
                answer, part = ask(url), ask(url, headers=HTMX)
                if (answer.status_code, answer.headers.get("Location"), answer.content) != (
                        302, f"/account/login/?next={url}", b""):
                    wrong.append((url, answer.status_code))
                if part.status_code != 401 or part.content or not part.headers["HX-Redirect"].startswith(
                        "/account/login/?next=%2F"):
                    wrong.append((url, "htmx", part.status_code))

    assert wrong == []
    assert changed(before) == []


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["owner", "lead", "administrator"])
def test_an_unseen_record_is_as_unknown_as_one_that_is_not_there(request, mine, theirs, client, who):
    client.force_login(request.getfixturevalue(who))
    confidential(theirs)
    before, wrong = state(), []
    for route in of(RECORD):
        for url, given in addresses(route, theirs):
            unknown_url = route.address(**given | {"removal" if "removal" in given else "pk": UNKNOWN})
            for method, headers in (("get", {}), ("get", HTMX), ("post", {}), ("post", HTMX)):
                ask = getattr(client, method)
                data = FORMS.get(route.name, {}) if method == "post" else {}
                unseen = comparable(ask(url, data, headers=headers), url)
                unknown = comparable(ask(unknown_url, data, headers=headers), unknown_url)
                if unseen != unknown or unseen[0] not in {404, 405} or b"CNRY" in unseen[2]:
                    wrong.append((method, url, unseen[0], unknown[0]))

    assert wrong == []
    assert changed(before) == []


def confidential(side: Side) -> None:
    """Close everything of a side, so that reach does not open it; its shares are with somebody else."""
    for client in Client.objects.visible_to(side.owner):
        clients.set_confidential(client, by=side.owner, confidential=True)


def test_what_hangs_on_another_record_is_not_reached_through_an_own_one(mine, theirs, client, owner):
    """A07: the parent and the child are scoped, and the child belongs to the parent."""
    client.force_login(owner)
    nested = [route for route in of(RECORD) if "pk" in route.parameters
              and set(route.parameters) - {"pk", "record_type", "day", "field"}]
    assert len(nested) >= 11
    before, wrong = state(), []
    for route in nested:
        for (_own_url, own), (_url, other) in zip(addresses(route, mine), addresses(route, theirs), strict=True):
            url = route.address(**other | {"pk": own["pk"]})
            statuses = {ask(url, FORMS.get(route.name, {})).status_code for ask in (client.get, client.post)}
            if not statuses <= {404, 405}:
                wrong.append((url, statuses))

    assert wrong == []
    assert changed(before) == []


def test_who_only_reads_a_record_changes_nothing_of_it(mine, client, staff):
    """Department staff sees what is shared with it, and no more than sees it."""
    client.force_login(staff)
    before, wrong, refused = state(), [], 0
    for route in (route for route in of(RECORD) if route.name not in FOR_READERS):
        for url, _given in addresses(route, mine):
            status = client.post(url, FORMS.get(route.name, {})).status_code
            refused += status == 403
            if status not in {403, 404, 405}:
                wrong.append((url, status))

    assert wrong == []
    assert refused > 20
    assert changed(before) == []


def test_a_record_is_open_for_its_owner(mine, client, owner):
    """Otherwise nothing above would mean anything."""
    client.force_login(owner)
    answers = {url: client.get(url).status_code for route in of(RECORD) for url, _given in addresses(route, mine)}
    opened = [url for url, status in answers.items() if status == 200]

    assert {url: status for url, status in answers.items() if status not in {200, 405}} == {}
    assert len(opened) > 25


# ── permissions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_behind_a_permission_is_refused_to_every_role_without_it(mine, client, team):
    wrong = []
    for role in ROLES.values():
        client.force_login(person(f"Of{role.code}", team, role.code))
        before = state()
        for code in {MANAGE, FIELDS, CREATE, EXPORT, IMPORT, MERGE} - role.permissions:
            for url in (url for route in of(code) for url in plain_addresses(route, mine)):
                statuses = {client.get(url).status_code, client.post(url, {"name": "CNRY-posted"}).status_code}
                if not statuses <= {403, 405} or 403 not in statuses:
                    wrong.append((role.code, url, statuses))
        assert changed(before) == [], role.code

    assert wrong == []


def test_a_page_behind_a_permission_opens_to_who_has_it(mine, client, administrator):
    client.force_login(administrator)
    answers = {url: client.get(url).status_code for code in (MANAGE, CREATE, EXPORT, IMPORT, MERGE)
               for route in of(code) for url in plain_addresses(route, mine)}

    assert set(answers.values()) <= {200, 405}, answers


# ── every address ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def everywhere(mine, administrator, client) -> list[str]:
    """Every address of the program, as somebody opens it who may open all of them."""
    clients.share(mine.client, by=mine.owner, user=administrator)
    client.force_login(administrator)
    found = [url for route in ROUTES if route.name not in {"account_logout", "accounts:sign_out"}
             for url in plain_addresses(route, mine)]
    return [*found, "/search/?q=mine", "/duplicates/?kind=clients.client&name=Mine", "/clients/?q=mine",
            "/clients/words/?field=city&q=mine", "/clients/suggestions/?q=mine", "/clients/filter/?field=tier",
            "/clients/export/?format=xlsx", "/no/such/page/"]


def is_elsewhere(url: str) -> bool:
    """No worker runs here, and nobody typed a password."""
    return url == "/readyz" or url.endswith("/reauthenticate/")


def test_reading_changes_nothing(everywhere, client):
    """J02, for GET and HEAD, whole pages and parts of them."""
    before = state()
    for some in batched(everywhere, 10):
        for url in some:
            for ask, headers in ((client.get, {}), (client.get, HTMX), (client.head, {})):
                answer = ask(url, headers=headers)
                body_of(answer)
                assert answer.status_code in {200, 204, 302, 404, 405} or is_elsewhere(url), (url, answer.status_code)
        assert changed(before) == [], some


def test_every_answer_carries_its_headers(everywhere, client):
    """J14, J07."""
    for url in everywhere:
        for headers in ({}, HTMX):
            assert_safe_headers(client.get(url, headers=headers), url)


def assert_safe_headers(answer, url: str) -> None:
    found = answer.headers
    policy = dict(part.strip().partition(" ")[::2] for part in found["Content-Security-Policy"].split(";"))
    sealed = {"default-src": "'none'", "sandbox": ""}  # what came in as a file
    assert (policy == sealed and re.search(r"/files/\d+/(content|picture)/", url)) or policy == {
        "default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
        "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'",
    }, url
    assert found["X-Content-Type-Options"] == "nosniff", url
    assert found["Referrer-Policy"] == "same-origin", url
    assert found["Cross-Origin-Opener-Policy"] == "same-origin", url
    assert "camera=()" in found["Permissions-Policy"], url
    assert "no-store" in found["Cache-Control"], url
    assert "Server" not in found and "X-Powered-By" not in found, url


def test_errors_carry_the_headers_too(client, owner, mine, monkeypatch):
    visitor = Browser(raise_request_exception=False, enforce_csrf_checks=True)
    visitor.force_login(owner)
    asked = {
        404: visitor.get("/clients/987654321/"), 405: visitor.post("/search/", headers={"X-CSRFToken": "x" * 32}),
        403: visitor.post(f"/clients/{mine.client.pk}/trash/"), 400: visitor.get("/clients/?sort=nothing"),
    }
    assert asked.pop(405).status_code == 403  # the token is asked for before the method
    asked[400, "host"] = visitor.get("/", headers={"Host": "evil.example"})
    monkeypatch.setattr("mudir.records.views.search.recent", None)
    asked[500] = visitor.get("/search/")

    for status, answer in asked.items():
        assert answer.status_code == (status[0] if isinstance(status, tuple) else status)
        assert_safe_headers(answer, str(status))
        assert b"Traceback" not in answer.content and b"evil.example" not in answer.content
    assert visitor.get("/clients/", secure=False).status_code == 200


def test_a_house_behind_tls_says_so(client, settings):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answer = Browser(headers={"X-Forwarded-Proto": "https"}).get("/healthz")

    assert int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])[1]) >= 31_536_000


FOREIGN = [
    {}, {"X-CSRFToken": "a" * 32}, {"X-CSRFToken": "a" * 64, "Origin": "https://evil.example"}, {"Origin": "null"},
    {"Content-Type": "text/plain"}, HTMX,
]


def test_nothing_is_written_without_the_token_of_a_form(mine, owner, everywhere):
    """J01, for every address and every unsafe method."""
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(owner)
    before, wrong = state(), []
    for path in dict.fromkeys(url.partition("?")[0] for url in everywhere if url != "/no/such/page/"):
        asked = [("post", headers) for headers in FOREIGN] + [(method, {}) for method in ("put", "patch", "delete")]
        for method, headers in asked:
            status = getattr(browser, method)(path, headers=headers).status_code
            if status != 403:
                wrong.append((method, path, headers, status))

    assert wrong == []
    assert changed(before) == []


def test_the_token_of_a_form_opens_it(mine, owner):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(owner)
    url = f"/clients/{mine.client.pk}/stage/"
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get(url).content.decode())[1]

    assert browser.post(url, {"to": "2", "csrfmiddlewaretoken": token}).status_code == 302
    foreign = browser.post(url, {"to": "3", "csrfmiddlewaretoken": token}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    mine.client.refresh_from_db()
    assert mine.client.stage == 2


ODD_QUERIES = [  # each with something wrong for every parameter that there is
    "q=%00&page=x&before=x&after=x&field=city&panel=&to=x&name=%00",
    "q=%FF&before=2026-11-25T00:00:00%2B00:00~" + "9" * 30 + "&show=x&size=" + "9" * 30 + "&role=x&client=x",
    "f=x&f=y.z.%00&field=name&operator=&value=x&kind=x&to=" + "9" * 30,
    "sort=x&columns=x&id=x&format=x&field=name&operator=contains&value=%00&client=" + "9" * 30,
    "kind=clients.client&name=%00&phones=%00&exclude=x&name[]=x&add=1&all=1&next=//evil.example",
    "field=%00&operator=%00&value=%00&panel=x&q=" + "%D8%A7" * 300, "field=owner&operator=is&value=x&q=%E2%80%AE",
]


def test_no_question_breaks_a_page(everywhere, client):
    """Malformed is refused or ignored; it is never an error of ours."""
    wrong = []
    client.raise_request_exception = False
    for url in dict.fromkeys(url.partition("?")[0] for url in everywhere if url != "/readyz"):
        if url.startswith(("/calls/", "/notes/")) or client.head(url).status_code in {302, 404, 405}:
            continue  # tasks stand for their neighbours
        for query in ODD_QUERIES:
            answer = client.get(f"{url}?{query}")
            body_of(answer)
            if answer.status_code >= 500:
                wrong.append((url, query[:80], repr(answer.exc_info[1])))

    assert wrong == []


ODD_FORMS = [
    {}, {"version": "9" * 30, "phones-TOTAL_FORMS": "x", "emails-TOTAL_FORMS": "9" * 30, "roles-TOTAL_FORMS": "-1"},
    dict.fromkeys(("name", "text", "title", "to", "fact", "owner", "user", "token", "version", "notes"), "\0"),
    {"owner": "9" * 30, "user": "x", "team": "\0", "to": "9" * 30, "until": "9999-99-99", "due_date": "0000-00-00",
     "client_key": "9" * 30, "contact_key": "x", "token": "x", "started_at": "x", "days": "9" * 30, "version": "x"},
]


def test_no_form_breaks_a_page(mine, client, owner):
    client.force_login(owner)
    client.raise_request_exception = False
    wrong = []
    for form in ODD_FORMS:  # the empty one first: it may take a record away
        for route in sorted(ROUTES, key=lambda route: "removal" in route.pattern or "trash" in route.pattern):
            if MATRIX[route.name] in {RECORD, CREATE, SIGNED_IN}:
                for url in plain_addresses(route, mine):
                    answer = client.post(url, form)
                    if answer.status_code >= 500:
                        wrong.append((url, form, repr(answer.exc_info[1])))

    assert wrong == []


@pytest.mark.parametrize("path", [
    "/clients/0/", "/clients/-1/", "/clients/01/", "/clients/1.0/", "/clients/x/", "/clients/9223372036854775808/",
    "/clients/99999999999999999999999/", "/clients/1/x.css", "/clients/1/page.css/", "/Clients/", "/nothing/",
    "/client/", "/clients/%00/", "/calls/%FF/", "/clients/1;a=b/", "/users/9223372036854775808/", "/users/99999999/",
    "/removals/client/1/restoration/", "/removals/relation/0/restoration/",
])
def test_an_address_that_is_none_is_not_found(client, administrator, path):
    client.force_login(administrator)

    assert client.get(path).status_code == 404 or "restoration" in path
    assert client.post(path).status_code == 404


# ── what stands in the pages ─────────────────────────────────────────────────────────────────────────────────────────


class Inline(HTMLParser):
    """Collects what a strict policy refuses, and markup that a person typed."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.inside = tag
        is_code = tag == "script" and "src" not in names and names.get("type") != "application/json"
        if tag in {"style", "base"} or is_code:
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name.startswith("on") or name in {"style", "srcdoc"}]
        self.found += [f"{tag} {name}={value}" for name, value in names.items()
                       if (value or "").strip().lower().startswith(("javascript:", "js:"))]
        if "cnry" in names or tag == "cnry":
            self.found.append(f"typed {tag}")


MARKUP = """<cnry>'"><img src=x cnry=1 onerror=alert(1)></cnry>{{ 7|add:7 }}\u202e"""


def test_what_a_person_typed_is_text_on_every_page(owner, administrator, staff, client):
    """C05, C14: no page runs or shows as markup what came in as a name; none needs what the policy refuses."""
    owner.name, owner.team.name = MARKUP, MARKUP
    owner.save()
    owner.team.save()
    side = make_side(owner, MARKUP, shared_with=administrator)
    client.force_login(administrator)
    shown = 0
    for language, headers in (("ar", {}), ("en", HTMX)):
        administrator.language = language
        administrator.save()
        for route in ROUTES:
            if route.name in {"account_logout", "accounts:sign_out"}:
                continue
            for url in plain_addresses(route, side):
                answer = client.get(url, headers=headers)
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    text = body_of(answer).decode()
                    page = Inline()
                    page.feed(text)
                    assert page.found == [], url
                    shown += "&lt;cnry&gt;" in text

    assert shown > 40


def test_what_a_person_typed_is_text_in_what_a_page_says_after_a_write(owner, staff, client):
    """C05: toasts, and the headers that htmx reads."""
    side = make_side(owner, MARKUP, shared_with=staff)
    client.force_login(owner)
    said = 0
    for path, form in (("stage/", {"to": "2"}), ("access/owner/", {"owner": owner.pk}), ("trash/", {}),
                       ("restoration/", {}), ("nuances/", {"text": MARKUP, "kind": "etiquette", "calendar": "hijri"})):
        url = f"/clients/{side.client.pk}/{path}"
        for headers in ({}, HTMX):
            answer = client.post(url, form, headers=headers, follow=not headers)
            for value in answer.headers.values():
                assert "<cnry>" not in value and "\n" not in value
            text = body_of(answer).decode()
            page = Inline()
            page.feed(text)
            assert page.found == [], url
            said += "&lt;cnry&gt;" in text

    assert said >= 4


def test_a_file_is_named_by_us(mine, client, owner):
    """D11: nothing typed stands in the header of a file."""
    client.force_login(owner)
    answer = client.get("/clients/export/?q=%0d%0aSet-Cookie:x&format=csv")

    today = timezone.localdate().isoformat()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="clients-{today}.csv"'
    assert "Set-Cookie" not in answer.headers


def test_c15_an_address_is_not_repeated_on_the_page_that_does_not_find_it(client, owner):
    client.force_login(owner)
    for path in ("/CNRY-%3Cscript%3E/", "/clients/CNRY/", "/clients/1/CNRY.css", "/clients/?f=CNRY<b>.is.x"):
        for headers in ({}, HTMX):
            answer = client.get(path, headers=headers)
            text = body_of(answer).decode()
            assert answer.status_code in {400, 404} and "<script>" not in text and "<b>.is" not in text
            assert answer.status_code == 400 or "CNRY" not in text, path


def test_c11_htmx_reads_nothing_that_people_typed(client, owner, staff):
    """Its attributes, in whatever text: they are letters of the text; and htmx asks this site alone."""
    side = make_side(owner, """" hx-get="//evil.example" hx-on:load="alert(1)" data-hx-vals="js:alert(1)" x='""",
                     shared_with=staff)
    client.force_login(owner)
    for route in ROUTES:
        if MATRIX[route.name] in {RECORD, SIGNED_IN}:
            for url in plain_addresses(route, side):
                answer = client.get(url)
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    page = Attributes()
                    page.feed(body_of(answer).decode())
                    assert not page.found, url
    config = re.search(r'name="htmx-config" content=\'([^\']+)\'', client.get("/clients/").content.decode())[1]
    assert json.loads(config)["mode"] == "same-origin" and json.loads(config)["extensions"] == "none"


class Attributes(HTMLParser):
    """Attributes of htmx that ask another site or run something."""

    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.found += [(name, value) for name, value in attrs if name.startswith(("hx-", "data-hx-")) and (
            "hx-on" in name or "evil" in (value or "") or (value or "").startswith("js:"))]
