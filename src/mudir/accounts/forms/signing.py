"""The forms of django-allauth in our words."""

import json
from collections.abc import Callable
from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkey
from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_CREDENTIAL = 20_000
CODE = {"inputmode": "numeric", "dir": "ltr"}


class Worded:
    """Labels and hints of ours; a field's label stands above it, so it needs no placeholder."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)
            if name == "code":
                field.widget.attrs |= CODE
            elif name == "login":
                field.widget.attrs["dir"] = "ltr"


class SignInForm(Worded, account.LoginForm):
    labels = {"login": _("E-mail"), "password": _("Password"), "remember": _("Stay signed in on this device")}
    hints = {"password": ""}


class ConfirmPasswordForm(Worded, account.ReauthenticateForm):
    labels = {"password": _("Password")}
    hints = {"password": ""}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    labels = {"oldpassword": _("Present password"), "password1": _("New password"),
              "password2": _("New password once more")}
    hints = {"oldpassword": ""}


class SetPasswordForm(Worded, account.SetPasswordForm):
    labels = {"password1": _("New password"), "password2": _("New password once more")}


class ForgottenPasswordForm(Worded, account.ResetPasswordForm):
    labels = {"email": _("E-mail")}


class NewPasswordForm(Worded, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password once more")}


class NewEmailForm(Worded, account.AddEmailForm):
    labels = {"email": _("New e-mail")}


class CodeForm(Worded, factor.AuthenticateForm):
    labels = {"code": _("Code")}
    hints = {"code": _("Six figures from your code app, or one of your recovery codes.")}


class ConfirmCodeForm(Worded, factor.ReauthenticateForm):
    labels = {"code": _("Code")}
    hints = {"code": _("Six figures from your code app, or one of your recovery codes.")}


class StartCodeAppForm(Worded, ActivateTOTPForm):
    labels = {"code": _("Code that the app shows now")}


class Credential(forms.JSONField):
    """What a passkey answered. The browser sends it; whoever writes it by hand may send anything."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            if len(value or "") > LONGEST_CREDENTIAL:
                raise ValueError
            found = super().to_python(value)
            json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair is no text
        except (ValueError, RecursionError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None  # an answer is never asked again

    def prepare_value(self, value: Any) -> str:
        return ""


class Answered:
    """A form that a passkey answers: what is no answer is a wrong one."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["credential"] = Credential()

    def _checked(self, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except (ValueError, LookupError, TypeError, AttributeError):
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyForm(Answered, passkey.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return self._checked(super().clean_credential)


class SignInWithPasskeyForm(Answered, passkey.LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        return self._checked(super().clean_credential)


class ConfirmWithPasskeyForm(Answered, passkey.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return self._checked(super().clean_credential)


class AddPasskeyForm(Answered, Worded, passkey.AddWebAuthnForm):
    """A key that signs in alone, unless the person wishes it after the password only."""

    labels = {"name": _("Name of the device"), "passwordless": _("Sign in with it alone, without a password")}
    hints = {"passwordless": _("The device then asks for a finger, a face or its own code.")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        return self._checked(super().clean)


class RenamePasskeyForm(Worded, passkey.EditWebAuthnForm):
    labels = {"name": _("Name of the device")}
