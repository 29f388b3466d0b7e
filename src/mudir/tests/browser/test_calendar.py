"""Entries of a calendar moved by mouse and by keyboard, taken back, looked at, and days walked by arrows."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from mudir.activities.models import Task
from mudir.activities.services import make_task
from mudir.conftest import person
from mudir.tests.browser.conftest import drag, settled

pytestmark = pytest.mark.django_db(transaction=True)


def on(page: Page, day: object) -> Locator:
    return page.locator(f"ol[data-day='{day}']")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_entry_is_dragged_taken_back_carried_by_keys_and_looked_at(page, live_server, sign_in, language, broken):
    sara = person("Sara", None, language=language)
    today = timezone.localdate()
    start = today - timedelta(days=(today.weekday() - sara.first_weekday) % 7)
    first, second, fifth = (start + timedelta(days=step) for step in (0, 1, 4))
    one = make_task(by=sara, title="Visit Basma", due_date=first)
    sign_in(sara)
    page.goto(f"{live_server.url}/tasks/calendar/?span=week")
    entry = page.locator(f"#entry-{one.pk}")
    boxes = [on(page, day).bounding_box()["x"] for day in (first, second)]
    assert (boxes[0] > boxes[1]) == (language == "ar")  # the week begins on the side where reading does

    drag(page, entry, on(page, fifth))
    expect(on(page, fifth).locator(f"#entry-{one.pk}")).to_be_visible()
    expect(page.locator("#toasts form button")).to_be_visible()
    assert Task.objects.visible_to(sara).get(pk=one.pk).due_date == fifth
    page.locator("#toasts form button").click()
    expect(on(page, first).locator(f"#entry-{one.pk}")).to_be_visible()

    settled(page)
    entry.locator("a").first.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowLeft" if language == "ar" else "ArrowRight")
    expect(page.locator(f"#day-{second}")).to_have_class(re.compile("over"))
    page.keyboard.press("Enter")
    expect(on(page, second).locator(f"#entry-{one.pk}")).to_be_visible()
    expect(entry.locator("a").first).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(on(page, second).locator(f"#entry-{one.pk}")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.locator(f"#day-{second}")).to_be_focused()
    page.keyboard.press("ArrowRight" if language == "ar" else "ArrowLeft")
    expect(page.locator(f"#day-{first}")).to_be_focused()
    entry.locator("a").first.click()
    expect(page.locator("aside.preview")).to_contain_text("Visit Basma")
