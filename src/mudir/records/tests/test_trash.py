"""The trash: who sees what in it, what comes back with a record, and what is gone for ever."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mudir.activities.models import Call, Task
from mudir.clients import services as clients
from mudir.clients.models import Client, Contact
from mudir.records import registry, search, trash
from mudir.records.models import Event, SearchEntry, Share
from mudir.records.services import move_to_trash, restore_from_trash
from mudir.records.tasks import empty_trash
from mudir.tests.state import changed, state
from mudir.tests.world import make


def names_in_trash(actor) -> list[str]:
    items, _more = trash.page(actor, registry.all_types())
    return [str(item.record) for item in items]


@pytest.fixture
def busy(owner, client_of_owner, contact_of_owner, staff):
    """A client with what hangs on one."""
    make("activities.call", by=owner, words="Spoke of prices", client=client_of_owner)
    make("activities.task", by=owner, words="Send the offer", client=client_of_owner)
    clients.create_client(by=owner, name="Branch", head_office=client_of_owner)
    clients.share(client_of_owner, by=owner, user=staff)
    return client_of_owner


# ── lying there ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_trash_holds_what_the_person_could_see_with_who_put_it_there_and_until_when(
    owner, lead, stranger, client_of_owner, client_of_stranger, settings
):
    settings.TRASH_DAYS = 30
    move_to_trash(client_of_stranger, by=stranger)
    move_to_trash(client_of_owner, by=lead)

    (item,), more = trash.page(owner, registry.all_types())
    assert (item.record, item.by, more) == (client_of_owner, lead, False)
    assert item.until == item.record.trashed_at + timedelta(days=30)
    assert names_in_trash(stranger) == ["CNRY-Hidden Holding"]


def test_what_hangs_on_a_trashed_client_goes_and_comes_back_with_it(owner, busy):
    move_to_trash(busy, by=owner)
    assert not Call.objects.visible_to(owner).exists() and not Task.objects.visible_to(owner).exists()
    assert search.find(owner, "prices") == []
    assert names_in_trash(owner) == [str(busy)]

    restore_from_trash(busy, by=owner)
    assert Call.objects.visible_to(owner).count() == 1 and Task.objects.visible_to(owner).count() == 1
    assert len(search.find(owner, "prices")) == 1


def test_pages_of_the_trash_join_over_kinds_and_equal_moments(owner, client_of_owner, monkeypatch):
    monkeypatch.setattr(trash, "LENGTH", 4)
    for number in range(5):
        move_to_trash(clients.create_client(by=owner, name=f"Client {number}"), by=owner)
    people = [clients.create_contact(by=owner, name=f"Person {number}") for number in range(5)]
    Contact.objects.unscoped("at one moment").filter(pk__in=[one.pk for one in people]).update(
        trashed_at=timezone.now())
    found, before, more = [], None, True
    while more:
        items, more = trash.page(owner, registry.all_types(), before=before)
        found += [str(item.record) for item in items]
        before = items[-1].place

    assert found == [*(f"Person {number}" for number in reversed(range(5))),
                     *(f"Client {number}" for number in reversed(range(5)))]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_several_are_taken_out_at_once_and_what_may_not_be_stays(client, owner, teammate, busy, client_of_stranger,
                                                                 stranger):
    branch = Client.objects.visible_to(owner).get(name="Branch")
    for one, by in ((busy, owner), (branch, owner), (client_of_stranger, stranger)):
        move_to_trash(one, by=by)
    client.force_login(owner)
    answer = client.post("/trash/", {"act": "restore", "item": [
        f"clients:{busy.pk}", f"clients:{branch.pk}", f"clients:{client_of_stranger.pk}", "nothing:1", "clients:x"]},
        follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["2 records are back."]
    assert names_in_trash(owner) == []
    assert names_in_trash(stranger) == [str(client_of_stranger)]


def test_who_only_sees_a_record_neither_takes_it_out_nor_removes_it(client, owner, staff, busy):
    move_to_trash(busy, by=owner)
    client.force_login(staff)
    before = state()
    page = client.get("/trash/").content.decode()
    assert str(busy) in page and "restoration/" not in page and 'value="remove"' not in page
    answer = client.post("/trash/", {"act": "restore", "item": f"clients:{busy.pk}"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["1 record stays in the trash."]
    assert client.post("/trash/", {"act": "remove", "sure": "1", "item": f"clients:{busy.pk}"}).status_code == 403

    assert changed(before) == []


# ── for ever ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_removal_for_ever_is_shown_first_and_takes_what_hangs_on_the_record(client, owner, director, busy):
    move_to_trash(busy, by=owner)
    key, name = busy.pk, busy.name
    client.force_login(director)
    form = {"act": "remove", "item": f"clients:{key}"}
    shown = client.post("/trash/", form).content.decode()
    assert name in shown and "Calls" in shown.title() and 'name="sure"' in shown
    assert Client.pgh_event_model.objects.filter(pgh_obj_id=key, pgh_label="delete").count() == 0
    client.post("/trash/", form | {"sure": "1"})

    everyone = "what is left in the database"
    assert not Client.objects.unscoped(everyone).filter(pk=key).exists()
    assert not Call.objects.unscoped(everyone).exists() and not Task.objects.unscoped(everyone).exists()
    assert not Share.objects.exists()
    assert set(SearchEntry.objects.values_list("kind", flat=True)) == {"clients.client", "clients.contact"}
    branch = Client.objects.visible_to(owner).get(name="Branch")
    assert branch.head_office is None
    assert Contact.objects.visible_to(owner).count() == 1  # a person stays, with who owns the record


def test_the_history_outlives_the_record(owner, director, busy):
    move_to_trash(busy, by=owner)
    key, name = busy.pk, busy.name
    trash.remove_finally(busy, by=director)

    last = Client.pgh_event_model.objects.filter(pgh_obj_id=key).order_by("-pgh_id").first()
    assert (last.pgh_label, last.name, last.pgh_context["user"]) == ("delete", name, director.pk)
    assert Event.objects.filter(kind="clients.client", object_id=key, verb="client.removed_finally",
                                actor=director).exists()


@pytest.mark.parametrize("who", ["owner", "lead", "staff"])
def test_only_who_answers_for_the_house_removes_for_ever(request, owner, busy, who):
    move_to_trash(busy, by=owner)
    before = state()
    with pytest.raises(PermissionDenied):
        trash.remove_finally(busy, by=request.getfixturevalue(who))

    assert set(changed(before)) <= {"accounts_user", "accounts_userhistoryrow", "account_emailaddress"}


def test_what_does_not_lie_in_the_trash_cannot_be_removed(director, client_of_owner):
    with pytest.raises(Client.DoesNotExist):
        trash.remove_finally(client_of_owner, by=director)


def test_a_confidential_record_of_somebody_else_is_not_there_for_a_director_either(owner, director, busy):
    clients.set_confidential(busy, by=owner, confidential=True)
    move_to_trash(busy, by=owner)

    assert names_in_trash(director) == []
    with pytest.raises(Client.DoesNotExist):
        trash.remove_finally(busy, by=director)


def test_the_job_removes_what_has_lain_there_long_enough_and_nothing_else(owner, busy, settings):
    settings.TRASH_DAYS = 30
    old, fresh = busy, clients.create_client(by=owner, name="Fresh")
    kept = make("activities.task", by=owner, words="Lies alone", client=fresh)
    for one in (old, fresh):
        move_to_trash(one, by=owner)
    long_ago = timezone.now() - timedelta(days=31)
    Client.objects.unscoped("a month later").filter(pk=old.pk).update(trashed_at=long_ago)

    empty_trash(timestamp=0)
    empty_trash(timestamp=0)  # rung twice
    assert names_in_trash(owner) == ["Fresh"]
    assert Task.objects.unscoped("still there").filter(pk=kept.pk).exists()
    last = Client.pgh_event_model.objects.filter(pgh_obj_id=old.pk).order_by("-pgh_id").first()
    assert (last.pgh_label, last.pgh_context) == ("delete", {"door": "job"})


def test_a_house_may_keep_its_trash_for_ever(owner, client_of_owner, settings):
    settings.TRASH_DAYS = 0
    move_to_trash(client_of_owner, by=owner)

    assert trash.empty(now=timezone.now() + timedelta(days=9000)) == 0
    assert trash.page(owner, registry.all_types())[0][0].until is None
