"""How the reader wants to see things."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from mudir.accounts import services
from mudir.accounts.forms import PreferencesForm
from mudir.accounts.forms.preferences import weekday_names
from mudir.kit.addresses import local_or
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify

FROM_THE_BAR = ("theme", "language")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    if "next" in request.POST:
        return _from_the_bar(request)
    form = PreferencesForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_preferences(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            with override(form.cleaned_data["language"]):
                notify(request, _("Saved."))
            return HttpResponseRedirect(reverse("accounts:preferences"))
    days = weekday_names()
    context = {
        "form": form, "now": timezone.now(), "first_day": days[request.user.first_weekday],
        "days_off": [days[number] for number in sorted(request.user.weekend)],
    }
    return render_page(request, "accounts/preferences.html", context, status=422 if form.errors else 200)


def _from_the_bar(request: HttpRequest) -> HttpResponse:
    """One value changed from any page, which is shown again."""
    wish = {name: request.POST[name] for name in FROM_THE_BAR if name in request.POST}
    try:
        services.save_preferences(by=request.user, **wish)
    except ValidationError:
        return HttpResponseBadRequest(_("There is no such theme or language."))
    return HttpResponseRedirect(local_or(request.POST["next"], "/"))
