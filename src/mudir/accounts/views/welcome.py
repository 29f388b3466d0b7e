"""The first page of a new house, and what a visitor may choose before signing in."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts import services
from mudir.accounts.forms import WelcomeForm
from mudir.accounts.models import User
from mudir.kit.addresses import local_or
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Make the administrator, once; then this page is as unknown as any other."""
    if User.objects.exists():
        raise Http404
    form = WelcomeForm(request.POST or None, initial={"language": get_language(), "country": settings.COUNTRY})
    if request.method == "POST" and form.is_valid():
        try:
            user = services.set_up(**form.cleaned_data)
        except services.AlreadySetUp:
            raise Http404 from None
        except ValidationError as error:
            take_errors(form, error)
        else:
            record_authentication(request, user, method="password", email=user.email)
            return perform_login(request, user, email_verification="none")
    return render_page(request, "accounts/welcome.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep a visitor's language for the next pages; a user's own one is among the preferences."""
    wish = request.POST.get("language", "")
    if wish not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("There is no such theme or language."))
    response = HttpResponseRedirect(local_or(request.POST.get("next"), "/"))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wish, max_age=365 * 24 * 3600, httponly=True,
                        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response
