"""The whole forms of calls, notes and tasks: to make one from its list, or to change one."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.activities.models import Call, Note, Task
from mudir.activities.people import people_at
from mudir.clients.models import Client, Contact
from mudir.kit.forms import LocalDateField
from mudir.kit.numbers import number_in
from mudir.records import rules
from mudir.records.forms import RecordForm, RelatedRecordField


class ActivityForm(RecordForm):
    """A new one asks for the client; afterwards it stays there, and the contact is one of its people."""

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, by=by, **kwargs)
        if self.instance.pk:
            self._keep_client()
        else:
            clients = Client.objects.visible_to(by)
            self.fields["client"] = RelatedRecordField(
                clients, label=gettext_lazy("Client"), required=not self._meta.model._meta.get_field("client").null)
            self.fields["contact"] = RelatedRecordField(
                Contact.objects.visible_to(by), label=gettext_lazy("Contact"), required=False)
            named = number_in(str(self.initial.get("client", "")))
            if named is not None:
                self.initial["client"] = clients.filter(pk=named).first()
            self.order_fields(["client", "contact"])

    def _keep_client(self) -> None:
        client, contact = self.instance.client, self.instance.contact
        is_seen = contact is None or Contact.objects.visible_to(self.by).filter(pk=contact.pk).exists()
        if client is None or not is_seen:  # whom the person does not see stays as it is
            del self.fields["contact"]
            return
        people = people_at(client)
        if contact is not None:
            people = people | Contact.objects.visible_to(self.by).filter(pk=contact.pk)
        self.fields["contact"] = forms.ModelChoiceField(people, label=gettext_lazy("Contact"), required=False)


class CallForm(ActivityForm):
    class Meta:
        model = Call
        fields = ["contact", "outcome", "direction", "started_at", "minutes", "phone", "notes"]
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 4}),
            "phone": forms.TextInput(attrs={"type": "tel", "dir": "ltr"}),
            "started_at": forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": 1}),
        }


class NoteForm(ActivityForm):
    class Meta:
        model = Note
        fields = ["contact", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}


class TaskForm(ActivityForm):
    class Meta:
        model = Task
        fields = ["contact", "title", "due_date", "due_time", "notes"]
        field_classes = {"due_date": LocalDateField}
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 3}),
            "due_time": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, by=by, **kwargs)
        if not self.instance.pk and not self.initial.get("due_date"):
            self.initial["due_date"] = timezone.localdate()
        if rules.reach_of(by, Act.CREATE, Task) not in {Reach.NONE, Reach.OWN}:
            self.fields["owner"] = forms.ModelChoiceField(
                User.objects.filter(is_active=True).order_by("name"), label=gettext_lazy("For whom"),
                initial=self.instance.owner_id or by.pk, empty_label=None)
