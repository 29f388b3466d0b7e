"""A passkey from its making to signing in with it alone, on a device that Chromium plays."""

from urllib.parse import parse_qs

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page, expect

from mudir.accounts.models import User
from mudir.tests.browser.conftest import text

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "sunrise over dunes"
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}


@pytest.fixture
def finger_reader(page: Page) -> str:
    """A device with a finger reader that always agrees; its id."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    return devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


@pytest.fixture(params=["ar", "en"])
def user(request, transactional_db) -> User:
    cache.clear()
    return User.objects.create_user("sara@mudir.example", PASSWORD, name="Sara", language=request.param)


@pytest.fixture
def browser_context_args(browser_context_args: dict, user) -> dict:
    """A browser in the person's language: the pages before signing in go by it."""
    return browser_context_args | {"locale": user.language}


def test_a_passkey_is_made_and_signs_in_alone(page: Page, live_server, finger_reader, user, broken):
    say = text(user.language)
    page.goto(f"{live_server.url}/account/login/?next=/account/2fa/webauthn/add/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name=say("Sign in"), exact=True).click()
    page.fill("[name=password]", PASSWORD)  # once more, before access is changed
    page.get_by_role("button", name=say("Go on")).click()
    expect(page.locator("[name=name]")).to_have_value("Chrome, Linux" if user.language == "en" else "Chrome، Linux")
    page.fill("[name=name]", "Laptop")
    page.get_by_role("button", name=say("Create the passkey")).click()
    expect(page.locator("h1")).to_have_text(say("Recovery codes"))
    page.goto(f"{live_server.url}/account/2fa/webauthn/")
    expect(page.get_by_text("Laptop")).to_be_visible()

    page.goto(f"{live_server.url}/account/logout/")
    page.get_by_role("main").get_by_role("button", name=say("Sign out")).click()
    page.goto(f"{live_server.url}/account/login/?next=/settings/")
    with page.expect_request(lambda sent: sent.url.endswith("/webauthn/login/") and sent.method == "POST") as sent:
        page.get_by_role("button", name=say("Sign in with a passkey")).click()
    page.wait_for_url("**/settings/")
    expect(page.locator("[name=name]")).to_have_value("Sara")

    credential = parse_qs(sent.value.post_data)["credential"][0]
    thief = Client()
    thief.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    thief.post("/account/2fa/webauthn/login/", {"credential": credential})
    assert "_auth_user_id" not in thief.session


def test_a_device_without_a_passkey_is_told_beside_the_button(page: Page, live_server, finger_reader, user):
    say = text(user.language)
    page.goto(f"{live_server.url}/account/login/")
    words = page.get_by_text(say("The device gave no passkey. Try once more, or take another way."))
    expect(words).to_be_hidden()

    page.get_by_role("button", name=say("Sign in with a passkey")).click()

    expect(words).to_be_visible(timeout=15_000)
