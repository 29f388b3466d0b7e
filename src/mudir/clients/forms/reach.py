"""Rows of phones, e-mails, addresses and consents inside a form; they work without script."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.forms.widgets import TelInput
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mudir.clients.models import Address, Client, Consent, Contact, Email, Phone
from mudir.clients.services.reach import COLUMNS, rows_of
from mudir.kit.countries import country_choices
from mudir.kit.forms import LocalDateField, QuickSelect
from mudir.records.forms import RecordForm

MOST_ROWS = 30


class PhoneForm(forms.Form):
    raw = forms.CharField(label=gettext_lazy("Number"), max_length=60, required=False, widget=TelInput)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=Phone.Type, initial=Phone.Type.MOBILE, required=False)
    extension = forms.CharField(label=gettext_lazy("Extension"), max_length=12, required=False,
                                widget=forms.TextInput(attrs={"dir": "ltr"}))


class EmailForm(forms.Form):
    address = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=Email.Type, initial=Email.Type.WORK, required=False)


class AddressForm(forms.Form):
    street = forms.CharField(label=gettext_lazy("Street"), max_length=255, required=False)
    district = forms.CharField(label=gettext_lazy("District"), max_length=120, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=120, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False,
                                  widget=forms.TextInput(attrs={"dir": "ltr"}))
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices, required=False,
                                widget=QuickSelect)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=Address.Type, initial=Address.Type.OFFICE,
                             required=False)


class ConsentForm(forms.Form):
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=[("", "—"), *Consent.Channel.choices],
                                required=False)
    is_granted = forms.TypedChoiceField(
        label=gettext_lazy("Answer"), choices=[("yes", gettext_lazy("Allowed")), ("no", gettext_lazy("Refused"))],
        coerce=lambda value: value == "yes", initial="yes", required=False, empty_value=False,
    )
    given_date = LocalDateField(label=pgettext_lazy("date", "On"), required=False)
    evidence = forms.CharField(label=gettext_lazy("How it was given"), max_length=200, required=False)


TELLING: dict[str, tuple[str, ...]] = {  # a row in which all of these are empty is no row, or one to be taken out
    "phones": ("raw",), "emails": ("address",), "consents": ("channel",),
    "addresses": ("street", "district", "city", "region", "postal_code", "country"),
}


class Rows(BaseFormSet):
    """A list of rows, one of them primary where the kind has one."""

    @property
    def primary(self) -> str:
        """The number of the row marked as primary."""
        if self.is_bound:
            return self.data.get(f"{self.prefix}-primary", "")
        return next((str(place) for place, row in enumerate(self.initial or ()) if row.get("is_primary")), "0")

    def rows(self) -> list[dict[str, Any]]:
        """The filled rows as services take them."""
        kept = []
        for place, form in enumerate(self.forms):
            row = dict(form.cleaned_data)
            if row.pop("DELETE", False) or not any(row.get(name) for name in TELLING[self.prefix]):
                continue
            if "type" in row:
                row["type"] = row["type"] or form.fields["type"].initial
            if "is_primary" in COLUMNS[self.prefix]:
                row["is_primary"] = str(place) == self.primary
            if "given_date" in row:
                row["given_date"] = row["given_date"] or timezone.localdate()
            kept.append(row)
        return kept


FORMS = {"phones": PhoneForm, "emails": EmailForm, "addresses": AddressForm, "consents": ConsentForm}
TITLES = {
    "phones": gettext_lazy("Phones"), "emails": gettext_lazy("E-mails"), "addresses": gettext_lazy("Addresses"),
    "consents": gettext_lazy("Consent"),
}


def make_rows(name: str, *, record: Client | Contact | None, data: Any) -> Rows:
    """The formset of one list, with what the record has and blank rows for more."""
    initial = rows_of(record, name) if record is not None else []
    for row in initial:
        if "is_granted" in row:
            row["is_granted"] = "yes" if row["is_granted"] else "no"
    made = formset_factory(FORMS[name], formset=Rows, extra=1 if initial else 2, can_delete=True, max_num=MOST_ROWS,
                           absolute_max=MOST_ROWS + 10, validate_max=True)
    return made(data, initial=initial, prefix=name)


class ReachForm(RecordForm):
    """A form over a record with lists of how to reach it. A list that was not sent at all stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.sent = {name for name in FORMS if self.is_bound and f"{name}-TOTAL_FORMS" in self.data}

    @cached_property
    def lists(self) -> dict[str, Rows]:
        record = self.instance if self.instance.pk else None
        return {name: make_rows(name, record=record, data=self.data if name in self.sent else None) for name in FORMS}

    def leave_out(self, name: str) -> None:
        super().leave_out(name)
        self.lists.pop(name, None)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in sorted(self.sent):
            rows = self.lists[name]
            if rows.is_valid():
                data[name] = rows.rows()
            else:
                self.add_error(None, _("Look at “%(list)s” again.") % {"list": TITLES[name]})
        return data

    @classmethod
    def values_of(cls, record: Client | Contact, names: list[str]) -> dict[str, Any]:
        plain = super().values_of(record, [name for name in names if name not in FORMS])
        return plain | {name: rows_of(record, name) for name in names if name in FORMS}

    def shown(self, name: str, value: Any) -> str:
        if name not in FORMS:
            return super().shown(name, value)
        said = [" ".join(str(row[column]) for column in TELLING[name] if row[column]) for row in value]
        return _("; ").join(said) or "—"
