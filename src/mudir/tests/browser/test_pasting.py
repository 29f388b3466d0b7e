"""A column copied in a spreadsheet, pasted into a list: written, refused in its cells, taken back by one key."""

import pytest
from playwright.sync_api import Page, expect

from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.tests.browser.conftest import settled

pytestmark = pytest.mark.django_db(transaction=True)
PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def sectors(page: Page) -> list[str]:
    return page.locator("tbody tr td:nth-child(3)").all_inner_texts()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_column_is_pasted_refused_whole_and_taken_back(page, live_server, sign_in, language, broken):
    sara = person("Sara", None, language=language)
    for name in ("Amal", "Basma", "Cedar"):
        clients.create_client(by=sara, name=name, sector="Food")
    sign_in(sara)
    page.goto(f"{live_server.url}/clients/?columns=name,sector,tier")
    settled(page)
    cell = page.locator("tbody tr").nth(0).locator("td").nth(2)

    cell.evaluate(PASTE, "Toys\tKey\nSteel\tKey\n")
    expect(page.locator("#toasts form button")).to_be_visible()
    assert sectors(page) == ["Toys", "Steel", "Food"]
    assert [one.tier for one in Client.objects.visible_to(sara).order_by("pk")] == ["key", "key", "ordinary"]
    page.keyboard.press("Control+z")
    expect(page.locator("tbody tr td:nth-child(3)").first).to_have_text("Food")
    assert {one.sector for one in Client.objects.visible_to(sara)} == {"Food"}

    broken.clear()
    cell.evaluate(PASTE, "Toys\tGolden\n")
    expect(page.locator("#misfits .notice")).to_contain_text("Golden")
    expect(page.locator("td[aria-invalid]")).to_have_count(1)
    assert sectors(page) == ["Food"] * 3
    broken.clear()  # the browser tells of the refusal
    page.locator("#misfits [data-close]").click()
    expect(page.locator("#misfits .notice")).to_have_count(0)
