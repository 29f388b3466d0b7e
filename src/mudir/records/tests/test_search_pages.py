"""The search page, the palette's answer and the duplicates beside a form, as a browser asks for them."""

import pytest

from mudir.accounts.models import Team, User
from mudir.clients.services import create_client
from mudir.records.views import search as views

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return User.objects.create_user(email="sara@mudir.example", name="Sara", team=Team.objects.create(name="Riyadh"),
                                    language="en")


@pytest.fixture
def stranger():
    return User.objects.create_user(email="nora@mudir.example", name="Nora", team=Team.objects.create(name="Jeddah"),
                                    language="en")


@pytest.fixture
def elite(owner):
    return create_client(by=owner, name="شركة النخبة", phones=[{"raw": "0501234567"}], registration_number="1010-12")


def asked(client, user, path: str, headers=FRAGMENT, **query) -> str:
    client.force_login(user)
    response = client.get(path, query, headers=headers | {"Accept-Language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def test_the_palette_gets_options_grouped_by_kind(client, owner, elite):
    html = asked(client, owner, "/search/", q="nukhba")

    assert f'role="option" aria-selected="false" href="/clients/{elite.pk}/"' in html
    assert '<h3 id="hits-clients" role="presentation">Clients</h3>' in html
    assert "<mark>النخبة</mark>" in html
    assert "<html" not in html


def test_the_reason_stands_beside_the_title(client, owner, elite):
    assert "Phone +966 50 123 4567" in asked(client, owner, "/search/", q="0501234567")


def test_what_is_typed_can_be_made_at_once(client, owner, elite):
    html = asked(client, owner, "/search/", q="Zebra & <Sons>")

    assert "Nothing found for “Zebra &amp; &lt;Sons&gt;”." in html
    assert 'href="/clients/new/?name=Zebra+%26+%3CSons%3E"' in html


def test_a_number_is_no_name_to_make(client, owner, elite):
    assert "/new/" not in asked(client, owner, "/search/", q="0555555")


def test_A04_a_stranger_gets_the_answer_of_nothing(client, stranger, elite):
    hidden = asked(client, stranger, "/search/", q="nukhba")
    unknown = asked(client, stranger, "/search/", q="nosuch")

    assert hidden.replace("nukhba", "nosuch") == unknown


def test_without_words_the_palette_shows_what_one_worked_on_last(client, owner, stranger, elite):
    assert f'href="/clients/{elite.pk}/"' in asked(client, owner, "/search/")
    assert "/clients/" not in asked(client, stranger, "/search/")


def test_M03_a_question_that_takes_too_long_is_answered_in_words(client, owner, elite, monkeypatch):
    def too_broad(*_given, **_named):
        raise views.TooBroad("Add a word.")

    monkeypatch.setattr(views.search, "find", too_broad)
    client.force_login(owner)
    response = client.get("/search/", {"q": "x"}, headers=FRAGMENT)

    assert response.status_code == 422
    assert "Add a word." in response.content.decode()


def test_the_whole_page_works_without_script(client, owner, elite):
    html = asked(client, owner, "/search/", headers={}, q="nukhba")

    assert f'class="hit" href="/clients/{elite.pk}/"' in html
    assert '<input type="search" name="q" value="nukhba"' in html
    assert html.count("<h1>") == 1


def test_duplicates_are_told_from_the_fields_of_a_form(client, owner, elite):
    kind = "clients.client"

    assert "شركة النخبة" in asked(client, owner, "/duplicates/", kind=kind, name="Nukhba")
    assert "Same phone" in asked(client, owner, "/duplicates/", kind=kind, name="x", **{"phones-0-raw": "050 123 4567"})
    assert "Same registration number" in asked(client, owner, "/duplicates/", kind=kind, registration_number="101012")
    assert asked(client, owner, "/duplicates/", kind=kind, name="Nukhba", exclude=str(elite.pk)).strip() == ""
    assert asked(client, owner, "/duplicates/", kind=kind, name="النخ").strip() == ""


def test_A16_no_duplicate_is_told_of_a_record_one_does_not_see(client, stranger, elite):
    given = {"kind": "clients.client", "name": "Nukhba", "phones-0-raw": "0501234567"}
    html = asked(client, stranger, "/duplicates/", **given)

    assert html.strip() == ""


@pytest.mark.parametrize("kind", ["", "nothing", "records.event", "accounts.user"])
def test_there_are_no_duplicates_of_an_unknown_kind(client, owner, kind):
    client.force_login(owner)

    assert client.get("/duplicates/", {"kind": kind}, headers=FRAGMENT).status_code == 404
