"""A program that asks with a key."""

import json

import pytest
from django.test import Client as Browser

from mudir.accounts.models import ApiKey, User
from mudir.accounts.services import make_key
from mudir.records import merging, registry
from mudir.records.custom.writing import create_field
from mudir.records.models import BulkAct, CustomField
from mudir.tests.world import Side, make


class Program:
    def __init__(self, user: User, *scopes: str, **headers: str):
        self.key: ApiKey
        self.key, self.secret = make_key(by=user, name="Program", scopes=scopes or ("write",))
        self.browser = Browser(raise_request_exception=False, enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"} | headers

    def ask(self, method: str, path: str, body=None, **headers: str):
        """The answer to a request below /api/v1; a body that is no text is sent as JSON."""
        text = body if isinstance(body, str | bytes | None) else json.dumps(body)
        kept = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.generic(method, f"/api/v1{path}", text or "", headers=kept,
                                    content_type=kept.pop("Content-Type", "application/json"))

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def post(self, path: str, body=None, **headers: str):
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body=None, **headers: str):
        return self.ask("PATCH", path, body, **headers)

    def put(self, path: str, body=None, **headers: str):
        return self.ask("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str):
        return self.ask("DELETE", path, **headers)


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


def with_parts(side: Side) -> Side:
    """What only a program names by its number: an act on many records of each kind, a merge of each that has one."""
    owner = side.owner
    side.parts["act_pk"] = {
        kind: BulkAct.objects.create(user=owner, kind=kind, act="trash", keys=[record.pk], back="/").pk
        for kind, record in side.records.items()}
    side.parts["survivor"], side.parts["merge_pk"] = {}, {}
    for record_type in registry.all_types():
        if record_type.merger:
            survivor, other = (make(record_type.kind, by=owner, words=f"{side.words} {number}", client=side.client)
                               for number in ("first", "second"))
            made = merging.merge(survivor, other, by=owner)
            survivor.refresh_from_db()
            side.parts["survivor"][record_type.kind], side.parts["merge_pk"][record_type.kind] = survivor, made.pk
    return side


def a_field_of_each_type(administrator: User, kind: str) -> None:
    """Custom fields of every type, named `of_…`."""
    for type in CustomField.Type.values:
        has = {"choices": [{"en": "One"}, {"en": "Two"}]} if "choice" in type else {}
        has |= {"digits": 2} if type in {"number", "percent"} else {}
        has |= {"formula": "custom.of_money * custom.of_number"} if type == "computed" else {}
        create_field(kind, by=administrator, type=type, code=f"of_{type}", name_en=type,
                     related_kind="clients.client", **has)


@pytest.fixture
def mine(mine) -> Side:
    return with_parts(mine)


@pytest.fixture
def theirs(theirs) -> Side:
    return with_parts(theirs)
