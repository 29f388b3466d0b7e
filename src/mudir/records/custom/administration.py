"""The form in which an administrator says what a field is."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from mudir.accounts.models import User
from mudir.accounts.services import role_choices
from mudir.kit.forms import QuickSelect
from mudir.records import registry
from mudir.records.custom.fields import field_of
from mudir.records.custom.forms import currency_choices, form_field_of
from mudir.records.custom.values import Type
from mudir.records.custom.writing import MOST_CHOICES, NEVER_INDEXED, NEVER_UNIQUE, TONES, WITH_CHOICES
from mudir.records.formulas import LONGEST
from mudir.records.models import CustomField
from mudir.records.picker import RelatedRecordField
from mudir.records.registry import RecordType

TONE_NAMES = {"accent": _("teal"), "good": _("green"), "warn": _("amber"), "bad": _("red"), "info": _("blue"),
              "key": _("violet")}


class ChoiceForm(forms.Form):
    ar = forms.CharField(label=_("In Arabic"), max_length=80, required=False)
    en = forms.CharField(label=_("In English"), max_length=80, required=False)
    tone = forms.ChoiceField(label=_("Colour"), choices=[("", "—"), *((tone, TONE_NAMES[tone]) for tone in TONES)],
                             required=False, widget=QuickSelect)
    code = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


class Choices(BaseFormSet):
    def rows(self) -> list[dict[str, Any]]:
        return [{name: form.cleaned_data.get(name, "") for name in ("code", "ar", "en", "tone")}
                for form in self.forms if not form.cleaned_data.get("DELETE")]


class TrialForm(forms.Form):
    """The record that a formula is tried on."""

    def __init__(self, record_type: RecordType, data: Any = None, *, by: User):
        super().__init__(data, prefix="trial")
        self.fields["record"] = RelatedRecordField(
            record_type.model.objects.visible_to(by), label=_("Try it on"), required=False,
            help_text=_("Left empty: on the last ones that were changed."))


class FieldForm(forms.Form):
    """`cleaned_data` is what the services take. Only what the type has is asked for."""

    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=80, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    help_ar = forms.CharField(label=_("Help in Arabic"), max_length=200, required=False)
    help_en = forms.CharField(label=_("Help in English"), max_length=200, required=False)
    section_ar = forms.CharField(label=_("Section in Arabic"), max_length=80, required=False)
    section_en = forms.CharField(label=_("Section in English"), max_length=80, required=False)
    code = forms.CharField(
        label=_("Code"), max_length=40, required=False, widget=forms.TextInput(attrs={"dir": "ltr"}),
        help_text=_("Its name in addresses and files. Left empty, it is made from the English name; it never changes."))
    formula = forms.CharField(
        label=_("Formula"), max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}))
    digits = forms.TypedChoiceField(label=_("Digits behind the point"), choices=[(n, str(n)) for n in range(7)],
                                    coerce=int, initial=0)
    currency = forms.ChoiceField(label=_("Usual currency"), required=False, widget=QuickSelect)
    related_kind = forms.ChoiceField(label=_("Which records"))
    is_required = forms.BooleanField(label=_("Must always be filled in"), required=False)
    required_from = forms.TypedChoiceField(
        label=_("Must be filled in from this stage on"), coerce=int, empty_value=None, required=False)
    is_unique = forms.BooleanField(label=_("No two records may have the same"), required=False)
    is_filtered = forms.BooleanField(
        label=_("Often filtered by"), required=False,
        help_text=_("It stands in the filters of the list, and the database keeps an index for it."))
    seen_by = forms.MultipleChoiceField(label=_("Who sees it"), choices=role_choices, required=False,
                                        widget=forms.CheckboxSelectMultiple,
                                        help_text=_("Nobody ticked: whoever sees the record."))
    edited_by = forms.MultipleChoiceField(label=_("Who changes it"), choices=role_choices, required=False,
                                          widget=forms.CheckboxSelectMultiple,
                                          help_text=_("Nobody ticked: whoever may change the record."))

    def __init__(self, record_type: RecordType, type: str, *args: Any, by: User, made: CustomField | None = None,
                 **kwargs: Any):
        self.type, self.made = type, made
        if type == Type.COMPUTED:
            kwargs["initial"] = {"digits": 2}
        if made is not None:
            kwargs["initial"] = {name: getattr(made, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        stage = record_type.fields_in_code.get("stage")
        stored = type != Type.COMPUTED
        kept = {"code": made is None, "digits": type in {Type.NUMBER, Type.PERCENT, Type.COMPUTED},
                "currency": type == Type.MONEY, "related_kind": type == Type.RECORD and made is None,
                "is_required": stored and type != Type.FILE,
                "required_from": stored and bool(stage), "edited_by": stored,
                "is_unique": type not in NEVER_UNIQUE, "is_filtered": type not in NEVER_INDEXED,
                "formula": not stored}
        for name, is_kept in kept.items():
            if not is_kept:
                del self.fields[name]
        if "currency" in self.fields:
            self.fields["currency"].choices = [("", "—"), *currency_choices()]
        if "related_kind" in self.fields:
            self.fields["related_kind"].choices = [(one.kind, one.plural) for one in registry.all_types()
                                                   if one.in_navigation]
        if "required_from" in self.fields:
            self.fields["required_from"].choices = [("", "—"), *stage.choices.items()]
        if stored and (made is not None or type not in WITH_CHOICES):
            self._ask_for_default(made or CustomField(code="default", type=type, name_en="?"), by)
        self.choices = self._choices() if type in WITH_CHOICES else None

    def _ask_for_default(self, made: CustomField, by: User) -> None:
        if made.type in {Type.RECORD, Type.FILE}:
            return
        field = field_of(made)
        value = field.read({made.code: made.default}) if made.default is not None else None
        self.fields["default"] = form_field_of(field, value, by=by, is_required=False)
        self.fields["default"].label = _("Value of a new record")
        self.fields["default"].help_text = ""
        self.initial["default"] = value

    def _choices(self) -> Choices:
        offered = [one for one in self.made.choices if not one.get("archived")] if self.made else []
        made = formset_factory(ChoiceForm, formset=Choices, extra=1 if offered else 3, can_delete=True,
                               max_num=MOST_CHOICES, absolute_max=MOST_CHOICES + 10)
        return made(self.data if self.is_bound else None, initial=offered, prefix="choices")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.choices is not None:
            if self.choices.is_valid():
                data["choices"] = self.choices.rows()
            else:
                self.add_error(None, _("Look at the choices again."))
        return data
