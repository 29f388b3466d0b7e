"""How a person wants to see things."""

from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.calendars import time_zone_choices
from mudir.kit.countries import country_choices


def weekday_names() -> list[str]:
    """The days from Monday on, in the reader's language."""
    names = Locale.parse(get_language() or "en").days["format"]["wide"]
    return [names[number] for number in range(7)]


def _weeks() -> list[tuple[str, str]]:
    return [("", _("As in the country")), *((str(number), name) for number, name in enumerate(weekday_names()))]


class PreferencesForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    name_other = forms.CharField(
        label=gettext_lazy("Name in the other language"), max_length=120, required=False,
        help_text=gettext_lazy("Shown to colleagues who read that language."))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    digits = forms.ChoiceField(label=gettext_lazy("Digits"), choices=User.Digits, widget=forms.RadioSelect)
    calendar = forms.ChoiceField(label=gettext_lazy("Calendar"), choices=User.Calendar, widget=forms.RadioSelect)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=lambda: country_choices()[1:])
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices)
    week_start = forms.TypedChoiceField(
        label=gettext_lazy("The week begins on"), choices=_weeks, coerce=int, empty_value=None, required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), choices=User.Theme, widget=forms.RadioSelect)
    density = forms.ChoiceField(label=gettext_lazy("Rows of lists"), choices=User.Density, widget=forms.RadioSelect)

    def __init__(self, user: User, data: Any = None):
        super().__init__(data, initial={name: getattr(user, name) for name in self.base_fields})
        zones = self.fields["time_zone"]
        if user.time_zone not in dict(zones.choices):  # an older name of a zone, kept as it is
            zones.choices = [(user.time_zone, user.time_zone), *zones.choices]
