"""Forms of records: made from the registration where the kind has none of its own."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.forms import LocalDateField
from mudir.kit.scope import ScopedQuerySet
from mudir.records import registry, search
from mudir.records.comments import LONGEST as LONGEST_COMMENT
from mudir.records.models import Record
from mudir.records.registry import RecordType


class RecordPicker(forms.Widget):
    """A box to type a name into, with suggestions of records that the person sees; the key travels beside it."""

    template_name = "records/widgets/picker.html"

    def __init__(self, model: type[Record], attrs: dict | None = None):
        super().__init__(attrs)
        self.model = model

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        key, text = value if isinstance(value, tuple) else ("", "")
        slug = registry.for_model(self.model).slug
        context["widget"] |= {"key": key or "", "text": text or "", "url": reverse("records:suggestions", args=[slug])}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return data.get(f"{name}_key", ""), data.get(name, "").strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data


class RelatedRecordField(forms.Field):
    """One record of a kind, by what was picked or typed. An unseen record is as unknown as a missing one."""

    default_error_messages = {
        "unknown": gettext_lazy("There is no “%(text)s” here. Check the spelling or choose from the suggestions."),
        "several": gettext_lazy("“%(text)s” fits several records. Choose one from the suggestions."),
    }

    def __init__(self, queryset: ScopedQuerySet, **kwargs: Any):
        self.queryset = queryset
        super().__init__(widget=RecordPicker(queryset.model), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, models.Model):
            return str(value.pk), str(value)
        if isinstance(value, int):
            found = self.queryset.filter(pk=value).first()
            return (str(found.pk), str(found)) if found else ("", "")
        return value

    def clean(self, value: Any) -> Record | None:
        key, text = value if isinstance(value, tuple) else ("", "")
        if not text and not key:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        if key.isascii() and key.isdigit() and int(key) < 2**63:
            picked = self.queryset.filter(pk=int(key)).first()
            if picked is not None and (not text or text == str(picked)):
                return picked
        found = list(search.match(self.queryset.all(), text)[:2]) if text else []
        if len(found) == 1:
            return found[0]
        code = "several" if found else "unknown"
        raise forms.ValidationError(self.error_messages[code], code=code, params={"text": (text or key)[:80]})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or ("", ""))[0] != (data or ("", ""))[0]


class RecordForm(forms.ModelForm):
    """A form over a record that knows who fills it in. `cleaned_data` is what the service takes."""

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        self.by = by
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """The service validates the model on the locked row; the form must not write into the instance it shows."""

    @classmethod
    def values_of(cls, record: Record, names: list[str]) -> dict[str, Any]:
        """What `cleaned_data` would hold for the record as it stands."""
        return {name: getattr(record, name) for name in names}

    def shown(self, name: str, value: Any) -> str:
        """A value in words, for showing two of them side by side."""
        if value in (None, "", []):
            return "—"
        field = self.fields.get(name)
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
    if record_type.form:
        return record_type.form(**given)
    names = list(record_type.writable_fields(by))
    plain = forms.modelform_factory(
        record_type.model, form=RecordForm, fields=names,
        formfield_callback=lambda column, **_kwargs: form_field(column, by=by),
    )
    return plain(**given)


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
