"""What a browser says it is, in words."""

from django.utils.translation import gettext as _

# The first that a browser's own description names: later ones name the earlier for old pages' sake.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))


def device_of(user_agent: str) -> str:
    """Browser and machine, as far as the browser says: Firefox, Windows."""
    named = [next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return _(", ").join(filter(None, named)) or _("A device that does not say what it is")
