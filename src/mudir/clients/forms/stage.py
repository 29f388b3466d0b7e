"""Which stage a client moves to, and why where that is not the next one."""

from django import forms
from django.utils.translation import gettext_lazy

from mudir.clients.models import Stage


class StageForm(forms.Form):
    to = forms.TypedChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, coerce=int)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed when a stage is skipped or the client goes back."),
    )
