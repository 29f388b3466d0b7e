"""Sharing from the page of any kind of record, and who looked at what is confidential."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mudir.activities.services import write_note
from mudir.clients.models import Client
from mudir.clients.services import set_confidential, share
from mudir.records import registry, sharing
from mudir.records.models import Share, Viewing
from mudir.records.scope import has_own_access
from mudir.records.services import move_to_trash
from mudir.records.trash import remove_finally


def looks() -> list[tuple]:
    return sorted(Viewing.objects.values_list("user__name", "kind", "door", "count"))


@pytest.fixture
def closed(owner, client_of_owner) -> Client:
    return set_confidential(client_of_owner, by=owner, confidential=True)


def test_every_look_at_a_confidential_record_is_kept(client, owner, director, closed, client_of_stranger):
    share(closed, by=owner, user=director, purpose="The review", until=timezone.localdate())
    client.force_login(director)
    for path in ("", "", "history/"):
        assert client.get(f"/clients/{closed.pk}/{path}").status_code == 200
    client.get(f"/clients/{client_of_stranger.pk}/")

    assert looks() == [(director.name, "clients.client", "page", 3)]


def test_a_file_keeps_a_look_at_each_confidential_row(client, owner, closed):
    client.force_login(owner)
    b"".join(client.get("/clients/export/").streaming_content)

    assert looks() == [(owner.name, "clients.client", "export", 1)]


def test_who_does_not_see_a_confidential_record_leaves_no_look(client, lead, closed):
    client.force_login(lead)
    assert client.get(f"/clients/{closed.pk}/").status_code == 404
    b"".join(client.get("/clients/export/").streaming_content)

    assert looks() == []


def test_the_owner_reads_who_looked_and_who_was_let_in_does_not(client, owner, director, closed):
    share(closed, by=owner, user=director, purpose="The review", until=timezone.localdate())
    client.force_login(director)
    client.get(f"/clients/{closed.pk}/")
    assert client.get(f"/clients/{closed.pk}/access/").status_code == 403
    client.force_login(owner)
    page = client.get(f"/clients/{closed.pk}/access/")

    assert director.name in [look.user.name for look in page.context["looks"]]


def test_the_looks_go_with_a_record_that_is_removed_for_ever(client, owner, administrator, client_of_owner):
    Viewing.objects.create(user=owner, kind="clients.client", object_id=client_of_owner.pk, door="page", count=1,
                           hour=timezone.now(), last_at=timezone.now())
    move_to_trash(client_of_owner, by=owner)
    remove_finally(client_of_owner, by=administrator)

    assert not Viewing.objects.exists()


def test_a_share_that_has_ended_is_shown_as_ended_and_opens_nothing(client, owner, stranger, client_of_owner):
    share(client_of_owner, by=owner, user=stranger, until=timezone.localdate())
    client.force_login(stranger)
    assert client.get(f"/clients/{client_of_owner.pk}/").status_code == 200
    Share.objects.update(until=timezone.localdate() - timedelta(days=1))

    assert client.get(f"/clients/{client_of_owner.pk}/").status_code == 404
    client.force_login(owner)
    page = client.get(f"/clients/{client_of_owner.pk}/access/")
    assert [is_over for _share, is_over in page.context["shares"]] == [True]


def test_what_is_seen_with_another_record_leads_there_and_is_not_shared_by_itself(
    client, owner, stranger, client_of_owner
):
    note = write_note(by=owner, client=client_of_owner, text="Said")
    client.force_login(owner)
    page = client.get(f"/notes/{note.pk}/access/")

    assert f"/clients/{client_of_owner.pk}/access/" in page.content.decode()
    for path, form in (("shares/", {"user": stranger.pk}), ("confidentiality/", {"confidential": "yes"})):
        assert client.post(f"/notes/{note.pk}/access/{path}", form).status_code == 404
    assert not Share.objects.exists()


def test_a20_nobody_puts_back_a_share_of_what_is_not_theirs(owner, stranger, teammate, client_of_owner):
    given = share(client_of_owner, by=owner, user=teammate)
    key = given.pk
    sharing.unshare(client_of_owner, by=owner, share=given)
    share(client_of_owner, by=owner, user=stranger)
    with pytest.raises(PermissionDenied):
        sharing.put_back_share(client_of_owner, by=stranger, share_pk=key)

    assert [one.user for one in Share.objects.all()] == [stranger]


def test_every_kind_has_words_for_being_shared_and_closed():
    """A kind that is owned by itself can be shared: its timeline has to tell of it."""
    for record_type in registry.all_types():
        if has_own_access(record_type.model):
            name = record_type.model._meta.model_name
            for verb in ("shared", "unshared", "closed", "opened"):
                assert registry.sentence_of(f"{name}.{verb}"), (record_type.kind, verb)
