import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mudir.clients.models import Client, Stage
from mudir.clients.services import move_stage, share
from mudir.records.models import Event


def test_one_step_forward_needs_no_reason(owner, client_of_owner):
    moved = move_stage(client_of_owner, to=Stage.APPOINTMENT, by=owner)

    assert moved.stage == Stage.APPOINTMENT
    assert moved.stage_at is not None
    assert Event.objects.get(verb="client.stage_moved").details == {"from_stage": 1, "to_stage": 2, "reason": ""}


@pytest.mark.parametrize("to", [Stage.PREPARATION, Stage.DEAL])
@pytest.mark.parametrize("reason", ["", "   "])
def test_skipping_a_stage_without_a_reason_is_refused(owner, client_of_owner, to, reason):
    with pytest.raises(ValidationError) as refusal:
        move_stage(client_of_owner, to=to, by=owner, reason=reason)

    assert list(refusal.value.message_dict) == ["reason"]
    client_of_owner.refresh_from_db()
    assert (client_of_owner.stage, client_of_owner.version) == (Stage.BASE, 1)
    assert not Event.objects.filter(verb="client.stage_moved").exists()


def test_going_back_needs_a_reason_that_stays_in_the_history(owner, client_of_owner):
    move_stage(client_of_owner, to=Stage.NEEDS, by=owner, reason="They came to us with an order")
    with pytest.raises(ValidationError):
        move_stage(client_of_owner, to=Stage.CONTACT, by=owner)
    move_stage(client_of_owner, to=Stage.CONTACT, by=owner, reason="A new director")

    reasons = Event.objects.filter(verb="client.stage_moved").order_by("id").values_list("details__reason", flat=True)
    assert list(reasons) == ["They came to us with an order", "A new director"]


@pytest.mark.parametrize("to", [0, 11, -1, 1])
def test_there_is_no_way_to_a_stage_that_is_none_or_the_same(owner, client_of_owner, to):
    with pytest.raises(ValidationError) as refusal:
        move_stage(client_of_owner, to=to, by=owner, reason="because")

    assert list(refusal.value.message_dict) == ["to"]


def test_who_only_reads_a_shared_client_does_not_move_it(owner, staff, client_of_owner):
    share(client_of_owner, by=owner, user=staff)
    with pytest.raises(PermissionDenied):
        move_stage(client_of_owner, to=Stage.APPOINTMENT, by=staff)

    client_of_owner.refresh_from_db()
    assert client_of_owner.stage == Stage.BASE


def test_a_stranger_does_not_move_a_client(stranger, client_of_owner):
    with pytest.raises(Client.DoesNotExist):
        move_stage(client_of_owner, to=Stage.APPOINTMENT, by=stranger)


def test_the_page_asks_for_the_reason_and_moves_with_it(client, owner, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/stage/"
    assert client.get(url, {"to": "5"}).status_code == 200

    refused = client.post(url, {"to": "5", "reason": ""})
    assert refused.status_code == 422
    assert "Write why the client skips a stage or goes back." in refused.content.decode()

    moved = client.post(url, {"to": "5", "reason": "An order by phone"})
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/clients/{client_of_owner.pk}/")
    client_of_owner.refresh_from_db()
    assert client_of_owner.stage == Stage.NEEDS


@pytest.mark.parametrize("to", ["", "x", "11", "99999999999999999999"])
def test_a_made_up_stage_is_a_422(client, owner, client_of_owner, to):
    client.force_login(owner)

    assert client.post(f"/clients/{client_of_owner.pk}/stage/", {"to": to}).status_code == 422
    assert client.get(f"/clients/{client_of_owner.pk}/stage/", {"to": to}).status_code == 200
