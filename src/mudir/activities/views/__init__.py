"""The day, and what stands about calls, notes and tasks on the pages of clients and contacts."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page where the click was made, as far as the browser tells and it is one of ours."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return HttpResponseRedirect(otherwise)
    parts = urlsplit(came_from)
    return HttpResponseRedirect(f"{parts.path}?{parts.query}" if parts.query else parts.path)
