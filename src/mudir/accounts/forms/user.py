"""Who somebody is and what they may."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mudir.accounts import rules
from mudir.accounts.forms.team import TeamField
from mudir.accounts.languages import LANGUAGES
from mudir.accounts.models import User
from mudir.accounts.services.role import all_roles
from mudir.accounts.tree import Branch


class RoleSelect(forms.widgets.ChoiceWidget):
    """Each role with its sentence, one under the other."""

    input_type = "radio"
    use_fieldset = True
    template_name = "accounts/role_select.html"
    sentences: dict[str, Any] = {}

    def create_option(self, name, value, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        return option | {"sentence": self.sentences.get(value, "")}


class UserForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_other = forms.CharField(label=_("Name in the other language"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False, widget=forms.RadioSelect)
    role = forms.ChoiceField(label=_("Role"), required=False, widget=RoleSelect)
    team = TeamField(label=_("Team"))

    def __init__(self, by: User, tree: list[Branch], data: Any = None, *, user: User | None = None):
        initial = {name: getattr(user, name) for name in self.base_fields} if user else {
            "role": "client_manager", "language": by.language}
        super().__init__(data, initial=initial)
        roles = all_roles()
        self.fields["role"].choices = [(role.code, role.name) for role in roles.values()]
        self.fields["role"].widget.sentences = {role.code: role.sentence for role in roles.values()}
        self.fields["team"].offer(tree)
        if user and not rules.can_change_role(by, user):
            self.fields["role"].disabled = True
            self.fields["role"].help_text = _("Nobody changes the own role; another administrator does.")
        if user and not rules.can_change_team(by, user):
            del self.fields["team"]  # a disabled choice would be read back as words
