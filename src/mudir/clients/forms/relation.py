"""How a client stands to another one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.clients.models import Client, Relation
from mudir.records.forms import RelatedRecordField


class RelationForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("This client"), choices=Relation.Kind)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["other"] = RelatedRecordField(Client.objects.visible_to(by), label=gettext_lazy("Other client"))
        self.order_fields(["kind", "other", "note"])
