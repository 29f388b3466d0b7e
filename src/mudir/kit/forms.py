"""Form fields that every app shares."""

import re
from datetime import date
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from hijridate import Gregorian, Hijri

from mudir.kit.arabic.fold import digits

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
HIJRI_BEFORE = 1700  # a year below is one of the Hijri calendar


def read_day(text: str) -> date:
    """The day that a text names: 2026-12-01, 1/12/2026 or the Hijri 1448-06-21, in any digits. Raises ValueError."""
    plain = re.sub(r"[\s\u200e\u200f]", "", digits(text))
    if match := YEAR_FIRST.fullmatch(plain):
        year, month, day = map(int, match.groups())
    elif match := DAY_FIRST.fullmatch(plain):
        day, month, year = map(int, match.groups())
    else:
        raise ValueError(f"{text!r} is no day.")
    if year >= HIJRI_BEFORE:
        return date(year, month, day)
    try:
        found = Hijri(year, month, day).to_gregorian()
    except OverflowError as error:  # outside the tables of Umm al-Qura
        raise ValueError(str(error)) from error
    return date(found.year, found.month, found.day)


def hijri_text(day: date) -> str:
    """A day as `read_day` reads it in the Hijri calendar, such as 1448-06-21; outside its tables as a Gregorian one."""
    try:
        return Gregorian.fromdate(day).to_hijri().isoformat()
    except OverflowError:
        return day.isoformat()


def take_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what the model or the service refused beside the field it is about."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


class Renderer(DjangoTemplates):
    """Draws the plain controls without a template, which takes 0.15 ms for each; all others as Django does."""

    def render(self, template_name: str, context: dict, request: Any = None) -> str:
        kind = template_name.removeprefix("django/forms/widgets/")
        if kind in {"text.html", "hidden.html", "email.html", "tel.html", "url.html", "number.html", "date.html",
                    "datetime.html", "password.html", "input.html"}:
            return mark_safe(self._input(context["widget"]))  # noqa: S308  every part is escaped
        if kind in {"radio.html", "checkbox_select.html"}:
            widget = context["widget"]
            groups = widget["optgroups"]
            if not any(name for name, _options, _index in groups):
                given = flatatt({name: widget["attrs"].get(name) or None for name in ("id", "class")})
                drawn = "".join([self._choice(one) for _name, options, _index in groups for one in options])
                return mark_safe(f"<div{given}>{drawn}</div>")  # noqa: S308  every part is escaped
        if kind == "textarea.html":
            widget = context["widget"]
            value = "" if widget["value"] is None else escape(str(widget["value"]))
            given = f'name="{escape(widget["name"])}"{flatatt(widget["attrs"])}'
            return mark_safe(f"<textarea {given}>\n{value}</textarea>")  # noqa: S308  every part is escaped
        return super().render(template_name, context, request)

    def _input(self, widget: dict) -> str:
        value = "" if widget["value"] is None else f' value="{escape(str(widget["value"]))}"'
        given = f'type="{escape(widget["type"])}" name="{escape(widget["name"])}"{value}'
        return f"<input {given}{flatatt(widget['attrs'])}>"

    def _choice(self, option: dict) -> str:
        chosen = self._input(option)
        if not option["wrap_label"]:
            return f"<div>{chosen}</div>"
        label = flatatt({"for": option["attrs"].get("id") or None})
        return f"<div><label{label}>{chosen} {escape(str(option['label']))}</label></div>"


class QuickSelect(forms.Select):
    """A select without groups, drawn at once: a template for each choice takes 0.1 ms."""

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        chosen = set(map(str, self.format_value(value)))
        options = "".join([
            f'<option value="{escape(code)}"{" selected" if code in chosen else ""}>{escape(label)}</option>'
            for code, label in ((str(code), str(label)) for code, label in self.choices)
        ])
        given = flatatt(self.build_attrs(self.attrs, {"name": name} | (attrs or {})))
        return mark_safe(f"<select{given}>{options}</select>")  # noqa: S308  every part is escaped


class LocalDateField(forms.Field):
    """A day, picked or typed, in the Gregorian or the Hijri calendar; kept as a Gregorian one."""

    default_error_messages = {
        "invalid": _("Write the day as 2026-12-01, or as the Hijri 1448-06-21."),
    }

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return read_day(str(value)[:40])
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
