"""Whose a client is, and who else sees it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import Team, User
from mudir.accounts.services import all_roles
from mudir.kit.forms import LocalDateField


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

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and bool(data.get("user")) == bool(data.get("team")):
            raise ValidationError(_("Share with one person or one team."))
        return data
