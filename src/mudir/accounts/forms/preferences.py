"""How a person wants to see things."""

from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mudir.accounts.languages import LANGUAGES
from mudir.accounts.models import User
from mudir.kit.calendars import time_zone_choices
from mudir.kit.countries import country_choices


def weekday_names() -> list[str]:
    """The days from Monday on, in the reader's language."""
    names = Locale.parse(get_language() or "en").days["format"]["wide"]
    return [names[number] for number in range(7)]


def _weeks() -> list[tuple[str, str]]:
    return [("", _("As in the country")), *((str(number), name) for number, name in enumerate(weekday_names()))]


def _one_of(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect)


class PreferencesForm(forms.Form):
    """Every choice has a value from the start, so only the name can be missing; the model refuses an empty choice."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    name_other = forms.CharField(
        label=gettext_lazy("Name in the other language"), max_length=120, required=False,
        help_text=gettext_lazy("Shown to colleagues who read that language."))
    language = _one_of(gettext_lazy("Language"), LANGUAGES)
    digits = _one_of(gettext_lazy("Digits"), User.Digits)
    calendar = _one_of(gettext_lazy("Calendar"), User.Calendar)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=lambda: country_choices()[1:], required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices, required=False)
    week_start = forms.TypedChoiceField(
        label=gettext_lazy("The week begins on"), choices=_weeks, coerce=int, empty_value=None, required=False)
    theme = _one_of(gettext_lazy("Theme"), User.Theme)
    density = _one_of(gettext_lazy("Rows of lists"), User.Density)

    def __init__(self, user: User, data: Any = None):
        super().__init__(data, initial={name: getattr(user, name) for name in self.base_fields})
        zones = self.fields["time_zone"]
        if user.time_zone not in dict(zones.choices):  # an older name of a zone, kept as it is
            zones.choices = [(user.time_zone, user.time_zone), *zones.choices]
