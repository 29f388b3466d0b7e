"""Forms of records: made from the registration where the kind has none of its own."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import Team, User
from mudir.accounts.services import all_roles
from mudir.kit.forms import LocalDateField
from mudir.records import registry
from mudir.records.comments import LONGEST as LONGEST_COMMENT
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.custom.forms import form_field_of, shown_value
from mudir.records.custom.values import is_required
from mudir.records.models import Record
from mudir.records.picker import RelatedRecordField
from mudir.records.registry import RecordType


class RecordForm(forms.ModelForm):
    """A form over a record that knows who fills it in. `cleaned_data` is what the service takes."""

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        self.by = by
        super().__init__(*args, **kwargs)
        self.custom: dict[str, CustomFieldOf] = {}

    def add_custom(self, fields: Iterable[CustomFieldOf]) -> None:
        """Ask for these custom fields too, behind the form's own."""
        for field in fields:
            self.custom[field.id] = field
            if self.instance.pk:
                self.initial[field.id] = field.value_of(self.instance)
            elif field.made.default is not None:
                self.initial.setdefault(field.id, field.read({field.made.code: field.made.default}))
            self.fields[field.id] = form_field_of(field, self.initial.get(field.id), by=self.by,
                                                  is_required=is_required(field, self.instance), record=self.instance)

    def own_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in self.custom]

    def custom_sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The custom fields by their sections."""
        sections: dict[str, list[forms.BoundField]] = {}
        for name, field in self.custom.items():
            sections.setdefault(str(field.made.section), []).append(self[name])
        return list(sections.items())

    def leave_out(self, name: str) -> None:
        """Offer no control for a field that the person may not write."""
        self.fields.pop(name, None)

    def _post_clean(self) -> None:
        """The service validates the model on the locked row; the form must not write into the instance it shows."""

    @classmethod
    def values_of(cls, record: Record, names: list[str]) -> dict[str, Any]:
        """What `cleaned_data` would hold for the record as it stands."""
        custom = registry.for_model(type(record)).custom_fields
        return {name: custom[name].value_of(record) if name in custom else getattr(record, name) for name in names}

    def shown(self, name: str, value: Any) -> str:
        """A value in words, for showing two of them side by side."""
        if value in (None, "", []):
            return "—"
        field = self.fields.get(name)
        if name in self.custom:
            return shown_value(self.custom[name], value, self.by)
        if isinstance(field, forms.TypedChoiceField | forms.ChoiceField):
            return str(dict(field.choices).get(value, value))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return str(value)


def form_field(column: models.Field, *, by: User) -> forms.Field | None:
    """The field of a plain form for a model field."""
    if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
        return LocalDateField(label=column.verbose_name, required=not column.blank, help_text=column.help_text)
    if column.is_relation and column.related_model is User:
        people = User.objects.filter(is_active=True).order_by("name")
        return forms.ModelChoiceField(people, label=column.verbose_name, required=False, help_text=column.help_text)
    if column.is_relation and issubclass(column.related_model, Record):
        seen = column.related_model.objects.visible_to(by)
        return RelatedRecordField(seen, label=column.verbose_name, required=not column.blank,
                                  help_text=column.help_text)
    return column.formfield()


def make_form(
    record_type: RecordType, by: User, *, data: Any = None, instance: Record | None = None,
    initial: Mapping[str, Any] | None = None,
) -> RecordForm:
    """The form of a record kind: its own, or one field for each that the person may see and edit."""
    given = {"data": data, "by": by, "instance": instance, "initial": initial}
    writable = record_type.writable_fields(by)
    custom = {name: field for name, field in writable.items() if name in record_type.custom_fields}
    if record_type.form:
        form = record_type.form(**given)
        form.add_custom(custom.values())
        for name in record_type.refused_to(by):
            form.leave_out(name)
        return form
    names = [name for name in writable if name not in custom]
    plain = forms.modelform_factory(
        record_type.model, form=RecordForm, fields=names,
        formfield_callback=lambda column, **_kwargs: form_field(column, by=by),
    )
    form = plain(**given)
    form.add_custom(custom.values())
    return form


class CommentForm(forms.Form):
    """What is said about a record."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=gettext_lazy("Comment"), max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("Say something. @ mentions a colleague.")}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, auto_id="comment-%s", **kwargs)
        self.initial.setdefault("token", uuid.uuid4())


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Owner"))
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=gettext_lazy("Team"), required=False,
        empty_label=gettext_lazy("The owner's team"),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        able = [role.code for role in all_roles().values() if "records.edit" in role.permissions]
        self.fields["owner"].queryset = User.objects.filter(is_active=True, role__in=able).order_by("name")


class ShareForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("name"), label=gettext_lazy("Person"), required=False
    )
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=gettext_lazy("or team"), required=False)
    purpose = forms.CharField(label=gettext_lazy("What for"), max_length=300, required=False)
    until = LocalDateField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, confidential: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].required = self.fields["until"].required = confidential
        self.fields["purpose"].error_messages["required"] = _("Write what the confidential record is opened for.")
        self.fields["until"].error_messages["required"] = _("Say until when the confidential record is opened.")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and bool(data.get("user")) == bool(data.get("team")):
            raise ValidationError(_("Share with one person or one team."))
        return data
