"""Every page on the narrowest phone, and the program among the other programs of a device."""

import json

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from PIL import Image
from playwright.sync_api import BrowserContext

from mudir.accounts.models import User
from mudir.tests.browser.conftest import settled
from mudir.tests.browser.test_accessibility import enter_demo, pages_of

pytestmark = pytest.mark.django_db(transaction=True)
# What sticks out of the window, but for what lies in a part that is there to be moved sideways.
STICKS_OUT = """() => [...document.querySelectorAll("body *")].filter((one) => {
  if (!one.checkVisibility({ checkVisibilityCSS: true }) || one.closest(".sr-only, svg, option")) return false;
  if (one.closest(":is(.table-wrap, .board, .tabs, .filters, .table-foot, pre) *")) return false;
  const { left, right, width, height } = one.getBoundingClientRect();
  return width && height && (right > innerWidth + 1 || left < -1);
}).map((one) => `${one.localName}.${one.className} ${one.textContent.trim().slice(0, 30)}`).slice(0, 3)"""


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_page_is_wider_than_360_pixels(context: BrowserContext, live_server, sign_in, language):
    administrator = enter_demo(sign_in, language)
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 780})
    everything, found = pages_of(administrator), []
    for address in everything if language == "ar" else everything[::3]:
        page.goto(live_server.url + address)
        if settled(page).evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{address} is wider than the window")
        found += [f"{address} {one}" for one in page.evaluate(STICKS_OUT)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_program_can_be_installed(context: BrowserContext, live_server, transactional_db, language, client):
    User.objects.create_user("admin@mudir.example", name="Admin", role="administrator")
    page = context.new_page()
    page.goto(f"{live_server.url}/account/login/")
    device = context.new_cdp_session(page)
    told = device.send("Page.getAppManifest")
    said = json.loads(told["data"])
    lacks = device.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert told["errors"] == []
    assert [one["errorId"] for one in lacks] == ["in-incognito"]  # which a browser of a test is
    assert (said["lang"], said["dir"], said["display"], said["start_url"]) == (
        language, {"ar": "rtl", "en": "ltr"}[language], "standalone", "/")
    assert said["short_name"] == {"ar": "مُدير", "en": "Mudir"}[language]
    for icon in said["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix(static("")))) as drawn:
            assert "x".join(map(str, drawn.size)) == icon["sizes"]
    assert client.get("/fr.webmanifest").status_code == 404
