"""Who is looking, and how they want to see it."""

import zoneinfo
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from mudir.accounts.hashing import TooMany
from mudir.accounts.models import User
from mudir.kit.addresses import local_or
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import wants_fragment


class Preferences:
    """Puts language, time zone and formatter of the person in place; a visitor gets the browser's language."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        if user.is_authenticated:
            zone = zoneinfo.ZoneInfo(user.time_zone)
            timezone.activate(zone)
            request.formatter = Formatter(language, user.digits, user.calendar, zone)
        else:
            timezone.deactivate()
            request.formatter = Formatter(language)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not user.is_authenticated:
            patch_vary_headers(response, ["Accept-Language"])
        return response


class InLine:
    """Where too many passwords are looked at, the next one is told to come again; the other pages go on."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooMany):
            return None
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = "3"
        return response


class SignInRequired(LoginRequiredMiddleware):
    """Every page asks for a sign-in; htmx is told to go there instead of being handed the page of it.

    A house without users asks for its administrator instead, also where one would sign in.
    """

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> HttpResponse | None:
        asks = getattr(view_func, "login_required", True) or request.resolver_match.url_name == "account_login"
        if asks and not request.user.is_authenticated and not User.objects.exists():
            return _go_to(request, reverse("accounts:welcome"))
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        if not wants_fragment(request):
            return super().handle_no_permission(request, view_func)
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = local_or(f"{shown.path}?{shown.query}" if shown.query else shown.path, "/")
        return _go_to(request, f"{resolve_url(self.get_login_url(view_func))}?{urlencode({'next': back})}")


def _go_to(request: HttpRequest, address: str) -> HttpResponse:
    if not wants_fragment(request):
        return HttpResponseRedirect(address)
    response = HttpResponse(status=401)
    response.headers["HX-Redirect"] = address
    return response
