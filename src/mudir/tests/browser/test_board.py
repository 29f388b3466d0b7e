"""Cards moved by mouse and by keyboard, and taken back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.tests.browser.conftest import drag

pytestmark = pytest.mark.django_db(transaction=True)


def lane(page: Page, value: int) -> Locator:
    return page.locator(f"ol[data-value='{value}']")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_card_is_dropped_taken_back_explained_and_moved_by_keyboard(page, live_server, sign_in, language):
    sara = person("Sara", None, language=language)
    one = clients.create_client(by=sara, name="Basma")
    clients.move_stage(clients.create_client(by=sara, name="Rimal"), to=2, by=sara)
    sign_in(sara)
    page.goto(f"{live_server.url}/clients/board/?by=stage")
    card = page.locator(f"#card-{one.pk}")

    drag(page, card, lane(page, 2))
    expect(lane(page, 2).locator(f"#card-{one.pk}")).to_be_visible()
    expect(page.locator("#lane-head-2 .count")).to_have_text("2")
    page.locator("#toasts form button").click()
    expect(lane(page, 1).locator(f"#card-{one.pk}")).to_be_visible()

    drag(page, card, lane(page, 3))  # skips a stage
    page.locator("#move-reason textarea").fill("They know us")
    expect(lane(page, 1).locator(f"#card-{one.pk}")).to_be_attached()
    page.locator("#move-reason button.primary").click()
    expect(lane(page, 3).locator(f"#card-{one.pk}")).to_be_visible()
    expect(page.locator("#move-reason")).not_to_be_visible()

    card.locator(".move").focus()
    page.keyboard.press("Enter")
    page.locator("#move-menu button[value='4']").focus()
    page.keyboard.press("Enter")
    expect(lane(page, 4).locator(f"#card-{one.pk}")).to_be_visible()
    assert Client.objects.visible_to(sara).get(pk=one.pk).stage == 4


def test_a_list_is_walked_by_single_keys_and_a_value_brought_back(page, live_server, sign_in):
    sara = person("Sara", None)
    first, second = (clients.create_client(by=sara, name=name, sector="Food") for name in ("Amal", "Basma"))
    clients.edit_client(first, by=sara, sector="Steel")
    sign_in(sara)
    page.goto(f"{live_server.url}/clients/walk/?sort=name")
    expect(page.locator(".walk b")).to_have_text("1")
    page.keyboard.press("j")
    page.wait_for_url(f"**/clients/{second.pk}/?*")
    page.keyboard.press("k")
    page.wait_for_url(f"**/clients/{first.pk}/?*")

    page.goto(f"{live_server.url}/clients/{first.pk}/history/")
    page.locator(".changes form button").first.click()
    page.wait_for_load_state()
    expect(page.locator(".changes .is").first).to_contain_text("Food")
    page.locator("#toasts form button").click()
    expect(page.locator(".changes .is").first).to_contain_text("Steel")
