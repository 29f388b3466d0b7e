"""One address answers a full page or its fragment, as htmx 4 asks."""

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx will put the answer into a page that is already there."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"


def render_page(
    request: HttpRequest, template: str, context: dict | None = None, *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render the template, or only its partial named `fragment` when htmx asks for a part of the page."""
    if fragment and wants_fragment(request):
        template = f"{template}#{fragment}"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def led_to(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page, also where htmx asks for a part of this one."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


class Toasts:
    """Middleware: a fragment brings the messages that wait for the person, as toasts beside its own content."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        shown = response.status_code < 300 or response.status_code == 422
        if shown and not response.streaming and wants_fragment(request) and len(get_messages(request)):
            response.content += render_to_string("components/toasts_beside.html", request=request).encode()
        return response
