"""What a person sees of the API: their keys, and its reference."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.accounts import services
from mudir.accounts.models import ApiKey
from mudir.api.examples import examples_of
from mudir.kit.arabic.fold import fold
from mudir.kit.forms import LocalDateField, take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.records import registry

LASTS = timedelta(days=90)
OPENED = 3  # operations so few are shown unfolded
ACTS = {"read": gettext_lazy("Read"), "write": gettext_lazy("Read and write")}


class KeyForm(forms.Form):
    """A key is for one kind of record, or for all of them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80,
                           help_text=gettext_lazy("Of the program that asks with it."))
    act = forms.ChoiceField(label=gettext_lazy("It may"), choices=list(ACTS.items()))
    kind = forms.ChoiceField(label=gettext_lazy("Of which records"), required=False)
    last_date = LocalDateField(label=gettext_lazy("Until"), required=False,
                               help_text=gettext_lazy("Without a day it works until you revoke it."))

    def __init__(self, data: Any = None):
        super().__init__(data, initial={"act": "read", "last_date": timezone.localdate() + LASTS})
        kinds = [(record_type.kind, capfirst(record_type.plural)) for record_type in registry.all_types()]
        self.fields["kind"].choices = [("", _("All")), *kinds]

    def scopes(self) -> list[str]:
        kind, act = self.cleaned_data["kind"], self.cleaned_data["act"]
        return [f"{kind}:{act}" if kind else act]

    def expires_at(self) -> datetime | None:
        """The end of the last day, where the person is."""
        day = self.cleaned_data["last_date"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def keys(request: HttpRequest) -> HttpResponse:
    """The person's own keys, and the form of a new one, whose secret is shown in this one answer alone."""
    form, secret, made = KeyForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.make_key(by=request.user, name=form.cleaned_data["name"], scopes=form.scopes(),
                                             expires_at=form.expires_at())
        except ValidationError as error:
            if "expires_at" in getattr(error, "error_dict", {}):
                error = ValidationError({"last_date": error.error_dict["expires_at"]})
            take_errors(form, error)
        else:
            form = KeyForm()
    own = ApiKey.objects.filter(user=request.user, revoked_at=None).order_by("-created_at")
    context = {
        "form": form, "made": made, "secret": secret, "keys": [(key, in_words(key)) for key in own],
        "url": f"{settings.BASE_URL}/api/v1/clients?size=5",
    }
    answer = render_page(request, "api/keys.html", context, status=422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def in_words(key: ApiKey) -> str:
    """What the key opens."""
    said = []
    for scope in key.scopes:
        kind, _colon, act = scope.rpartition(":")
        of = capfirst(registry.for_kind(kind).plural) if kind else _("All")
        said.append(f"{of}: {ACTS[act]}")
    return " · ".join(said)


@require_POST
def revocation(request: HttpRequest, pk: int) -> HttpResponse:
    key = services.revoke_key(get_object_or_404(ApiKey, pk=pk, user=request.user), by=request.user)
    notify(request, _("“%(name)s” opens nothing any more.") % {"name": key.name})
    return HttpResponseRedirect(reverse("programs:keys"))


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Every address of the API, for the person who reads: fields that they may not see are not in it."""
    from mudir.api.urls import OPERATIONS, described  # the addresses name this page

    told, words = described(request.user), request.GET.get("q", "").strip()[:100]
    groups: dict[str, list[dict]] = {}
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            if not is_meant(words, method, path, one["operationId"], one["summary"], one["tags"][0]):
                continue
            [body] = one.get("requestBody", {}).get("content", {"": {}}).values()
            groups.setdefault(one["tags"][0], []).append({
                "method": method.upper(), "path": path, "summary": one["summary"],
                "description": one.get("description", ""),
                "parameters": [given for given in one.get("parameters", []) if given.get("description")],
                "examples": examples_of(OPERATIONS[one["operationId"]], settings.BASE_URL, body),
                "answers": ", ".join(one["responses"]),
            })
    count = sum(map(len, groups.values()))
    context = {"groups": groups, "info": told["info"], "words": words, "count": count, "is_open": count <= OPENED,
               "limit": settings.API_REQUESTS_PER_MINUTE}
    return render_page(request, "api/reference.html", context, fragment="operations")


def is_meant(words: str, *told: str) -> bool:
    """Whether each of the words is in what is told of an operation."""
    whole = fold(" ".join(told)).replace("_", " ")
    return all(word in whole for word in fold(words).replace("_", " ").split())
