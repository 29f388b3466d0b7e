"""One value edited where it stands: by the record's own service, no faster than anybody else's."""

import re

import pytest
from django.urls import reverse

from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.conftest import person
from mudir.records import registry
from mudir.records.models import Event
from mudir.tests.state import changed, state
from mudir.tests.test_routes import HTMX
from mudir.tests.world import make

COLUMNS = "name,tier,city,phone,sector,owner,client_since"
UNDO = re.compile(r'action="(/[^"]+/undoing/\?version=\d+)"')


def at(record: Client, field: str, query: str = "") -> str:
    return reverse("records:cell", args=[registry.for_model(type(record)).slug, record.pk, field]) + query


def save(client, record, field, value, *, columns=COLUMNS, **more):
    name = {"version": record.version, field: value} | more
    return client.post(at(record, field, f"?columns={columns}" if columns else ""), name, headers=HTMX)


def row_in(html: str, record) -> str:
    return re.search(rf'<tr data-id="{record.pk}".*?</tr>', html, re.DOTALL).group()


@pytest.mark.parametrize(("field", "value", "stands"), [
    ("name", "شركة النخبة المتحدة", "شركة النخبة المتحدة"), ("tier", "key", "key"), ("sector", "Food", "Food"),
    ("city", "جدة", "جدة"), ("phone", "050 123 4567", "+966501234567"), ("client_since", "2026-12-01", "2026-12-01"),
    ("client_since", "1448-06-21", "2026-12-01"), ("client_since", "", "None"),
])
def test_the_row_that_comes_back_is_the_one_of_a_fresh_load(as_owner, client_of_owner, field, value, stands):
    answer = save(as_owner, client_of_owner, field, value)

    assert answer.status_code == 200
    client_of_owner.refresh_from_db()
    assert str(getattr(client_of_owner, field)) == stands
    fresh = as_owner.get(f"/clients/?columns={COLUMNS}").content.decode()
    assert row_in(answer.content.decode(), client_of_owner) == row_in(fresh, client_of_owner)


def test_the_cell_of_a_phone_changes_the_primary_one_alone(as_owner, owner, client_of_owner):
    clients.edit_client(client_of_owner, by=owner, phones=[
        {"raw": "0500000001"}, {"raw": "0500000002", "type": "work", "is_primary": True}])
    client_of_owner.refresh_from_db()
    assert save(as_owner, client_of_owner, "phone", "0500000003").status_code == 200

    rows = client_of_owner.phone_rows.order_by("-is_primary").values_list("raw", "type", "is_primary")
    assert list(rows) == [("0500000003", "work", True), ("0500000001", "mobile", False)]
    client_of_owner.refresh_from_db()
    assert save(as_owner, client_of_owner, "phone", "").status_code == 200
    client_of_owner.refresh_from_db()
    assert client_of_owner.phone == "+966500000001"


def test_what_does_not_fit_is_said_beside_the_cell_and_nothing_is_written(as_owner, client_of_owner):
    before = state()
    for field, value, error in (
        ("name", "", "This field is required."), ("tier", "gold", "Select a valid choice."),
        ("client_since", "soon", "Write the day as"), ("email", "x@", "Enter a valid email address."),
        ("head_office", "Nobody", "There is no “Nobody” here."), ("website", "nonsense", "Enter a valid URL."),
    ):
        answer = save(as_owner, client_of_owner, field, value)
        assert answer.status_code == 422 and error in answer.content.decode(), field
        assert 'class="cell"' in answer.content.decode() and "<html" not in answer.content.decode()
    assert changed(before) == []


def test_another_field_changed_meanwhile_is_no_conflict(as_owner, lead, client_of_owner):
    clients.edit_client(client_of_owner, by=lead, sector="Food")
    assert save(as_owner, client_of_owner, "tier", "key").status_code == 200

    client_of_owner.refresh_from_db()
    assert (client_of_owner.sector, client_of_owner.tier, client_of_owner.version) == ("Food", "key", 3)


def test_the_same_field_changed_meanwhile_shows_both_values(as_owner, lead, client_of_owner):
    clients.edit_client(client_of_owner, by=lead, sector="Food")
    before = state()
    answer = save(as_owner, client_of_owner, "sector", "Toys")
    body = answer.content.decode()

    assert answer.status_code == 409
    assert "Food" in body and "Toys" in body and "Huda" in body and 'name="version" value="2"' in body
    assert changed(before) == []
    kept = save(as_owner, client_of_owner, "sector", "Toys", keep="theirs")
    assert kept.status_code == 200 and "Food" in kept.content.decode() and changed(before) == []
    client_of_owner.version = 2
    assert save(as_owner, client_of_owner, "sector", "Toys", keep="mine").status_code == 200
    client_of_owner.refresh_from_db()
    assert client_of_owner.sector == "Toys"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("field", "value"), [
    ("tier", "key"), ("city", "Jeddah"), ("phone", "0555555555"), ("email", ""), ("head_office", "Above"),
    ("languages", ["ar", "en"]), ("client_since", "2026-12-01"), ("source", "Fair"), ("tags", "vip, new"),
])
def test_undo_brings_the_value_back_exactly(as_owner, owner, client_of_owner, field, value):
    clients.create_client(by=owner, name="Above")
    rows = [client_of_owner.phone_rows, client_of_owner.email_rows, client_of_owner.address_rows]
    names = [column.attname for column in Client._meta.concrete_fields
             if column.attname not in {"version", "updated_at", "confirmations"}]
    seen = lambda: ([list(some.values_list("is_primary", "type", flat=False)) for some in rows],  # noqa: E731
                    list(client_of_owner.phone_rows.values_list("raw", "e164")),
                    Client.objects.visible_to(owner).filter(pk=client_of_owner.pk).values_list(*names).get())
    before = seen()
    undo = UNDO.search(save(as_owner, client_of_owner, field, value).content.decode()).group(1)
    assert seen() != before

    answer = as_owner.post(f"{undo}&columns={COLUMNS}", headers=HTMX)
    assert answer.status_code == 200 and "is what it was" in answer.content.decode()
    assert seen() == before


@pytest.mark.django_db(transaction=True)
def test_what_somebody_changed_since_is_not_undone(as_owner, lead, client_of_owner):
    undo = UNDO.search(save(as_owner, client_of_owner, "tier", "key").content.decode()).group(1)
    clients.edit_client(client_of_owner, by=lead, sector="Food")
    before = state()

    assert "has been changed since" in as_owner.post(undo, headers=HTMX).content.decode()
    assert changed(before) == []


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_changed_by_who_may_hand_the_record_on(client, owner, lead, teammate, client_of_owner):
    client.force_login(teammate)
    clients.share(client_of_owner, by=owner, user=teammate)
    before = state()
    assert save(client, client_of_owner, "owner", teammate.pk).status_code == 403
    assert changed(before) == []

    client.force_login(lead)
    answer = save(client, client_of_owner, "owner", teammate.pk)
    assert answer.status_code == 200
    client_of_owner.refresh_from_db()
    assert client_of_owner.owner == teammate
    assert Event.objects.filter(verb="client.assigned").count() == 1
    assert client.post(UNDO.search(answer.content.decode()).group(1)).status_code == 302
    client_of_owner.refresh_from_db()
    assert client_of_owner.owner == owner


def test_a_record_given_away_leaves_the_list(as_owner, stranger, client_of_owner):
    answer = save(as_owner, client_of_owner, "owner", stranger.pk)

    assert answer.status_code == 200 and "<tr" not in answer.content.decode()


def test_a_hidden_field_and_an_unknown_one_answer_alike(as_owner, lead, client_of_owner):
    clients.edit_client(client_of_owner, by=lead, management_note="CNRY")
    client_of_owner.refresh_from_db()
    before = state()
    answers = {(save(as_owner, client_of_owner, field, "x").status_code,
                as_owner.get(at(client_of_owner, field)).content)
               for field in ("management_note", "nothing", "version", "completeness", "stage", "confidential", "team")}

    assert len(answers) == 1 and {status for status, _body in answers} == {404}
    assert changed(before) == []


def test_a_head_office_that_the_person_does_not_see_is_neither_shown_nor_changed(as_owner, lead, director, team,
                                                                                 client_of_owner):
    above = clients.create_client(by=director, name="CNRY-Above")
    clients.edit_client(client_of_owner, by=director, head_office=above)
    client_of_owner.refresh_from_db()

    assert as_owner.get(at(client_of_owner, "head_office"), headers=HTMX).status_code == 404
    assert save(as_owner, client_of_owner, "head_office", "").status_code == 404


def test_who_only_reads_edits_no_cell_and_is_offered_none(client, owner, staff, client_of_owner):
    clients.share(client_of_owner, by=owner, user=staff)
    client.force_login(staff)

    assert client.get(at(client_of_owner, "tier")).status_code == 404
    assert save(client, client_of_owner, "tier", "key").status_code == 404
    assert 'data-edited=",' in client.get("/clients/").content.decode()
    assert "data-edit=" not in client.get(f"/clients/{client_of_owner.pk}/").content.decode()


def test_the_list_says_once_which_columns_are_edited_and_each_row_its_version(as_owner, client_of_owner):
    body = as_owner.get("/clients/?columns=name,tier,stage,phone,completeness").content.decode()

    assert 'data-columns="name,tier,stage,phone,completeness" data-edited="name,tier,,phone,"' in body
    assert f'<tr data-id="{client_of_owner.pk}" data-v="1">' in body


def test_it_works_as_a_plain_page(as_owner, client_of_owner):
    page = as_owner.get(at(client_of_owner, "sector"))
    assert page.status_code == 200 and "<html" in page.content.decode()
    answer = as_owner.post(at(client_of_owner, "sector"), {"version": "1", "sector": "Food"})
    assert (answer.status_code, answer["Location"]) == (302, client_of_owner.get_absolute_url())
    assert as_owner.post(at(client_of_owner, "sector"), {"sector": "Toys"}).status_code == 400


def test_whoever_reckons_by_the_hijri_calendar_is_asked_for_days_of_it(client, team):
    reader = person("Hind", team, calendar="hijri")
    own = clients.create_client(by=reader, name="Zilal", client_since="2026-12-01")
    client.force_login(reader)

    assert 'value="1448-06-21"' in client.get(at(own, "client_since"), headers=HTMX).content.decode()


@pytest.mark.parametrize("kind", [record_type.kind for record_type in registry.all_types()])
def test_every_cell_of_every_kind_opens(as_owner, owner, client_of_owner, kind):
    record = make(kind, by=owner, words="Zanzibar", client=client_of_owner)
    for name in registry.for_kind(kind).cells(owner):
        answer = as_owner.get(at(record, name), headers=HTMX)
        assert answer.status_code == 200 and f'name="{name}"' in answer.content.decode(), name
