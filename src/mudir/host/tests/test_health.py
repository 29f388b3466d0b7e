"""What the two pages for machines tell to whom."""

import json

import pytest
from django.test import RequestFactory

from mudir.host.health import healthz, readyz


def answer(address: str, **headers: str) -> dict:
    return json.loads(readyz(RequestFactory(REMOTE_ADDR=address).get("/readyz", headers=headers)).content)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_learns_what_is_missing(address):
    assert answer(address) == {"ready": False, "database": "ok", "migrations": "ok", "queue": "no worker"}


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "header"), [
    ("192.0.2.7", {}),
    ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
    ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
    ("", {}),
])
def test_anybody_else_learns_only_yes_or_no(address, header):
    assert answer(address, **header) == {"ready": False}


def test_health_says_nothing_about_the_inside():
    response = healthz(RequestFactory().get("/healthz"))

    assert (response.status_code, response.content) == (200, b"ok\n")
