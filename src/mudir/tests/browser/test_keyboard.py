"""Everything by keyboard, in both directions of writing; what the overview says of the keys holds."""

import pytest
from playwright.sync_api import Locator, Page, expect

from mudir.accounts.models import User
from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.tests.browser.conftest import settled, text

pytestmark = pytest.mark.django_db(transaction=True)
GOES_TO = {"H": "/", "C": "/clients/", "P": "/contacts/", "T": "/tasks/", "L": "/calls/", "N": "/notifications/",
           "F": "/favourites/"}
TRIED = {  # what the overview may list: each is pressed in a test below, or in those of the board, walk and calendar
    "/", "Ctrl K", "N", "S", "Ctrl Enter", "Esc", "?", "G", *GOES_TO, "↑", "↓", "Space", "Enter", "X", "J", "K", "←",
    "→", "F2", "Tab", "Delete", "Ctrl Z", "M", "Page Up", "Page Down",
}


@pytest.fixture(params=["ar", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
def sara(language, transactional_db) -> User:
    return person("Sara", None, language=language)


@pytest.fixture
def three(sara) -> list[Client]:
    return [clients.create_client(by=sara, name=name, sector="Food") for name in ("Amal", "Basma", "Dana")]


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_the_palette_is_opened_walked_left_and_followed(page, live_server, sign_in, three, language, broken):
    sign_in(three[0].owner)
    page.goto(f"{live_server.url}/clients/")
    settled(page).locator(".tabs a").first.focus()
    for opens in ("Control+k", "/"):
        page.keyboard.press(opens)
        expect(page.locator("dialog.palette")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog.palette")).to_be_hidden()
        expect(page.locator(".tabs a").first).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("باسما" if language == "ar" else "basma")
    chosen = page.locator("dialog.palette [role=option][aria-selected=true]")
    expect(chosen).to_contain_text("Basma")
    page.keyboard.press("ArrowDown")
    expect(chosen).not_to_contain_text("Basma")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Basma")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/clients/{three[1].pk}/")


def test_what_the_overview_says_of_single_keys_holds(page, live_server, sign_in, three, language, broken):
    sign_in(three[0].owner)
    page.goto(f"{live_server.url}/clients/")
    settled(page).locator(".tabs a").first.focus()
    page.keyboard.press("Shift+?")
    expect(page.locator("#keys-help")).to_be_visible()
    assert set(page.locator("#keys-help kbd").all_inner_texts()) == TRIED
    page.keyboard.press("Escape")
    expect(page.locator(".tabs a").first).to_be_focused()
    for key, address in GOES_TO.items():
        page.keyboard.press("g")
        page.keyboard.press(key.lower())
        page.wait_for_url(lambda url, address=address: url.removeprefix(live_server.url).partition("?")[0] == address)
        settled(page)

    page.goto(f"{live_server.url}/clients/")
    settled(page).keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr[aria-current]")).to_contain_text("Basma")
    page.keyboard.press("x")
    expect(page.locator("tr[aria-current] .pick input")).to_be_checked()
    page.keyboard.press("Space")
    expect(page.locator("aside.preview > header h2")).to_have_text("Basma")
    page.keyboard.press("Escape")
    expect(page.locator("aside.preview")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/clients/{three[1].pk}/")
    settled(page).keyboard.press("s")
    expect(page.locator("[data-key-star]")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{live_server.url}/clients/")
    settled(page).keyboard.press("n")
    page.wait_for_url("**/clients/new/")


def test_cells_are_walked_the_way_the_arrows_point(page, live_server, sign_in, three, language, broken):
    forward, back = ("ArrowLeft", "ArrowRight") if language == "ar" else ("ArrowRight", "ArrowLeft")
    sign_in(three[0].owner)
    page.goto(f"{live_server.url}/clients/?columns=name,sector,source")
    settled(page).keyboard.press("ArrowDown")
    page.keyboard.press(forward)
    expect(page.locator("tr[aria-current] td.name")).to_be_focused()
    page.keyboard.press(forward)
    expect(focused(page)).to_have_text("Food")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(back)
    expect(focused(page)).to_contain_text("Basma")
    page.keyboard.press(forward)
    page.keyboard.press("F2")
    expect(page.locator("form.cell input[name=sector]")).to_be_focused()
    page.keyboard.type("Steel")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("—")  # the source beside it
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Steel")
    page.keyboard.press("Control+z")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Food")


def test_one_click_beside_a_name_looks_at_the_row_and_two_change_the_name(page, live_server, sign_in, three, language):
    sign_in(three[0].owner)
    page.goto(f"{live_server.url}/clients/?columns=name,sector")
    cell = settled(page).locator("td.name").first

    def end() -> dict:
        return {"x": 4 if language == "ar" else cell.bounding_box()["width"] - 4, "y": 6}

    cell.click(position=end())
    expect(page.locator("aside.preview > header h2")).to_have_text("Amal")
    expect(page.locator("form.cell")).to_have_count(0)
    cell.dblclick(position=end())
    expect(page.locator("td.name form.cell input[name=name]")).to_be_focused()


def test_menus_and_dialogs_give_the_focus_back(page, live_server, sign_in, three, language, broken):
    say = text(language)
    sign_in(three[0].owner)
    page.goto(f"{live_server.url}/clients/")
    opener = settled(page).locator("[data-menu=filter-menu]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#filter-menu button").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#filter-menu button").nth(1)).to_be_focused()
    page.keyboard.press("Enter")  # what is chosen there stands in the same menu
    expect(page.locator("#filter-menu form.condition :is(input, select):focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#filter-menu")).to_be_hidden()
    expect(opener).to_be_focused()

    page.goto(f"{live_server.url}/clients/{three[0].pk}/")
    more = settled(page).locator("[popovertarget=record-menu]")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#record-menu :focus")).to_have_text(say("Owner and access"))
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
