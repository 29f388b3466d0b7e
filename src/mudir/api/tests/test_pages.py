"""Keys made, shown once and revoked by their person; the reference of the API."""

import ast
import json
import re
import shlex

import pytest

from mudir.accounts.models import ApiKey
from mudir.api.description import describe
from mudir.api.examples import examples_of
from mudir.api.urls import OPERATIONS

pytestmark = pytest.mark.django_db


def made(client, **given):
    return client.post("/settings/keys/", {"name": "Ledger", "act": "read", "kind": "clients.client", **given})


def secret_in(answer) -> str:
    return re.search(r"mudir_[a-z0-9]{12}_[A-Za-z0-9_-]{43}", answer.content.decode())[0]


def test_a_key_is_shown_once_and_opens_what_it_names(client, owner, client_of_owner):
    client.force_login(owner)
    answer = made(client)
    secret = secret_in(answer)

    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert secret not in client.get("/settings/keys/").content.decode()
    client.logout()
    listed = client.get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"})
    assert [row["id"] for row in listed.json()["records"]] == [client_of_owner.pk]
    assert client.get("/api/v1/contacts", headers={"Authorization": f"Bearer {secret}"}).status_code == 403


def test_a_revoked_key_opens_nothing(client, owner):
    client.force_login(owner)
    secret = secret_in(made(client))
    client.post(f"/settings/keys/{ApiKey.objects.get().pk}/revocation/")
    client.logout()

    assert client.get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_the_key_of_somebody_else_is_neither_listed_nor_revoked(client, owner, stranger):
    client.force_login(owner)
    made(client, name="CNRY-ledger")
    client.force_login(stranger)

    assert "CNRY-ledger" not in client.get("/settings/keys/").content.decode()
    assert client.post(f"/settings/keys/{ApiKey.objects.get().pk}/revocation/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_a_day_that_has_passed_is_refused_beside_its_field(client, owner):
    client.force_login(owner)
    answer = made(client, last_date="2020-01-01")

    assert answer.status_code == 422 and "That day has passed." in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_the_reference_names_every_address(client, owner):
    client.force_login(owner)
    page = client.get("/settings/api/").content.decode()

    assert [one.path for one in OPERATIONS.values() if re.sub(r"{\w+:(\w+)}", r"{\1}", one.path) not in page] == []


def test_the_reference_finds_addresses_by_words_in_the_language_of_the_reader(client, owner):
    client.force_login(owner)
    page = client.get("/settings/api/?q=clients merges undoing").content.decode()
    owner.language = "ar"
    owner.save()
    arabic = client.get("/settings/api/?q=دمج سجل آخر").content.decode()
    nothing = client.get("/settings/api/?q=<b>zzz").content.decode().partition('id="operations"')

    assert re.findall(r"<code>(/api/v1/[^<]+)</code>", page)[1:] == ["/api/v1/clients/{pk}/merges/{merge_pk}/undoing"]
    assert "/api/v1/contacts/{pk}/merges" in arabic and "/api/v1/clients/edits" not in arabic
    assert "<b>zzz" not in nothing[0] and "<code>" not in nothing[2]


def test_every_address_is_asked_in_curl_and_in_python_without_a_secret(owner):
    for operation in OPERATIONS.values():
        told = describe(operation, owner)
        [sent] = told.get("requestBody", {}).get("content", {"": {}}).values()
        said = examples_of(operation, "https://mudir.example", sent)
        method, path = operation.method, re.sub(r"{\w+:\w+}", "1", operation.path)

        ast.parse(said["Python"])
        words = shlex.split(said["curl"])
        assert words[:3] == ["curl", "-X", method] and words[3].startswith(f"https://mudir.example/api/v1{path}")
        if "-d" in words:
            assert json.loads(words[words.index("-d") + 1]) == sent.get("example", {})
