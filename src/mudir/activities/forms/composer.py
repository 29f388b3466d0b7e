"""The quick forms at the top of a client's or a contact's page."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.activities.days import quick_days
from mudir.activities.models import Call
from mudir.activities.people import people_at
from mudir.clients.models import Client, Contact, ContactRole
from mudir.kit.formatting import Formatter
from mudir.kit.forms import LocalDateField, QuickSelect


def clients_of(contact: Contact, by: User) -> QuerySet[Client]:
    """The clients of a contact that the person sees."""
    roles = ContactRole.objects.filter(contact=contact, client=OuterRef("pk"))
    return Client.objects.visible_to(by).filter(Exists(roles)).order_by("sort_key")


def day_choices(by: User, fmt: Formatter) -> list[tuple[str, str]]:
    """The days that a next step is usually put to, with their weekdays."""
    return [
        (day.isoformat(), _("%(when)s, %(weekday)s") % {"when": name, "weekday": fmt.weekday(day)})
        for day, name in quick_days(timezone.localdate(), by).items()
    ]


class WriteForm(forms.Form):
    """Written about a client, or with a contact about one of their clients. `values()` is what the service takes."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    noun = "write"

    def __init__(self, data: Any = None, *, about: Client | Contact, by: User, fmt: Formatter):
        super().__init__(data, initial={"token": uuid.uuid4()}, auto_id=f"{self.noun}-%s")
        self.about = about
        if isinstance(about, Contact):
            self.fields["client"] = forms.ModelChoiceField(clients_of(about, by), label=_("About"), empty_label=None,
                                                           widget=QuickSelect)
        if "when" in self.fields:
            days = day_choices(by, fmt)
            self.fields["when"].widget.choices = [*days, ("", _("Another day…"))]
            self.initial["when"] = days[0][0]

    def day(self) -> date | None:
        """The day that was chosen, or the other one that was written."""
        return self.cleaned_data.get("when") or self.cleaned_data.get("due")

    def demand_day(self) -> None:
        if {"when", "due"} & set(self.errors):
            return
        if not self.day():
            self.add_error("due", ValidationError(_("Choose the day."), code="required"))
        elif self.day() < timezone.localdate():
            self.add_error("due", ValidationError(_("That day has passed."), code="past"))

    def values(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name not in {"when", "due"}}
        return data | {"client" if isinstance(self.about, Client) else "contact": self.about}


def when_field() -> LocalDateField:
    return LocalDateField(label=gettext_lazy("When"), required=False, widget=QuickSelect)


def due_field() -> LocalDateField:
    return LocalDateField(label=gettext_lazy("Day"), required=False)


class LogCallForm(WriteForm):
    noun = "call"

    notes = forms.CharField(
        label=gettext_lazy("What was said"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("What was said?")}))
    outcome = forms.ChoiceField(label=gettext_lazy("Result"), choices=Call.Outcome, required=False)
    next_step = forms.CharField(
        label=gettext_lazy("Next step"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("And the next step?")}))
    when = when_field()
    due = due_field()
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Call.Direction, required=False,
                                  initial=Call.Direction.OUTGOING, widget=forms.RadioSelect)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), required=False, min_value=0, max_value=24 * 60)
    started_at = forms.DateTimeField(
        label=gettext_lazy("Began"), required=False, help_text=gettext_lazy("Left empty: just now."),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}))

    def __init__(self, *args: Any, about: Client | Contact, by: User, **kwargs: Any):
        super().__init__(*args, about=about, by=by, **kwargs)
        if isinstance(about, Client):
            people = people_at(about)
            self.fields["contact"] = forms.TypedChoiceField(
                label=_("With"), required=False, coerce=lambda key: people.get(pk=key), empty_value=None,
                choices=[("", _("Nobody in particular")), *people.values_list("pk", "name")], widget=QuickSelect)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["outcome"] = data.get("outcome") or Call.Outcome.REACHED
        data["direction"] = data.get("direction") or Call.Direction.OUTGOING
        if self.has_next_step():
            self.demand_day()
        return data

    def has_next_step(self) -> bool:
        return bool(self.cleaned_data.get("next_step")) or self.cleaned_data["outcome"] == Call.Outcome.CALL_BACK

    def values(self) -> dict[str, Any]:
        return super().values() | {"next_step_date": self.day() if self.has_next_step() else None}


class WriteNoteForm(WriteForm):
    noun = "note"

    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("What is worth knowing?")}))


class PlanTaskForm(WriteForm):
    noun = "task"

    title = forms.CharField(
        label=gettext_lazy("What to do"), max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("What is to be done?")}))
    when = when_field()
    due = due_field()
    due_time = forms.TimeField(label=gettext_lazy("At"), required=False,
                               widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.demand_day()
        return data

    def values(self) -> dict[str, Any]:
        return super().values() | {"due_date": self.day()}


class PostponeForm(forms.Form):
    """Another day for a task."""

    to = LocalDateField(label=gettext_lazy("Put off to"))
