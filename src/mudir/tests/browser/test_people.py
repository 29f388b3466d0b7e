"""An administrator finds people while typing; a person changes the look from the bar."""

import pytest
from playwright.sync_api import Page, expect

from mudir.accounts.models import User
from mudir.tests.browser.conftest import settled, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["ar", "en"])
def administrator(request, transactional_db) -> User:
    for name in ("Omar", "Nora"):
        User.objects.create_user(f"{name.lower()}@mudir.example", name=name)
    return User.objects.create_user("aziza@mudir.example", name="Aziza", role="administrator", language=request.param)


def test_people_are_found_while_typing(page: Page, live_server, sign_in, administrator, broken):
    say = text(administrator.language)
    sign_in(administrator)
    page.goto(f"{live_server.url}/users/")
    settled(page)
    expect(page.locator("tbody tr")).to_have_count(3)

    page.get_by_role("searchbox", name=say("Search the users")).press_sequentially("oma")

    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/users/?q=oma")
    shown = page.locator("#people").inner_html()
    page.reload()
    assert page.locator("#people").inner_html() == shown


def test_the_theme_changes_at_once_and_is_kept(page: Page, live_server, sign_in, administrator, broken):
    say = text(administrator.language)
    sign_in(administrator)
    page.goto(f"{live_server.url}/users/")
    settled(page)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name=say("Light or dark")).click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
