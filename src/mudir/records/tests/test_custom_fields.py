"""Fields without code are everywhere that built-in ones are."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client, move_stage
from mudir.kit.money import Money
from mudir.records import custom, registry
from mudir.records.custom.writing import archive_field, create_field, edit_field, reorder_fields, restore_field
from mudir.records.importing import running
from mudir.records.models import CustomField, Event, Import, Setup
from mudir.records.query import Condition, Group, Query, QuerySpec, SpecError
from mudir.records.services import Conflict
from mudir.records.tests.test_forms import sent
from mudir.tests.world import make

KIND = "clients.client"
CHOICES = [{"ar": "كبير", "en": "Large", "tone": "good"}, {"ar": "صغير", "en": "Small"}]
EXAMPLES = {  # of each type: what is written, what it is read as, another that comes behind it
    "text": ("  Gate  7 ", "Gate 7", "Gate 8"),
    "long_text": ("One\nTwo", "One\nTwo", None),
    "number": ("١٬٢٥٠٫٥", Decimal("1250.50"), "2000"),
    "money": ("1250.5 KWD", Money(Decimal("1250.500"), "KWD"), "1300 KWD"),
    "percent": (15, Decimal("15.00"), 20),
    "date": ("1448-06-21", date(2026, 12, 1), date(2027, 1, 1)),
    "moment": (datetime(2026, 12, 1, 11, 30, tzinfo=UTC), datetime(2026, 12, 1, 11, 30, tzinfo=UTC),
               datetime(2026, 12, 2, tzinfo=UTC)),
    "choice": ("large", "large", "small"),
    "choices": (["small", "large"], ["large", "small"], None),
    "yes_no": ("no", False, True),
    "phone": ("050 123 4567", "+966501234567", "051 123 4567"),
    "email": ("Info@Example.com", "info@example.com", "sales@example.com"),
    "link": ("example.com/a", "https://example.com/a", "https://example.com/b"),
}

pytestmark = pytest.mark.django_db


def made(by, type="text", **given) -> CustomField:
    given = {"name_en": "Size", "name_ar": "الحجم"} | given
    if type in {"choice", "choices"}:
        given.setdefault("choices", CHOICES)
    return create_field(KIND, by=by, type=type, **given)


def field(name="custom.size"):
    return registry.for_kind(KIND).fields[name]


def names(actor, *conditions, **spec) -> list[str]:
    where = Group("and", tuple(Condition.parse(text) for text in conditions))
    return [row[1] for row in Query(QuerySpec(kind=KIND, where=where, **spec), actor).page([]).rows]


@pytest.mark.parametrize("type", EXAMPLES)
def test_a_value_of_every_type_comes_back_as_it_was_written(administrator, owner, type):
    made(administrator, type, digits=2)
    written, read, _later = EXAMPLES[type]
    client = create_client(by=owner, name="Basma", **{"custom.size": written})

    client.refresh_from_db()
    assert field().value_of(client) == read
    [row] = Query(QuerySpec(kind=KIND, columns=("name", "custom.size")), owner).page(field().value_paths).rows
    assert row[2] == read


@pytest.mark.parametrize("type", [type for type, (_written, _read, later) in EXAMPLES.items() if later is not None])
def test_lists_are_sorted_by_a_custom_field_page_after_page(administrator, owner, type):
    made(administrator, type, digits=2)
    first, _read, second = EXAMPLES[type]
    create_client(by=owner, name="Blank")
    create_client(by=owner, name="Later", **{"custom.size": second})
    create_client(by=owner, name="Early", **{"custom.size": first})

    for sort, expected in (("custom.size", ["Early", "Later", "Blank"]), ("-custom.size", ["Later", "Early", "Blank"])):
        found, after = [], ""
        while True:
            page = Query(QuerySpec(kind=KIND, sort=(sort,), size=1, after=after), owner).page([])
            found += [row[1] for row in page.rows]
            after = page.next_cursor
            if not after:
                break
        assert found == expected


@pytest.mark.parametrize(("type", "condition", "expected"), [
    ("text", "contains.gate", ["Has"]), ("text", "is.Gate 7", ["Has"]), ("text", "is_not.Gate 7", ["Blank", "Other"]),
    ("text", "empty", ["Blank"]), ("text", "not_empty", ["Has", "Other"]),
    ("number", "at_least.1250.5", ["Has", "Other"]),
    ("number", "is.1250.50", ["Has"]), ("money", "at_most.1250.5", ["Has"]), ("percent", "between.10,16", ["Has"]),
    ("date", "before.2026-12-15", ["Has"]), ("moment", "after.2026-12-01", ["Other"]), ("choice", "is.large", ["Has"]),
    ("choice", "is_not.large", ["Blank", "Other"]), ("choices", "has.small", ["Has"]),
    ("choices", "has_all.small,large", ["Has"]), ("choices", "has_not.small", ["Blank", "Other"]),
    ("yes_no", "is.no", ["Has"]), ("phone", "contains.501234", ["Has"]), ("email", "is.info@example.com", ["Has"]),
    ("link", "starts.https", ["Has", "Other"]), ("long_text", "contains.two", ["Has"]),
])
def test_every_type_is_filtered_as_a_built_in_field_is(administrator, owner, type, condition, expected):
    made(administrator, type, digits=2)
    written, _read, later = EXAMPLES[type]
    other = {"long_text": "Nothing", "choices": ["large"], "text": "Hall"}.get(type, later)
    create_client(by=owner, name="Has", **{"custom.size": written})
    create_client(by=owner, name="Other", **{"custom.size": other})
    create_client(by=owner, name="Blank")

    assert names(owner, f"custom.size.{condition}") == sorted(expected)


def test_lists_are_grouped_and_summed_by_custom_fields(administrator, owner):
    made(administrator, "choice", code="rank", name_en="Rank")
    made(administrator, "number")
    for name, rank, size in (("A", "large", 3), ("B", "large", 4), ("C", "small", 5)):
        create_client(by=owner, name=name, **{"custom.rank": rank, "custom.size": size})

    spec = QuerySpec(kind=KIND, group="custom.rank", aggregates=("count", "sum.custom.size"))
    assert Query(spec, owner).groups() == [("large", 2, Decimal(7)), ("small", 1, Decimal(5))]


def test_amounts_of_different_currencies_are_summed_up_side_by_side_and_never_added(administrator, owner, client):
    made(administrator, "money", code="budget", name_en="Budget")
    for name, tier, amount in (("A", "key", "10 SAR"), ("B", "key", "2.5 SAR"), ("C", "key", "1.125 KWD"),
                               ("D", "ordinary", "7 SAR"), ("E", "corporate", None)):
        create_client(by=owner, name=name, tier=tier, **{"custom.budget": amount})
    measures = ("sum.custom.budget", "count", "avg.custom.budget", "filled.custom.budget")
    sar, kwd = lambda amount: Money(Decimal(amount), "SAR"), lambda amount: Money(Decimal(amount), "KWD")

    assert Query(QuerySpec(kind=KIND, aggregates=measures), owner).groups() == [
        ((kwd("1.125"), sar("19.50")), 5, (kwd("1.125"), sar("6.50")), 4)]
    assert Query(QuerySpec(kind=KIND, group="tier", aggregates=measures), owner).groups() == [
        ("corporate", (), 1, (), 0), ("key", (kwd("1.125"), sar("12.50")), 3, (kwd("1.125"), sar("6.25")), 3),
        ("ordinary", (sar("7.00"),), 1, (sar("7.00"),), 1)]
    client.force_login(owner)
    page = client.get("/clients/?columns=name,custom.budget&aggregates=sum.custom.budget&sums=1").content.decode()
    assert "<b>1.125 KWD · 19.50 SAR</b>" in page
    board = client.get("/clients/board/?by=tier&aggregates=sum.custom.budget").content.decode()
    assert "1.125 KWD · 12.50 SAR" in board


def test_a_task_is_filtered_by_a_custom_field_of_its_client(administrator, owner):
    made(administrator, "choice")
    client = create_client(by=owner, name="Basma", **{"custom.size": "large"})
    make("activities.task", by=owner, words="Of the large one", client=client)
    make("activities.task", by=owner, words="Of another", client=create_client(by=owner, name="Noor"))

    where = Group("and", (Condition.parse("client.custom.size.is.large"),))
    found = Query(QuerySpec(kind="activities.task", where=where), owner).page([]).rows
    assert [row[1] for row in found] == ["Of the large one"]


def test_a_person_and_another_record_are_shown_by_name_where_they_are_seen(administrator, owner, director, stranger):
    made(administrator, "person", code="auditor", name_en="Auditor")
    made(administrator, "record", code="bank", name_en="Bank", related_kind=KIND)
    hidden = create_client(by=stranger, name="CNRY bank")
    client = create_client(by=director, name="Basma", owner=owner,
                           **{"custom.auditor": stranger, "custom.bank": hidden})

    assert names(owner, f"custom.auditor.is.{stranger.pk}") == ["Basma"]
    assert names(owner, f"custom.bank.is.{hidden.pk}") == []
    assert names(director, f"custom.bank.is.{hidden.pk}") == ["Basma"]
    for actor, expected in ((owner, (None, "Nora")), (director, ("CNRY bank", "Nora"))):
        browser = Browser()
        browser.force_login(actor)
        for address in (f"/clients/{client.pk}/", "/clients/?columns=name,custom.bank,custom.auditor&sort=custom.bank"):
            page = browser.get(address).content.decode()
            assert "Nora" in page
            assert ("CNRY" in page) == (expected[0] is not None)


def test_only_a_seen_record_can_be_named(administrator, owner, client_of_stranger):
    made(administrator, "record", related_kind=KIND)
    with pytest.raises(ValidationError) as refused:
        create_client(by=owner, name="Basma", **{"custom.size": client_of_stranger.pk})

    assert refused.value.message_dict == {"custom.size": ["There is no such record."]}


@pytest.mark.parametrize(("type", "value", "message"), [
    ("number", "many", "“many” is not a number."),
    ("number", "1.234", "Write at most 2 digits behind the point."),
    ("number", "1e400", "“1e400” is too large."),
    ("number", "NaN", "“NaN” is too large."),
    ("money", "5 XXZ", "“XXZ” is not the code of a currency."),
    ("money", "1.2345 KWD", "Write at most 3 digits behind the point."),
    ("date", "2026-13-40", "Write the day as 2026-12-01, or as the Hijri 1448-06-21."),
    ("choice", "huge", "“huge” is not one of the choices."),
    ("yes_no", "perhaps", "Answer by yes or no."),
    ("phone", "call me", "“call me” is not a phone number."),
    ("link", "javascript:alert(1)", "Enter a valid URL."),
    ("text", "a\0b", "The value holds a character that no field can have."),
    ("text", "x" * 501, "Write at most 500 characters; these are 501."),
    ("person", 0, "There is no such person."),
])
def test_a_value_that_does_not_fit_is_refused(administrator, client_of_owner, owner, type, value, message):
    made(administrator, type, digits=2)
    with pytest.raises(ValidationError) as refused:
        edit_client(client_of_owner, by=owner, name="Changed", **{"custom.size": value})

    assert refused.value.message_dict == {"custom.size": [message]}
    assert Client.objects.visible_to(owner).get().name == client_of_owner.name


def test_an_unknown_and_a_hidden_field_are_refused_alike_everywhere(administrator, owner, lead, client_of_owner):
    made(administrator, seen_by=["team_lead"])
    edit_client(client_of_owner, by=lead, **{"custom.size": "CNRY"})
    client_of_owner.refresh_from_db()
    browser = Browser()
    browser.force_login(owner)

    answers = []
    for name in ("custom.size", "custom.none"):
        with pytest.raises(ValidationError) as refused:
            edit_client(client_of_owner, by=owner, **{name: "mine"})
        with pytest.raises(SpecError) as unasked:
            names(owner, f"{name}.is.CNRY")
        with pytest.raises(SpecError) as unsorted:
            names(owner, sort=(name,))
        pages = [browser.get(f"/clients/{ending}").content.decode() for ending in (
            "", f"?columns=name,{name}", f"filter/?field={name}", "?q=CNRY", "columns/", "new/",
            *(f"{client_of_owner.pk}/{part}" for part in ("", "edit/", "history/")))]
        assert not any("CNRY" in page.replace("?q=CNRY", "").replace('value="CNRY"', "") for page in pages)
        assert not any("Size" in page for page in pages)
        said = (refused.value.messages, unasked.value, unsorted.value)
        answers.append([str(text).replace(name, "") for text in said])
    assert answers[0] == answers[1]
    with pytest.raises(ValidationError):
        edit_client(client_of_owner, by=owner, custom={"size": "mine"})
    client_of_owner.refresh_from_db()
    assert client_of_owner.custom == {"size": "CNRY"}


def test_whoever_sees_a_field_without_editing_it_finds_it_in_no_form(administrator, owner, lead, client_of_owner):
    made(administrator, edited_by=["team_lead"])
    edit_client(client_of_owner, by=lead, **{"custom.size": "Gate"})
    browser = Browser()
    browser.force_login(owner)

    assert "Gate" in browser.get(f"/clients/{client_of_owner.pk}/").content.decode()
    assert "custom.size" not in browser.get(f"/clients/{client_of_owner.pk}/edit/").content.decode()
    with pytest.raises(ValidationError):
        edit_client(client_of_owner, by=owner, **{"custom.size": "mine"})


def test_the_form_asks_for_custom_fields_and_keeps_what_is_wrong(administrator, owner, client_of_owner):
    made(administrator, "number", help_en="In metres", section_en="Building", section_ar="المبنى")
    browser = Browser()
    browser.force_login(owner)
    page = browser.get(f"/clients/{client_of_owner.pk}/edit/").content.decode()
    assert 'name="custom.size"' in page
    assert "In metres" in page
    assert "Building" in page

    answer = browser.post(f"/clients/{client_of_owner.pk}/edit/", sent(client_of_owner, **{"custom.size": "wide"}))
    assert answer.status_code == 422
    assert 'value="wide"' in answer.content.decode()

    answer = browser.post(f"/clients/{client_of_owner.pk}/edit/", sent(client_of_owner, **{"custom.size": "12"}))
    assert answer.status_code == 302
    client_of_owner.refresh_from_db()
    assert client_of_owner.custom == {"size": "12"}
    event = Event.objects.filter(verb="client.edited").latest("at")
    assert "custom.size" in event.details["fields"]
    assert "Size" in browser.get(f"/clients/{client_of_owner.pk}/").content.decode()
    history = browser.get(f"/clients/{client_of_owner.pk}/history/").content.decode()
    assert "Size" in history


def test_every_type_can_be_filled_in_by_a_form_and_stays_as_it_was(administrator, owner):
    typed = {
        "text": {"": "Gate 7"}, "long_text": {"": "One"}, "number": {"": "1,250.5"}, "percent": {"": "15"},
        "money": {"_0": "1250.5", "_1": "KWD"}, "date": {"": "2026-12-01"}, "moment": {"": "2026-12-01T14:30"},
        "choice": {"": "large"}, "choices": {"": ["small", "large"]}, "yes_no": {"": "no"}, "phone": {"": "0501234567"},
        "email": {"": "a@example.com"}, "link": {"": "https://example.com"}, "person": {"": str(owner.pk)},
        "record": {"": "Bank"},
    }
    create_client(by=owner, name="Bank")
    for type in typed:
        made(administrator, type, code=f"my_{type}", digits=2, related_kind=KIND if type == "record" else "")
    browser = Browser()
    browser.force_login(owner)
    data = {f"custom.my_{type}{ending}": value for type, parts in typed.items() for ending, value in parts.items()}
    answer = browser.post("/clients/new/", {"kind": "company", "tier": "ordinary", "lifecycle": "prospect",
                                            "name": "Basma"} | data)
    assert answer.status_code == 302
    client = Client.objects.visible_to(owner).get(name="Basma")
    assert set(client.custom) == {f"my_{type}" for type in typed}
    before = client.custom

    page = browser.get(f"/clients/{client.pk}/edit/")
    form = page.context["form"]
    again = {}
    for bound in form:
        value = bound.value()
        if bound.name == "custom.my_money":
            again |= {"custom.my_money_0": f"{value.amount:f}", "custom.my_money_1": value.currency}
        elif bound.name == "custom.my_record":
            shown = bound.field.prepare_value(value)
            again |= {bound.name: shown[1], f"{bound.name}_key": shown[0]}
        elif bound.name == "custom.my_moment":
            again[bound.name] = value.strftime("%Y-%m-%dT%H:%M:%S")
        elif bound.name.startswith("custom."):
            again[bound.name] = value
    assert browser.post(f"/clients/{client.pk}/edit/", sent(client, **again)).status_code == 302
    client.refresh_from_db()
    assert client.custom == before


def test_two_who_change_a_field_see_both_values(administrator, owner, lead, client_of_owner):
    made(administrator, "choice")
    browser = Browser()
    browser.force_login(owner)
    data = sent(client_of_owner, **{"custom.size": "small"})
    edit_client(client_of_owner, by=lead, **{"custom.size": "large"})
    answer = browser.post(f"/clients/{client_of_owner.pk}/edit/", data)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "keep-custom.size" in page
    assert "Large" in page
    assert "Small" in page
    answer = browser.post(f"/clients/{client_of_owner.pk}/edit/", data | {
        "version": client_of_owner.version + 1, "keep-custom.size": "theirs"})
    assert answer.status_code == 302
    client_of_owner.refresh_from_db()
    assert client_of_owner.custom == {"size": "large"}


def test_the_version_counts_for_custom_fields_too(administrator, owner, client_of_owner):
    made(administrator)
    version = client_of_owner.version
    edit_client(client_of_owner, by=owner, version=version, **{"custom.size": "A"})
    with pytest.raises(Conflict):
        edit_client(client_of_owner, by=owner, version=version, **{"custom.size": "B"})


def test_words_of_a_custom_field_are_found_by_the_search(administrator, owner, client_of_owner):
    made(administrator)
    edit_client(client_of_owner, by=owner, **{"custom.size": "Quartzite"})

    assert names(owner, text="quartzite") == [client_of_owner.name]


def test_words_that_only_some_see_are_not_in_the_search(administrator, owner, lead, client_of_owner):
    made(administrator, seen_by=["team_lead"])
    edit_client(client_of_owner, by=lead, **{"custom.size": "Quartzite"})

    assert names(lead, text="quartzite") == []


def test_a_file_holds_custom_fields_in_words(administrator, owner):
    made(administrator, "choice", code="rank", name_en="Rank")
    made(administrator, "number", digits=1)
    create_client(by=owner, name="Basma", **{"custom.rank": "large", "custom.size": "2.5"})
    browser = Browser()
    browser.force_login(owner)
    answer = browser.get("/clients/export/?format=csv&columns=name,custom.rank,custom.size")

    assert b"".join(answer.streaming_content).decode().splitlines() == ["\ufeffname,Rank,Size", "Basma,Large,2.5"]


def test_a_required_field_must_be_filled_in(administrator, owner, client_of_owner):
    made(administrator, is_required=True)
    with pytest.raises(ValidationError) as refused:
        create_client(by=owner, name="Basma")
    assert refused.value.message_dict == {"custom.size": ["This field is required."]}

    edit_client(client_of_owner, by=owner, sector="Health")
    edit_client(client_of_owner, by=owner, **{"custom.size": "A"})
    with pytest.raises(ValidationError):
        edit_client(client_of_owner, by=owner, **{"custom.size": " "})


def test_a_field_required_from_a_stage_on_is_asked_for_there(administrator, owner, client_of_owner):
    made(administrator, required_from=3)
    edit_client(client_of_owner, by=owner, **{"custom.size": ""})
    move_stage(client_of_owner, to=2, by=owner)
    with pytest.raises(ValidationError) as refused:
        move_stage(client_of_owner, to=3, by=owner)
    assert refused.value.message_dict == {"to": ["First fill in what this stage asks for: Size."]}

    edit_client(client_of_owner, by=owner, **{"custom.size": "A"})
    move_stage(client_of_owner, to=3, by=owner)
    with pytest.raises(ValidationError):
        edit_client(client_of_owner, by=owner, **{"custom.size": ""})


def test_a_new_record_has_the_default(administrator, owner):
    made(administrator, "choice", default="small")

    assert create_client(by=owner, name="Basma").custom == {"size": "small"}
    assert create_client(by=owner, name="Noor", **{"custom.size": ""}).custom == {}


def test_a_unique_value_is_had_once(administrator, owner, stranger, client_of_owner):
    made(administrator, is_unique=True)
    create_client(by=stranger, name="Theirs", **{"custom.size": "A-1"})
    with pytest.raises(ValidationError) as refused:
        edit_client(client_of_owner, by=owner, **{"custom.size": "A-1"})

    assert refused.value.message_dict == {
        "custom.size": ["Another record has this already: no two may have the same here."]}
    edit_client(client_of_owner, by=owner, **{"custom.size": "A-2"})
    edit_client(client_of_owner, by=owner, **{"custom.size": "A-2"})


def test_an_archived_field_is_gone_and_comes_back_with_its_values(administrator, owner, client_of_owner):
    size = made(administrator)
    edit_client(client_of_owner, by=owner, **{"custom.size": "A"})
    archive_field(size, by=administrator)
    assert "custom.size" not in registry.for_kind(KIND).fields
    edit_client(client_of_owner, by=owner, sector="Health")

    restore_field(size, by=administrator)
    assert names(owner, "custom.size.is.A") == [client_of_owner.name]


def test_a_choice_taken_away_stays_with_the_records_that_have_it(administrator, owner, client_of_owner):
    size = made(administrator, "choice")
    edit_client(client_of_owner, by=owner, **{"custom.size": "small"})
    edit_field(size, by=administrator, choices=[{"code": "large", "ar": "كبير", "en": "Large"}])

    assert dict(field().choices) == {"large": "Large", "small": "Small"}
    edit_client(client_of_owner, by=owner, **{"custom.size": "small"})
    with pytest.raises(ValidationError):
        create_client(by=owner, name="Basma", **{"custom.size": "small"})


def test_fields_stand_in_the_order_that_was_chosen(administrator):
    first, second = made(administrator, code="a"), made(administrator, code="b")
    reorder_fields(KIND, order=[second.pk, first.pk], by=administrator)

    assert list(registry.for_kind(KIND).custom_fields) == ["custom.b", "custom.a"]


@pytest.mark.parametrize("way", ["create", "edit", "archive", "restore", "reorder"])
def test_only_who_may_changes_fields(administrator, lead, way):
    size = made(administrator)
    with pytest.raises(PermissionDenied):
        match way:
            case "create":
                made(lead, code="other")
            case "edit":
                edit_field(size, by=lead, name_en="Mine")
            case "archive":
                archive_field(size, by=lead)
            case "restore":
                restore_field(size, by=lead)
            case "reorder":
                reorder_fields(KIND, order=[size.pk], by=lead)
    size.refresh_from_db()
    assert (size.name_en, size.archived_at, CustomField.objects.count()) == ("Size", None, 1)


@pytest.mark.parametrize(("given", "at"), [
    ({"code": "is"}, "code"), ({"code": "a__b"}, "code"), ({"code": "a'b"}, "code"), ({"code": "Größe"}, "code"),
    ({"name_en": "", "name_ar": ""}, "__all__"), ({"type": "choice", "choices": []}, "choices"),
    ({"type": "nothing"}, "type"), ({"type": "record", "related_kind": "x.y"}, "related_kind"),
    ({"type": "money", "currency": "ZZZ"}, "currency"), ({"required_from": 12}, "required_from"),
    ({"seen_by": ["king"]}, "seen_by"), ({"type": "number", "default": "many"}, "default"),
    ({"type": "long_text", "is_filtered": True}, "is_filtered"), ({"type": "yes_no", "is_unique": True}, "is_unique"),
])
def test_a_field_that_cannot_be_is_refused(administrator, given, at):
    with pytest.raises(ValidationError) as refused:
        made(administrator, **{"type": "text"} | given)
    assert list(refused.value.message_dict) == [at]
    assert not CustomField.objects.exists()


def test_a_code_is_found_for_any_name(administrator):
    codes = [made(administrator, name_en=name).code for name in ("Visit Size!", "Visit size", "", "is", "2nd")]

    assert codes == ["visit_size", "visit_size_2", "field", "field_is", "field_2nd"]


def test_names_are_in_the_language_of_the_reader(administrator, owner, client_of_owner):
    made(administrator)
    edit_client(client_of_owner, by=owner, **{"custom.size": "A"})
    owner.language = "ar"
    owner.save()
    browser = Browser()
    browser.force_login(owner)

    assert "الحجم" in browser.get("/clients/?columns=name,custom.size").content.decode()


def test_a_request_looks_once_whether_fields_have_changed(administrator, owner, client_of_owner):
    made(administrator)
    browser = Browser()
    browser.force_login(owner)
    browser.get("/clients/")
    with CaptureQueriesContext(connection) as asked:
        browser.get("/clients/?columns=name,custom.size&f=custom.size.empty&sort=custom.size")

    assert sum("records_setup" in query["sql"] for query in asked) == 1
    assert not [query for query in asked if 'FROM "records_customfield"' in query["sql"]]


def test_another_process_sees_a_change_with_its_next_request(administrator, owner):
    made(administrator)
    with custom.fresh():
        assert str(field().label) == "Size"
        CustomField.objects.update(name_en="Width")
        assert str(field().label) == "Size"
    Setup.objects.update(stamp="00000000-0000-4000-8000-000000000000")  # as the other process leaves it
    with custom.fresh():
        assert str(field().label) == "Width"


def test_a_file_fills_custom_fields_and_its_undo_empties_them(administrator, owner, settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}}
    made(administrator, "choice", code="rank", name_en="Rank", name_ar="الرتبة")
    made(administrator, "number", code="size", digits=1, name_en="Halls")
    made(administrator, code="motto", name_en="Motto")
    known = create_client(
        by=owner, name="شركة النخبة للتجارة", registration_number="1010123456", **{"custom.rank": "small"})
    table = ("Name,Registration number,Rank,Halls,Motto\nBasma,1010999999,كبير,٢٫٥,Quartzite\n"
             "شركة النخبة للتجارة,1010123456,Large,3,\nNoor,1010888888,huge,4,\n")
    browser = Browser()
    browser.force_login(owner)
    address = browser.post("/imports/", {"file": SimpleUploadedFile("clients.csv", table.encode())}).url
    job = Import.objects.get()
    assert job.mapping == ["name", "registration_number", "custom.rank", "custom.size", "custom.motto"]
    running.work_on(job)
    browser.post(f"{address}mapping/", {f"target-{place}": target for place, target in enumerate(job.mapping)})
    running.work_on(Import.objects.get())
    assert "“huge” is not one of the choices." in browser.get(address).content.decode()
    browser.post(f"{address}run/", {"duplicates": "fill"})
    running.work_on(Import.objects.get())

    assert Client.objects.visible_to(owner).get(name="Basma").custom == {
        "rank": "large", "size": "2.5", "motto": "Quartzite"}
    assert names(owner, text="quartzite") == ["Basma"]
    known.refresh_from_db()
    assert known.custom == {"rank": "small", "size": "3.0"}
    browser.post(f"{address}undoing/")
    running.work_on(Import.objects.get())
    known.refresh_from_db()
    assert known.custom == {"rank": "small"}
    assert not Client.objects.visible_to(owner).filter(name="Basma").exists()
