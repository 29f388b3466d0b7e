"""How sign-in by django-allauth fits this house."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationHMAC
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mudir.accounts import mail
from mudir.accounts.devices import device_of
from mudir.accounts.models import User
from mudir.kit.addresses import is_local


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("E-mail and password do not belong together."),
        "email_taken": _("This e-mail belongs to a user."),
        "duplicate_email": _("This is your e-mail already."),
        "same_as_current": _("This is what it is already."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not right, or it was used already. Type the one shown now."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
        "invalid_password_reset": _("This link was used already or is too old."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An administrator makes the users; nobody signs up."""
        return False

    def is_safe_url(self, url: str) -> bool:
        return is_local(url)

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])  # the rest may have been changed since it was read

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        return mail.link(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC) -> str:
        return mail.link(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of the user it is about; an unknown one is answered in the page's."""
        user = context.get("user") or self._addressee(email)
        language = user.language if user else get_language()
        if "timestamp" in context:
            context["when"] = self.request.formatter.datetime(context["timestamp"])
        if not mail.write_to(email, f"{template_prefix}.txt", language=language, **context):
            messages.error(self.request, _("The letter could not be sent. Tell your administrator."))

    def _addressee(self, email: str) -> User | None:
        if self.request.user.is_authenticated:
            return self.request.user
        return User.objects.filter(email__iexact=email).first()


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def get_totp_issuer(self) -> str:
        return "Mudir"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A passkey is named after the device it is made on, until the person names it."""
        return device_of(self.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Mudir"}

    def encrypt(self, text: str) -> str:
        """The secret of a code app is of no use to who holds the database alone."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
