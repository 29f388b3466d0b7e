"""Values of a record reach a person only through the projection: what they may see, escaped, in their words."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mudir.clients.models import Client, Contact, ContactRole
from mudir.clients.services import create_client, create_contact, edit_client, share
from mudir.kit.formatting import Formatter
from mudir.records import registry, search
from mudir.records.fields import Field, ValueType, field_from_model, has_type
from mudir.records.projection import draw, facts_of, read_values
from mudir.records.registry import Sentence

FMT = Formatter("en")
CLIENTS = registry.for_model(Client)


def read(actor, *names: str, record=None) -> list:
    return read_values(CLIENTS, [record.pk], [CLIENTS.fields[name] for name in names], actor)[record.pk]


def field(kind: ValueType, **more) -> Field:
    return Field(id="x", label="x", type=kind, path="x", **more)


@pytest.mark.parametrize(("kind", "value", "shown"), [
    (ValueType.TEXT, "<b>", "<bdi>&lt;b&gt;</bdi>"),
    (ValueType.NAME, "شركة", "<bdi>شركة</bdi>"),
    (ValueType.LONG_TEXT, "<b>\nx", '<span class="long" dir="auto">&lt;b&gt;\nx</span>'),
    (ValueType.CODE, "<1>", '<bdi class="ltr">&lt;1&gt;</bdi>'),
    (ValueType.NUMBER, 12345, '<bdi class="ltr">12,345</bdi>'),
    (ValueType.NUMBER, 0, '<bdi class="ltr">0</bdi>'),
    (ValueType.NUMBER, Decimal("1.50"), '<bdi class="ltr">1.50</bdi>'),
    (ValueType.PERCENT, 0, '<bdi class="ltr">0%</bdi>'),
    (ValueType.YES_NO, False, "No"),
    (ValueType.YES_NO, True, "Yes"),
    (ValueType.EMAIL, '"><x@y.z', '<a class="link" href="mailto:&quot;&gt;&lt;x@y.z">'
                                  '<bdi class="ltr">&quot;&gt;&lt;x@y.z</bdi></a>'),
    (ValueType.LINK, "https://a.example/?a&b", '<a class="link" href="https://a.example/?a&amp;b" '
                                               'rel="noopener noreferrer"><bdi class="ltr">https://a.example/?a&amp;b'
                                               "</bdi></a>"),
    (ValueType.LINK, "javascript:alert(1)", '<bdi class="ltr">javascript:alert(1)</bdi>'),
    (ValueType.LINK, " JavaScript:alert(1)", '<bdi class="ltr"> JavaScript:alert(1)</bdi>'),
    (ValueType.LINK, "data:text/html,x", '<bdi class="ltr">data:text/html,x</bdi>'),
    (ValueType.DATE, date(2026, 11, 25), FMT.date(date(2026, 11, 25))),
    *[(kind, empty, '<span class="dim">—</span>') for kind in ValueType for empty in (None, "")],
])
def test_a_value_is_drawn_by_its_type_and_escaped(kind, value, shown):
    assert draw(field(kind), value, FMT) == shown


def test_a_moment_says_when_exactly_beside_how_long_ago():
    at = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    assert draw(field(ValueType.MOMENT), at, FMT) == (
        f'<time datetime="{at.isoformat()}" title="{FMT.datetime(at)}">{FMT.ago(at)}</time>')


def test_codes_are_shown_in_words_and_unknown_ones_as_they_are():
    choices = {"a": "<A>", "b": "B"}

    assert draw(field(ValueType.CHOICE, choices=choices, tones={"a": "key"}), "a", FMT) == (
        '<span class="chip" data-tone="key">&lt;A&gt;</span>')
    assert draw(field(ValueType.LIST, choices=choices), ["b", "<c>"], FMT) == (
        '<span class="chip">B</span> <bdi class="ltr">&lt;c&gt;</bdi>')
    assert draw(field(ValueType.LIST, choices=choices), [], FMT) == '<span class="dim">—</span>'


def test_several_values_stand_below_each_other():
    assert draw(field(ValueType.TEXT, is_many=True), ["<1>", "2"], FMT) == "<bdi>&lt;1&gt;</bdi><br><bdi>2</bdi>"


def test_only_rows_that_the_reader_sees_are_read(owner, stranger, client_of_owner, client_of_stranger):
    fields = [CLIENTS.fields[name] for name in ("name", "phones", "owner")]
    pks = [client_of_owner.pk, client_of_stranger.pk]

    assert read_values(CLIENTS, pks, fields, owner) == {
        client_of_owner.pk: [client_of_owner.name, ["+966112345678"], "Sara"]}
    assert read_values(CLIENTS, [client_of_stranger.pk], fields, owner) == {}


def test_a_head_office_is_named_only_to_who_sees_it(owner, stranger, client_of_owner, client_of_stranger):
    Client.objects.unscoped("a head office that its branch's owner does not see").filter(
        pk=client_of_owner.pk).update(head_office=client_of_stranger)

    assert read(owner, "head_office", record=client_of_owner) == [None]
    share(client_of_stranger, by=stranger, user=owner)
    assert read(owner, "head_office", record=client_of_owner) == ["CNRY-Hidden Holding"]


def test_a_contact_is_at_the_client_that_the_reader_sees(owner, client_of_owner, client_of_stranger, contact_of_owner):
    ContactRole.objects.create(contact=contact_of_owner, client=client_of_stranger, is_primary=True)
    contacts = registry.for_model(Contact)

    assert read_values(contacts, [contact_of_owner.pk], [contacts.fields["client"]], owner) == {
        contact_of_owner.pk: [client_of_owner.name]}


def test_facts_leave_out_what_is_empty_and_what_the_reader_may_not_see(owner, lead, client_of_owner):
    edit_client(client_of_owner, by=lead, management_note="CNRY-note", notes="<Seen>")
    client_of_owner.refresh_from_db()

    def facts(actor) -> dict[str, str]:
        sections = CLIENTS.arrangement(actor).sections
        shown = facts_of(CLIENTS, client_of_owner, sections, actor, FMT)
        return {fact.field.id: fact.html for _title, group in shown.values() for fact in group}

    assert "management_note" not in facts(owner) and "CNRY-note" in facts(lead)["management_note"]
    assert "&lt;Seen&gt;" in facts(owner)["notes"]
    assert "website" not in facts(owner) and "tax_number" not in facts(owner)


def test_the_search_holds_no_field_that_some_readers_do_not_see(owner, lead):
    made = create_client(by=lead, name="Basma", management_note="CNRYSECRET")

    assert search.find(lead, "CNRYSECRET") == []
    assert [hit.id for hit in search.find(lead, "Basma")] == [made.pk]


# ── the registry ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def types(monkeypatch):
    monkeypatch.setattr(registry, "_types", {})


def register(**more):
    return registry.register(Contact, **({"slug": "people", "icon": "user", "columns": ["name"]} | more))


def test_a_kind_is_registered_once_with_every_field_of_its_model(types):
    made = register(sentences={"contact.met": Sentence("%(actor)s met %(record)s", group="calls")})

    assert registry.for_model(Contact) is registry.for_kind("clients.contact") is registry.by_slug("people") is made
    assert registry.all_types() == [made] and registry.by_slug("clients") is None
    assert {"name", "owner", "birthday", "created_at"} <= made.fields_in_code.keys()
    assert not {"id", "version", "sort_key", "trashed_at"} & made.fields_in_code.keys()
    assert made.sort == "name" and made.kind == "clients.contact" and str(made.plural) == "contacts"
    assert registry.sentence_of("contact.met").text == "%(actor)s met %(record)s"
    assert registry.sentence_of("contact.lost") is None
    assert registry.verbs_of_group("calls") == ["contact.met"]
    with pytest.raises(ValueError, match="registered twice"):
        register()


@pytest.mark.parametrize("where", [
    {"columns": ["nothing"]}, {"filters": ["nothing"]}, {"search": {"nothing": "A"}}, {"facts": {"": ["nothing"]}},
])
def test_a_kind_names_only_fields_that_there_are(types, where):
    with pytest.raises(ValueError, match="no field 'nothing'"):
        register(**where)


def test_a_kind_that_is_not_registered_is_a_mistake_of_ours(types):
    with pytest.raises(KeyError):
        registry.for_model(Client)
    with pytest.raises(KeyError):
        registry.for_kind("sales.deal")


def test_panels_stand_in_their_order(types):
    made = register()
    registry.add_panel(Contact, title="Second", url="b", order=20)
    registry.add_panel(Contact, title="First", url="a", order=10, place="facts")

    assert [(panel.title, panel.place) for panel in made.panels] == [("First", "facts"), ("Second", "main")]


def test_whose_a_record_is_stands_in_no_plain_form(owner, lead):
    assert not {"owner", "team", "confidential", "phones", "completeness"} & CLIENTS.writable_fields(lead).keys()
    assert "management_note" in CLIENTS.writable_fields(lead)
    assert "management_note" not in CLIENTS.writable_fields(owner)


def test_a_field_knows_what_its_model_says():
    tier, owner, born = (field_from_model(Client, "tier"), field_from_model(Client, "owner"),
                         field_from_model(Contact, "birthday"))

    assert (tier.type, tier.choices["key"], tier.sort_path) == (ValueType.CHOICE, "Key", "tier")
    assert (owner.type, owner.value_paths, owner.sort_path) == (
        ValueType.PERSON, ("owner_id", "owner__name"), "owner__name")
    assert (born.type, born.is_nullable, born.is_editable) == (ValueType.DATE, True, True)
    assert field_from_model(Client, "languages").sort_path == ""
    assert not has_type(Client._meta.get_field("confirmations"))


def test_a_contact_of_two_clients_is_read_once(owner, client_of_owner):
    other = create_client(by=owner, name="Other")
    made = create_contact(by=owner, name="Two places", roles=[
        {"client": client_of_owner, "role": "user"}, {"client": other, "role": "payer"}])

    assert list(Contact.objects.visible_to(owner)) == [made]
