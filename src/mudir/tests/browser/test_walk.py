"""The whole story as a client manager lives it, in Arabic and again in English."""

import csv

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from mudir.accounts.models import Team, User
from mudir.activities.models import Call, Note, Task
from mudir.clients.models import Client, Stage
from mudir.clients.services import create_client
from mudir.tests.browser.conftest import settled, text

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long walk through Riyadh"
SCRIPTS = {  # what is typed, and the other spelling by which it is found again
    "ar": {"name": "مؤسسة الغامدي للتجارة", "typed": "ghamdi", "said": "يريد عرض سعر قبل رمضان",
           "step": "أرسل عرض السعر", "note": "يفضّل الاتصال صباحًا", "renamed": "مؤسسة الغامدي القابضة"},
    "en": {"name": "Al-Ghamdi Trading", "typed": "الغامدى", "said": "Wants a quote before Ramadan",
           "step": "Send the quote", "note": "Prefers calls in the morning", "renamed": "Al-Ghamdi Holding"},
}


@pytest.fixture(params=["ar", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
def sara(language, transactional_db) -> User:
    team = Team.objects.create(name="Riyadh")
    return User.objects.create_user("sara@mudir.example", PASSWORD, name="Sara", team=team, language=language)


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True).locator("visible=true").first


def test_a_client_is_made_found_called_planned_and_taken_home(page, live_server, sara, language, broken, tmp_path):
    say, script = text(language), SCRIPTS[language]
    expect.set_options(timeout=15_000)

    page.goto(live_server.url)
    page.get_by_label(say("E-mail")).fill(sara.email)
    page.locator("input[name=password]").fill(PASSWORD)
    button(page, say("Sign in")).click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    expect(page.get_by_role("heading", name=say("Bring your clients in"))).to_be_visible()

    page.get_by_role("link", name=say("Add a client")).click()
    settled(page).locator("[name=name]").fill(script["name"])
    page.locator("[name=phones-0-raw]").fill("٠٥٥ ٠١٢ ٣٤٥٦")
    button(page, say("Save")).click()
    expect(page.locator("h1")).to_contain_text(script["name"])
    client = Client.objects.unscoped("test").get()
    assert (client.owner, client.phone) == (sara, "+966550123456")

    page.goto(live_server.url)
    settled(page).keyboard.press("Control+k")
    page.locator("dialog.palette input").fill(script["typed"])
    expect(page.locator("dialog.palette [role=option]").first).to_contain_text(script["name"])
    # A recent record stands there at once; Enter takes what was found, which is chosen when the answer is there.
    expect(page.locator("dialog.palette [role=option][aria-selected=true]")).to_contain_text(script["name"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/clients/{client.pk}/")

    settled(page).locator("#tab-note").click()
    page.locator("#write-note [name=text]").fill(script["note"])  # begun, and finished after the call
    page.locator("#tab-call").click()
    composer = page.locator("#composer")
    composer.locator("[name=notes]").fill(script["said"])
    composer.locator("[name=next_step]").fill(script["step"])
    button(page, say("Answered")).click()
    expect(page.locator("#timeline")).to_contain_text(script["said"])
    expect(page.locator("#next h2").first).to_have_text(script["step"])
    call, task = Call.objects.unscoped("test").get(), Task.objects.unscoped("test").get()
    assert (call.outcome, task.call_id, task.owner_id) == ("reached", call.pk, sara.pk)

    page.locator("#tab-note").click()
    button(page, say("Save the note")).click()
    expect(page.locator("#timeline")).to_contain_text(script["note"])
    assert Note.objects.unscoped("test").get().text == script["note"]
    shown = page.locator("#timeline").inner_text()
    page.reload()
    assert settled(page).locator("#timeline").inner_text() == shown

    page.goto(f"{live_server.url}/clients/{client.pk}/edit/")
    settled(page).locator("[name=name]").fill(script["renamed"])
    button(page, say("Save")).click()
    expect(page.locator("h1")).to_contain_text(script["renamed"])

    page.goto(f"{live_server.url}/clients/{client.pk}/stage/")
    settled(page).locator("[name=to]").first.select_option(str(int(Stage.CONTACT)))
    page.locator("[name=reason]").fill(script["said"])
    button(page, say("Move")).click()
    with translation.override(language):
        expect(page.locator("li[aria-current=step]")).to_contain_text(str(Stage.CONTACT.label))

    Task.objects.unscoped("test").update(due_date=timezone.localdate())
    page.goto(live_server.url)
    expect(settled(page).locator("#begin-title")).to_have_text(script["step"])
    button(page, say("Done")).click()
    expect(page.locator("#toasts")).to_contain_text(say("Undo"))
    Task.objects.unscoped("test").get(done_at__isnull=False)
    button(page, say("Undo")).click()
    expect(page.locator("#begin-title")).to_have_text(script["step"])
    Task.objects.unscoped("test").get(done_at__isnull=True)

    page.goto(f"{live_server.url}/clients/")
    with page.expect_download() as download:
        settled(page).get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "clients.csv")
    with open(tmp_path / "clients.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == [script["renamed"]]
    assert "+966550123456" in rows[1]


def test_a_file_is_imported_found_and_taken_back(page, live_server, sign_in, worker, sara, language, broken, tmp_path):
    say = text(language)
    expect.set_options(timeout=30_000)
    file = tmp_path / "عملاء.csv"
    lines = "الاسم;الجوال;المدينة", "مصنع اليمامة;0551112223;الرياض", "متجر الواحة;0554445556;جدة", ";0557778889;أبها"
    file.write_bytes("\n".join(lines).encode("windows-1256"))
    sign_in(sara)

    page.goto(f"{live_server.url}/imports/")
    settled(page).set_input_files("input[type=file]", file)
    button(page, say("Read the file")).click()
    expect(page.locator("#mapping")).to_contain_text("مصنع اليمامة")
    button(page, say("Check")).click()
    expect(page.locator("#import")).to_contain_text(say("Rejected rows"))
    page.locator("button[form=run]").click()
    expect(page.locator("#import")).to_contain_text(say("The import is done."))
    found = Client.objects.unscoped("test").order_by("pk").values_list("name", "phone", "city")
    assert list(found) == [("مصنع اليمامة", "+966551112223", "الرياض"), ("متجر الواحة", "+966554445556", "جدة")]

    page.goto(f"{live_server.url}/search/?q=yamama")
    expect(settled(page).locator("a.hit").first).to_contain_text("مصنع اليمامة")
    page.go_back()
    button(page, say("Undo the import")).click()
    expect(page.locator("#import")).to_contain_text(say("The import was taken back."))
    assert not Client.objects.visible_to(sara).exists()


def test_without_script_a_client_is_read_and_a_call_logged(browser, live_server, sara, language, client):
    say, script = text(language), SCRIPTS[language]
    page = browser.new_context(java_script_enabled=False, locale=language).new_page()
    made = create_client(by=sara, name=script["name"], phones=[{"raw": "0550123456"}])
    page.goto(f"{live_server.url}/clients/{made.pk}/")
    page.locator("[name=login]").fill(sara.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button.primary").click()

    expect(page.locator("h1")).to_contain_text(script["name"])
    page.locator("#write-call [name=notes]").fill(script["said"])
    page.get_by_role("button", name=say("No answer"), exact=True).click()

    expect(page.locator("#timeline")).to_contain_text(script["said"])
    assert Call.objects.unscoped("test").get().outcome == "no_answer"
    page.goto(f"{live_server.url}/clients/?q={script['typed']}")
    expect(page.locator("tbody .name")).to_contain_text(script["name"])
