"""A client, as a person fills it in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.clients import rules
from mudir.clients.forms.reach import ReachForm
from mudir.clients.languages import LANGUAGES
from mudir.clients.models import Client
from mudir.kit.forms import LocalDateField
from mudir.records.forms import RelatedRecordField


def languages_field(spoken: list[str]) -> forms.MultipleChoiceField:
    """The languages to choose from, with those that came in by another way."""
    others = [(code, code) for code in spoken if code not in LANGUAGES]
    return forms.MultipleChoiceField(
        label=gettext_lazy("languages"), choices=[*LANGUAGES.items(), *others], required=False,
        widget=forms.CheckboxSelectMultiple,
    )


CODES = ("registration_number", "tax_number", "external_id")  # read from left to right in any language


class ClientForm(ReachForm):
    template = "clients/client_form.html"

    class Meta:
        model = Client
        fields = [
            "kind", "name", "name_other", "tier", "lifecycle", "sector", "registration_number", "tax_number", "website",
            "client_since", "source", "languages", "present_supplier", "head_office", "external_id", "notes",
            "management_note",
        ]
        field_classes = {"client_since": LocalDateField}
        widgets = {
            "kind": forms.RadioSelect,
            "tier": forms.RadioSelect,
            "notes": forms.Textarea(attrs={"rows": 3}),
            "management_note": forms.Textarea(attrs={"rows": 3}),
            **dict.fromkeys(CODES, forms.TextInput(attrs={"dir": "ltr"})),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, by=by, **kwargs)
        self.fields["languages"] = languages_field(self.instance.languages or [])
        seen = Client.objects.visible_to(by)
        head_office = self.fields["head_office"]
        if self.instance.head_office_id and not seen.filter(pk=self.instance.head_office_id).exists():
            del self.fields["head_office"]  # one that this person does not see stays as it is
        else:
            self.fields["head_office"] = RelatedRecordField(
                seen, label=head_office.label, required=False,
                help_text=gettext_lazy("For a branch: the client it belongs to."),
            )
        if not rules.can_read_management_note(by):
            del self.fields["management_note"]

    def shown(self, name: str, value: Any) -> str:
        if name == "languages":
            return _(", ").join(str(LANGUAGES.get(code, code)) for code in value) or "—"
        return super().shown(name, value)
