"""How a person wants to see things."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service

PREFERENCES = frozenset({
    "name", "name_other", "language", "digits", "calendar", "time_zone", "country", "week_start", "theme", "density",
})


@service
def save_preferences(*, by: User, **data: Any) -> User:
    """Change some of the own preferences; a field that is none of them is refused."""
    refused = sorted(set(data) - PREFERENCES)
    if refused:
        raise ValidationError(_("“%(field)s” cannot be changed here.") % {"field": refused[0][:60]})
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    for name, value in data.items():
        setattr(user, name, value)
    user.full_clean()
    user.save(update_fields=sorted(data))
    return user
