from datetime import timedelta

import pytest
from django.utils import timezone

from mudir.clients import completeness
from mudir.clients.models import Client, Stage
from mudir.clients.services import create_client, edit_client
from mudir.clients.stages import ASKS

PANELS = [
    "", "stage/", "freshness/", "contacts/", "nuances/", "relations/", "access/", "preview/", "timeline/", "edit/",
]


@pytest.mark.parametrize("path", PANELS)
def test_every_page_of_a_hidden_client_is_the_404_of_an_unknown_one(client, owner, client_of_stranger, path):
    client.force_login(owner)
    hidden = client.get(f"/clients/{client_of_stranger.pk}/{path}")
    unknown = client.get(f"/clients/987654321/{path}")

    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content == unknown.content


@pytest.mark.parametrize("path", PANELS)
def test_every_page_of_an_own_client_opens_in_both_languages(client, owner, client_of_owner, contact_of_owner, path):
    for language in ("en", "ar"):
        owner.language = language
        owner.save()
        client.force_login(owner)
        assert client.get(f"/clients/{client_of_owner.pk}/{path}").status_code == 200


@pytest.mark.parametrize("path", ["stage/", "freshness/", "contacts/", "nuances/", "relations/", "access/owner/",
                                  "access/confidentiality/", "access/shares/"])
def test_nothing_is_written_to_a_hidden_client(client, owner, client_of_stranger, path):
    client.force_login(owner)

    assert client.post(f"/clients/{client_of_stranger.pk}/{path}", {"to": "2", "fact": "phone"}).status_code == 404
    client_of_stranger.refresh_from_db()
    assert client_of_stranger.version == 1


def test_the_head_shows_where_the_client_stands(client, owner, client_of_owner):
    client.force_login(owner)
    body = client.get(f"/clients/{client_of_owner.pk}/").content.decode()

    assert "شركة النخبة للتجارة" in body
    assert "Elite Trading LLC" in body
    assert "Stage 1 of 10" in body
    assert "On to Appointment" in body


def test_stale_facts_are_confirmed_on_the_page(client, owner, client_of_owner):
    old = (timezone.localdate() - timedelta(days=200)).isoformat()
    Client.objects.unscoped("test").update(confirmations={"phone": old, "email": timezone.localdate().isoformat()})
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/freshness/"
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert "2 facts to confirm" in client.get(url).content.decode()
    after = client.post(url, {"fact": ["phone"]}, headers=fragment)
    assert "1 fact to confirm" in after.content.decode()
    assert client.post(url, {"fact": ["city"]}).status_code == 302
    assert "to confirm" not in client.get(url).content.decode()
    assert client.post(url, {"fact": ["owner"]}).status_code == 400


def test_what_is_missing_is_said_in_words_the_weightiest_first(owner):
    made = create_client(by=owner, name="Basma", phones=[{"raw": "0550123456"}])

    assert [str(one) for one in completeness.missing(made)][:3] == ["a contact person", "an e-mail", "a city"]
    person = create_client(by=owner, name="Reem", kind="individual", emails=[{"address": "r@reem.example"}])
    assert [str(one) for one in completeness.missing(person)][0] == "a phone number"
    assert person.completeness == 25


def test_the_weights_of_every_kind_sum_to_a_hundred():
    assert {kind: sum(weights.values()) for kind, weights in completeness.WEIGHTS.items()} == {
        "company": 100, "individual": 100}


def test_every_stage_asks_for_something():
    assert set(ASKS) == set(Stage)


def test_a_changed_kind_is_weighed_by_its_own_weights(owner):
    made = create_client(by=owner, name="Reem", phones=[{"raw": "0550123456"}])
    assert made.completeness == 20
    assert edit_client(made, by=owner, kind="individual").completeness == 35


def test_the_list_of_clients_costs_the_same_for_one_and_for_thirty(client, owner):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    create_client(by=owner, name="Client 0")
    client.force_login(owner)
    client.get("/clients/")
    with CaptureQueriesContext(connection) as one:
        client.get("/clients/")
    for place in range(1, 30):
        create_client(by=owner, name=f"Client {place}", phones=[{"raw": f"05501234{place:02}"}])
    with CaptureQueriesContext(connection) as thirty:
        assert "Client 29" in client.get("/clients/").content.decode()
    assert len(thirty) == len(one)


@pytest.mark.parametrize("query", [
    "f=owner.is.me", "f=tier.is.key", "f=last_contact_at.older_days.30&sort=last_contact_at", "f=next_step_date.empty",
    "f=stale_date.older_days.0&sort=stale_date", "f=head_office.not_empty", "f=team.is.1", "f=phones.contains.2345",
    "sort=-completeness", "columns=name,head_office,team,languages,stage,country", "f=confidential.is.no",
])
def test_every_view_and_filter_of_the_list_opens(client, owner, client_of_owner, query):
    client.force_login(owner)

    assert client.get(f"/clients/?{query}").status_code == 200


def test_the_management_note_is_no_column_for_who_may_not_read_it(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, management_note="CNRY-note")
    client.force_login(owner)
    assert client.get("/clients/?columns=name,management_note").status_code == 400
    assert "CNRY" not in client.get(f"/clients/{client_of_owner.pk}/").content.decode()
    client.force_login(lead)
    assert "CNRY-note" in client.get("/clients/?columns=name,management_note").content.decode()


@pytest.mark.parametrize("path", ["", "clients/", "nuances/", "edit/", "preview/"])
def test_contact_pages_open_for_the_owner_and_for_nobody_else(client, owner, teammate, contact_of_owner, path):
    client.force_login(owner)
    assert client.get(f"/contacts/{contact_of_owner.pk}/{path}").status_code == 200
    client.force_login(teammate)
    assert client.get(f"/contacts/{contact_of_owner.pk}/{path}").status_code == 404


def test_addresses_name_a_country_only_when_it_is_another_one(client, owner):
    made = create_client(by=owner, name="Basma", addresses=[
        {"street": "King Fahd", "city": "Riyadh", "country": "SA"}, {"city": "Dubai", "country": "AE"}])
    client.force_login(owner)
    body = client.get(f"/clients/{made.pk}/reach/").content.decode()

    assert "King Fahd, Riyadh</bdi>" in body
    assert "Dubai, United Arab Emirates</bdi>" in body
