"""A right that goes as far as a filter: in every door, and never by what the role does not see."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict

from mudir.accounts.models import SavedRole, User
from mudir.accounts.roles import EVERY_KIND, Act, Reach
from mudir.accounts.services import edit_role, said_by
from mudir.accounts.services.role import all_roles
from mudir.activities.models import Note
from mudir.activities.services import write_note
from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client, set_confidential
from mudir.records import registry, rules, search
from mudir.records.query import SpecError
from mudir.records.query.chosen import checked_filter

CLIENT = "clients.client"


@pytest.fixture
def by_filter(administrator):
    """Let client managers see and change, beside their own, what a filter fits."""
    def set_to(conditions: str, **acts: str) -> None:
        now = all_roles()["client_manager"]
        row = {act: now.reach_of(act, CLIENT) for act in Act} | {Act.VIEW: Reach.FILTER, Act.EDIT: Reach.FILTER} | acts
        edit_role("client_manager", by=administrator, kinds=said_by(now)["kinds"] | {CLIENT: row},
                  filters={CLIENT: conditions})
    return set_to


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def seen(user: User) -> set[str]:
    return {one.name for one in Client.objects.visible_to(again(user))}


@pytest.fixture
def three(owner, stranger) -> dict[str, Client]:
    return {
        "own": create_client(by=owner, name="Own", sector="Retail"),
        "steel": create_client(by=stranger, name="Steelworks", sector="Steel", tier="key"),
        "other": create_client(by=stranger, name="CNRY other", sector="Food"),
    }


def test_a_filter_adds_what_it_fits_to_the_own_records(client, by_filter, owner, three):
    by_filter("f=sector.is.Steel")
    client.force_login(owner)

    assert seen(owner) == {"Own", "Steelworks"}
    assert client.get(f"/clients/{three['steel'].pk}/").status_code == 200
    assert client.get(f"/clients/{three['other'].pk}/").status_code == 404
    assert "CNRY" not in client.get("/clients/").content.decode()
    assert "CNRY" not in b"".join(client.get("/clients/export/").streaming_content).decode()
    assert [hit.id for hit in search.find(again(owner), "steelworks")] == [three["steel"].pk]
    assert search.find(again(owner), "CNRY other") == []


def test_a_record_leaves_sight_with_the_value_that_the_filter_asks_for(by_filter, owner, stranger, three):
    by_filter("f=sector.is.Steel")
    edit_client(three["steel"], by=stranger, sector="Glass")

    assert seen(owner) == {"Own"}


def test_what_is_confidential_is_not_opened_by_a_filter(by_filter, owner, stranger, three):
    by_filter("f=tier.is.key")
    assert seen(owner) == {"Own", "Steelworks"}
    set_confidential(three["steel"], by=stranger, confidential=True)

    assert seen(owner) == {"Own"}


def test_what_hangs_on_a_client_follows_the_filter(by_filter, owner, stranger, three):
    note = write_note(by=stranger, client=three["steel"], text="Said")
    write_note(by=stranger, client=three["other"], text="CNRY")
    by_filter("f=sector.is.Steel")

    assert list(Note.objects.visible_to(again(owner))) == [note]


def test_an_act_goes_as_far_as_the_filter(by_filter, owner, three):
    by_filter("f=sector.is.Steel", view="all", edit="filter", export="filter")
    user = again(owner)

    assert edit_client(three["steel"], by=user, source="Fair").source == "Fair"
    with pytest.raises(PermissionDenied):
        edit_client(three["other"], by=user, source="Fair")
    exported = Client.objects.visible_to(user).allowing(user, Act.EXPORT)
    assert {one.name for one in exported} == {"Own", "Steelworks"}
    assert {one.name for one in exported} == {one.name for one in three.values() if rules.may(user, Act.EXPORT, one)}


@pytest.mark.parametrize("conditions", [
    "", "f=unheard.is.x", "f=sector.is", "f=stage.is.x", "w=or(", "f=owner.name.is.x",
])
def test_a_filter_that_says_nothing_or_cannot_be_asked_fits_nothing(by_filter, owner, three, conditions):
    by_filter(conditions)

    assert seen(owner) == {"Own"}


def test_b03_a_filter_by_a_field_that_is_hidden_since_fits_nothing(by_filter, administrator, owner, three):
    by_filter("f=sector.is.Steel")
    assert seen(owner) == {"Own", "Steelworks"}
    edit_role("client_manager", by=administrator, fields={CLIENT: {"sector": "hidden"}})

    assert seen(owner) == {"Own"}


@pytest.mark.parametrize("conditions", [
    "f=sector.is.Steel", "f=management_note.not_empty", "f=head_office.is.1", "f=head_office.name.is.x",
    "f=phones.contains.5", "f=unheard.is.x", "q=steel", "",
])
def test_b03_a_filter_names_only_plain_fields_that_the_role_sees(administrator, three, conditions):
    edit_role("client_manager", by=administrator, fields={CLIENT: {"sector": "hidden"}})
    with pytest.raises(SpecError):
        checked_filter(registry.for_kind(CLIENT), all_roles()["client_manager"], QueryDict(conditions), administrator)


@pytest.mark.parametrize("kinds", [
    {EVERY_KIND: dict.fromkeys(Act, "filter")},
    {EVERY_KIND: dict.fromkeys(Act, "none"), CLIENT: dict.fromkeys(Act, "none") | {"create": "filter"}},
    {EVERY_KIND: dict.fromkeys(Act, "none"), CLIENT: dict.fromkeys(Act, "none") | {"import": "filter"}},
])
def test_what_has_no_filter_is_not_reached_by_one(administrator, kinds):
    with pytest.raises(ValidationError):
        edit_role("client_manager", by=administrator, kinds=kinds)

    assert not SavedRole.objects.exists()


def test_an_administrator_takes_the_filter_of_a_list(client, administrator, owner, three):
    client.force_login(administrator)
    url = "/users/roles/client_manager/filter/clients/"
    answer = client.post(url, {"version": "0", "address": "https://crm.example/clients/?f=sector.is.Steel&sort=name"})
    assert answer.status_code == 302
    assert all_roles()["client_manager"].filters == {CLIENT: "f=sector.is.Steel"}
    assert "Steel" in client.get(url).content.decode()
    refused = client.post(url, {"version": "1", "address": "/clients/?f=unheard.is.x"})
    assert refused.status_code == 422
    assert client.post(url, {"version": "7", "do": "remove"}).status_code == 409
    assert client.post(url, {"version": "1", "do": "remove"}).status_code == 302

    assert all_roles()["client_manager"].filters == {}
