"""A block of cells from a spreadsheet: read as it was copied, written whole or not at all, taken back as one."""

import re

import pytest

from mudir.accounts.models import User
from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.kit.money import Money
from mudir.records import registry
from mudir.records.bulk.pasting import read_block
from mudir.records.custom.writing import create_field
from mudir.records.models import BulkAct
from mudir.records.query import SpecError
from mudir.tests.state import changed, state

COLUMNS = "name,tier,city,phone,sector,tags,head_office,client_since,languages"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three(owner) -> list[Client]:
    return [clients.create_client(by=owner, name=f"Zanzibar {number}", sector="Food") for number in range(3)]


def paste(client, records, start: str, text: str, columns: str = COLUMNS, **more):
    names = columns.split(",")
    return client.post(f"/clients/cells/?columns={columns}", {
        "text": text, "field": names[names.index(start):], "id": [one.pk for one in records],
        "version": [one.version for one in records], "back": "/clients/?f=tier.is.key"} | more, headers=PART)


def fresh(records) -> list[Client]:
    return [Client.objects.unscoped("test").get(pk=one.pk) for one in records]


@pytest.mark.parametrize(("text", "block"), [
    ("a\tb\nc\td\n", [["a", "b"], ["c", "d"]]), ("a\r\nb\r\n", [["a"], ["b"]]), ("one", [["one"]]),
    ('"two\nlines"\tx', [["two\nlines", "x"]]), ('5" pipe\nb', [['5" pipe'], ["b"]]), ("a\n\nb", [["a"], [""], ["b"]]),
])
def test_a_block_is_read_as_spreadsheets_copy_it(text, block):
    assert read_block(text) == block


@pytest.mark.parametrize("text", ["", "\n", "\t\n", "x\n" * 201, "x\t" * 2000])
def test_nothing_and_too_much_are_refused(text):
    with pytest.raises(SpecError):
        read_block(text)


def test_a_block_fills_downwards_and_onwards_whatever_the_types(as_owner, owner, three):
    above = clients.create_client(by=owner, name="Above")
    answer = paste(as_owner, three, "tier", (
        "Key\tJeddah\t050 123 4567\tToys\tvip، new\tAbove\t1448-06-21\tArabic; English\n"
        "رئيسي\t\t\tSteel\t\t\t\t\n"))

    assert answer.status_code == 200
    first, second, third = fresh(three)
    assert (first.tier, first.city, first.phone, first.sector, first.tags, first.head_office, first.languages) == (
        "key", "Jeddah", "+966501234567", "Toys", ["vip", "new"], above, ["ar", "en"])
    assert first.client_since.isoformat() == "2026-12-01"
    assert (second.tier, second.sector, second.tags) == ("key", "Steel", [])
    assert (third.sector, third.version) == ("Food", 1)
    assert answer.content.decode().count("<tr data-id") == 2


def test_one_undo_takes_everything_back_exactly(as_owner, owner, three):
    clients.edit_client(three[0], by=owner, sector="Before", phones=[{"raw": "0551111111"}], tier="corporate")
    three = fresh(three)
    names = [column.attname for column in Client._meta.concrete_fields if column.attname not in {
        "version", "updated_at", "confirmations"}]
    before = list(Client.objects.unscoped("test").order_by("pk").values_list(*names))
    answer = paste(as_owner, three, "tier", "Key\tJeddah\t0501234567\tToys\tvip\nKey\tAbha\t\tX\t\n")
    undo = re.search(r'action="(/acts/\d+/undoing/)"', answer.content.decode())[1]
    assert BulkAct.objects.get().changed == 2
    assert list(Client.objects.unscoped("test").order_by("pk").values_list(*names)) != before

    assert as_owner.post(undo).headers["Location"] == "/clients/?f=tier.is.key"
    assert list(Client.objects.unscoped("test").order_by("pk").values_list(*names)) == before


def test_one_cell_that_does_not_fit_stops_the_whole_and_is_named(as_owner, owner, three):
    before = state()
    answer = paste(as_owner, three, "tier", "Key\tsoon\nGolden\t\nKey", columns="name,tier,client_since")
    text = answer.content.decode()

    assert answer.status_code == 422
    assert "Nothing was pasted: 2 cells do not fit." in text
    assert re.findall(r'<li data-id="(\d+)" data-field="(\w+)"', text) == [
        (str(three[0].pk), "client_since"), (str(three[1].pk), "tier")]
    assert "Golden" in text
    assert changed(before) == []


def test_what_a_service_refuses_stops_the_whole_too(as_owner, owner, administrator, three):
    create_field("clients.client", by=administrator, name_en="Number", name_ar="رقم", type="text", is_unique=True)
    before = state()
    answer = paste(as_owner, three, "custom.number", "A\nB\nA", columns="name,custom.number")

    assert answer.status_code == 422 and "no two may have the same" in answer.content.decode()
    assert changed(before) == []


def test_what_others_changed_meanwhile_is_not_written_over(as_owner, lead, three):
    clients.edit_client(three[1], by=lead, sector="Theirs")
    before = state()
    answer = paste(as_owner, three, "sector", "A\nB\nC")

    assert answer.status_code == 422 and "has just changed it" in answer.content.decode()
    assert changed(before) == []
    assert paste(as_owner, three, "tier", "Key\nKey\nKey").status_code == 200  # another field of theirs
    assert [one.tier for one in fresh(three)] == ["key"] * 3


def test_money_and_answers_are_read_as_they_are_written(as_owner, owner, administrator, three):
    for name, type in (("Budget", "money"), ("Ready", "yes_no"), ("Share", "percent")):
        create_field("clients.client", by=administrator, name_en=name, name_ar=name, type=type)
    answer = paste(as_owner, three, "custom.budget", "1,250.5 KWD\tنعم\t٥٠\nSAR 10\tno\t\n٢٥٠ ر.س\t\t7",
                   columns="name,custom.budget,custom.ready,custom.share")

    assert answer.status_code == 200, answer.content.decode()
    fields = registry.for_model(Client).fields
    assert [str(fields["custom.budget"].value_of(one)) for one in fresh(three)] == ["1250.500 KWD", "10.00 SAR",
                                                                                   "250.00 SAR"]
    assert fields["custom.budget"].value_of(fresh(three)[1]) == Money(10, "SAR")
    assert [fields["custom.ready"].value_of(one) for one in fresh(three)] == [True, False, None]


def test_what_may_not_be_written_is_refused_by_cell_and_the_unseen_is_not_there(
        as_owner, owner, staff, three, client_of_stranger, client):
    before = state()
    for start, records, text in (("stage", three, "2"), ("name", [client_of_stranger], "Mine"),
                                 ("languages", three, "Arabic\tmore than there are columns")):
        columns = COLUMNS if start != "stage" else "name,stage"
        answer = paste(as_owner, records, start, text, columns=columns)
        assert (answer.status_code, "CNRY" in answer.content.decode()) == (422, False)
    assert paste(as_owner, three[:1], "tier", "Key\nKey").status_code == 422
    assert as_owner.post("/clients/cells/", {"text": "x", "field": "tier"}).status_code == 400
    assert changed(before) == []

    clients.share(three[0], by=owner, user=staff)
    client.force_login(staff)
    before = state()
    assert paste(client, three[:1], "tier", "Key").status_code == 422
    assert changed(before) == []


def test_a_choice_in_the_words_of_either_language_is_understood(as_owner, owner, three):
    User.objects.filter(pk=owner.pk).update(language="ar")
    assert paste(as_owner, three, "tier", "رئيسي\nKey\nkey").status_code == 200
    assert [one.tier for one in fresh(three)] == ["key"] * 3
