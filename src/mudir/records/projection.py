"""Reading one record through what its registration says and the reader may see."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.kit.formatting import Formatter
from mudir.kit.money import CurrencyClash
from mudir.kit.sql import rows_of
from mudir.records import registry, table, viewings
from mudir.records.arrangement import Section
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import ROWS, Field, ValueType, with_computed
from mudir.records.models import Record, Viewing
from mudir.records.registry import RecordType, Text


@dataclass(frozen=True)
class Fact:
    field: Field
    html: SafeString


def read_values(
    record_type: RecordType, pks: list[int], fields: list[Field], actor: User, act: Act = Act.VIEW
) -> dict[int, list[Any]]:
    """Values of the fields for each key that the actor sees: one query, and one more for each field of many values.

    A field of many values gives a list; one of a related row gives its name. With `act`, of those records with which
    the actor's role allows it; of confidential ones that are exported it is kept that they were looked at.
    """
    single = [field for field in fields if not field.is_many]
    paths = [path for field in single for path in field.value_paths[-1 if _is_row(field) else 0:][:1]]
    rows = record_type.model.objects.visible_to(actor)
    if act is not Act.VIEW:
        rows = rows.allowing(actor, act)
    if act is Act.EXPORT:
        confidential = rows.filter(pk__among=pks, confidential=True).values_list("pk", flat=True)
        viewings.note_many(record_type.kind, list(confidential), actor, Viewing.Door.EXPORT)
    seen = with_computed(rows.filter(pk__among=pks), single, actor)
    found = {row[0]: dict(zip((field.id for field in single), row[1:], strict=True))
             for row in seen.values_list("pk", *paths)}
    for field in fields:
        if field.is_many:
            for values in found.values():
                values[field.id] = []
            many = record_type.model.objects.visible_to(actor).filter(pk__among=pks, **{f"{field.path}__isnull": False})
            for pk, value in many.order_by("pk").values_list("pk", field.path):
                if pk in found:
                    found[pk][field.id].append(value)
    return {pk: [values[field.id] for field in fields] for pk, values in found.items()}


def _is_row(field: Field) -> bool:
    return field.type in ROWS


def _is_at_hand(field: Field) -> bool:
    """Whether the record itself tells it: no name of another record, nothing computed for the reader."""
    is_other_record = field.type is ValueType.RECORD and issubclass(field.related, Record)
    is_plain = "__" not in field.path or isinstance(field, CustomFieldOf)
    return not field.computed and not is_other_record and (field.is_many or is_plain)


def value_of(record: Record, field: Field) -> Any:
    """A value of a record that is seen already, without asking for the record once more."""
    if field.is_many:
        rows, _mark, column = field.path.partition("__")
        beside = record._meta.get_field(rows)
        table, by = beside.related_model._meta, beside.field.column
        asked = f'SELECT "{table.get_field(column).column}" FROM "{table.db_table}" WHERE "{by}" = %s ORDER BY id'  # noqa: S608
        return [value for (value,) in rows_of(asked, [record.pk])]
    value = field.value_of(record)
    return value.name if _is_row(field) and value is not None else value


def masked[R: Record](record: R, actor: User) -> R:
    """The record without what the actor's role hides, for templates that read it; it is never saved."""
    record_type = registry.for_model(type(record))
    for name in record_type.hidden_from(actor):
        one = record_type.fields[name]
        if one.computed or one.is_many:
            continue
        first, _mark, inside = one.path.partition("__")
        column = record._meta.get_field(first)
        if inside:
            setattr(record, first, {key: kept for key, kept in getattr(record, first).items() if key != inside})
        else:
            setattr(record, column.attname, None if column.null else column.get_default())
    return record


def linked(record: Record, field: Field, drawn: SafeString) -> SafeString:
    """The name of another record leads to its page, that of a file to it."""
    if field.type is ValueType.FILE:
        slug = registry.for_model(type(record)).slug
        url = reverse("records:file", args=[slug, record.pk, field.key_of(record)])
        return format_html('<a class="link" href="{}">{}</a>', url, drawn)
    if field.type is not ValueType.RECORD or not issubclass(field.related, Record):
        return drawn
    url = reverse("records:page", args=[registry.for_model(field.related).slug, field.key_of(record)])
    return format_html('<a class="link" href="{}">{}</a>', url, drawn)


def draw(field: Field, value: Any, fmt: Formatter) -> SafeString:
    """One value as HTML, escaped here."""
    if isinstance(value, list) and field.is_many:
        drawn = [draw_one(field, one, fmt) for one in value]
        return mark_safe("<br>".join(drawn))  # noqa: S308  every part is escaped by draw_one
    return mark_safe(draw_one(field, value, fmt))  # noqa: S308


def draw_one(field: Field, value: Any, fmt: Formatter) -> str:
    if value is None or value == "" or value == []:
        return table.NOTHING
    if isinstance(value, CurrencyClash):
        return f'<span class="chip" data-tone="bad">{table.esc(value)}</span>'
    match field.type:
        case ValueType.CHOICE:
            return table.chip(table.choice_chips(field), value)
        case ValueType.LIST if not field.choices:
            return table.tags(value)
        case ValueType.LIST:
            return table.codes(table.choice_chips(field), value)
        case ValueType.YES_NO:
            return table.answered(value, table.esc(_("Yes")), table.esc(_("No")))
        case ValueType.NUMBER:
            return table.latin(fmt.number(value))
        case ValueType.PERCENT:
            return table.latin(fmt.percent(value))
        case ValueType.MONEY:
            return table.words(fmt.money(value))
        case ValueType.DATE:
            return table.esc(fmt.date(value))
        case ValueType.MOMENT:
            return f'<time datetime="{value.isoformat()}" title="{table.esc(fmt.datetime(value))}">' \
                   f"{table.esc(fmt.ago(value))}</time>"
        case ValueType.PHONE:
            return table.tel(value, fmt)
        case ValueType.EMAIL:
            return table.mailto(value)
        case ValueType.LINK if str(value).startswith(("https://", "http://")):
            return f'<a class="link" href="{table.esc(value)}" rel="noopener noreferrer">{table.latin(value)}</a>'
        case ValueType.CODE | ValueType.LINK:
            return table.latin(value)
        case ValueType.LONG_TEXT:
            return f'<span class="long" dir="auto">{table.esc(value)}</span>'
        case _:
            return table.words(value)


def facts_of(
    record_type: RecordType, record: Record, sections: list[Section], actor: User, fmt: Formatter
) -> dict[str, tuple[Text, list[Fact]]]:
    """The facts of a record by the ids of their sections; what is empty is left out."""
    visible = record_type.visible_fields(actor)
    fields = [visible[name] for section in sections for name in section.fields if name in visible]
    asked = [field for field in fields if not _is_at_hand(field)]
    found = read_values(record_type, [record.pk], asked, actor).get(record.pk, []) if asked else []
    values = {field.id: value_of(record, field) for field in fields if _is_at_hand(field)}
    values |= zip((field.id for field in asked), found, strict=False)
    shown = {}
    for section in sections:
        facts = [Fact(visible[name], linked(record, visible[name], draw(visible[name], values[name], fmt)))
                 for name in section.fields if name in visible and values.get(name) not in (None, "", [])]
        if facts:
            shown[section.id] = section.title, facts
    return shown
