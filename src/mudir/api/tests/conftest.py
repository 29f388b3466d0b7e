"""A program that asks with a key."""

import json

import pytest
from django.test import Client as Browser

from mudir.accounts.models import ApiKey, User
from mudir.accounts.services import make_key


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
