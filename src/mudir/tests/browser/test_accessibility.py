"""WCAG 2.2 AA by axe, over every page, in both languages, light and dark, on a desk and on a phone."""

from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import BrowserContext

from mudir.accounts.models import User
from mudir.activities.models import Task
from mudir.clients.models import Client, Contact
from mudir.demo.build import build_demo_company
from mudir.records import files
from mudir.records.custom.writing import create_field
from mudir.tests.browser.conftest import DESKTOP, PHONE, axe, settled

pytestmark = pytest.mark.django_db(transaction=True)


def pages_of(administrator: User) -> list[str]:
    """Every address that an administrator reads, with the fullest record of each kind."""
    clients = Client.objects.visible_to(administrator)
    busy = clients.filter(task_rows__isnull=False, nuance_rows__isnull=False).first().pk
    person = Contact.objects.visible_to(administrator).first().pk
    task = Task.objects.visible_to(administrator).first().pk
    client = f"/clients/{busy}/"
    kept = files.add_file(clients.get(pk=busy), BytesIO(b"words"), "x.txt", by=administrator)
    other = clients.exclude(pk=busy).first().pk
    return [
        "/", "/clients/", "/clients/?f=tier.is.key", "/clients/?q=zzzz", "/clients/?f=nothing.is.here", "/contacts/",
        "/tasks/", "/calls/", client, f"{client}?show=calls", f"{client}edit/", f"{client}stage/", f"{client}access/",
        f"{client}why/", f"{client}nuances/?add", f"{client}relations/?add", f"{client}preview/", f"{client}history/",
        f"{client}cells/sector/", f"{client}merge/", f"{client}merge/?with={other}",
        f"{client}history/restoration/?at=2026-01-01T00:00", "/clients/duplicates/", "/clients/new/",
        f"{client}?panel=records:files", f"{client}files/", f"{client}files/{kept.of_id}/",
        "/clients/filter/", "/clients/filter/?field=tier", f"/contacts/{person}/", f"/contacts/{person}/edit/",
        "/contacts/new/", "/trash/", "/clients/board/", "/calls/board/", "/tasks/calendar/",
        "/calls/calendar/?span=week", f"/tasks/{task}/day/?by=due_date", f"{client}move/?by=stage",
        f"/tasks/{task}/", f"/tasks/{task}/edit/", "/search/?q=محمد", "/imports/", "/settings/", "/account/email/",
        "/account/password/change/", "/account/2fa/", "/account/sessions/", "/nowhere/",
        "/clients/filters/?f=tier.is.key", "/clients/columns/", "/clients/views/",
        "/clients/?group=tier&aggregates=count",
        "/notifications/", "/notifications/preferences/", "/settings/keys/", "/settings/api/",
        "/favourites/", f"{client}comments/", "/users/", "/users/roles/", "/users/new/",
        f"/users/{administrator.pk}/", "/teams/", f"/teams/{administrator.team_id}/", "/fields/clients/",
        "/fields/clients/new/", "/fields/clients/new/?type=choice", "/fields/clients/new/?type=money",
        "/users/roles/new/", "/users/roles/team_lead/",
        "/users/roles/team_lead/fields/clients/", "/users/roles/team_lead/filter/clients/",
        f"/users/{administrator.pk}/sight/?q=شركة",
    ]


def enter_demo(sign_in: Callable[[User], None], language: str) -> User:
    """The administrator of the demo company, signed in, in a language."""
    build_demo_company()
    administrator = User.objects.get(role="administrator")
    administrator.language = language
    administrator.save()
    sign_in(administrator)
    return administrator


@pytest.mark.parametrize("language", ["ar", "en"])
def test_axe_finds_nothing_on_any_page(context: BrowserContext, live_server, sign_in, language):
    administrator = enter_demo(sign_in, language)
    page = context.new_page()
    found = []
    everything = pages_of(administrator)
    telling = everything[:: len(everything) // 8]  # every colour and every layout occurs among these
    looks = ("light", DESKTOP, everything), ("dark", DESKTOP, telling), ("light", PHONE, telling)
    for theme, size, addresses in looks:
        User.objects.filter(pk=administrator.pk).update(theme=theme)
        page.set_viewport_size(size | {"height": 4000})  # nothing may lie half under a foot that stays in sight
        for address in addresses:
            page.goto(live_server.url + address)
            found += [f"{address} ({theme}, {size['width']} px) {problem}" for problem in axe(settled(page))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_axe_finds_nothing_where_fields_are_made(
    context: BrowserContext, live_server, sign_in, administrator, language
):
    User.objects.filter(pk=administrator.pk).update(language=language)
    create_field("clients.client", by=administrator, type="number", name_en="Size")
    sign_in(administrator)
    page, found = context.new_page(), []
    page.set_viewport_size(PHONE | {"height": 4000})
    for address in ("/fields/clients/", "/fields/clients/new/", "/fields/clients/new/?type=choice",
                    "/fields/clients/new/?type=computed", "/fields/clients/layout/"):
        page.goto(live_server.url + address)
        found += [f"{address} {problem}" for problem in axe(settled(page))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_axe_finds_nothing_where_nobody_is_signed_in(browser, live_server, admin_made, language):
    page = browser.new_context(locale=language).new_page()
    found = []
    for address in ("/account/login/", "/account/password/reset/"):
        page.goto(live_server.url + address)
        assert page.locator("html").get_attribute("lang") == language
        found += [f"{address} {problem}" for problem in axe(settled(page))]
    assert not found, "\n".join(found)


@pytest.fixture
def admin_made(transactional_db):
    """Somebody, so that the first page does not ask for an administrator."""
    return User.objects.create_user("admin@mudir.example", name="Admin", role="administrator")
