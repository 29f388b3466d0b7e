"""An administrator lays out the page of a record: for everybody, or for one role, without script."""

import re
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from mudir.clients.models import Client
from mudir.clients.services import create_client
from mudir.records import registry
from mudir.records.custom.writing import create_field
from mudir.records.models import PageLayout
from mudir.records.page_layouts import LayoutChanged, save_layout, take_back_layout
from mudir.records.registry import Panel

KIND = "clients.client"
ADDRESS = "/fields/clients/layout/"

pytestmark = pytest.mark.django_db


def parts(*facts, hidden=(), **places) -> dict:
    return {"facts": list(facts), "next": [], "main": [], "hidden": list(hidden)} | places


def section(*fields, id="facts", **titles) -> dict:
    return {"section": id, "fields": list(fields), **titles}


@pytest.fixture
def client_at_hand(owner) -> Client:
    return create_client(by=owner, name="Basma", sector="Electronics", website="https://basma.example",
                         notes="Likes tea.", source="Fair", tier="key")


def facts_of(actor, record) -> list[tuple[str, list[str]]]:
    """The sections of the page with the labels of their facts, and panels by their heading, in their order."""
    browser = Browser()
    browser.force_login(actor)
    page = browser.get(record.get_absolute_url()).content.decode()
    column = page.partition("facts-col")[2].partition('<div class="activity">')[0]
    return [(unescape(title), [unescape(label) for label in re.findall(r"<dt[^>]*>(.*?)</dt>", body)])
            for title, body in re.findall(r"<h2[^>]*>(.*?)</h2>(.*?)(?=<h2|$)", column, re.DOTALL)]


def titles(actor, record) -> list[str]:
    return [title for title, _facts in facts_of(actor, record)]


def test_sections_and_panels_stand_as_they_were_laid_out(administrator, owner, client_at_hand):
    before = titles(owner, client_at_hand)
    assert before[:1] == ["Key facts"]
    save_layout(KIND, "", by=administrator, version=0, parts=parts(
        {"panel": "clients:contacts"}, section("source", "sector", id="own_1", ar="المصدر", en="Where from"),
        section("website"), hidden=["field:notes", "panel:clients:freshness", "panel:clients:client_reach"]))

    told = facts_of(owner, client_at_hand)
    assert [title for title, _facts in told][:3] == ["Contacts", "Where from", "Key facts"]
    assert dict(told)["Where from"] == ["Source", "Sector"]
    assert dict(told)["Key facts"][0] == "Website"
    assert not {"Notes", "Freshness"} & {title for title, _facts in told}


def test_what_came_later_stands_at_the_end(administrator, owner, client_at_hand, monkeypatch):
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("website", "owner"), {
        "panel": "clients:contacts"}))
    create_field(KIND, by=administrator, type="text", name_en="Size", default="XL")
    create_field(KIND, by=administrator, type="text", name_en="Colour", default="blue", section_en="Looks")
    kind = registry.for_kind(KIND)
    monkeypatch.setattr(kind, "panels", [Panel("Again", "clients:freshness", 1, "facts"), *kind.panels])
    later = create_client(by=owner, name="Later", website="https://later.example")

    arrangement = kind.arrangement(owner)
    assert arrangement.sections[0].fields[:2] == ("website", "owner")
    assert arrangement.sections[0].fields[-1] == "custom.size"
    assert [section.fields for section in arrangement.sections[1:]] == [
        ("notes", "management_note"), ("custom.colour",)]
    assert [block.url for block in arrangement.facts if isinstance(block, Panel)][0] == "clients:contacts"
    assert "clients:freshness" in [block.url for block in arrangement.facts if isinstance(block, Panel)]
    assert titles(owner, later)[-1] != ""


def test_a_role_has_a_page_of_its_own_and_the_others_that_of_everybody(administrator, owner, lead, client_at_hand):
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("website")))
    save_layout(KIND, "team_lead", by=administrator, version=0, parts=parts(section("source")))

    assert dict(facts_of(owner, client_at_hand))["Key facts"][0] == "Website"
    assert dict(facts_of(lead, client_at_hand))["Key facts"][0] == "Source"
    reset = save_layout(KIND, "team_lead", by=administrator, version=1, parts={})
    assert dict(facts_of(lead, client_at_hand))["Key facts"][0] == "Website"
    take_back_layout(KIND, "team_lead", by=administrator, version=reset.version)
    assert dict(facts_of(lead, client_at_hand))["Key facts"][0] == "Source"


def test_b01_a_layout_shows_nobody_what_they_may_not_see(administrator, owner, director, client_at_hand):
    Client.objects.unscoped("test").filter(pk=client_at_hand.pk).update(management_note="CNRY-note")
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("management_note", "website")))

    assert "Management note" not in dict(facts_of(owner, client_at_hand))["Key facts"]
    assert "Management note" in dict(facts_of(director, client_at_hand))["Key facts"]


def test_what_is_hidden_is_in_lists_and_files_all_the_same(administrator, owner, client_at_hand, client):
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("website"), hidden=["field:sector"]))
    client.force_login(owner)
    assert "Electronics" not in client.get(client_at_hand.get_absolute_url()).content.decode().partition(
        "facts-col")[2].partition('<div class="activity">')[0]
    assert "Electronics" in client.get("/clients/?columns=name,sector").content.decode()


def test_a_layout_costs_a_page_no_further_question(administrator, owner, client_at_hand, client):
    client.force_login(owner)
    client.get(client_at_hand.get_absolute_url())
    with CaptureQueriesContext(connection) as before:
        client.get(client_at_hand.get_absolute_url())
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("website", "owner"), {
        "panel": "clients:contacts"}))
    client.get(client_at_hand.get_absolute_url())
    with CaptureQueriesContext(connection) as after:
        client.get(client_at_hand.get_absolute_url())
    assert len(after) <= len(before)


# ── arranging it ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def as_administrator(client, administrator):
    client.force_login(administrator)
    return client


def form_of(body: str) -> dict[str, list[str]]:
    """What a browser sends of the page as it stands."""
    form = re.search(r'<form class="form layout-form".*?</form>', body, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        has = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in has and (has.get("type") != "checkbox" or " checked" in tag):
            found.setdefault(has["name"], []).append(unescape(has.get("value", "")))
    return found


def test_the_form_says_how_the_page_is_and_saving_it_changes_nothing(as_administrator, owner, client_at_hand):
    before = facts_of(owner, client_at_hand)
    sent = form_of(as_administrator.get(ADDRESS).content.decode())
    assert sent["version"] == ["0"]
    assert sent["facts"][:2] == ["section:facts", "field:owner"]
    assert "field:tier" in sent["facts"]
    assert "field:tier" not in sent["shown"]

    answer = as_administrator.post(ADDRESS, sent, follow=True)
    assert "The page is laid out." in answer.content.decode()
    assert facts_of(owner, client_at_hand) == before


def test_rows_move_sections_come_and_fields_are_put_on_the_page_without_script(as_administrator, owner, client_at_hand):
    sent = form_of(as_administrator.get(ADDRESS).content.decode())
    sent = form_of(as_administrator.post(ADDRESS, sent | {"do": "down.field:owner"}).content.decode())
    assert sent["facts"][1:3] == ["field:team", "field:owner"]
    sent = form_of(as_administrator.post(ADDRESS, sent | {"do": "add"}).content.decode())
    assert "section:own_1" in sent["facts"]
    assert not PageLayout.objects.exists()

    rest = [key for key in sent["facts"] if key not in {"section:own_1", "field:tier"}]
    sent |= {"facts": ["section:own_1", "field:tier", *rest], "en.section:own_1": "Weight",
             "shown": [*sent["shown"], "field:tier"]}
    answer = as_administrator.post(ADDRESS, sent, follow=True)
    assert facts_of(owner, client_at_hand)[0] == ("Weight", ["Tier"])
    undo = re.search(r'action="(/fields/clients/layout/undoing/[^"]*)"', answer.content.decode())[1]
    as_administrator.post(unescape(undo))
    assert facts_of(owner, client_at_hand)[0][0] == "Key facts"


def test_a_reset_is_undone(as_administrator, owner, client_at_hand):
    sent = form_of(as_administrator.get(ADDRESS).content.decode())
    as_administrator.post(ADDRESS, sent | {"shown": [key for key in sent["shown"] if key != "field:website"]})
    assert "Website" not in dict(facts_of(owner, client_at_hand))["Key facts"]

    sent = form_of(as_administrator.get(ADDRESS).content.decode())
    answer = as_administrator.post(ADDRESS, sent | {"do": "reset"}, follow=True)
    assert "Website" in dict(facts_of(owner, client_at_hand))["Key facts"]
    undo = unescape(re.search(r'action="(/fields/clients/layout/undoing/[^"]*)"', answer.content.decode())[1])
    as_administrator.post(undo)
    assert "Website" not in dict(facts_of(owner, client_at_hand))["Key facts"]
    assert "Somebody has laid the page out anew since." in as_administrator.post(undo, follow=True).content.decode()


def test_two_who_lay_out_a_page_at_once_see_it(as_administrator, administrator, owner, client_at_hand):
    sent = form_of(as_administrator.get(ADDRESS).content.decode())
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("source")))

    answer = as_administrator.post(ADDRESS, sent)
    assert answer.status_code == 409
    body = answer.content.decode()
    assert f"{administrator} laid this page out anew meanwhile." in body
    assert PageLayout.objects.get().parts["facts"] == [{"section": "facts", "fields": ["source"], "ar": "", "en": ""}]
    assert as_administrator.post(ADDRESS, form_of(body)).status_code == 302
    assert PageLayout.objects.get().parts["facts"][0]["fields"][0] == "owner"


def test_what_no_page_has_is_left_out(as_administrator, administrator):
    saved = save_layout(KIND, "", by=administrator, version=0, parts=parts(
        section("website", "nothing", "website", "custom.gone"), {"panel": "clients:client_nuances"},
        {"panel": "activities:no"}, section("source", id="facts"), next=["clients:client_nuances", "x"],
        hidden=["field:nothing", "field:team"]))
    assert saved.parts == parts(section("website", ar="", en=""), next=["clients:client_nuances"],
                                hidden=["field:team"])
    for sent in ({}, {"version": "x"}):
        assert as_administrator.post(ADDRESS, sent).status_code == 400
    assert as_administrator.get(f"{ADDRESS}?role=nobody").status_code == 404


def test_only_who_manages_fields_lays_out_pages(owner, administrator):
    with pytest.raises(PermissionDenied):
        save_layout(KIND, "", by=owner, version=0, parts={})
    save_layout(KIND, "", by=administrator, version=0, parts=parts(section("website")))
    with pytest.raises(PermissionDenied):
        take_back_layout(KIND, "", by=owner, version=1)
    with pytest.raises(LayoutChanged):
        save_layout(KIND, "", by=administrator, version=0, parts={})
