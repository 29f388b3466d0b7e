from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mudir.clients.models import Client
from mudir.clients.services import assign, edit_client, set_confidential, share, unshare
from mudir.records.middleware import Door
from mudir.records.models import Event, Share


def sees(user, client):
    return Client.objects.visible_to(user).filter(pk=client.pk).exists()


def test_an_owner_gives_a_client_away_and_its_team_goes_with_it(owner, stranger, client_of_owner):
    assign(client_of_owner, by=owner, owner=stranger)

    client_of_owner.refresh_from_db()
    assert (client_of_owner.owner, client_of_owner.team_id) == (stranger, stranger.team_id)
    assert (sees(owner, client_of_owner), sees(stranger, client_of_owner)) == (False, True)


def test_a_lead_hands_out_the_clients_of_the_team(lead, teammate, client_of_owner):
    assign(client_of_owner, by=lead, owner=teammate)

    client_of_owner.refresh_from_db()
    assert client_of_owner.owner == teammate


def test_who_has_a_client_by_share_only_neither_takes_nor_shares_it(owner, teammate, stranger, client_of_owner):
    share(client_of_owner, by=owner, user=stranger)
    with pytest.raises(PermissionDenied):
        assign(client_of_owner, by=stranger, owner=stranger)
    with pytest.raises(PermissionDenied):
        share(client_of_owner, by=stranger, user=teammate)

    client_of_owner.refresh_from_db()
    assert client_of_owner.owner == owner
    assert Share.objects.count() == 1


def test_a_lead_of_another_team_shares_nothing_that_was_shared_with_them(owner, teammate, other_team, client_of_owner):
    from mudir.conftest import person

    other_lead = person("Maha", other_team, "team_lead")
    share(client_of_owner, by=owner, team=other_team)
    assert sees(other_lead, client_of_owner)
    with pytest.raises(PermissionDenied):
        share(client_of_owner, by=other_lead, user=teammate)
    with pytest.raises(PermissionDenied):
        assign(client_of_owner, by=other_lead, owner=other_lead)


def test_clients_are_given_to_people_who_can_work_on_them(owner, staff, teammate, client_of_owner):
    teammate.is_active = False
    teammate.save()
    for unable in (staff, teammate):
        with pytest.raises(ValidationError):
            assign(client_of_owner, by=owner, owner=unable)


def test_a_confidential_client_is_closed_to_lead_and_director(owner, lead, director, client_of_owner):
    set_confidential(client_of_owner, by=owner, confidential=True)

    assert [sees(user, client_of_owner) for user in (owner, lead, director)] == [True, False, False]


def test_only_the_owner_closes_and_opens_a_client(owner, lead, director, client_of_owner):
    for somebody in (lead, director):
        with pytest.raises(PermissionDenied):
            set_confidential(client_of_owner, by=somebody, confidential=True)

    client_of_owner.refresh_from_db()
    assert client_of_owner.confidential is False


def test_a_confidential_client_is_opened_for_a_purpose_and_a_time(owner, director, client_of_owner):
    set_confidential(client_of_owner, by=owner, confidential=True)
    with pytest.raises(ValidationError) as refusal:
        share(client_of_owner, by=owner, user=director)
    assert list(refusal.value.message_dict) == ["purpose"]
    with pytest.raises(ValidationError) as refusal:
        share(client_of_owner, by=owner, user=director, purpose="The annual review")
    assert list(refusal.value.message_dict) == ["until"]

    share(client_of_owner, by=owner, user=director, purpose="The annual review", until=timezone.localdate())
    assert sees(director, client_of_owner)
    Share.objects.update(until=timezone.localdate() - timedelta(days=1))
    assert not sees(director, client_of_owner)


def test_who_was_let_into_a_confidential_client_lets_nobody_else_in(owner, director, lead, client_of_owner):
    set_confidential(client_of_owner, by=owner, confidential=True)
    today = timezone.localdate()
    share(client_of_owner, by=owner, user=director, purpose="The annual review", until=today)
    with pytest.raises(PermissionDenied):
        share(client_of_owner, by=director, user=lead, purpose="look", until=today)
    with pytest.raises(PermissionDenied):
        set_confidential(client_of_owner, by=director, confidential=False)


def test_a_share_that_ends_closes_the_client_at_once(owner, stranger, client_of_owner):
    given = share(client_of_owner, by=owner, user=stranger)
    assert sees(stranger, client_of_owner)
    unshare(client_of_owner, by=owner, share=given)

    assert not sees(stranger, client_of_owner)
    with pytest.raises(Client.DoesNotExist):
        edit_client(client_of_owner, by=stranger, sector="Retail")


def test_a_share_of_another_record_is_not_ended_through_this_one(owner, stranger, client_of_owner, client_of_stranger):
    foreign = share(client_of_stranger, by=stranger, user=owner)
    with pytest.raises(Share.DoesNotExist):
        unshare(client_of_owner, by=owner, share=foreign)

    assert Share.objects.filter(pk=foreign.pk).exists()


def test_sharing_again_changes_the_terms_instead_of_doubling_them(owner, stranger, client_of_owner):
    share(client_of_owner, by=owner, user=stranger)
    share(client_of_owner, by=owner, user=stranger, purpose="The offer")

    assert Share.objects.get().purpose == "The offer"


def test_the_access_page_is_for_who_directs_the_client(client, owner, lead, stranger, client_of_owner):
    share(client_of_owner, by=owner, user=stranger)
    url = f"/clients/{client_of_owner.pk}/access/"
    for user, status in ((owner, 200), (lead, 200), (stranger, 403)):
        client.force_login(user)
        assert client.get(url).status_code == status


def test_shares_are_made_and_ended_on_the_page(client, owner, stranger, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/access/shares/"
    assert client.post(url, {"user": "", "team": ""}).status_code == 422
    assert client.post(url, {"user": stranger.pk, "purpose": "The offer"}).status_code == 302
    given = Share.objects.get()
    assert (given.user, given.purpose, given.granted_by) == (stranger, "The offer", owner)
    assert client.post(f"{url}{given.pk}/removal/").status_code == 302
    assert not Share.objects.exists()
    assert client.post(f"{url}{given.pk}/restoration/").status_code == 302
    again = Share.objects.get()
    assert (again.user, again.purpose, again.granted_by) == (stranger, "The offer", owner)
    assert client.post(f"{url}{again.pk}/removal/").status_code == 302
    assert client.post(f"{url}987654321/restoration/").status_code == 404
    assert set(Event.objects.filter(object_id=client_of_owner.pk).values_list("verb", flat=True)) == {
        "client.created", "client.shared", "client.unshared"}


def test_giving_a_client_away_leads_back_to_the_list(client, owner, stranger, client_of_owner):
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/access/owner/", {"owner": stranger.pk})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/clients/")


def test_confidentiality_is_answered_by_yes_or_no(client, owner, lead, client_of_owner):
    url = f"/clients/{client_of_owner.pk}/access/confidentiality/"
    client.force_login(owner)
    assert client.post(url, {"confidential": "maybe"}).status_code == 400
    assert client.post(url, {"confidential": "yes"}).status_code == 302
    client_of_owner.refresh_from_db()
    assert client_of_owner.confidential is True
    client.force_login(lead)
    assert client.post(url, {"confidential": "no"}).status_code == 404
    client.force_login(owner)
    assert client.post(f"{url}?confidential=no").status_code == 302  # as the toast undoes it
    client_of_owner.refresh_from_db()
    assert client_of_owner.confidential is False


def test_a_share_is_for_one_person_or_one_team_who_do_not_own_it(owner, stranger, other_team, client_of_owner):
    yesterday = timezone.localdate() - timedelta(days=1)
    for terms in ({}, {"user": stranger, "team": other_team}, {"user": owner}, {"user": stranger, "until": yesterday}):
        with pytest.raises(ValidationError):
            share(client_of_owner, by=owner, **terms)

    assert not Share.objects.exists()


def test_giving_a_client_to_who_has_it_already_writes_nothing(owner, client_of_owner):
    assert assign(client_of_owner, by=owner, owner=owner).version == 1


def test_who_has_a_share_does_not_end_it_for_others(owner, stranger, teammate, client_of_owner):
    share(client_of_owner, by=owner, user=stranger)
    given = share(client_of_owner, by=owner, user=teammate)
    with pytest.raises(PermissionDenied):
        unshare(client_of_owner, by=stranger, share=given)

    assert Share.objects.filter(pk=given.pk).exists()


def test_who_cannot_own_clients_is_not_offered(client, owner, staff, client_of_owner):
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/access/owner/", {"owner": staff.pk})

    assert answer.status_code == 422
    client_of_owner.refresh_from_db()
    assert client_of_owner.owner == owner


def test_a_confidential_client_is_not_shared_without_a_purpose_on_the_page(client, owner, stranger, client_of_owner):
    set_confidential(client_of_owner, by=owner, confidential=True)
    client.force_login(owner)
    answer = client.post(f"/clients/{client_of_owner.pk}/access/shares/", {"user": stranger.pk})

    assert answer.status_code == 422
    assert "Write what the confidential record is opened for." in answer.content.decode()


def test_a_right_is_asked_on_the_row_as_it_stands_not_as_it_was_read(owner, stranger, client_of_owner):
    as_read = Client.objects.visible_to(owner).get(pk=client_of_owner.pk)
    assign(client_of_owner, by=owner, owner=stranger)
    for write in (lambda: edit_client(as_read, by=owner, sector="Retail"),
                  lambda: set_confidential(as_read, by=owner, confidential=True),
                  lambda: assign(as_read, by=owner, owner=owner)):
        with pytest.raises(Client.DoesNotExist):
            write()

    client_of_owner.refresh_from_db()
    assert (client_of_owner.owner, client_of_owner.sector, client_of_owner.confidential) == (
        stranger, "Electronics", False)


def test_a_client_that_left_ones_sight_during_a_request_is_a_404(rf, owner):
    answer = Door(lambda request: None).process_exception(rf.post("/clients/7/stage/"), Client.DoesNotExist())

    assert answer.status_code == 404
    assert Door(lambda request: None).process_exception(rf.get("/"), ValueError()) is None
