"""Something to keep in mind about a client or a person."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.clients.models import Nuance
from mudir.kit.forms import LocalDateField


class NuanceForm(forms.Form):
    """The date is typed as the person writes dates; `calendar` says by which one it comes round every year."""

    text = forms.CharField(label=gettext_lazy("What to remember"), max_length=400,
                           widget=forms.Textarea(attrs={"rows": 2}))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Nuance.Kind, initial=Nuance.Kind.PREFERENCE)
    date = LocalDateField(
        label=gettext_lazy("Date"), required=False,
        help_text=gettext_lazy("Such as 2026-12-01, or the Hijri 1448-06-21."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"dir": "ltr"}),  # a date picker would take no Hijri day
    )
    calendar = forms.ChoiceField(label=gettext_lazy("Calendar"), choices=Nuance.Calendar,
                                 initial=Nuance.Calendar.GREGORIAN)
    is_yearly = forms.BooleanField(label=gettext_lazy("Comes every year"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == Nuance.Kind.DATE and not data.get("date") and "date" not in self.errors:
            self.add_error("date", ValidationError(_("Write the date to remember."), code="required"))
        return data
