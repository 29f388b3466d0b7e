import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mudir.clients.models import Client, Relation
from mudir.clients.services import create_client, put_back, relate, share, unrelate
from mudir.records.query import Query, QuerySpec


@pytest.fixture
def partner(owner):
    return create_client(by=owner, name="Gulf Technologies")


def test_a_relation_is_read_from_both_sides(client, owner, client_of_owner, partner):
    relate(client_of_owner, other=partner, kind="supplier", by=owner)
    client.force_login(owner)
    pages = [client.get(f"/clients/{one.pk}/relations/").content.decode() for one in (client_of_owner, partner)]

    assert ("supplies" in pages[0], "is supplied by" in pages[1]) == (True, True)


def test_a_relation_of_a_kind_is_noted_once_and_never_to_itself(owner, client_of_owner, partner):
    relate(client_of_owner, other=partner, kind="partner", by=owner)
    for other, kind in ((partner, "partner"), (client_of_owner, "partner"), (partner, "enemy")):
        with pytest.raises(ValidationError):
            relate(client_of_owner, other=other, kind=kind, by=owner)

    assert Relation.objects.count() == 1


def test_a_hidden_client_cannot_be_related_nor_seen_in_a_relation(client, owner, stranger, client_of_owner,
                                                                  client_of_stranger):
    with pytest.raises(ValidationError):
        relate(client_of_owner, other=client_of_stranger, kind="partner", by=owner)
    share(client_of_owner, by=owner, user=stranger)
    relation = relate(client_of_stranger, other=client_of_owner, kind="group", by=stranger)
    client.force_login(owner)

    assert "CNRY" not in client.get(f"/clients/{client_of_owner.pk}/relations/").content.decode()
    assert client.post(f"/clients/{client_of_owner.pk}/relations/{relation.pk}/removal/").status_code == 404
    assert Relation.objects.exists()


def test_a_relation_is_removed_from_either_side_and_put_back(owner, client_of_owner, partner):
    relation = relate(client_of_owner, other=partner, kind="partner", by=owner, note="since 2019")
    removal = unrelate(partner, relation=relation, by=owner)
    assert not Relation.objects.exists()
    put_back(kind="relation", removal=removal, by=owner)

    kept = Relation.objects.values_list("client", "other", "note").get()
    assert kept == (client_of_owner.pk, partner.pk, "since 2019")


def test_putting_back_what_has_been_noted_again_is_refused(owner, client_of_owner, partner):
    relation = relate(client_of_owner, other=partner, kind="partner", by=owner)
    removal = unrelate(client_of_owner, relation=relation, by=owner)
    relate(client_of_owner, other=partner, kind="partner", by=owner)
    with pytest.raises(ValidationError):
        put_back(kind="relation", removal=removal, by=owner)

    assert Relation.objects.count() == 1


def test_who_only_reads_relates_nothing(owner, staff, stranger, client_of_owner, partner):
    share(client_of_owner, by=owner, user=staff)
    with pytest.raises(PermissionDenied):
        relate(client_of_owner, other=partner, kind="partner", by=staff)
    with pytest.raises(Client.DoesNotExist):
        relate(client_of_owner, other=partner, kind="partner", by=stranger)

    assert not Relation.objects.exists()


def test_relations_are_added_on_the_page(client, owner, client_of_owner, partner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/relations/"
    assert client.post(url, {"kind": "partner", "other": "CNRY"}).status_code == 422
    answer = client.post(url, {"kind": "partner", "other": partner.name, "other_key": partner.pk, "note": "n"})
    assert answer.status_code == 302
    assert Relation.objects.get().note == "n"


@pytest.mark.parametrize("kind", ["role", "nuance", "relation", "client", "x"])
def test_a_removal_that_never_was_is_a_404(client, owner, kind):
    client.force_login(owner)

    assert client.post(f"/removals/{kind}/77/restoration/").status_code == 404


def test_branches_are_those_that_the_reader_sees(client, owner, teammate, client_of_owner):
    create_client(by=owner, name="Elite Jeddah", head_office=client_of_owner)
    share(client_of_owner, by=owner, user=teammate)
    client.force_login(owner)
    assert "Elite Jeddah" in client.get(f"/clients/{client_of_owner.pk}/relations/").content.decode()
    client.force_login(teammate)
    assert "Elite Jeddah" not in client.get(f"/clients/{client_of_owner.pk}/relations/").content.decode()


def test_the_name_of_a_hidden_head_office_stays_hidden(owner, teammate, client_of_owner):
    branch = create_client(by=owner, name="Elite Jeddah", head_office=client_of_owner)
    share(branch, by=owner, user=teammate)
    spec = QuerySpec("clients.client", columns=("name", "head_office"), text="")
    shown = []
    for user in (owner, teammate):
        query = Query(spec, user)
        rows = query.page([path for column in query.columns for path in column.value_paths]).rows
        shown.append(next(row[4] for row in rows if row[0] == branch.pk))

    assert shown == [client_of_owner.name, None]


def test_a_relation_is_removed_on_the_page_and_in_place(client, owner, client_of_owner, partner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/relations/"
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    relation = relate(client_of_owner, other=partner, kind="partner", by=owner)
    assert client.post(f"{url}{relation.pk}/removal/").status_code == 302
    data = {"kind": "partner", "other_key": partner.pk, "other": ""}
    assert client.post(url, data, headers=fragment).status_code == 200
    answer = client.post(f"{url}{Relation.objects.get().pk}/removal/", headers=fragment)
    assert (answer.status_code, Relation.objects.count()) == (200, 0)


def test_the_same_relation_twice_is_answered_beside_the_form(client, owner, client_of_owner, partner):
    relate(client_of_owner, other=partner, kind="partner", by=owner)
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/relations/", {
        "kind": "partner", "other_key": partner.pk, "other": partner.name})

    assert (answer.status_code, Relation.objects.count()) == (422, 1)


def test_a_relation_of_two_others_is_not_removed_through_this_client(owner, client_of_owner, partner):
    third = create_client(by=owner, name="Basma")
    relation = relate(partner, other=third, kind="partner", by=owner)
    with pytest.raises(Relation.DoesNotExist):
        unrelate(client_of_owner, relation=relation, by=owner)
