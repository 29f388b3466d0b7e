"""What a password must not be, beyond Django's own rules."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mudir.kit.arabic.fold import fold

NAMES_OF_THE_HOUSE = ("mudir", fold("مدير"))


class NotTheHouse:
    """Refuses a password with the name of this program in it: the first thing that somebody else would try."""

    def validate(self, password: str, user=None) -> None:
        plain = fold(password)
        if any(name in plain for name in NAMES_OF_THE_HOUSE):
            raise ValidationError(_("This password contains the name of this program."), code="password_names_house")

    def get_help_text(self) -> str:
        return _("Your password can't contain the name of this program.")
