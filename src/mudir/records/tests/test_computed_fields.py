"""A calculated field is everywhere that fields are, and tells nobody what they may not see."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.services import edit_role
from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client
from mudir.kit.money import CurrencyClash, Money
from mudir.records import registry
from mudir.records.calendar import movable_fields
from mudir.records.custom.writing import archive_field, create_field, edit_field, restore_field
from mudir.records.history.reading import Asked, History
from mudir.records.models import CustomField
from mudir.records.projection import read_values
from mudir.records.query import Condition, Group, Query, QuerySpec, SpecError
from mudir.tests.world import make

KIND = "clients.client"

pytestmark = pytest.mark.django_db


def made(by, code, type="computed", **given) -> CustomField:
    return create_field(KIND, by=by, type=type, code=code, **{"name_en": code.capitalize(), "digits": 2} | given)


@pytest.fixture
def trade(administrator):
    """What a client pays, what that costs, and what is left."""
    made(administrator, "price", "money", digits=0)
    made(administrator, "cost", "money", digits=0)
    return made(administrator, "margin", formula="custom.price - cost")


def money(text):
    amount, _space, currency = text.partition(" ")
    return Money(Decimal(amount), currency)


def sold(by, name, price=None, cost=None, **given) -> Client:
    given |= {f"custom.{name}": value for name, value in (("price", price), ("cost", cost)) if value}
    return create_client(by=by, name=name, **given)


def names(actor, *conditions, **spec) -> list[str]:
    where = Group("and", tuple(Condition.parse(text) for text in conditions))
    return [row[1] for row in Query(QuerySpec(kind=KIND, where=where, **spec), actor).page([]).rows]


def value(client, name, actor):
    field = registry.for_kind(KIND).fields[f"custom.{name}"]
    return read_values(registry.for_kind(KIND), [client.pk], [field], actor)[client.pk][0]


def test_a_calculated_field_is_filtered_sorted_grouped_and_summed(administrator, owner, trade):
    made(administrator, "visits", "number", digits=0)
    made(administrator, "double", formula="visits * 2", digits=0)
    made(administrator, "size", formula='if(visits > 5, "large", "small")')
    for name, price, visits in (("Ahmad", "90 SAR", 3), ("Basma", "500 SAR", 7), ("Dana", "120.5 SAR", 9)):
        sold(owner, name, price, "100 SAR", **{"custom.visits": visits})
    sold(owner, "Blank")

    assert names(owner, "custom.margin.at_least.20") == ["Basma", "Dana"]
    assert names(owner, "custom.margin.empty") == ["Blank"]
    assert names(owner, "custom.size.is.large") == ["Basma", "Dana"]
    assert names(owner, "custom.double.is_not.14") == ["Ahmad", "Blank", "Dana"]
    assert names(owner, sort=("-custom.margin",)) == ["Basma", "Dana", "Ahmad", "Blank"]
    spec = QuerySpec(kind=KIND, group="custom.size", aggregates=("count", "sum.custom.double"))
    assert Query(spec, owner).groups() == [("large", 2, Decimal(32)), ("small", 2, Decimal(6))]
    assert Query(QuerySpec(kind=KIND, aggregates=("avg.custom.double",)), owner).groups() == [
        (pytest.approx(Decimal("12.6667"), abs=Decimal("0.001")),)]


@pytest.mark.parametrize("sort", ["custom.double", "-custom.double"])
def test_pages_of_a_list_go_on_where_the_last_one_ended(administrator, owner, sort):
    made(administrator, "visits", "number", digits=0)
    made(administrator, "double", formula="visits / 3", digits=2)
    for number in range(7):
        create_client(by=owner, name=f"C{number}", **({"custom.visits": number // 2} if number else {}))
    whole, found, after = names(owner, sort=(sort,)), [], ""
    while True:
        page = Query(QuerySpec(kind=KIND, sort=(sort,), size=2, after=after), owner).page([])
        found += [row[1] for row in page.rows]
        if not (after := page.next_cursor):
            break
    assert found == whole
    assert len(found) == 7


def test_amounts_keep_their_currency_and_two_are_shown_as_an_error(administrator, owner, trade):
    made(administrator, "profit", formula='if(margin > money(10, "SAR"), "good", "bad")')
    kuwaiti, mixed = sold(owner, "Basma", "5.125 KWD", "1 KWD"), sold(owner, "Noor", "90 SAR", "7 KWD")
    fine = sold(owner, "Dana", "90 SAR", "70 SAR")

    assert value(kuwaiti, "margin", owner) == money("4.125 KWD")
    assert value(mixed, "margin", owner) == CurrencyClash()
    assert [value(client, "profit", owner) for client in (kuwaiti, mixed, fine)] == [
        CurrencyClash(), CurrencyClash(), "good"]
    assert names(owner, "custom.margin.at_most.1000") == ["Basma", "Dana"]
    browser = Browser()
    browser.force_login(owner)
    for address in ("/clients/?columns=name,custom.margin,custom.profit", f"/clients/{mixed.pk}/",
                    "/clients/export/?format=csv&columns=name,custom.margin,custom.profit"):
        answer = browser.get(address)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"different currencies" in text


def test_the_page_the_list_and_the_file_show_it(administrator, owner, trade):
    client = sold(owner, "Basma", "1500 SAR", "400.5 SAR")
    browser = Browser()
    browser.force_login(owner)

    for address in (f"/clients/{client.pk}/", "/clients/?columns=name,custom.margin&sort=custom.margin"):
        assert "1,099.50" in browser.get(address).content.decode()
    file = b"".join(browser.get("/clients/export/?format=csv&columns=name,custom.margin").streaming_content).decode()
    assert "1099.50 SAR" in file
    for address in ("/clients/columns/", "/clients/filters/"):
        assert "custom.margin" in browser.get(address).content.decode()
    assert 'name="custom.margin"' not in browser.get(f"/clients/{client.pk}/edit/").content.decode()
    assert 'data-edit="custom.margin"' not in browser.get(f"/clients/{client.pk}/").content.decode()


def test_nobody_writes_it(administrator, owner, trade):
    client = sold(owner, "Basma", "1500 SAR", "400 SAR")
    with pytest.raises(ValidationError) as refusal:
        edit_client(client, by=owner, version=client.version, **{"custom.margin": "5 SAR"})
    assert refusal.value.message_dict == {"custom.margin": ["There is no field “custom.margin” here."]}
    browser = Browser()
    browser.force_login(owner)
    assert browser.get(f"/clients/{client.pk}/cells/custom.margin/").status_code == 404


def test_it_is_no_change_of_its_own_in_the_history(administrator, owner, trade):
    client = sold(owner, "Basma", "1500 SAR", "400 SAR")
    entries, _more = History(registry.for_kind(KIND), client, owner).page(Asked())
    told = {change.id for change in entries[0].changes}
    assert told & {"custom.price", "custom.cost", "custom.margin"} == {"custom.price", "custom.cost"}


def test_b07_who_may_not_see_what_it_is_made_of_does_not_see_it(administrator, owner, director, trade):
    edit_field(CustomField.objects.get(code="cost"), by=administrator, seen_by=["director", "administrator"])
    made(administrator, "share", formula="percent(margin / price)")
    client = sold(director, "Basma", "1500 SAR", "437.25 SAR", owner=owner)

    for name in ("custom.margin", "custom.share"):
        assert name not in registry.for_kind(KIND).visible_fields(owner)
        assert name in registry.for_kind(KIND).visible_fields(director)
        for spec in ({"sort": (name,)}, {"columns": ("name", name)}, {"group": name},
                     {"where": Group("and", (Condition.parse(f"{name}.at_least.1"),))}):
            with pytest.raises(SpecError) as refusal:
                Query(QuerySpec(kind=KIND, **spec), owner).groups()
            assert str(refusal.value) == f"There is no field “{name}” here."
    for actor, expected in ((owner, False), (director, True)):
        browser = Browser()
        browser.force_login(actor)
        page = browser.get(f"/clients/{client.pk}/").content.decode()
        assert ("1,062.75" in page) is expected
        assert ("Margin" in page) is expected


def test_b07_a_role_that_hides_an_input_hides_what_is_made_of_it(administrator, owner, trade):
    made(administrator, "share", formula="percent(margin / price)")
    edit_role("client_manager", by=administrator, fields={KIND: {"custom.cost": "hidden"}})
    reader = User.objects.get(pk=owner.pk)
    assert not {"custom.cost", "custom.margin", "custom.share"} & registry.for_kind(KIND).visible_fields(reader).keys()
    assert "custom.price" in registry.for_kind(KIND).visible_fields(reader)

    edit_role("administrator", by=administrator, fields={KIND: {"custom.cost": "hidden"}})
    author = User.objects.get(pk=administrator.pk)
    assert refused(lambda: made(author, "guess", formula="cost + price")) == {
        "formula": ["You do not see every field that this is calculated from."]}
    edit_field(trade, by=author, name_en="What is left")  # the formula stays as somebody else wrote it


def test_a_field_of_the_program_behind_a_right_hides_what_is_made_of_it(administrator, owner, director):
    made(administrator, "noted", formula="not empty(management_note)")
    assert "custom.noted" not in registry.for_kind(KIND).visible_fields(owner)
    assert "custom.noted" in registry.for_kind(KIND).visible_fields(director)


@pytest.mark.parametrize("hidden", ["custom.cost", "custom.price"])
def test_b07_what_is_made_of_a_field_that_the_role_hides_is_hidden_with_it(administrator, owner, trade, hidden):
    client = sold(owner, "Basma", "1500 SAR", "437.25 SAR")
    assert value(client, "margin", owner).amount == Decimal("1062.75")
    edit_role("client_manager", by=administrator, fields={KIND: {hidden: "hidden"}})
    owner = User.objects.get(pk=owner.pk)

    assert {"custom.margin", hidden}.isdisjoint(registry.for_kind(KIND).visible_fields(owner))
    with pytest.raises(SpecError):
        names(owner, "custom.margin.at_least.1 SAR")
    assert "custom.margin" in registry.for_kind(KIND).visible_fields(administrator)


def test_built_in_fields_are_read_and_choices_named_in_words(administrator, owner):
    made(administrator, "urgent", formula='tier = "key" and stage >= 5 and confidential = false')
    made(administrator, "weight", formula='if(tier = "عادي" or tier = "Ordinary", completeness, 100%)')
    make_client = create_client(by=owner, name="Basma", tier="key")
    Client.objects.unscoped("test").filter(pk=make_client.pk).update(stage=6, completeness=40)
    other = create_client(by=owner, name="Noor", tier="ordinary")
    Client.objects.unscoped("test").filter(pk=other.pk).update(completeness=40)

    assert names(owner, "custom.urgent.is.yes") == ["Basma"]
    assert [value(client, "weight", owner) for client in (make_client, other)] == [Decimal("100.00"), Decimal("40.00")]


def test_days_are_counted_until_today(administrator, owner):
    made(administrator, "since", "date", digits=0)
    made(administrator, "age", formula="days_between(since, today())", digits=0)
    made(administrator, "until", formula="add_days(since, 10)")
    client = create_client(by=owner, name="Basma", **{"custom.since": timezone.localdate() - timedelta(days=12)})

    assert value(client, "age", owner) == 12
    assert value(client, "until", owner) == timezone.localdate() - timedelta(days=2)
    assert names(owner, "custom.until.before.today", "custom.age.at_least.12") == ["Basma"]
    spec = QuerySpec(kind=KIND, group="custom.until", aggregates=("count",))
    [(month, count)] = Query(spec, owner).groups()
    assert (type(month), count) == (date, 1)


def test_a_calculated_day_stands_in_the_calendar_and_nobody_moves_it(administrator, owner, client):
    made(administrator, "since", "date", digits=0)
    made(administrator, "renewal", formula="add_days(since, 365)")
    one = create_client(by=owner, name="Basma", **{"custom.since": date(2026, 3, 1)})
    client.force_login(owner)

    page = client.get("/clients/calendar/?by=custom.renewal&at=2027-03-15")
    assert (page.status_code, "Basma" in page.content.decode()) == (200, True)
    assert "custom.renewal" not in movable_fields(registry.for_kind(KIND), owner)
    assert "Basma" not in client.get("/clients/calendar/?by=custom.renewal&at=2027-05-15").content.decode()
    one.refresh_from_db()
    assert one.custom == {"since": "2026-03-01"}


def test_a_calculated_field_of_a_related_record_is_asked(administrator, owner, trade):
    client = sold(owner, "Basma", "1500 SAR", "400 SAR")
    make("activities.task", by=owner, words="Of the rich", client=client)
    make("activities.task", by=owner, words="Of the poor", client=sold(owner, "Noor", "500 SAR", "400 SAR"))
    where = Group("and", (Condition.parse("client.custom.margin.at_least.1000"),))
    found = Query(QuerySpec(kind="activities.task", where=where), owner).page([]).rows
    assert [row[1] for row in found] == ["Of the rich"]
    browser = Browser()
    browser.force_login(owner)
    assert "1,100" in browser.get("/tasks/?columns=title,client.custom.margin").content.decode()


# ── making one ───────────────────────────────────────────────────────────────────────────────────────────────────────


def refused(act) -> dict:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.message_dict if hasattr(refusal.value, "error_dict") else {"": refusal.value.messages}


def test_a_formula_is_checked_when_it_is_saved_and_its_place_is_named(administrator):
    assert refused(lambda: made(administrator, "wrong", formula="stage + missing_one")) == {"formula": [
        "There is no field “missing_one” here. Look at “missing_one”, character 9."]}
    assert refused(lambda: made(administrator, "wrong", formula="")) == {"formula": ["Write a formula."]}
    assert refused(lambda: made(administrator, "wrong", formula="owner")) == {"formula": [
        "“owner” cannot be reckoned with. Look at “owner”, character 1."]}
    assert refused(lambda: made(administrator, "wrong", "text", formula="1 + 1"))["formula"] == [
        "Only a calculated field has a formula."]
    assert not CustomField.objects.exists()


def test_cycles_are_refused(administrator, owner):
    made(administrator, "base", "number")
    first = made(administrator, "first", formula="base + 1")
    made(administrator, "second", formula="first + 1")

    for formula, expected in (
        ("second + 1", "It would go round in a circle: “Second” is calculated from this field. Look at “second”, "
                       "character 1."),
        ("first", "A field is not calculated from itself. Look at “first”, character 1."),
    ):
        assert refused(lambda formula=formula: edit_field(first, by=administrator, formula=formula)) == {
            "formula": [expected]}
    client = create_client(by=owner, name="Basma", **{"custom.base": 1})
    assert value(client, "second", owner) == 3


def test_what_others_are_calculated_from_stays(administrator, owner):
    base, first = made(administrator, "base", "number"), None
    first = made(administrator, "first", formula="base + 1")
    second = made(administrator, "second", formula="first * 2")

    assert refused(lambda: archive_field(base, by=administrator)) == {
        "": ["“First” is calculated from this field: change its formula first."]}
    assert refused(lambda: edit_field(first, by=administrator, formula='"a text"')) == {
        "": ["“Second” is calculated from this field and would not work any more: “*” does not fit between a text and "
             "a number."]}
    archive_field(second, by=administrator)
    edit_field(first, by=administrator, formula='"a text"')
    assert refused(lambda: restore_field(second, by=administrator)) == {
        "formula": ["“*” does not fit between a text and a number. Look at “first * 2”, character 1."]}


def test_a_choice_that_a_formula_names_keeps_its_word(administrator):
    choices = [{"code": "a", "en": "Large"}, {"code": "b", "en": "Small"}]
    size = made(administrator, "size", "choice", choices=choices)
    made(administrator, "is_large", formula='size = "Large"')
    renamed = [{"code": "a", "en": "Huge"}, {"code": "b", "en": "Small"}]
    assert refused(lambda: edit_field(size, by=administrator, choices=renamed)) == {
        "": ["“Is_large” is calculated from this field and would not work any more: “Large” is not one of the "
             "choices."]}


def test_a_formula_that_is_understood_no_more_takes_nothing_down_with_it(administrator, owner, client):
    base = made(administrator, "base", "number")
    made(administrator, "first", formula="base + 1")
    CustomField.objects.filter(pk=base.pk).update(archived_at=timezone.now())  # what no service does
    edit_field(made(administrator, "other", "number"), by=administrator, name_en="Others")

    assert list(registry.for_kind(KIND).custom_fields) == ["custom.other"]
    client.force_login(owner)
    assert client.get("/clients/").status_code == 200
    client.force_login(administrator)
    assert client.get("/fields/clients/").content.decode().count("cannot be calculated any more") == 1


def test_d08_fields_made_of_each_other_do_not_grow_without_end(administrator):
    made(administrator, "f0", "number")
    with pytest.raises(ValidationError) as refusal:
        for number in range(12):
            made(administrator, f"f{number + 1}", formula=f"f{number} * f{number}")
    assert refusal.value.message_dict["formula"][0].startswith(
        "This formula is too long. Part it into several fields. Look at “f")
