"""The first user of a new house."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext_lazy as _

from mudir.accounts.languages import LANGUAGES
from mudir.accounts.models import User
from mudir.kit.countries import country_choices


class WelcomeForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), strip=False, max_length=1000, help_text=password_validators_help_text_html,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=forms.RadioSelect)
    country = forms.ChoiceField(label=_("Country"), choices=lambda: country_choices()[1:])

    def clean(self) -> dict:
        data = super().clean()
        if data.get("password"):
            try:
                validate_password(data["password"], User(name=data.get("name", ""), email=data.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
