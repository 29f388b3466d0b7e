"""The pages of a merge, as a person uses them: plain forms, in a browser without script."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from mudir.activities.services import make_task
from mudir.clients import services as clients
from mudir.clients.models import Client, Contact, Relation
from mudir.kit.formatting import Formatter
from mudir.records.custom.writing import create_field
from mudir.records.merging import merge
from mudir.records.middleware import Door
from mudir.records.models import Merge
from mudir.tests.state import changed, state
from mudir.tests.test_routes import comparable


@pytest.fixture
def first(owner) -> Client:
    return clients.create_client(by=owner, name="شركة النخبة", sector="Electronics", phones=[{"raw": "0501234567"}],
                                 tier="key")


@pytest.fixture
def second(owner) -> Client:
    return clients.create_client(by=owner, name="Elite Trading", sector="Trade", phones=[{"raw": "0559876543"}],
                                 notes="Likes tea.")


def address(record, **query) -> str:
    return reverse("records:merge", args=["clients", record.pk], query=query)


def form_of(body: str) -> dict[str, str]:
    """What a browser sends of the page as it stands."""
    form = re.search(r'<form method="post" class="merge">.*?</form>', body, re.S)[0]
    found = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input type="radio" name="([\w.-]+)" value="([^"]*)" checked>', form))
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_custom_values_stand_side_by_side_and_are_picked(as_owner, administrator, owner, teammate, first, second):
    for code, type, given in (("price", "money", {}), ("auditor", "person", {}),
                              ("bank", "record", {"related_kind": "clients.client"})):
        create_field("clients.client", by=administrator, type=type, code=code, name_en=code, **given)
    bank = clients.create_client(by=owner, name="The bank")
    clients.edit_client(first, by=owner, version=first.version, **{
        "custom.price": "120 SAR", "custom.auditor": owner, "custom.bank": bank})
    clients.edit_client(second, by=owner, version=second.version, **{
        "custom.price": "70.125 KWD", "custom.auditor": teammate})

    body = as_owner.get(address(first, **{"with": second.pk})).content.decode().replace("\xa0", " ")
    for text in ("120.00", "70.125", "The bank", str(teammate)):
        assert text in body, text
    answer = as_owner.post(address(first), form_of(body) | {
        "survivor": first.pk, "pick-custom.price": second.pk, "pick-custom.auditor": second.pk})
    assert answer.status_code == 302
    first.refresh_from_db()
    assert first.custom == {"price": {"amount": "70.125", "currency": "KWD"}, "auditor": teammate.pk, "bank": bank.pk}


def test_two_records_are_compared_merged_and_separated(as_owner, owner, first, second):
    page = as_owner.get(address(first, **{"with": second.pk}))
    body = page.content.decode().replace("\xa0", " ")
    assert page.status_code == 200
    for text in ("Electronics", "Trade", "Likes tea.", "+966 50 123 4567", "+966 55 987 6543", "What differs"):
        assert text in body, text
    assert "tel:" not in body  # a click on a number chooses it

    answer = as_owner.post(address(first), form_of(body) | {"survivor": second.pk, "pick-sector": first.pk})

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{second.pk}/")
    made = Merge.objects.get()
    survivor = Client.objects.visible_to(owner).get()
    assert (survivor.pk, survivor.sector, survivor.tier) == (second.pk, "Electronics", "key")
    shown = as_owner.get(f"/clients/{second.pk}/").content.decode()
    assert "“شركة النخبة” is merged into “Elite Trading” now." in shown
    assert f'action="/merges/{made.pk}/undoing/"' in shown
    assert "merged <bdi>شركة النخبة</bdi> into" in shown

    back = as_owner.post(f"/merges/{made.pk}/undoing/", follow=True)
    assert "“Elite Trading” and “شركة النخبة” are two records again." in back.content.decode()
    assert Client.objects.visible_to(owner).count() == 2


@pytest.mark.parametrize("page", ["", "edit/", "preview/", "merge/"])
def test_the_address_of_a_merged_record_leads_to_the_survivor(as_owner, first, second, page):
    as_owner.post(address(first), form_of(as_owner.get(address(first, **{"with": second.pk})).content.decode())
                  | {"survivor": first.pk})

    answer = as_owner.get(f"/clients/{second.pk}/{page}")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{first.pk}/{page}")
    assert as_owner.post(f"/clients/{second.pk}/trash/").status_code == 404


def test_the_redirect_is_as_unknown_as_any_other_number_to_who_sees_neither(client, as_owner, stranger, first, second):
    as_owner.post(address(first), form_of(as_owner.get(address(first, **{"with": second.pk})).content.decode())
                  | {"survivor": first.pk})
    client.force_login(stranger)

    gone, unknown = f"/clients/{second.pk}/", "/clients/987654321/"

    assert client.get(gone).status_code == 404
    assert comparable(client.get(gone), gone) == comparable(client.get(unknown), unknown)


def test_the_other_one_is_found_by_its_name(as_owner, first, second, client_of_stranger):
    body = as_owner.get(address(first)).content.decode()
    assert 'name="other"' in body

    answer = as_owner.get(address(first, other="elite"))
    assert answer.headers["Location"] == address(first, **{"with": second.pk})
    assert as_owner.get(address(first, other="CNRY-Hidden Holding")).status_code == 422


def test_a05_the_picker_tells_nothing_of_a_hidden_record(as_owner, first, client_of_stranger):
    unseen = as_owner.get(address(first, other="x", other_key=client_of_stranger.pk))
    unknown = as_owner.get(address(first, other="x", other_key=987654321))

    assert unseen.status_code == unknown.status_code == 422
    assert "CNRY" not in unseen.content.decode()


def test_a17_a_hidden_record_in_the_address_or_the_form_is_unknown(as_owner, first, client_of_stranger):
    before = state()
    for ask in (as_owner.get, as_owner.post):
        unseen, unknown = (comparable(ask(address(first), {"with": key, "survivor": first.pk}), address(first))
                           for key in (client_of_stranger.pk, 987654321))
        assert unseen[0] == 404
        assert unseen == unknown
    assert changed(before) == []


@pytest.mark.parametrize("data", [
    {}, {"survivor": "x"}, {"survivor": "987654321"}, {"version": "x"}, {"version": ""},
])
def test_b13_a_form_that_lacks_what_it_needs_is_refused(as_owner, first, second, data):
    before = state()
    sent = {"with": second.pk, f"version-{first.pk}": data.get("version", "1"), f"version-{second.pk}": "1"}
    if "survivor" in data or "version" in data:
        sent["survivor"] = data.get("survivor", first.pk)

    assert as_owner.post(address(first), sent).status_code == 400
    assert changed(before) == []


@pytest.mark.parametrize(("name", "value"), [("pick-name", "x"), ("pick-id", "both"), ("pick-owner", "both")])
def test_b09_a_pick_that_nobody_may_make_changes_nothing(as_owner, first, second, name, value):
    before = state()
    form = form_of(as_owner.get(address(first, **{"with": second.pk})).content.decode())

    answer = as_owner.post(address(first), form | {name: value})

    assert answer.status_code == 422
    assert "cannot be chosen here" in answer.content.decode()
    assert changed(before) == []


def test_what_changed_meanwhile_is_shown_again_with_what_was_chosen(as_owner, owner, first, second):
    form = form_of(as_owner.get(address(first, **{"with": second.pk})).content.decode())
    clients.edit_client(second, by=owner, sector="Tea")

    answer = as_owner.post(address(first), form | {"pick-sector": second.pk})

    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed one of the two meanwhile" in body
    assert "Tea" in body
    assert form_of(body)["pick-sector"] == str(second.pk)
    assert as_owner.post(address(first), form_of(body)).status_code == 302


def test_everything_of_one_side_is_taken_at_once(as_owner, first, second):
    query = {"with": second.pk, "survivor": second.pk, "all": second.pk}
    form = form_of(as_owner.get(address(first, **query)).content.decode())

    assert form["survivor"] == form["pick-sector"] == form["pick-phones"] == form["pick-name"] == str(second.pk)


def test_whose_record_it_is_is_said_in_words(client, teammate, first, second, owner):
    theirs = clients.create_client(by=teammate, name="Elite")
    clients.share(first, by=owner, user=teammate)
    client.force_login(teammate)

    body = client.get(address(first, **{"with": theirs.pk})).content.decode()
    assert form_of(body)["survivor"] == str(first.pk)  # their own may go up in it, not the other way round

    clients.set_confidential(second, by=owner, confidential=True)
    clients.share(second, by=owner, user=teammate, purpose="holiday", until=timezone.localdate())
    body = client.get(address(second, **{"with": theirs.pk})).content.decode()
    assert "A confidential record is merged by its owner alone" in body
    assert "Take everything from this one" in body
    assert '<button class="btn primary">' not in body


def test_two_ticked_rows_of_a_list_are_merged(as_owner, first, second):
    query = reverse("records:merge_two", args=["clients"], query={"id": [first.pk, second.pk]})
    assert as_owner.get(query).headers["Location"] == address(first, **{"with": second.pk})
    one = reverse("records:merge_two", args=["clients"], query={"id": [first.pk]})
    assert as_owner.get(one).headers["Location"] == address(first)
    for keys in ([], [1, 2, 3], ["x"]):
        back = as_owner.get(reverse("records:merge_two", args=["clients"], query={"id": keys}), follow=True)
        assert "Tick two records to merge them" in back.content.decode()
    assert as_owner.get("/tasks/merge/?id=1&id=2").status_code == 404


def test_a_record_of_a_kind_that_is_not_merged_has_no_such_page(as_owner, owner, first):
    task = make_task(by=owner, client=first, title="x", due_date=timezone.localdate())

    assert as_owner.get(f"/tasks/{task.pk}/merge/").status_code == 404


def test_c05_names_are_escaped_wherever_they_stand(as_owner, owner, first):
    bad = clients.create_client(by=owner, name="<img src=x>\u202eevil")
    form = form_of(as_owner.get(address(first, **{"with": bad.pk})).content.decode())
    as_owner.post(address(first), form | {"survivor": first.pk})
    for page in (f"/clients/{first.pk}/", f"/clients/{first.pk}/merge/"):
        assert "<img src=x" not in as_owner.get(page).content.decode()


def test_people_are_merged_too(as_owner, owner, client_of_owner):
    one = clients.create_contact(by=owner, name="محمد الخالدي", roles=[{"client": client_of_owner, "role": "payer"}])
    other = clients.create_contact(by=owner, name="Mohammed Al-Khalidi", job_title="Buyer",
                                   roles=[{"client": client_of_owner, "role": "decider"}])
    url = reverse("records:merge", args=["contacts", one.pk], query={"with": other.pk})

    as_owner.post(url.partition("?")[0], form_of(as_owner.get(url).content.decode()) | {"survivor": one.pk})

    assert list(Contact.objects.visible_to(owner).values_list("pk", "job_title")) == [(one.pk, "Buyer")]


def test_what_points_at_a_record_that_was_merged_meanwhile_is_an_unknown_page(as_owner, owner, first, second, rf):
    """Whoever relates a client to one that goes up in another at that very moment."""
    merge(first, second, by=owner)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Relation.objects.create(client=first, other_id=second.pk, kind="partner")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    request = rf.post("/clients/")
    request.user, request.formatter = owner, Formatter("en")
    assert Door(None).process_exception(request, refusal.value).status_code == 404
    assert Door(None).process_exception(request, IntegrityError("something else")) is None
