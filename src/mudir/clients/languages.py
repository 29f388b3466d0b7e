"""Languages that clients speak, as a manager in the Gulf meets them; others may come in by import."""

from django.utils.translation import gettext_lazy as _

LANGUAGES = {
    "ar": _("Arabic"), "en": _("English"), "fr": _("French"), "tr": _("Turkish"), "ur": _("Urdu"), "hi": _("Hindi"),
    "fa": _("Persian"), "bn": _("Bengali"), "tl": _("Filipino"), "es": _("Spanish"), "de": _("German"),
    "ru": _("Russian"), "zh": _("Chinese"),
}
