"""Picking one record in a form, by its name."""

from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from mudir.kit.numbers import number_in
from mudir.kit.scope import ScopedQuerySet
from mudir.records import registry, search
from mudir.records.models import Record


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
        if number := number_in(key):
            picked = self.queryset.filter(pk=number).first()
            if picked is not None and (not text or text == str(picked)):
                return picked
        found = list(search.match(self.queryset.all(), text)[:2]) if text else []
        if len(found) == 1:
            return found[0]
        code = "several" if found else "unknown"
        raise forms.ValidationError(self.error_messages[code], code=code, params={"text": (text or key)[:80]})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or ("", ""))[0] != (data or ("", ""))[0]
