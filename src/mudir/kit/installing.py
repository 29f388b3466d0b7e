"""What a device has to know to install Mudir beside its other programs.

There is no service worker: every page is private and of this moment, so nothing may be kept to be shown without a
server.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PAPER = "#ffffff"
ICONS = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"),
         ("icon-whole-512.png", "512x512", "maskable"))


@login_not_required
@require_safe
@cache_control(public=True, max_age=24 * 3600)
def manifest(request: HttpRequest, language: str) -> JsonResponse:
    """The web app manifest in a language; a device asks for it without saying who is in front of it."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with override(language):
        said = {
            "id": "/", "start_url": "/", "scope": "/", "display": "standalone",
            "name": _("Mudir, the workspace of the client manager"), "short_name": _("Mudir"),
            "lang": language, "dir": "rtl" if get_language_bidi() else "ltr",
            "background_color": PAPER, "theme_color": PAPER,
            "icons": [{"src": static(file), "sizes": sizes, "type": "image/png", "purpose": purpose}
                      for file, sizes, purpose in ICONS],
        }
    return JsonResponse(said, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
