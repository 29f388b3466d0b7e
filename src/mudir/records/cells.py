"""One field of a record, edited where it stands: in a list, or among the facts of its page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q

from mudir.accounts.models import User
from mudir.kit.forms import LocalDateField, QuickSelect, hijri_text
from mudir.records import registry
from mudir.records.fields import Edits, Field
from mudir.records.forms import make_form
from mudir.records.history.reading import raw_value, stored_value
from mudir.records.history.restoring import bring_back
from mudir.records.models import Record
from mudir.records.services import Conflict, edit_of

ATTEMPTS = 3


def handing_on(assign: Callable[..., Record]) -> Edits:
    """The owner, chosen among those who work here; written by the service `assign`."""
    return Edits(
        ask=lambda record, by: forms.ModelChoiceField(
            User.objects.filter(Q(is_active=True) | Q(pk=record.owner_id)).order_by("name"), empty_label=None,
            widget=QuickSelect),
        shown=lambda record: record.owner_id,
        write=lambda record, *, by, version, value: assign(record, by=by, version=version, owner=value),
    )


def cell_form(field: Field, *, by: User, record: Record, data: Any = None) -> forms.BaseForm:
    """A form of that one field, as the kind's own form asks for it. Raises KeyError where it does not ask `by`."""
    if field.edits:
        form = forms.Form(data, initial={field.id: field.edits.shown(record)})
        asked = field.edits.ask(record, by)
        asked.label = field.label
    else:
        form = make_form(registry.for_model(type(record)), by, data=data, instance=record)
        asked = form.fields[field.id]
    form.fields = {field.id: asked}
    form.auto_id = "cell_%s"
    _fit(form, field.id, asked, by)
    return form


def _fit(form: forms.BaseForm, name: str, asked: forms.Field, by: User) -> None:
    """A control that has room in a cell. Whoever reckons by the Hijri calendar writes days of it."""
    asked.help_text = ""
    if isinstance(asked.widget, forms.RadioSelect) and not asked.widget.allow_multiple_selected:
        asked.widget = QuickSelect(choices=asked.choices)
    elif isinstance(asked.widget, forms.Textarea):
        asked.widget.attrs["rows"] = 4
    elif isinstance(asked, LocalDateField) and by.calendar == "hijri":
        asked.widget = forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"})
        if day := form.get_initial_for_field(asked, name):
            form.initial[name] = hijri_text(day)


def write_cell(record: Record, field: Field, *, by: User, version: int, value: Any) -> Record:
    """Write one field by the record's own service.

    What others changed of other fields since `version` is left alone; raises `Conflict` where they changed this one.
    """
    return write_cells(record, {field.id: value}, by=by, version=version)


def write_cells(record: Record, values: Mapping[str, Any], *, by: User, version: int) -> Record:
    """Write several fields, those that the record's form asks for at once. Raises `Conflict` as for one."""
    record_type = registry.for_model(type(record))
    fields = record_type.fields
    plain = {name: value for name, value in values.items() if not fields[name].edits}
    if plain:
        record = _insisting(record, version, [fields[name] for name in plain], edit_of(record_type), by=by, **plain)
        version = record.version
    for name in values.keys() - plain.keys():
        record = _insisting(record, version, [fields[name]], fields[name].edits.write, by=by, value=values[name])
        version = record.version
    return record


def _insisting(
    record: Record, version: int, fields: Sequence[Field], write: Callable[..., Record], **given: Any
) -> Record:
    """Write at the version that there is, as long as others have not changed these fields since `version`."""
    for attempt in range(ATTEMPTS):
        try:
            return write(record, version=version, **given)
        except Conflict as conflict:
            current = conflict.current
            if attempt + 1 == ATTEMPTS or any(is_changed_since(current, field, version) for field in fields):
                raise
            version = current.version
    raise AssertionError("The last attempt returns or raises.")


def is_changed_since(record: Record, field: Field, version: int) -> bool:
    """Whether the field says something else now than it did at that version; of a forgotten version, yes."""
    then = record.history_rows.filter(version=version).order_by("-pgh_id").values().first()
    now = {column.attname: getattr(record, column.attname) for column in record._meta.concrete_fields}
    return then is None or raw_value(type(record), field, then) != raw_value(type(record), field, now)


def take_back(record: Record, field: Field, *, by: User, version: int, to: int | None = None) -> Record:
    """Give the field the value it had before the change that brought the record to `version`, or at the version `to`.

    Raises `Conflict` when somebody has changed the record since.
    """
    earlier = {"version__lt": version} if to is None else {"version": to}
    before = record.history_rows.filter(**earlier).order_by("-pgh_id").values().first()
    if before is None:
        raise Conflict(record)
    if field.edits and not field.edits.part:
        value = stored_value(type(record), field, before)
        if field.related is not None and value is not None:
            value = field.nameable_by(by).get(pk=value)
        return field.edits.write(record, by=by, version=version, value=value)
    only = field.edits.part if field.edits else field.id
    return bring_back(record, at=before["pgh_created_at"], by=by, version=version, only=only)
