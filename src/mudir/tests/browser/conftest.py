"""A real browser on a real server: what a person sees, in both languages, with nothing broken unseen."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import BrowserContext, Locator, Page, expect

from mudir.accounts.models import User
from mudir.tests.jobs import start_worker

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
AXE = Path(settings.PACKAGE).parents[1] / "node_modules/axe-core/axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "The browser tests need Chromium; `make test` installs it where it may."
    return browser_type_launch_args | {"executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture
def browser_context_args(browser_context_args: dict, request: pytest.FixtureRequest) -> dict:
    """A test with a language has a browser of that language."""
    language = request.getfixturevalue("language") if "language" in request.fixturenames else "en"
    return browser_context_args | {"locale": language, "viewport": DESKTOP}


@pytest.fixture
def broken(context: BrowserContext) -> Iterator[list[str]]:
    """Errors and refusals of the content security policy that any page of the test met; there must be none."""
    met: list[str] = []
    context.on("weberror", lambda error: met.append(str(error.error)))
    context.on("console", lambda message: met.append(message.text) if message.type == "error" else None)
    yield met
    assert met == []


@pytest.fixture
def worker(transactional_db) -> Iterator[None]:
    """A job worker in a process of its own, on the database of the tests."""
    process = start_worker()
    yield
    process.terminate()
    process.wait(30)


@pytest.fixture
def sign_in(context: BrowserContext, live_server, client) -> Callable[[User], None]:
    """Gives the browser the session of a person."""

    def enter(user: User) -> None:
        client.force_login(user)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "url": live_server.url,
                              "value": client.cookies[settings.SESSION_COOKIE_NAME].value}])

    return enter


def text(language: str) -> Callable[..., str]:
    """`say("Save")` as a person of that language reads it."""

    def say(source: str, **values: object) -> str:
        with translation.override(language):
            return translation.gettext(source) % values if values else translation.gettext(source)

    return say


def settled(page: Page) -> Page:
    """The page once its scripts took it over."""
    expect(page.locator("m-palette:not(:defined)")).to_have_count(0)
    if page.locator("[hx-get], [hx-post]").count():
        page.wait_for_selector("[data-htmx-powered]", state="attached")
    return page


def drag(page: Page, card: Locator, to: Locator) -> None:
    """A card by the mouse onto another list of its board or calendar."""
    page.wait_for_function("document.querySelector('m-board')?.lists ?? document.querySelector('m-calendar')?.bound")
    settled(page)
    start, end = card.bounding_box(), to.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 50, start["y"] + 40, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 30, steps=12)
    for shift in range(40):  # the browser tells at its own pace where a dragged thing is: let go before, it falls short
        page.mouse.move(end["x"] + end["width"] / 2 + 3 + shift % 2, end["y"] + 34, steps=3)
        if card.evaluate("(card, list) => list.contains(card)", to.element_handle()):
            break
        page.wait_for_timeout(50)
    page.mouse.up()


def axe(page: Page) -> list[str]:
    """What axe finds wrong on the page by WCAG 2.2 A and AA and by best practice: the rule, and where."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", AXE_RULES)
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
