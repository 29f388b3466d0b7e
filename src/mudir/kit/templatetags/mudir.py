"""Tags that every template has: icons, avatars and form fields, drawn the same way everywhere."""

import zlib
from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea, TextInput
from django.forms.widgets import EmailInput, NumberInput, TelInput, URLInput
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mudir.kit.links import Link

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
def side_link(link: Link) -> SafeString:
    """A link of the side bar; drawn here, because a template for each of them took a tenth of a page's time."""
    count = SafeString("")
    if link.count:
        tone = format_html(' data-tone="{}"', link.tone) if link.tone else ""
        count = format_html('<span class="count"{}>{}</span>', tone, link.count)
    current = SafeString(' aria-current="page"') if link.current else ""
    label = capfirst(link.label)
    return format_html('<a href="{}" title="{}"{}>{}<span>{}</span>{}</a>', link.url, label, current,
                       icon(link.icon), label, count)


@register.simple_tag
def fixed(template_name: str, **given: Hashable) -> SafeString:
    """A part of the shell that is made of what it is given and of nothing else: drawn once for each language."""
    return _drawn(template_name, get_language(), tuple(given.items()))


@lru_cache(maxsize=1024)
def _drawn(template_name: str, language: str | None, given: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template_name, dict(given))


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
def measure(context: dict, value: object) -> str:
    """What values come to: a number, a day, amounts of money."""
    return context["request"].formatter.measure(value)


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
    return value if isinstance(value, Counted) else Counted(value, request.formatter.number(value))


@register.filter
def in_digits(value: object, request: HttpRequest) -> str:
    """A year or a code in the reader's digits, not grouped."""
    return request.formatter.in_digits(str(value))


@register.filter
def size(value: int, request: HttpRequest) -> str:
    """How large a file of so many bytes is."""
    return request.formatter.size(value)


@register.filter
def ending(name: str) -> str:
    """The letters behind the last dot of a file's name, as they stand on its tile; of a longer word nothing."""
    letters = name.rpartition(".")[2].upper() if "." in name else ""
    return letters if len(letters) <= 4 else ""


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


def _shape(bound: BoundField) -> str:
    """How a field is laid out, by its control."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, Select) and not widget.allow_multiple_selected:
        return "select"
    return "group" if bound.use_fieldset else "control"


def _say_required(bound: BoundField) -> bool:
    """Said only where the form also has fields that may stay empty."""
    return bound.field.required and any(
        not other.required and not isinstance(other.widget, CheckboxInput) for other in bound.form.fields.values()
    )


def _notes(bound: BoundField, hint: object) -> str:
    """Help and errors, under the ids that the control names."""
    said = f'<div class="hint" id="{bound.auto_id}_helptext">{conditional_escape(hint)}</div>' if hint else ""
    if errors := bound.errors:
        items = "".join([f"<li>{icon('alert')} {conditional_escape(error)}</li>" for error in errors])
        said += f'<ul class="error" id="{bound.auto_id}_error">{items}</ul>'
    return said


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The control of a field alone, named by its label, where that stands beside it already."""
    drawn = bound.as_widget(attrs=_direction(bound) | {"aria-label": capfirst(str(bound.label))})
    return mark_safe(f'<span class="select">{drawn}</span>') if _shape(bound) == "select" else drawn  # noqa: S308  drawn by its widget


@register.simple_tag
def field(
    bound: BoundField, label: str = "", hint: str = "", placeholder: str | None = None, hide_label: bool = False,
    wide: bool = False,
) -> SafeString:
    """Label, control, help and error of one form field, bound together for screen readers; nothing for no field.

    `hide_label` keeps the label for screen readers only; `wide` lets the field take the whole row of a `.grid`. Drawn
    without a template: a form of thirty fields took 15 ms longer.
    """
    if not bound:  # left out of the form, as it is not this person's to write
        return SafeString("")
    shape = _shape(bound)
    attributes = _direction(bound) | ({} if placeholder is None else {"placeholder": placeholder})
    control = bound.as_widget(attrs=attributes)
    if shape == "hidden":
        return control
    said, notes = conditional_escape(label or bound.label), _notes(bound, hint or bound.help_text)
    place = " all" if wide else ""
    if shape == "check":
        drawn = (f'<div class="field check{place}"><label for="{bound.id_for_label}">{control}<span>{said}</span>'
                 f"</label>{notes}</div>")
    elif shape in {"choices", "group"}:
        described = f' aria-describedby="{bound.aria_describedby}"' if bound.aria_describedby else ""
        hidden = ' class="sr-only"' if hide_label else ""
        if _say_required(bound):
            said += f' <em class="tiny muted">{escape(_("required"))}</em>'
        row = "choices" if shape == "choices" else "row"
        drawn = (f'<fieldset class="field{place}"{described}><legend{hidden}>{said}</legend>'
                 f'<div class="{row}">{control}</div>{notes}</fieldset>')
    else:
        hidden = " sr-only" if hide_label else ""
        if _say_required(bound):
            said += f' <em>{escape(_("required"))}</em>'
        control = f'<span class="select">{control}</span>' if shape == "select" else control
        drawn = (f'<div class="field{place}"><label class="label{hidden}" for="{bound.id_for_label}">{said}</label>'
                 f"{control}{notes}</div>")
    return mark_safe(drawn)  # noqa: S308  every part is escaped above or drawn by its widget
