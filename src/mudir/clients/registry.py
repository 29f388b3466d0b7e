"""What clients and contacts are to the rest of the program: their fields, lists, search and sentences."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.clients import completeness
from mudir.clients.forms import ClientForm, ContactForm
from mudir.clients.imports import ClientImporter, ContactImporter
from mudir.clients.languages import LANGUAGES
from mudir.clients.merging import ClientMerger, ContactMerger
from mudir.clients.models import Client, Contact, ContactRole, Nuance, Relation, Stage, Tier
from mudir.clients.services import (
    assign,
    assign_many,
    create_client,
    create_contact,
    edit_client,
    edit_clients,
    edit_contact,
    edit_contacts,
    move_stage,
)
from mudir.clients.services.reach import COLUMNS, ROWS, rows_of, with_primary
from mudir.kit.countries import country_choices
from mudir.kit.formatting import Formatter
from mudir.kit.forms import QuickSelect
from mudir.records import Board, ListView, Part, Sentence, add_panel, register
from mudir.records.fields import Edits, Field, ValueType, field_from_model

OUT_OF_TOUCH_DAYS = 30
ONGOING = Stage.SUPPORT  # from here on a client stays in a stage for years
TIER_TONES = {Tier.KEY: "key", Tier.CORPORATE: "info"}
LIFECYCLE_TONES = {"client": "good", "repeat": "good", "negotiating": "info", "dormant": "warn", "lost": "bad"}


# ── cells of the list ────────────────────────────────────────────────────────────────────────────────────────────────


def lingers(stage: int, days: int) -> bool:
    """Whether a client has stood in a stage too long."""
    return stage < ONGOING and days >= OUT_OF_TOUCH_DAYS


def stage_cell(stage: int, since: datetime | None, fmt: Formatter) -> str:
    is_late = bool(since and lingers(stage, (timezone.now() - since).days))
    return _stage_cell(stage, is_late, fmt, get_language())


@lru_cache(maxsize=256)
def _stage_cell(stage: int, is_late: bool, fmt: Formatter, language: str | None) -> str:
    late, number = " late" if is_late else "", fmt.in_digits(str(stage))
    return f'<td class="m"><span class="stage{late}" data-n="{number}">{escape(Stage(stage).label)}</span></td>'


def last_contact_cell(at: datetime | None, fmt: Formatter) -> str:
    if at is None:
        never = _("Never")
        return f'<td class="nowrap soon">{escape(never)}</td>'
    tone = "late" if (timezone.now() - at).days >= OUT_OF_TOUCH_DAYS else "dim"
    return f'<td class="nowrap {tone}"><time datetime="{at.isoformat()}">{escape(fmt.ago(at))}</time></td>'


def next_step_cell(text: str, due: date | None, fmt: Formatter) -> str:
    if not text:
        nothing = _("No next step")
        return f'<td class="clip m m-all"><span class="soon">{escape(nothing)}</span></td>'
    tone = ' class="late"' if due and due < timezone.localdate() else ""
    return f'<td class="clip m m-all"><bdi{tone}>{escape(text)}</bdi></td>'


def completeness_cell(percent: int, fmt: Formatter) -> str:
    return _completeness_cell(percent, fmt, get_language())


@lru_cache(maxsize=1024)
def _completeness_cell(percent: int, fmt: Formatter, language: str | None) -> str:
    tone = "good" if percent >= 80 else "warn" if percent >= 50 else "bad"
    label = _("Completeness")
    return (
        f'<td><span class="row" data-gap="2"><meter class="short" min="0" max="100" value="{percent}" '
        f'data-tone="{tone}" aria-label="{escape(label)}"></meter>'
        f'<span class="num">{escape(fmt.number(percent))}</span></span></td>'
    )


def client_name_cell(name: str | None, fmt: Formatter) -> str:
    return f'<td class="clip m m-all"><bdi>{escape(name or "")}</bdi></td>'


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class SeenRecord(Field):
    """A related record whose name is computed for the reader: empty where they may not see it."""

    @property
    def value_paths(self) -> tuple[str, ...]:
        return (f"{self.path}_id", f"{self.path}_name")


def head_office_of(actor: User) -> dict[str, Subquery]:
    above = Client.objects.all().present_to(actor).filter(pk=OuterRef("head_office_id"))
    return {"head_office_name": Subquery(above.values("name"))}


def client_of(actor: User) -> dict[str, Subquery]:
    """A client of the person that the actor sees: where they are the first to call, if anywhere."""
    seen = Exists(Client.objects.all().present_to(actor).filter(pk=OuterRef("client_id")))
    roles = ContactRole.objects.filter(seen, contact=OuterRef("pk")).order_by("-is_primary", "pk")
    return {"client_name": Subquery(roles.values("client__name")[:1])}


def of(model: type, name: str, **overrides: Any) -> Field:
    return field_from_model(model, name, **overrides)


def many(name: str, label: Any, kind: ValueType, path: str) -> Field:
    """Values in related rows. They are edited as a whole list, never by this field."""
    return Field(id=name, label=label, type=kind, path=path, is_many=True, is_nullable=True)


def primary(name: str, column: str, edit: Any, ask: Any) -> Edits:
    """What a cell of the primary phone, e-mail or address asks for: the others stay as they are."""
    def shown(record: Any) -> str:
        return next((row[column] for row in rows_of(record, name) if row["is_primary"]), "")

    return Edits(
        ask=lambda record, by: ask(), shown=shown, part=name,
        write=lambda record, *, by, version, value: edit(
            record, by=by, version=version, **{name: with_primary(record, name, column, value)}),
    )


def phone(model: type, edit: Any) -> Field:
    return of(model, "phone", type=ValueType.PHONE, edits=primary(
        "phones", "raw", edit, lambda: forms.CharField(max_length=60, required=False, widget=forms.TelInput)))


def email(model: type, edit: Any) -> Field:
    return of(model, "email", type=ValueType.EMAIL, edits=primary(
        "emails", "address", edit, lambda: forms.EmailField(max_length=254, required=False)))


REACH = [
    many("phones", gettext_lazy("phones"), ValueType.PHONE, "phone_rows__e164"),
    many("emails", gettext_lazy("e-mails"), ValueType.EMAIL, "email_rows__address"),
    many("street", gettext_lazy("street"), ValueType.TEXT, "address_rows__street"),
    many("district", gettext_lazy("district"), ValueType.TEXT, "address_rows__district"),
    many("region", gettext_lazy("region"), ValueType.TEXT, "address_rows__region"),
    many("postal_code", gettext_lazy("postal code"), ValueType.CODE, "address_rows__postal_code"),
    many("nuances", gettext_lazy("to keep in mind"), ValueType.LONG_TEXT, "nuance_rows__text"),
]



# ── rows beside the record ───────────────────────────────────────────────────────────────────────────────────────────


def parts(by: str, **copies: tuple[str, ...]) -> list[Part]:
    """How to reach a client or a person, and what to keep in mind of them."""
    labels = {"phones": gettext_lazy("phones"), "emails": gettext_lazy("e-mails"),
              "addresses": gettext_lazy("addresses"), "consents": gettext_lazy("consents")}
    seen = {"phones": ("phones",), "emails": ("emails",), "addresses": ("street",)}
    return [
        *(Part(name, labels[name], model, by=(by,), says=COLUMNS[name], fields=seen.get(name, ()),
               copies=copies.get(name, ()), written_as=COLUMNS[name]) for name, model in ROWS.items()),
        Part("nuances", gettext_lazy("to keep in mind"), Nuance, by=(by,), fields=("nuances",),
             says=("kind", "text", "date", "is_yearly")),
        Part("roles", gettext_lazy("roles"), ContactRole, by=(by,), says=("contact", "client", "role", "is_primary")),
    ]


NUANCES = ("nuances",)
head_office = of(Client, "head_office", sort_path="", computed=head_office_of)
register(
    Client,
    slug="clients",
    icon="clients",
    fields=[
        of(Client, "name", type=ValueType.NAME, sort_path="sort_key"),
        of(Client, "name_other", type=ValueType.NAME),
        phone(Client, edit_client),
        email(Client, edit_client),
        of(Client, "city", edits=primary("addresses", "city", edit_client,
                                         lambda: forms.CharField(max_length=120, required=False))),
        of(Client, "country", type=ValueType.CODE, edits=primary(
            "addresses", "country", edit_client,
            lambda: forms.ChoiceField(choices=country_choices, required=False, widget=QuickSelect))),
        of(Client, "registration_number", type=ValueType.CODE),
        of(Client, "tax_number", type=ValueType.CODE),
        of(Client, "external_id", type=ValueType.CODE),
        of(Client, "languages", choices=LANGUAGES),
        of(Client, "tier", tones=TIER_TONES),
        of(Client, "lifecycle", tones=LIFECYCLE_TONES),
        of(Client, "stage", is_editable=False, cell=stage_cell, extra_paths=("stage_at",)),
        of(Client, "last_contact_at", cell=last_contact_cell),
        of(Client, "next_step", cell=next_step_cell, extra_paths=("next_step_date",)),
        of(Client, "completeness", type=ValueType.PERCENT, cell=completeness_cell),
        of(Client, "management_note", permission="management_notes.view"),
        SeenRecord(**{name: getattr(head_office, name) for name in head_office.__dataclass_fields__}),
        *REACH,
    ],
    columns=["name", "tier", "stage", "city", "phone", "last_contact_at", "next_step", "completeness"],
    filters=[
        "name", "tier", "lifecycle", "stage", "owner", "team", "city", "country", "source", "sector", "kind",
        "present_supplier", "languages", "last_contact_at", "next_step_date", "stale_date", "completeness", "phones",
        "emails", "registration_number", "head_office", "confidential", "created_at",
    ],
    sort="name",
    search={
        "name": "A", "name_other": "A", "phones": "A", "emails": "A", "registration_number": "A", "tax_number": "A",
        "external_id": "B", "city": "B", "sector": "B", "notes": "C", "nuances": "C",
    },
    imports=[
        "name", "name_other", "kind", "phones", "emails", "street", "district", "city", "region", "postal_code",
        "country", "sector", "website", "tier", "lifecycle", "source", "registration_number", "tax_number",
        "client_since", "languages", "present_supplier", "notes", "external_id", "owner",
    ],
    sentences={
        "client.stage_moved": Sentence(
            gettext_lazy("%(actor)s moved %(record)s from “%(from_stage)s” to “%(to_stage)s”"), icon="arrow",
            tone="accent", labels={"from_stage": dict(Stage.choices), "to_stage": dict(Stage.choices)}),
        "client.confirmed": Sentence(
            gettext_lazy("%(actor)s confirmed what is known of %(record)s"), icon="check", tone="good"),
        "client.nuance_added": Sentence(gettext_lazy("%(actor)s wrote down: %(text)s"), icon="heart", fields=NUANCES),
        "client.nuance_edited": Sentence(gettext_lazy("%(actor)s rewrote: %(text)s"), icon="heart", fields=NUANCES),
        "client.nuance_removed": Sentence(gettext_lazy("%(actor)s removed: %(text)s"), icon="heart", fields=NUANCES),
        "client.nuance_put_back": Sentence(gettext_lazy("%(actor)s put a nuance back"), icon="undo", fields=NUANCES),
        "client.contact_linked": Sentence(gettext_lazy("%(actor)s added a contact to %(record)s"), icon="user"),
        "client.contact_unlinked": Sentence(gettext_lazy("%(actor)s took a contact off %(record)s"), icon="user"),
        "client.role_put_back": Sentence(gettext_lazy("%(actor)s put a contact back"), icon="undo"),
        "client.related": Sentence(gettext_lazy("%(actor)s related %(record)s to another client"), icon="link"),
        "client.unrelated": Sentence(gettext_lazy("%(actor)s ended a relation of %(record)s"), icon="link"),
        "client.relation_put_back": Sentence(gettext_lazy("%(actor)s put a relation back"), icon="undo"),
    },
    facts={
        "": [
            "owner", "team", "sector", "phones", "emails", "website", "registration_number", "tax_number",
            "present_supplier", "source", "languages", "external_id",
        ],
        gettext_lazy("Notes"): ["notes", "management_note"],
    },
    views=[
        ListView("mine", gettext_lazy("My clients"), "f=owner.is.me"),
        ListView("key", gettext_lazy("Key clients"), "f=tier.is.key"),
        ListView("out_of_touch", gettext_lazy("Out of touch"),
                 f"f=last_contact_at.older_days.{OUT_OF_TOUCH_DAYS}&sort=last_contact_at"),
        ListView("no_next_step", gettext_lazy("No next step"), "f=next_step_date.empty"),
        ListView("stale", gettext_lazy("Stale facts"), "f=stale_date.older_days.0&sort=stale_date"),
        ListView("branches", gettext_lazy("Branches"), "f=head_office.not_empty"),
    ],
    parts=[
        *parts("client", phones=("phone",), emails=("email",), addresses=("city", "country")),
        Part("relations", gettext_lazy("relations"), Relation, by=("client", "other"),
             says=("client", "kind", "other", "note")),
    ],
    board=Board(
        by="stage", over="city", facts=("tier", "lifecycle"), since={"stage": "stage_at"}, lingers=lingers,
        next_step="next_step", next_step_date="next_step_date", missing=completeness.missing_in,
        missing_of=("kind", *(fact for fact in completeness.MISSING if fact != "contact")), moves={"stage": move_stage},
    ),
    form=ClientForm,
    create=create_client,
    edit=edit_client,
    edit_many=edit_clients,
    assign=assign,
    assign_many=assign_many,
    importer=ClientImporter,
    merger=ClientMerger,
    head="clients/head.html",
)

register(
    Contact,
    slug="contacts",
    icon="user",
    fields=[
        of(Contact, "name", type=ValueType.NAME, sort_path="sort_key"),
        of(Contact, "name_other", type=ValueType.NAME),
        phone(Contact, edit_contact),
        email(Contact, edit_contact),
        of(Contact, "external_id", type=ValueType.CODE),
        of(Contact, "languages", choices=LANGUAGES),
        of(Contact, "last_contact_at", cell=last_contact_cell),
        Field(id="client", label=gettext_lazy("client"), type=ValueType.TEXT, path="client_name", is_nullable=True,
              cell=client_name_cell, computed=client_of),
        *REACH,
    ],
    columns=["name", "client", "job_title", "phone", "email", "last_contact_at"],
    filters=["name", "job_title", "department", "client", "phones", "emails", "languages", "birthday", "owner", "team",
             "last_contact_at", "created_at"],
    sort="name",
    search={"name": "A", "name_other": "A", "phones": "A", "emails": "A", "external_id": "B", "job_title": "B",
            "department": "C", "notes": "C", "nuances": "C"},
    imports=["name", "name_other", "nickname", "title", "job_title", "department", "client", "phones", "emails",
             "street", "district", "city", "region", "postal_code", "country", "birthday", "languages", "notes",
             "external_id"],
    sentences={
        "contact.nuance_added": Sentence(gettext_lazy("%(actor)s wrote down: %(text)s"), icon="heart", fields=NUANCES),
        "contact.nuance_edited": Sentence(gettext_lazy("%(actor)s rewrote: %(text)s"), icon="heart", fields=NUANCES),
        "contact.nuance_removed": Sentence(gettext_lazy("%(actor)s removed: %(text)s"), icon="heart", fields=NUANCES),
        "contact.nuance_put_back": Sentence(gettext_lazy("%(actor)s put a nuance back"), icon="undo", fields=NUANCES),
    },
    facts={"": ["title", "job_title", "department", "phones", "emails", "birthday", "languages", "owner", "notes"]},
    views=[
        ListView("mine", gettext_lazy("My contacts"), "f=owner.is.me"),
        ListView("birthdays", gettext_lazy("With a birthday"), "f=birthday.not_empty&sort=birthday"),
    ],
    parts=parts("contact", phones=("phone",), emails=("email",)),
    form=ContactForm,
    create=create_contact,
    edit=edit_contact,
    edit_many=edit_contacts,
    assign=assign,
    assign_many=assign_many,
    importer=ContactImporter,
    merger=ContactMerger,
    head="clients/contact_head.html",
)

for model, panels in {
    Client: (
        (gettext_lazy("Addresses and consent"), "clients:client_reach", 5, "facts"),
        (gettext_lazy("Freshness"), "clients:freshness", 10, "facts"),
        (gettext_lazy("Contacts"), "clients:contacts", 20, "facts"),
        (gettext_lazy("Keep in mind"), "clients:client_nuances", 30, "next"),
        (gettext_lazy("Branches and relations"), "clients:relations", 40, "facts"),
    ),
    Contact: (
        (gettext_lazy("Addresses and consent"), "clients:contact_reach", 5, "facts"),
        (gettext_lazy("Clients"), "clients:clients_of_contact", 20, "facts"),
        (gettext_lazy("Keep in mind"), "clients:contact_nuances", 30, "next"),
    ),
}.items():
    for title, url, order, place in panels:
        add_panel(model, title=title, url=url, order=order, place=place)
