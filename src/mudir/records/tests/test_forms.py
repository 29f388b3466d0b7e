"""Making and changing a record on its page: errors in place, nothing overwritten unseen."""

import re

import pytest
from django.core.exceptions import ValidationError

from mudir.clients.models import Client, Contact
from mudir.clients.services import create_client, edit_client, edit_contact
from mudir.records import registry
from mudir.records.forms import RelatedRecordField
from mudir.records.models import Event
from mudir.records.tests.test_lists import body

PLAIN = {"kind": "company", "tier": "ordinary", "lifecycle": "prospect"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def plain_contacts(monkeypatch):
    """Contacts as a kind that has no form and no services of its own."""
    contact = registry.for_model(Contact)
    for name in ("form", "create", "edit"):
        monkeypatch.setattr(contact, name, None)


def sent(record, **changes) -> dict:
    return PLAIN | {"name": record.name, "version": record.version} | changes


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(client, owner):
    client.force_login(owner)
    answer = client.post("/clients/new/", PLAIN | {"name": "", "sector": "Health", "website": "not an address"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Not saved yet" in page
    field = re.search(r'<input type="text" name="name"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_name_error"' in field
    assert re.search(r'id="id_name_error"><li>.*?This field is required\.', page, re.DOTALL)
    assert 'value="Health"' in page
    assert 'value="not an address"' in page


def test_what_the_service_refuses_stands_beside_its_field_too(client, owner, client_of_owner):
    branch = create_client(by=owner, name="Branch", head_office=client_of_owner)
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", sent(
        client_of_owner, head_office=branch.name, head_office_key=branch.pk))

    assert answer.status_code == 422
    assert 'id="id_head_office_error"' in answer.content.decode()


def test_a_saved_record_is_shown_with_the_way_back(client, owner):
    client.force_login(owner)
    answer = client.post("/clients/new/", PLAIN | {"name": "Basma"}, follow=True)

    page = answer.content.decode()
    assert "“Basma” is saved." in page
    assert re.search(r'<form method="post" action="/clients/\d+/trash/" class="push">', page)


def test_the_second_writer_sees_both_values_and_who_wrote_the_other(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, version=1, sector="Retail")
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", sent(client_of_owner, sector="Wholesale"))

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<bdi>Huda</bdi> saved this record while you were writing" in page
    assert "<bdi>Retail</bdi>" in page
    assert "<bdi>Wholesale</bdi>" in page
    assert '<input type="hidden" name="version" value="2">' in page
    client_of_owner.refresh_from_db()
    assert (client_of_owner.sector, client_of_owner.version) == ("Retail", 2)


def test_what_the_second_writer_left_alone_is_not_asked_of_them(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, version=1, sector="Retail", source="Referral")
    client.force_login(owner)
    page = client.post(f"/clients/{client_of_owner.pk}/edit/",
                       sent(client_of_owner, sector="Wholesale", source="")).content.decode()

    assert '<input type="radio" name="keep-source" value="theirs" required checked>' in page
    assert '<input type="radio" name="keep-sector" value="theirs" required>' in page


@pytest.mark.parametrize(("keep", "kept"), [("theirs", "Retail"), ("mine", "Wholesale")])
def test_the_second_writer_chooses_value_by_value(client, owner, lead, client_of_owner, keep, kept):
    edit_client(client_of_owner, by=lead, version=1, sector="Retail")
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", sent(
        client_of_owner, version=2, sector="Wholesale", source="Fair", **{"keep-sector": keep}))

    assert answer.status_code == 302
    client_of_owner.refresh_from_db()
    assert (client_of_owner.sector, client_of_owner.source) == (kept, "Fair")


def test_a_third_writer_in_between_is_seen_as_well(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, version=1, sector="Retail")
    edit_client(client_of_owner, by=lead, version=2, sector="Health")
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", sent(
        client_of_owner, version=2, sector="Wholesale", **{"keep-sector": "mine"}))

    assert answer.status_code == 409
    assert "<bdi>Health</bdi>" in answer.content.decode()


def test_the_conflict_names_no_field_that_the_writer_may_not_see(client, owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, version=1, management_note="CNRY-note")
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", sent(client_of_owner, sector="Wholesale"))

    assert answer.status_code == 409
    assert "CNRY" not in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "１"])
def test_a_form_without_its_version_is_not_understood(client, owner, client_of_owner, version):
    client.force_login(owner)

    answer = client.post(f"/clients/{client_of_owner.pk}/edit/", sent(client_of_owner, version=version, sector="x"))
    assert answer.status_code == 400
    client_of_owner.refresh_from_db()
    assert client_of_owner.sector == "Electronics"


def test_who_may_not_write_gets_no_form_and_writes_nothing(client, staff, owner):
    client.force_login(staff)

    assert client.get("/clients/new/").status_code == 403
    assert client.post("/clients/new/", PLAIN | {"name": "Basma"}).status_code == 403
    assert not Event.objects.exists()


def test_a_kind_without_a_form_has_one_for_what_can_be_edited(client, owner, plain_contacts):
    page = body(client, owner, "/contacts/new/?name=Reem")

    assert '<input type="text" name="name" value="Reem"' in page
    for absent in ('name="version"', 'name="trashed_at"', 'name="created_by"', 'name="phones"'):
        assert absent not in page


def test_a_kind_without_services_is_made_and_changed_all_the_same(client, owner, plain_contacts):
    client.force_login(owner)
    fields = {"name": "Reem", "owner": owner.pk, "birthday": "1448-06-21"}
    assert client.post("/contacts/new/", fields).status_code == 302
    made = Contact.objects.unscoped("test").get()
    assert (made.name, made.owner, made.team, str(made.birthday)) == ("Reem", owner, owner.team, "2026-12-01")
    assert client.post(f"/contacts/{made.pk}/edit/", fields | {"name": "Reema", "version": 1}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.version) == ("Reema", 2)
    assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == ["contact.created", "contact.edited"]


def test_two_writers_of_a_kind_without_services_meet_as_well(client, owner, lead, contact_of_owner, plain_contacts):
    edit_contact(contact_of_owner, by=lead, version=contact_of_owner.version, job_title="Head buyer")
    client.force_login(owner)
    answer = client.post(f"/contacts/{contact_of_owner.pk}/edit/", {
        "name": contact_of_owner.name, "owner": owner.pk, "job_title": "Director", "version": contact_of_owner.version})

    assert answer.status_code == 409
    assert "Head buyer" in answer.content.decode()


# ── naming another record ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def picked(owner):
    """`clean` of a box that names a client of the owner."""
    field = RelatedRecordField(Client.objects.visible_to(owner), required=False)
    return lambda text, key="": field.clean((str(key), text))


def test_a_record_is_named_by_what_was_picked(picked, client_of_owner):
    assert picked(client_of_owner.name, client_of_owner.pk) == client_of_owner


def test_a_name_that_fits_one_record_names_it_without_picking(picked, client_of_owner):
    assert picked("النخبه") == client_of_owner


def test_a_picked_key_does_not_stand_for_other_words(picked, owner, client_of_owner):
    basma = create_client(by=owner, name="Basma")

    assert picked("Basma", client_of_owner.pk) == basma


def test_a_name_that_fits_several_asks_to_choose(picked, owner):
    create_client(by=owner, name="Basma Clinics")
    create_client(by=owner, name="Basma Schools")
    with pytest.raises(ValidationError, match="fits several records"):
        picked("Basma")


@pytest.mark.parametrize("key", ["", "0", "x", "9" * 30, "-1"])
def test_a_name_that_fits_nothing_is_said_so(picked, client_of_stranger, key):
    with pytest.raises(ValidationError, match="There is no “CNRY-Hidden Holding” here"):
        picked("CNRY-Hidden Holding", key)
    with pytest.raises(ValidationError, match="There is no “CNRY-Hidden Holding” here"):
        picked("CNRY-Hidden Holding", client_of_stranger.pk)


def test_no_name_is_no_record(picked):
    assert picked("") is None
