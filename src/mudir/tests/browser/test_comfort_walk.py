"""A newcomer finds what every record can do: from a field of the house's own to a program that asks with a key."""

import json
import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from mudir.accounts.models import User
from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.tests.browser.conftest import drag, settled, text

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {
    "ar": {"field": "قناة البيع", "choices": ("الموقع", "المعرض"), "view": "عملاء المعرض", "sector": "مطاعم",
           "program": "نظام المخزون"},
    "en": {"field": "Sales channel", "choices": ("Web shop", "Showroom"), "view": "Clients of the showroom",
           "sector": "Restaurants", "program": "The warehouse"},
}
NAMES = "Amal Foods", "Basma Trading", "Dana House", "Dana House Ltd", "Rimal Group"


@pytest.fixture(params=["ar", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
def noura(language, team) -> User:
    return person("Noura", team, "administrator", language=language)


@pytest.fixture
def omar(language, team) -> User:
    return person("Omar", team, language=language)


@pytest.fixture
def house(noura, transactional_db) -> dict[str, Client]:
    return {name: clients.create_client(by=noura, name=name, sector="Food") for name in NAMES}


def row(page: Page, name: str) -> Locator:
    return page.locator("tbody tr").filter(has=page.locator(".name").get_by_text(name, exact=True))


def names_in_list(page: Page) -> Locator:
    return page.locator("tbody tr .name bdi")


def test_from_a_field_of_ones_own_to_a_program_that_asks(
    page, context, live_server, sign_in, worker, house, noura, omar, language, broken
):
    say, words = text(language), WORDS[language]
    expect.set_options(timeout=15_000)
    sign_in(noura)
    toasts = page.locator("#toasts")

    def button(name: str, within: Page | Locator = page) -> Locator:
        return within.get_by_role("button", name=name, exact=True).locator("visible=true").first

    def take_back() -> None:
        toasts.get_by_role("button", name=say("Undo")).last.click()

    # A field of the house's own, made without leaving the main menu.
    page.goto(live_server.url)
    settled(page).locator(".side").get_by_role("link", name=say("Fields")).click()
    settled(page).get_by_role("link", name=say("New field")).first.click()
    page.get_by_role("link", name=say("Choice")).first.click()
    settled(page).locator("[name=name_ar]").fill(WORDS["ar"]["field"])
    page.locator("[name=name_en]").fill(WORDS["en"]["field"])
    for place in (0, 1):
        for code in ("ar", "en"):
            page.locator(f"[name=choices-{place}-{code}]").fill(WORDS[code]["choices"][place])
    page.get_by_label(say("Often filtered by")).check()
    button(say("Save")).click()
    expect(page.locator(".order-item")).to_contain_text(words["field"])
    expect(page.locator(".order-item")).to_contain_text(say("quick to filter"))  # the index is made behind the page

    # It becomes a column, and is filled in where it stands.
    page.goto(f"{live_server.url}/clients/")
    settled(page).get_by_role("link", name=say("Columns")).click()
    page.locator("#columns-menu").get_by_role("checkbox", name=words["field"]).check()
    button(say("Show these"), page.locator("#columns-menu")).click()
    head = page.get_by_role("columnheader", name=words["field"])
    expect(head).to_be_visible()
    place = head.evaluate("head => head.cellIndex")
    for name in ("Basma Trading", "Rimal Group"):
        row(page, name).locator("td").nth(place).click()
        row(page, name).locator("form.cell select").select_option(label=words["choices"][1])
        expect(row(page, name).locator("td").nth(place)).to_have_text(words["choices"][1])

    # The list is filtered by it and kept as a view of the team, which a colleague opens.
    page.locator("[data-menu=filter-menu]").click()
    button(words["field"], page.locator("#filter-menu")).click()
    page.locator("#filter-menu").get_by_role("checkbox", name=words["choices"][1]).check()
    button(say("Filter"), page.locator("#filter-menu")).click()
    expect(names_in_list(page)).to_have_text(["Basma Trading", "Rimal Group"])
    page.locator(".views [data-menu=new-view-menu]").click()
    menu = page.locator("#new-view-menu")
    menu.locator("[name=name]").fill(words["view"])
    menu.locator("[name=audience][value=team]").check()
    button(say("Save"), menu).click()
    expect(page.locator(".tabs [aria-current=true]")).to_contain_text(words["view"])
    for name in ("Basma Trading", "Rimal Group"):
        clients.assign(house[name], by=noura, owner=omar)
    sign_in(omar)
    theirs = context.new_page()
    theirs.goto(f"{live_server.url}/clients/")
    settled(theirs).get_by_role("link", name=words["view"]).click()
    expect(names_in_list(theirs)).to_have_text(["Basma Trading", "Rimal Group"])
    expect(theirs.get_by_role("columnheader", name=words["field"])).to_be_visible()
    theirs.close()
    sign_in(noura)

    # Cards are dragged to the next stage, and back by Undo.
    page.goto(f"{live_server.url}/clients/board/?by=stage")
    card = page.locator(f"#card-{house['Amal Foods'].pk}")
    lane = page.locator("ol[data-value='2']")
    drag(page, card, lane)
    expect(lane.locator(card)).to_be_visible()
    take_back()
    expect(page.locator("ol[data-value='1']").locator(card)).to_be_visible()
    drag(page, card, lane)
    expect(page.locator("#lane-head-2 .count")).to_have_text("1")

    # A fact is edited on the record's own page.
    page.goto(f"{live_server.url}/clients/{house['Amal Foods'].pk}/")
    sector = settled(page).locator("dd[data-edit=sector]")
    sector.click()
    sector.locator("input[name=sector]").fill(words["sector"])
    page.keyboard.press("Enter")
    expect(sector.locator("form")).to_have_count(0)
    expect(sector).to_contain_text(words["sector"])
    page.get_by_text(say("Blank fields")).click()
    channel = page.locator("dd[data-edit='custom.sales_channel']")
    channel.click()
    channel.locator("select").select_option(label=words["choices"][0])
    expect(channel.locator(".chip")).to_have_text(words["choices"][0])

    # All of them are handed to a colleague at once, and taken back at once.
    page.goto(f"{live_server.url}/clients/?columns=name,owner")
    settled(page).locator("[data-all]").check()
    button(say("Owner"), page.locator("#selection")).click()
    page.locator("main [name=owner]").select_option(label="Omar")
    button(say("Apply")).click()
    expect(page.locator("tbody tr td:last-child")).to_have_text(["Omar"] * 5)
    take_back()
    expect(row(page, "Amal Foods").locator("td").last).to_have_text("Noura")
    expect(row(page, "Rimal Group").locator("td").last).to_have_text("Omar")

    # Two that are one become one; the address of the one that went leads on; Undo makes them two again.
    gone = house["Dana House Ltd"]
    for name in ("Dana House", "Dana House Ltd"):
        row(page, name).locator(".pick input").check()
    page.locator("#selection button[value=merge]").click()
    settled(page).locator(f"[name=survivor][value='{house['Dana House'].pk}']").check()
    page.locator("main form.merge button.primary").click()
    expect(page.locator("h1")).to_contain_text("Dana House")
    page.goto(f"{live_server.url}/clients/{gone.pk}/")
    page.wait_for_url(f"**/clients/{house['Dana House'].pk}/*")
    page.goto(f"{live_server.url}/clients/{house['Dana House'].pk}/merge/")
    button(say("Separate again")).click()
    expect(page.locator("h1")).to_contain_text("Dana House")
    with page.expect_response("**/visit/"):  # that it was looked at is told behind the page, while it is still there
        page.goto(f"{live_server.url}/clients/{gone.pk}/")
    expect(page.locator("h1")).to_contain_text("Dana House Ltd")

    # What is thrown away comes out of the trash again, and a value of before out of the history.
    button(say("More")).click()
    button(say("Move to the trash")).click()
    expect(toasts).to_contain_text(say("Undo"))
    page.goto(f"{live_server.url}/trash/")
    button(say("Take out"), row(settled(page), "Dana House Ltd")).click()
    expect(page.locator("h1")).to_contain_text("Dana House Ltd")
    page.goto(f"{live_server.url}/clients/{house['Amal Foods'].pk}/history/?field=sector")
    settled(page).locator(".changes form button").first.click()
    expect(toasts).to_contain_text(say("Undo"))
    page.goto(f"{live_server.url}/clients/{house['Amal Foods'].pk}/")
    expect(page.locator("dd[data-edit=sector]")).to_contain_text("Food")

    # A program asks with a key what the list shows.
    page.goto(live_server.url)
    settled(page).locator(".side").get_by_role("link", name=say("Settings")).click()
    page.get_by_role("link", name=say("Keys for programs")).click()
    settled(page).locator("[name=name]").fill(words["program"])
    button(say("Make the key")).click()
    secret = page.locator("code.secret").inner_text()
    asked = "/api/v1/clients?f=custom.sales_channel.is.showroom&columns=name,custom.sales_channel"
    with urlopen(Request(live_server.url + asked, headers={"Authorization": f"Bearer {secret}"})) as answer:
        found = json.load(answer)["records"]
    assert [(one["name"], one["custom.sales_channel"]) for one in found] == [
        ("Basma Trading", "showroom"), ("Rimal Group", "showroom")]
    page.goto(f"{live_server.url}/settings/keys/")
    expect(page.locator("main")).to_contain_text(words["program"])
    expect(page.locator("main")).not_to_contain_text(re.escape(secret))
