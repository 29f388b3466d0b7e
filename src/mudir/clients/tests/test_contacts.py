import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict

from mudir.clients.forms import ContactForm
from mudir.clients.models import Client, Contact, ContactRole
from mudir.clients.services import (
    create_client,
    create_contact,
    edit_contact,
    link_contact,
    put_back,
    share,
    unlink_contact,
)
from mudir.records.models import Event
from mudir.records.query import Query, QuerySpec


def roles_of(contact):
    rows = ContactRole.objects.filter(contact=contact).order_by("client_id", "role")
    return list(rows.values_list("client__name", "role", "is_primary"))


@pytest.fixture
def shared_contact(owner, stranger, client_of_owner, client_of_stranger, contact_of_owner):
    """A person at a client of the owner and at one that the owner does not see."""
    share(client_of_owner, by=owner, user=stranger)
    link_contact(client_of_stranger, contact=contact_of_owner, role="payer", by=stranger)
    return contact_of_owner


def test_a_contact_is_seen_by_who_sees_one_of_its_clients(owner, teammate, lead, contact_of_owner):
    seen = [Contact.objects.visible_to(user).exists() for user in (owner, teammate, lead)]

    assert seen == [True, False, True]


def test_a_contact_makes_the_client_more_complete_and_losing_it_less(owner, client_of_owner, contact_of_owner):
    client_of_owner.refresh_from_db()
    assert client_of_owner.completeness == 50 + 20
    unlink_contact(client_of_owner, role=ContactRole.objects.get(), by=owner)
    client_of_owner.refresh_from_db()
    assert client_of_owner.completeness == 50


def test_a_removed_role_comes_back_whole(owner, client_of_owner, contact_of_owner):
    role = ContactRole.objects.get()
    removal = unlink_contact(client_of_owner, role=role, by=owner)
    assert not ContactRole.objects.exists()
    put_back(kind="role", removal=removal, by=owner)
    put_back(kind="role", removal=removal, by=owner)

    assert ContactRole.objects.values_list("pk", "role").get() == (role.pk, "decider")


def test_a_stranger_puts_nothing_back(owner, stranger, client_of_owner, contact_of_owner):
    removal = unlink_contact(client_of_owner, role=ContactRole.objects.get(), by=owner)
    with pytest.raises(Client.DoesNotExist):
        put_back(kind="role", removal=removal, by=stranger)

    assert not ContactRole.objects.exists()


def test_one_person_at_most_is_the_first_to_call(owner, client_of_owner, contact_of_owner):
    other = create_contact(by=owner, name="Reem Nasser")
    link_contact(client_of_owner, contact=contact_of_owner, role="decider", is_primary=True, by=owner)
    link_contact(client_of_owner, contact=other, role="user", is_primary=True, by=owner)

    assert ContactRole.objects.filter(is_primary=True).values_list("contact", flat=True).get() == other.pk


def test_an_unseen_contact_is_as_unknown_as_a_missing_one(owner, stranger, client_of_owner):
    hidden = create_contact(by=stranger, name="CNRY-Person")
    with pytest.raises(ValidationError) as refusal:
        link_contact(client_of_owner, contact=hidden, by=owner)

    assert refusal.value.message_dict == {"contact": ["There is no such contact."]}
    assert not ContactRole.objects.exists()


def test_a_contact_is_not_put_at_an_unseen_client(owner, client_of_stranger):
    with pytest.raises(ValidationError):
        create_contact(by=owner, name="Reem", roles=[{"client": client_of_stranger, "role": "user"}])

    assert not Contact.objects.unscoped("test").exists()
    assert not ContactRole.objects.exists()


def test_roles_at_clients_that_the_editor_does_not_see_stay(owner, shared_contact, client_of_owner, client_of_stranger):
    edit_contact(shared_contact, by=owner, roles=[{"client": client_of_owner, "role": "signatory"}])

    assert roles_of(shared_contact) == [
        (client_of_owner.name, "signatory", False), (client_of_stranger.name, "payer", False)]


def test_a_role_named_twice_is_kept_once(owner, client_of_owner, contact_of_owner):
    row = {"client": client_of_owner, "role": "decider"}
    edit_contact(contact_of_owner, by=owner, roles=[row, row])

    assert roles_of(contact_of_owner) == [(client_of_owner.name, "decider", False)]


def test_staff_with_a_share_read_a_contact_and_change_nothing(owner, staff, client_of_owner, contact_of_owner):
    share(client_of_owner, by=owner, user=staff)
    assert Contact.objects.visible_to(staff).exists()
    with pytest.raises(PermissionDenied):
        edit_contact(contact_of_owner, by=staff, job_title="Director")
    with pytest.raises(PermissionDenied):
        unlink_contact(client_of_owner, role=ContactRole.objects.get(), by=staff)

    contact_of_owner.refresh_from_db()
    assert (contact_of_owner.job_title, ContactRole.objects.count()) == ("Buyer", 1)


def test_an_edit_of_a_contact_says_what_changed(owner, contact_of_owner):
    edit_contact(contact_of_owner, by=owner, version=1, job_title="Director", phones=[{"raw": "0550123456"}])

    contact_of_owner.refresh_from_db()
    assert (contact_of_owner.phone, contact_of_owner.version) == ("+966550123456", 2)
    assert Event.objects.get(verb="contact.edited").details == {"fields": ["job_title", "phones"]}


def test_the_panel_shows_who_decides_first(client, owner, client_of_owner, contact_of_owner):
    create_contact(by=owner, name="Abdullah", roles=[{"client": client_of_owner, "role": "user"}])
    client.force_login(owner)
    body = client.get(f"/clients/{client_of_owner.pk}/contacts/").content.decode()

    assert body.index("محمد الخالدي") < body.index("Abdullah")


def test_somebody_known_is_added_and_taken_off_in_place(client, owner, client_of_owner):
    reem = create_contact(by=owner, name="Reem Nasser")
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/contacts/"
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    refused = client.post(url, {"contact": "Nobody", "role": "user"}, headers=fragment)
    assert refused.status_code == 422
    added = client.post(url, {"contact": "Reem Nasser", "contact_key": reem.pk, "role": "user"}, headers=fragment)
    assert added.status_code == 200
    assert added.content.decode().lstrip().startswith("<section")
    role = ContactRole.objects.get()
    assert (role.contact, role.role) == (reem, "user")
    taken = client.post(f"{url}{role.pk}/removal/", headers=fragment)
    assert (taken.status_code, ContactRole.objects.count()) == (200, 0)


def test_a_role_at_another_client_is_not_taken_off_through_this_one(client, owner, client_of_owner, contact_of_owner):
    other = create_client(by=owner, name="Basma Clinics")
    client.force_login(owner)
    answer = client.post(f"/clients/{other.pk}/contacts/{ContactRole.objects.get().pk}/removal/")

    assert (answer.status_code, ContactRole.objects.count()) == (404, 1)


def test_a_contact_page_shows_only_the_clients_that_the_reader_sees(client, owner, shared_contact):
    client.force_login(owner)
    body = client.get(f"/contacts/{shared_contact.pk}/clients/").content.decode()

    assert "النخبة" in body
    assert "CNRY" not in body


def test_the_list_of_contacts_names_only_clients_that_the_reader_sees(owner, stranger, shared_contact, client_of_owner):
    def names(user, query=""):
        spec = QuerySpec.from_query("clients.contact", QueryDict(f"columns=client&{query}"))
        return [row[2] for row in Query(spec, user).page(["client_name"]).rows]

    assert names(owner) == [client_of_owner.name]
    assert names(stranger, "f=client.contains.النخبة") == [client_of_owner.name]
    assert names(owner, "f=client.contains.CNRY") == []
    Client.objects.unscoped("test").filter(pk=client_of_owner.pk).update(confidential=True)
    assert names(stranger) == ["CNRY-Hidden Holding"]


def test_staff_make_no_contacts(staff):
    with pytest.raises(PermissionDenied):
        create_contact(by=staff, name="Reem")

    assert not Contact.objects.unscoped("test").exists()


@pytest.mark.parametrize("name", ["owner_id", "confidential", "last_contact_at", "sort_key"])
def test_an_edit_of_a_contact_cannot_write_what_is_not_its_own(owner, contact_of_owner, name):
    with pytest.raises(ValidationError) as refusal:
        edit_contact(contact_of_owner, by=owner, **{name: 7})

    assert list(refusal.value.message_dict) == [name]


def test_a_new_name_is_ordered_anew_and_a_contact_is_reached_where_it_says(owner):
    made = create_contact(by=owner, name="Reem", emails=[{"address": "R@reem.example"}], addresses=[{"city": "Jeddah"}])
    assert made.email == "r@reem.example"
    edit_contact(made, by=owner, name="الأميرة")

    made.refresh_from_db()
    assert made.sort_key == "اميره"


def test_the_contact_form_compares_roles_in_words(owner, client_of_owner, contact_of_owner):
    form = ContactForm(by=owner, instance=contact_of_owner)
    now = form.values_of(contact_of_owner, ["name", "roles", "phones"])

    assert now == {"name": "محمد الخالدي", "phones": [],
                   "roles": [{"client": client_of_owner, "role": "decider", "is_primary": False}]}
    assert form.shown("roles", now["roles"]) == f"{client_of_owner.name}: Decider"
    assert (form.shown("languages", []), form.shown("name", "Reem")) == ("—", "Reem")


def test_a_removed_role_is_put_back_by_the_undo_of_the_page(client, owner, client_of_owner, contact_of_owner):
    client.force_login(owner)
    role = ContactRole.objects.get()
    answer = client.post(f"/clients/{client_of_owner.pk}/contacts/{role.pk}/removal/")
    assert (answer.status_code, ContactRole.objects.count()) == (302, 0)
    removal = ContactRole.pgh_event_model.objects.get(pgh_label="delete").pgh_id
    undone = client.post(f"/removals/role/{removal}/restoration/")
    assert (undone.headers["Location"], ContactRole.objects.count()) == (f"/clients/{client_of_owner.pk}/", 1)


def test_a_place_taken_meanwhile_is_a_conflict(client, owner, client_of_owner, contact_of_owner):
    client.force_login(owner)
    client.post(f"/clients/{client_of_owner.pk}/contacts/{ContactRole.objects.get().pk}/removal/")
    link_contact(client_of_owner, contact=contact_of_owner, role="decider", by=owner)
    removal = ContactRole.pgh_event_model.objects.get(pgh_label="delete").pgh_id

    assert client.post(f"/removals/role/{removal}/restoration/").status_code == 409


def test_staff_with_a_share_see_the_people_and_no_form(client, owner, staff, client_of_owner, contact_of_owner):
    share(client_of_owner, by=owner, user=staff)
    client.force_login(staff)
    url = f"/clients/{client_of_owner.pk}/contacts/"
    assert "محمد الخالدي" in client.get(url).content.decode()
    for path in (url, f"/clients/{client_of_owner.pk}/nuances/", f"/clients/{client_of_owner.pk}/relations/"):
        assert (client.get(f"{path}?add").status_code, client.post(path, {}).status_code) == (403, 403)
    removal = unlink_contact(client_of_owner, role=ContactRole.objects.get(), by=owner)
    assert client.post(f"/removals/role/{removal}/restoration/").status_code == 403
    assert not ContactRole.objects.exists()


def test_many_people_are_shown_on_demand(client, owner, client_of_owner):
    for place in range(10):
        create_contact(by=owner, name=f"Person {place}", roles=[{"client": client_of_owner, "role": "user"}])
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/contacts/"

    assert client.get(url).content.decode().count("Call Person") == 0
    assert [client.get(f"{url}{query}").content.decode().count('class="name row"') for query in ("", "?all")] == [8, 10]
