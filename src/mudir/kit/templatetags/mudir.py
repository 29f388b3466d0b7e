"""Tags that every template has: icons, avatars and form fields, drawn the same way everywhere."""

import zlib
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea, TextInput
from django.forms.widgets import EmailInput, NumberInput, TelInput, URLInput
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language

register = template.Library()

HUES = 6  # tints of an avatar in words.css; 0 is the neutral one
ARTICLE = "ال"
LEGAL_FORMS = {"شركة", "مؤسسة", "مجموعة", "مكتب", "مصنع", "the", "company"}  # a letter of these tells nobody apart


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str, flip: bool, label: str, size: str) -> SafeString:
    classes = " ".join(filter(None, ("icon", size, "flip" if flip else "")))
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', classes, spoken, sprite, name)


@register.simple_tag
def icon(name: str, flip: bool = False, label: str = "", size: str = "") -> SafeString:
    """A symbol of static/icons.svg. `flip` turns arrows the reading way; `label` only where it stands alone."""
    return _icon(_sprite(), name, bool(flip), str(label), size)


@cache
def _sprite() -> str:
    return static("icons.svg")


@register.simple_tag
def side_link(item: dict) -> SafeString:
    """A link of the side bar; drawn here, because a template for each of them took a tenth of a page's time."""
    count = SafeString("")
    if item.get("count"):
        tone = format_html(' data-tone="{}"', item["tone"]) if item.get("tone") else ""
        count = format_html('<span class="count"{}>{}</span>', tone, item["count"])
    current = SafeString(' aria-current="page"') if item["current"] else ""
    label = capfirst(str(item["label"]))
    return format_html('<a href="{}" title="{}"{}>{}<span>{}</span>{}</a>', item["url"], label, current,
                       icon(item["icon"]), label, count)


@register.simple_tag
def fixed(template_name: str) -> SafeString:
    """A part of the shell that is the same for everybody: drawn once for each language."""
    return _drawn(template_name, get_language())


@cache
def _drawn(template_name: str, language: str | None) -> SafeString:
    return render_to_string(template_name)


def initials(name: str, *, kind: str = "person", letters: int = 2) -> str:
    """The one or two letters that stand for a name, without article and legal form, Arabic or Latin.

    A person gives the first letter of the first two names, a house the first letters of its first telling word in
    Arabic and of its first two words in Latin script.
    """
    words = ["".join(letter for letter in word if letter.isalnum()) for word in name.split()]
    words = [word.removeprefix(ARTICLE) or word for word in words if word and word.lower() not in LEGAL_FORMS]
    if not words:
        return next((letter for letter in name if letter.isalnum()), "·").upper()
    first = words[0]
    if letters == 1:
        return first[0].upper()
    if len(words) > 1 and (kind == "person" or first[0].isascii()):
        return (first[0] + words[1][0]).upper()
    return first[:2].upper()


def hue(key: object) -> int:
    """A tint that stays with its record: 0 to 5."""
    return key % HUES if isinstance(key, int) else zlib.crc32(str(key).encode()) % HUES


@register.simple_tag
def avatar(name: object, key: object = "", kind: str = "person", size: str = "") -> SafeString:
    """The letters of a name on its tint. `key` is the record's id, `kind` person or org, `size` xs, s or l."""
    text = initials(str(name), kind=kind, letters=1 if size == "xs" else 2)
    classes = " ".join(filter(None, ("avatar", "org" if kind == "org" else "", size)))
    return format_html(
        '<span class="{}" data-hue="{}" aria-hidden="true">{}</span>', classes, hue(key or str(name)), text
    )


@register.simple_tag(takes_context=True)
def number(context: dict, value: int | float | Decimal) -> str:
    """A number in the reader's digits."""
    return context["request"].formatter.number(value)


@register.simple_tag(takes_context=True)
def day(context: dict, value: date) -> str:
    """A day in the reader's calendar."""
    return context["request"].formatter.date(value)


class Counted(int):
    """A number that chooses a plural form and is written in the reader's digits."""

    def __new__(cls, value: int, shown: str) -> "Counted":
        number = super().__new__(cls, value)
        number.shown = shown
        return number

    def __str__(self) -> str:
        return self.shown


@register.filter
def counted(value: int, request: HttpRequest) -> Counted:
    """For `{% blocktranslate count counter=rows|counted:request %}`, whose text cannot hold a tag."""
    return Counted(value, request.formatter.number(value))


@register.filter
def in_digits(value: object, request: HttpRequest) -> str:
    """A year or a code in the reader's digits, not grouped."""
    return request.formatter.in_digits(str(value))


@register.filter
def percent(value: int, request: HttpRequest) -> str:
    return request.formatter.percent(value)


@register.simple_tag(takes_context=True)
def ago(context: dict, value: datetime | date) -> SafeString:
    """How long ago or how far ahead, with the exact moment for who points at it."""
    fmt = context["request"].formatter
    exact = fmt.datetime(value) if isinstance(value, datetime) else fmt.date(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, fmt.ago(value))


@register.simple_tag(takes_context=True)
def clock(context: dict, value: datetime) -> SafeString:
    """The time of day of a moment in the reader's zone, with its day for who points at it."""
    fmt = context["request"].formatter
    return format_html('<time datetime="{}" title="{}"><bdi class="ltr">{}</bdi></time>', value.isoformat(),
                       fmt.datetime(value), fmt.time(value))


def _direction(field: BoundField) -> dict[str, str]:
    """Latin values are typed left to right; words in the direction of what is typed."""
    widget = field.field.widget
    if "dir" in widget.attrs:
        return {}
    if isinstance(widget, EmailInput | URLInput | TelInput | NumberInput):
        return {"dir": "ltr"}
    if isinstance(widget, Textarea) or type(widget) is TextInput:
        # Without a placeholder the stylesheet cannot tell that the field is empty and begins at the page's own side.
        return {"dir": "auto", "placeholder": widget.attrs.get("placeholder", " ")}
    return {}


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", placeholder: str | None = None, hide_label: bool = False,
    wide: bool = False,
) -> dict:
    """Label, control, help and error of one form field, bound together for screen readers.

    `hide_label` keeps the label for screen readers only; `wide` lets the field take the whole row of a `.grid`.
    """
    widget = bound.field.widget
    if bound.is_hidden:
        shape = "hidden"
    elif isinstance(widget, CheckboxInput):
        shape = "check"
    elif isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        shape = "choices"
    elif isinstance(widget, Select) and not widget.allow_multiple_selected:
        shape = "select"
    elif bound.use_fieldset:
        shape = "group"
    else:
        shape = "control"
    attributes = _direction(bound) | ({} if placeholder is None else {"placeholder": placeholder})
    optional = any(
        not other.required and not isinstance(other.widget, CheckboxInput) for other in bound.form.fields.values()
    )
    return {
        "bound": bound, "shape": shape, "control": bound.as_widget(attrs=attributes),
        "label": label or bound.label, "hint": hint or bound.help_text, "hide_label": hide_label, "wide": wide,
        "say_required": bound.field.required and optional and shape != "check",
    }
