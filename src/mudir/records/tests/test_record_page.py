"""The page of one record: head, facts, panels, and its preview beside a list."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mudir.clients.models import Client, Contact
from mudir.clients.services import create_client, edit_client, share
from mudir.records import registry
from mudir.records.registry import Panel
from mudir.records.tests.test_lists import FRAGMENT, body, main_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tabbed(monkeypatch) -> Panel:
    """A contact's page with a panel in a tab of its own."""
    panel = Panel(title="Places", url="clients:clients_of_contact", order=1, place="main")
    contact = registry.for_model(Contact)
    monkeypatch.setattr(contact, "panels", [panel, *contact.panels])
    return panel


def middle_of(page: str) -> str:
    return page.partition('<div id="middle">')[2].partition('</div>\n    \n  </div>')[0].strip()


def facts_of(page: str) -> dict[str, str]:
    found = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {label: re.sub(r"<[^>]+>", " ", value).strip() for label, value in found}


def test_the_facts_are_told_in_words_and_what_is_blank_stands_apart(client, owner, staff, client_of_owner):
    told, _title, blank = body(client, owner, f"/clients/{client_of_owner.pk}/").partition("Blank fields")
    facts = facts_of(told)

    assert facts["Owner"] == "Sara"
    assert facts["Team"] == "Riyadh"
    assert facts["Sector"] == "Electronics"
    assert facts["Phones"] == "+966 11 234 5678"
    assert "Website" not in facts and facts_of(blank)["Website"] == "—"
    assert "Management note" not in facts | facts_of(blank)
    share(client_of_owner, by=owner, user=staff)
    assert "Blank fields" not in body(client, staff, f"/clients/{client_of_owner.pk}/")


def test_several_values_stand_below_each_other(client, owner):
    made = create_client(by=owner, name="Basma", phones=[{"raw": "0112345678"}, {"raw": "0550123456"}])

    assert facts_of(body(client, owner, f"/clients/{made.pk}/"))["Phones"].split("     ") == [
        "+966 11 234 5678", "+966 55 012 3456"]


def test_a_fact_behind_a_permission_is_told_to_who_holds_it(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, management_note="CNRY-note")

    assert "CNRY" not in body(client, owner, f"/clients/{client_of_owner.pk}/")
    assert facts_of(body(client, lead, f"/clients/{client_of_owner.pk}/"))["Management note"] == "CNRY-note"


def test_one_group_of_the_timeline_put_in_its_place_is_what_a_fresh_load_shows(client, owner, client_of_owner):
    for query in ("", "?show=changes", "?show=calls"):
        fresh = body(client, owner, f"/clients/{client_of_owner.pk}/{query}")
        fragment = body(client, owner, f"/clients/{client_of_owner.pk}/{query}", FRAGMENT).strip()

        assert fragment.startswith('<div id="middle">')
        assert fragment in main_of(fresh)


def test_a_tab_shows_the_panel_of_an_upper_app_in_place_of_the_timeline(client, owner, contact_of_owner, tabbed):
    path = f"/contacts/{contact_of_owner.pk}/?panel=clients:clients_of_contact"
    fresh = body(client, owner, path)

    assert body(client, owner, path, FRAGMENT).strip() in fresh
    assert '<a href="?panel=clients:clients_of_contact" aria-current="true">Places</a>' in fresh
    assert 'id="timeline"' not in fresh
    plain = body(client, owner, f"/contacts/{contact_of_owner.pk}/")
    assert '<a href="?panel=clients:clients_of_contact">Places</a>' in plain
    assert 'id="timeline"' in plain


def test_a_panel_that_is_not_there_is_not_found(client, owner, contact_of_owner, tabbed):
    for wanted in ("clients:contact_nuances", "accounts:users", "x"):
        body(client, owner, f"/contacts/{contact_of_owner.pk}/?panel={wanted}", status=404)


def test_a_kind_without_a_head_of_its_own_has_a_plain_one(client, owner, contact_of_owner, monkeypatch):
    monkeypatch.setattr(registry.for_model(Contact), "head", "")
    page = body(client, owner, f"/contacts/{contact_of_owner.pk}/")

    assert f"<h1><bdi>{contact_of_owner.name}</bdi></h1>" in page
    assert f'href="/contacts/{contact_of_owner.pk}/edit/"' in page
    assert f'action="/contacts/{contact_of_owner.pk}/trash/"' in page


def test_who_may_only_look_is_offered_no_change(client, owner, staff, client_of_owner):
    share(client_of_owner, by=owner, user=staff)
    for path in ("", "preview/"):
        page = main_of(body(client, staff, f"/clients/{client_of_owner.pk}/{path}"))
        assert client_of_owner.name in page
        assert "/edit/" not in page
        assert "/trash/" not in page
        page = re.sub(r'<form class="star".*?</form>', "", page)  # everybody's own
        assert "<form" not in page.replace('<form method="dialog"', "")


def test_the_preview_put_beside_the_list_is_its_page(client, owner, client_of_owner):
    path = f"/clients/{client_of_owner.pk}/preview/"
    fragment = body(client, owner, path, FRAGMENT)

    without_tokens = re.compile(r'(?<=value=")[\w-]{30,}(?=")')
    assert without_tokens.sub("", fragment).strip() in without_tokens.sub("", body(client, owner, path))
    assert facts_of(fragment)["Sector"] == "Electronics"
    assert "data-close" in fragment
    assert "<html" not in fragment


def test_a_record_in_the_trash_is_gone_and_comes_back_by_undo(client, owner, client_of_owner):
    client.force_login(owner)
    path = f"/clients/{client_of_owner.pk}/"
    answer = client.post(f"{path}trash/", follow=True)

    assert answer.redirect_chain == [("/clients/", 302)]
    page = answer.content.decode()
    assert "is in the trash." in page
    undo = re.search(r'<form method="post" action="([^"]+/restoration/)"', page)[1]
    assert client_of_owner.name not in main_of(page)
    assert client.get(path).status_code == 404
    assert client.post(undo, follow=True).redirect_chain == [(path, 302)]
    assert client.get(path).status_code == 200


def test_nobody_else_takes_a_record_out_of_the_trash(client, owner, stranger, client_of_owner):
    client.force_login(owner)
    client.post(f"/clients/{client_of_owner.pk}/trash/")
    client.force_login(stranger)

    assert client.post(f"/clients/{client_of_owner.pk}/restoration/").status_code == 404
    assert Client.objects.unscoped("test").get().trashed_at is not None


def test_looking_writes_nothing_and_costs_the_same_however_much_is_known(client, owner):
    bare = create_client(by=owner, name="Bare", phones=[{"raw": "0112345678"}], emails=[{"address": "a@b.example"}])
    full = create_client(by=owner, name="Full", phones=[{"raw": f"011234567{place}"} for place in range(9)],
                         emails=[{"address": f"{place}@b.example"} for place in range(9)])
    client.force_login(owner)
    client.get(f"/clients/{bare.pk}/")
    costs = []
    for record in (bare, full):
        with CaptureQueriesContext(connection) as questions:
            client.get(f"/clients/{record.pk}/")
        costs.append(len(questions))
        assert not [one for one in questions if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert costs[0] == costs[1]


def test_the_name_of_another_record_leads_to_its_page(client, owner, client_of_owner, monkeypatch):
    branch = create_client(by=owner, name="Branch", head_office=client_of_owner)
    monkeypatch.setattr(registry.for_model(Client), "facts_in_code", {"": ["owner", "head_office"]})
    page = body(client, owner, f"/clients/{branch.pk}/")

    name = f"<bdi>{client_of_owner.name}</bdi>"
    assert f'<dd data-edit="head_office"><a class="link" href="/clients/{client_of_owner.pk}/">{name}</a>' in page


def test_another_record_that_one_does_not_see_is_not_named(client, owner, teammate, client_of_owner, monkeypatch):
    branch = create_client(by=owner, name="Branch", head_office=client_of_owner)
    share(branch, by=owner, user=teammate)
    kind = registry.for_model(Client)
    monkeypatch.setattr(kind, "facts_in_code", {"": ["owner", "head_office"]})

    page = main_of(body(client, teammate, f"/clients/{branch.pk}/"))
    assert client_of_owner.name not in page
    assert f"/clients/{client_of_owner.pk}/" not in page


def test_groups_of_the_timeline_stand_only_where_something_is_written_down(client, owner, client_of_owner, monkeypatch):
    assert '<a href="?show=calls">Calls</a>' in body(client, owner, f"/clients/{client_of_owner.pk}/")
    kind = registry.for_model(Client)
    monkeypatch.setattr(kind, "panels", [panel for panel in kind.panels if panel.place != "composer"])
    assert "?show=calls" not in body(client, owner, f"/clients/{client_of_owner.pk}/")
