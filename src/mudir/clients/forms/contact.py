"""A contact, as a person fills it in, with the clients where they work."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.clients.forms.client import languages_field
from mudir.clients.forms.reach import MOST_ROWS, ReachForm
from mudir.clients.languages import LANGUAGES
from mudir.clients.models import Client, Contact, ContactRole
from mudir.kit.forms import LocalDateField
from mudir.kit.numbers import number_in
from mudir.records.forms import RelatedRecordField


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ContactRole.Role, initial=ContactRole.Role.OTHER)
    is_primary = forms.BooleanField(label=gettext_lazy("First to call"), required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        seen = Client.objects.visible_to(by)
        self.fields["client"] = RelatedRecordField(seen, label=gettext_lazy("Client"), required=False)
        self.order_fields(["client", "role", "is_primary"])


class Roles(BaseFormSet):
    def rows(self) -> list[dict[str, Any]]:
        return [
            {name: form.cleaned_data.get(name) for name in ("client", "role", "is_primary")} for form in self.forms
            if form.cleaned_data.get("client") and not form.cleaned_data.get("DELETE")
        ]


def roles_of(contact: Contact, by: User) -> list[dict[str, Any]]:
    """The contact's roles at the clients that the person sees, as the services take them."""
    if contact.pk is None:
        return []
    seen = Client.objects.visible_to(by)
    roles = ContactRole.objects.filter(contact=contact, client__in=seen.values("pk")).order_by("-is_primary", "pk")
    clients = {client.pk: client for client in seen.filter(pk__in=roles.values("client_id"))}
    return [{"client": clients[role.client_id], "role": role.role, "is_primary": role.is_primary} for role in roles]


class ContactForm(ReachForm):
    template = "clients/contact_form.html"

    class Meta:
        model = Contact
        fields = [
            "name", "name_other", "title", "job_title", "department", "birthday", "languages", "external_id", "notes",
        ]
        field_classes = {"birthday": LocalDateField}
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 3}),
            "external_id": forms.TextInput(attrs={"dir": "ltr"}),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, by=by, **kwargs)
        self.fields["languages"] = languages_field(self.instance.languages or [])
        initial = roles_of(self.instance, by) or self._role_at(by)
        made = formset_factory(RoleForm, formset=Roles, extra=0 if initial else 1, can_delete=True, max_num=MOST_ROWS,
                               absolute_max=MOST_ROWS + 10, validate_max=True)
        is_sent = self.is_bound and "roles-TOTAL_FORMS" in self.data
        self.roles = made(self.data if is_sent else None, initial=initial, prefix="roles", form_kwargs={"by": by})

    def _role_at(self, by: User) -> list[dict[str, Any]]:
        """The client that a new person is added from."""
        key = number_in(str(self.initial.get("client", "")))
        client = Client.objects.visible_to(by).filter(pk=key).first() if key else None
        return [{"client": client, "role": ContactRole.Role.OTHER, "is_primary": False}] if client else []

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.roles.is_bound:
            if self.roles.is_valid():
                data["roles"] = self.roles.rows()
            else:
                self.add_error(None, _("Look at “%(list)s” again.") % {"list": _("Clients")})
        return data

    def values_of(self, record: Contact, names: list[str]) -> dict[str, Any]:
        values = super().values_of(record, [name for name in names if name != "roles"])
        return values | ({"roles": roles_of(record, self.by)} if "roles" in names else {})

    def shown(self, name: str, value: Any) -> str:
        if name == "languages":
            return _(", ").join(str(LANGUAGES.get(code, code)) for code in value) or "—"
        if name == "roles":
            labels = dict(ContactRole.Role.choices)
            return _("; ").join(f"{row['client']}: {labels[row['role']]}" for row in value) or "—"
        return super().shown(name, value)


class LinkContactForm(forms.Form):
    """Says who somebody already known is for this client."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ContactRole.Role, initial=ContactRole.Role.OTHER)
    is_primary = forms.BooleanField(label=gettext_lazy("First to call"), required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["contact"] = RelatedRecordField(Contact.objects.visible_to(by), label=gettext_lazy("Contact"))
        self.order_fields(["contact", "role", "is_primary"])
