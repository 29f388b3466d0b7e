"""The languages of the pages, each by its own name."""

from babel import Locale
from django.conf import settings

LANGUAGES = [(code, Locale.parse(code).get_display_name(code)) for code, _name in settings.LANGUAGES]
