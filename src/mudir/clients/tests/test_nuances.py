from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mudir.clients.models import Client, Contact, Nuance
from mudir.clients.occasions import next_occasion
from mudir.clients.services import add_nuance, edit_nuance, put_back, remove_nuance, share
from mudir.records.models import Event

TEXT = "Prefers mornings"


def test_a_nuance_is_written_changed_removed_and_put_back(owner, client_of_owner):
    nuance = add_nuance(client_of_owner, by=owner, kind="preference", text=f" {TEXT} ")
    assert nuance.text == TEXT
    edit_nuance(client_of_owner, nuance=nuance, by=owner, text="Prefers evenings")
    removal = remove_nuance(client_of_owner, nuance=nuance, by=owner)
    assert not Nuance.objects.exists()
    put_back(kind="nuance", removal=removal, by=owner)

    assert Nuance.objects.values_list("pk", "text").get() == (nuance.pk, "Prefers evenings")
    verbs = Event.objects.filter(verb__contains="nuance").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["client.nuance_added", "client.nuance_edited", "client.nuance_removed",
                           "client.nuance_put_back"]


def test_a_person_has_nuances_too(owner, contact_of_owner):
    nuance = add_nuance(contact_of_owner, by=owner, kind="interest", text="Falconry")

    assert (nuance.contact_id, nuance.client_id) == (contact_of_owner.pk, None)


@pytest.mark.parametrize("data", [
    {"text": ""}, {"text": "x", "kind": "secret"}, {"text": "x", "kind": "date"}, {"text": "x" * 401},
    {"text": "x", "client_id": 1},
])
def test_what_cannot_be_remembered_is_refused(owner, client_of_owner, data):
    with pytest.raises(ValidationError):
        add_nuance(client_of_owner, by=owner, **data)

    assert not Nuance.objects.exists()


def test_only_who_may_edit_the_record_writes_its_nuances(owner, staff, stranger, client_of_owner, contact_of_owner):
    nuance = add_nuance(client_of_owner, by=owner, text=TEXT)
    share(client_of_owner, by=owner, user=staff)
    with pytest.raises(PermissionDenied):
        remove_nuance(client_of_owner, nuance=nuance, by=staff)
    with pytest.raises(Client.DoesNotExist):
        remove_nuance(client_of_owner, nuance=nuance, by=stranger)
    with pytest.raises(Contact.DoesNotExist):
        add_nuance(contact_of_owner, by=stranger, text=TEXT)

    assert Nuance.objects.get() == nuance


def test_a_nuance_is_reached_only_through_its_own_record(client, owner, stranger, client_of_owner, client_of_stranger):
    hidden = add_nuance(client_of_stranger, by=stranger, text="CNRY-nuance")
    mine = add_nuance(client_of_owner, by=owner, text=TEXT)
    client.force_login(owner)
    for url in (f"/clients/{client_of_owner.pk}/nuances/{hidden.pk}/",
                f"/clients/{client_of_stranger.pk}/nuances/{hidden.pk}/",
                f"/clients/{client_of_stranger.pk}/nuances/",
                f"/contacts/{client_of_owner.pk}/nuances/{mine.pk}/"):
        assert client.get(url).status_code == 404
        assert client.post(f"{url}removal/").status_code == 404
    assert Nuance.objects.count() == 2


def test_a_nuance_is_added_and_removed_in_place(client, owner, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/nuances/"
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert "<form" in client.get(f"{url}?add", headers=fragment).content.decode()
    assert client.post(url, {"text": "", "kind": "preference", "calendar": "gregorian"}).status_code == 422
    added = client.post(url, {"text": TEXT, "kind": "preference", "calendar": "gregorian"}, headers=fragment)
    assert added.status_code == 200
    assert TEXT in added.content.decode()
    nuance = Nuance.objects.get()
    changed = client.post(f"{url}{nuance.pk}/", {"text": "Evenings", "kind": "preference", "calendar": "hijri"})
    assert changed.status_code == 302
    assert client.post(f"{url}{nuance.pk}/removal/").status_code == 302
    assert not Nuance.objects.exists()


def test_after_adding_the_fragment_equals_a_fresh_load(client, owner, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/nuances/"
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    after = client.post(url, {"text": TEXT, "kind": "preference", "calendar": "gregorian"}, headers=fragment)
    fresh = client.get(url, headers=fragment)

    assert after.content.decode().split("<hx-partial")[0].strip() == fresh.content.decode().strip()


@pytest.mark.parametrize(("day", "calendar", "today", "next_day"), [
    (date(1990, 12, 12), "gregorian", date(2026, 11, 24), date(2026, 12, 12)),
    (date(1990, 11, 24), "gregorian", date(2026, 11, 24), date(2026, 11, 24)),
    (date(1990, 11, 23), "gregorian", date(2026, 11, 24), date(2027, 11, 23)),
    (date(2024, 2, 29), "gregorian", date(2026, 11, 24), date(2027, 2, 28)),
    (date(2025, 3, 1), "hijri", date(2026, 11, 24), date(2027, 2, 8)),  # 1 Ramadan 1446 -> 1 Ramadan 1448
    (date(1800, 1, 2), "hijri", date(2026, 11, 24), date(2027, 1, 2)),  # outside the tables: by the other calendar
])
def test_a_yearly_day_comes_round_by_its_own_calendar(day, calendar, today, next_day):
    assert next_occasion(day, calendar, today=today) == next_day


def test_a_day_to_remember_without_a_date_is_asked_for_on_the_page(client, owner, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/nuances/"
    answer = client.post(url, {"text": "Founding day", "kind": "date", "calendar": "gregorian"})

    assert answer.status_code == 422
    assert "Write the date to remember." in answer.content.decode()


def test_days_stand_first_and_a_yearly_one_at_its_next_return(client, owner, client_of_owner):
    add_nuance(client_of_owner, by=owner, text="Prefers mornings")
    add_nuance(client_of_owner, by=owner, text="Founding day", kind="date", date=date(2001, 12, 12), is_yearly=True)
    client.force_login(owner)
    body = client.get(f"/clients/{client_of_owner.pk}/nuances/").content.decode()

    assert body.index("Founding day") < body.index("Prefers mornings")
    assert "2001" not in body


def test_a_nuance_of_a_contact_is_kept_on_its_page(client, owner, contact_of_owner):
    client.force_login(owner)
    url = f"/contacts/{contact_of_owner.pk}/nuances/"
    data = {"text": "Falconry", "kind": "interest", "calendar": "gregorian"}
    assert client.post(url, data).status_code == 302
    nuance = Nuance.objects.get(contact=contact_of_owner)
    assert client.get(f"{url}{nuance.pk}/").status_code == 200
    assert client.post(f"{url}{nuance.pk}/", data | {"text": ""}).status_code == 422
    assert client.post(f"{url}{nuance.pk}/removal/").status_code == 302
    assert not Nuance.objects.exists()


def test_who_only_reads_sees_nuances_and_changes_none(client, owner, staff, client_of_owner):
    nuance = add_nuance(client_of_owner, by=owner, text=TEXT)
    share(client_of_owner, by=owner, user=staff)
    client.force_login(staff)
    url = f"/clients/{client_of_owner.pk}/nuances/"
    assert TEXT in client.get(url).content.decode()
    assert client.post(f"{url}{nuance.pk}/", {"text": "x"}).status_code == 403
    assert client.post(f"{url}{nuance.pk}/removal/").status_code == 403
    assert Nuance.objects.get().text == TEXT


def test_a_hijri_day_is_shown_in_its_own_calendar_too(client, owner, client_of_owner):
    add_nuance(client_of_owner, by=owner, text="A sample before Ramadan", date=date(2027, 2, 8), calendar="hijri")
    client.force_login(owner)

    url = f"/clients/{client_of_owner.pk}/nuances/"
    assert "<bdi>1 Ramadan 1448 AH</bdi> · <bdi>8 Feb 2027</bdi>" in client.get(url).content.decode()

    owner.calendar = "both"
    owner.save()
    assert "<bdi>8 Feb 2027 · 1 Ramadan 1448 AH</bdi>" in client.get(url).content.decode()
