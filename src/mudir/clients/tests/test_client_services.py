from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mudir.clients.models import Address, Client, Consent, Email, Phone
from mudir.clients.services import confirm_facts, create_client, edit_client, set_next_step, share, touch_client
from mudir.clients.services.client import sort_key_of
from mudir.clients.services.reach import rows_of
from mudir.records.models import Event
from mudir.records.services import Conflict


def verbs_of(record):
    events = Event.objects.filter(kind=record._meta.label_lower, object_id=record.pk)
    return list(events.order_by("id").values_list("verb", flat=True))


def test_a_new_client_belongs_to_who_made_it_and_to_their_team(owner, client_of_owner):
    assert (client_of_owner.owner, client_of_owner.team_id, client_of_owner.created_by) == (owner, owner.team_id, owner)
    assert verbs_of(client_of_owner) == ["client.created"]


def test_the_primary_phone_e_mail_and_city_are_copied_beside_the_name(client_of_owner):
    copies = (client_of_owner.phone, client_of_owner.email, client_of_owner.city, client_of_owner.country)
    assert copies == ("+966112345678", "info@elite.example", "الرياض", "SA")


def test_what_was_filled_in_counts_as_confirmed_today(client_of_owner):
    today = timezone.localdate().isoformat()
    assert client_of_owner.confirmations == {"phone": today, "email": today, "city": today}
    assert client_of_owner.stale_date == timezone.localdate() + timedelta(days=180)


def test_completeness_is_the_sum_of_the_weights_of_what_is_known(client_of_owner):
    assert client_of_owner.completeness == 20 + 10 + 10 + 10  # phone, e-mail, city, sector


def test_a_manager_does_not_make_clients_for_others(owner, teammate):
    with pytest.raises(PermissionDenied):
        create_client(by=owner, owner=teammate, name="Basma Clinics")

    assert not Client.objects.unscoped("test").exists()


def test_a_lead_makes_a_client_for_a_member_of_the_team(lead, owner):
    made = create_client(by=lead, owner=owner, name="Basma Clinics")

    assert (made.owner, made.team_id, made.created_by) == (owner, owner.team_id, lead)


def test_department_staff_make_no_clients(staff):
    with pytest.raises(PermissionDenied):
        create_client(by=staff, name="Basma Clinics")

    assert not Client.objects.unscoped("test").exists()


def test_an_invalid_row_refuses_the_whole_client(owner):
    with pytest.raises(ValidationError) as refusal:
        create_client(by=owner, name="Basma Clinics", emails=[{"address": "not an address"}])

    assert list(refusal.value.message_dict) == ["emails"]
    assert not Client.objects.unscoped("test").exists()


@pytest.mark.parametrize("name", ["owner_id", "confidential", "id", "created_at", "stage", "last_contact_at", "team"])
def test_an_edit_cannot_write_what_has_a_service_of_its_own(owner, client_of_owner, name):
    with pytest.raises(ValidationError) as refusal:
        edit_client(client_of_owner, by=owner, **{name: 7})

    assert list(refusal.value.message_dict) == [name]


def test_an_edit_names_what_changed_and_leaves_the_rest(owner, client_of_owner):
    edit_client(client_of_owner, by=owner, version=1, sector="Retail", name=client_of_owner.name)

    client_of_owner.refresh_from_db()
    assert (client_of_owner.sector, client_of_owner.version) == ("Retail", 2)
    assert Event.objects.get(verb="client.edited").details == {"fields": ["sector"]}
    assert Phone.objects.filter(client=client_of_owner).count() == 1


def test_an_edit_that_changes_nothing_writes_nothing(owner, client_of_owner):
    edit_client(client_of_owner, by=owner, version=1, sector="Electronics", phones=rows_of(client_of_owner, "phones"))

    client_of_owner.refresh_from_db()
    assert client_of_owner.version == 1
    assert verbs_of(client_of_owner) == ["client.created"]


def test_a_list_that_is_named_becomes_exactly_that_list(owner, client_of_owner):
    work = Phone.objects.get(client=client_of_owner)
    edit_client(client_of_owner, by=owner, phones=[
        {"raw": "0550123456", "type": "mobile", "is_primary": True}, {"raw": "+966 11 234 5678", "type": "work"},
    ])

    client_of_owner.refresh_from_db()
    assert client_of_owner.phone == "+966550123456"
    rows = Phone.objects.filter(client=client_of_owner).order_by("e164").values_list("pk", "e164", "raw", "is_primary")
    mobile = Phone.objects.get(e164="+966550123456")
    assert list(rows) == [(work.pk, "+966112345678", "+966 11 234 5678", False),
                          (mobile.pk, "+966550123456", "0550123456", True)]
    edit_client(client_of_owner, by=owner, phones=[])
    client_of_owner.refresh_from_db()
    assert (client_of_owner.phone, Phone.objects.count()) == ("", 0)


def test_the_primary_can_pass_from_one_row_to_another(owner, client_of_owner):
    for first in ("a@elite.example", "b@elite.example", "a@elite.example"):
        edit_client(client_of_owner, by=owner, emails=[
            {"address": address, "is_primary": address == first} for address in ("a@elite.example", "b@elite.example")
        ])
        client_of_owner.refresh_from_db()
        assert client_of_owner.email == first
        assert Email.objects.get(is_primary=True).address == first


def test_the_same_number_twice_is_kept_once(owner):
    made = create_client(by=owner, name="Basma", phones=[{"raw": "055 012 3456"}, {"raw": "+966550123456"}])

    assert [row["raw"] for row in rows_of(made, "phones")] == ["055 012 3456"]


def test_a_short_code_is_kept_by_its_digits(owner):
    made = create_client(by=owner, name="Basma", phones=[{"raw": "١٩٩٨٨"}])

    assert (made.phone, Phone.objects.get().raw) == ("19988", "١٩٩٨٨")


def test_an_extension_is_taken_out_of_the_number(owner):
    create_client(by=owner, name="Basma", phones=[{"raw": "011 234 5678 تحويلة 12"}])

    assert Phone.objects.values_list("e164", "extension").get() == ("+966112345678", "12")


def test_consent_is_kept_for_each_channel_once(owner, client_of_owner):
    day = date(2026, 11, 1)
    consents = [{"channel": "email", "is_granted": True, "given_date": day},
                {"channel": "sms", "is_granted": False, "given_date": day, "evidence": "on the phone"}]
    edit_client(client_of_owner, by=owner, consents=consents)
    edit_client(client_of_owner, by=owner, consents=[consents[0] | {"is_granted": False}, consents[1]])

    assert list(Consent.objects.order_by("channel").values_list("channel", "is_granted")) == [
        ("email", False), ("sms", False)]


def test_the_second_of_two_writers_is_told_and_overwrites_nothing(owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, version=1, sector="Retail")
    with pytest.raises(Conflict) as conflict:
        edit_client(client_of_owner, by=owner, version=1, sector="Wholesale", phones=[])

    assert conflict.value.current.sector == "Retail"
    client_of_owner.refresh_from_db()
    assert (client_of_owner.sector, client_of_owner.version, Phone.objects.count()) == ("Retail", 2, 1)


def test_who_does_not_see_a_client_cannot_edit_it(stranger, teammate, client_of_owner):
    for somebody in (stranger, teammate):
        with pytest.raises(Client.DoesNotExist):
            edit_client(client_of_owner, by=somebody, sector="Retail")

    client_of_owner.refresh_from_db()
    assert client_of_owner.sector == "Electronics"


def test_a_management_note_is_written_by_who_may_read_it(owner, lead, client_of_owner):
    with pytest.raises(PermissionDenied):
        edit_client(client_of_owner, by=owner, management_note="pays late")
    edit_client(client_of_owner, by=lead, management_note="pays late")

    client_of_owner.refresh_from_db()
    assert client_of_owner.management_note == "pays late"


def test_a_hidden_client_is_no_head_office(owner, client_of_owner, client_of_stranger):
    with pytest.raises(ValidationError) as refusal:
        edit_client(client_of_owner, by=owner, head_office=client_of_stranger)

    assert refusal.value.message_dict == {"head_office": ["There is no such client."]}


def test_head_offices_form_no_ring(owner, client_of_owner):
    branch = create_client(by=owner, name="Elite Jeddah", head_office=client_of_owner)
    kiosk = create_client(by=owner, name="Elite Kiosk", head_office=branch)
    with pytest.raises(ValidationError):
        edit_client(client_of_owner, by=owner, head_office=kiosk)
    with pytest.raises(ValidationError):
        edit_client(client_of_owner, by=owner, head_office=client_of_owner)

    client_of_owner.refresh_from_db()
    assert client_of_owner.head_office_id is None


def test_a_fact_that_changes_counts_as_confirmed_and_an_old_one_waits(owner, client_of_owner):
    old = (timezone.localdate() - timedelta(days=200)).isoformat()
    Client.objects.unscoped("test").update(confirmations={"phone": old, "email": old, "city": old})
    edit_client(client_of_owner, by=owner, emails=[{"address": "new@elite.example"}])

    client_of_owner.refresh_from_db()
    assert client_of_owner.confirmations["email"] == timezone.localdate().isoformat()
    assert client_of_owner.stale_date == timezone.localdate() - timedelta(days=20)


def test_confirming_the_stale_facts_takes_the_client_off_the_list(owner, client_of_owner):
    old = (timezone.localdate() - timedelta(days=200)).isoformat()
    Client.objects.unscoped("test").update(confirmations={"phone": old, "email": old, "city": old})
    confirm_facts(client_of_owner, facts=["phone", "email", "city"], by=owner)

    client_of_owner.refresh_from_db()
    assert client_of_owner.stale_date == timezone.localdate() + timedelta(days=180)
    assert Event.objects.get(verb="client.confirmed").details == {"fields": ["phone", "email", "city"]}


@pytest.mark.parametrize("facts", [[], ["name"], ["registration_number"], ["phone", "owner"]])
def test_only_known_key_facts_can_be_confirmed(owner, client_of_owner, facts):
    with pytest.raises(ValidationError):
        confirm_facts(client_of_owner, facts=facts, by=owner)

    assert not Event.objects.filter(verb="client.confirmed").exists()


def test_contact_is_only_ever_moved_forward(client_of_owner, contact_of_owner):
    early, late = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    touch_client(client_of_owner, at=late, contact=contact_of_owner)
    touch_client(client_of_owner, at=early, contact=contact_of_owner)

    client_of_owner.refresh_from_db()
    contact_of_owner.refresh_from_db()
    assert (client_of_owner.last_contact_at, contact_of_owner.last_contact_at) == (late, late)


def test_the_next_step_stands_beside_the_name_until_there_is_none(client_of_owner):
    set_next_step(client_of_owner, text="Send the offer", due_date=date(2026, 12, 1))
    client_of_owner.refresh_from_db()
    assert (client_of_owner.next_step, client_of_owner.next_step_date) == ("Send the offer", date(2026, 12, 1))

    set_next_step(client_of_owner, text="", due_date=None)
    client_of_owner.refresh_from_db()
    assert (client_of_owner.next_step, client_of_owner.next_step_date) == ("", None)


def test_every_change_keeps_its_author(owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, sector="Retail")

    history = Client.pgh_event_model.objects.filter(id=client_of_owner.pk).order_by("pgh_id")
    assert [row.pgh_context["user"] for row in history] == [owner.pk, lead.pk]


@pytest.mark.parametrize(("name", "key"), [
    ("شركة النخبة", "شركه النخبه"), ("النخبة", "نخبه"), ("الأهلي", "اهلي"), ("آل سعود", "ال سعود"),
    ("Al-Rajhi", "rajhi"), ("Al Bayan", "bayan"), ("Alpha", "alpha"), ("ال", "ال"),
])
def test_names_are_ordered_without_article_and_hamza(name, key):
    assert sort_key_of(name) == key


def test_an_address_keeps_its_row_when_only_its_type_changes(owner, client_of_owner):
    before = Address.objects.get().pk
    edit_client(client_of_owner, by=owner, addresses=[{"city": "الرياض", "country": "SA", "type": "billing"}])

    assert Address.objects.values_list("pk", "type").get() == (before, "billing")


def test_an_unknown_column_of_a_row_is_refused(owner):
    with pytest.raises(ValidationError) as refusal:
        create_client(by=owner, name="Basma", phones=[{"raw": "0550123456", "client_id": 1}])

    assert refusal.value.message_dict == {"phones": ["There is no field “client_id” here."]}


def test_clients_are_not_made_for_people_who_cannot_work_on_them(lead, staff):
    with pytest.raises(ValidationError):
        create_client(by=lead, owner=staff, name="Basma")

    assert not Client.objects.unscoped("test").exists()


def test_a_new_name_is_ordered_anew(owner, client_of_owner):
    assert edit_client(client_of_owner, by=owner, name="الأمل").sort_key == "امل"


def test_staff_with_a_share_change_and_confirm_nothing(owner, staff, client_of_owner):
    share(client_of_owner, by=owner, user=staff)
    for write in (lambda: edit_client(client_of_owner, by=staff, sector="Retail"),
                  lambda: confirm_facts(client_of_owner, facts=["phone"], by=staff)):
        with pytest.raises(PermissionDenied):
            write()

    client_of_owner.refresh_from_db()
    assert (client_of_owner.sector, client_of_owner.version) == ("Electronics", 1)
