"""What to keep in mind about a client or a person."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mudir.clients import rules, services
from mudir.clients.forms import NuanceForm
from mudir.clients.models import Client, Contact, Nuance
from mudir.clients.occasions import next_occasion
from mudir.clients.services.reach import parent_of
from mudir.clients.views import seen_or_404
from mudir.kit.formatting import Formatter
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records import registry

ICONS = {
    Nuance.Kind.PREFERENCE: "day", Nuance.Kind.ETIQUETTE: "star", Nuance.Kind.DATE: "cake",
    Nuance.Kind.PROMISE: "heart", Nuance.Kind.INTEREST: "target", Nuance.Kind.RELATION: "link",
}


@dataclass(frozen=True)
class Line:
    """A nuance as it is shown, with the day it is next about, its address and that of its removal."""

    nuance: Nuance
    icon: str
    date: date | None
    said: str  # that day in the reader's words
    hijri: str  # the same in the Hijri calendar, where the day is kept by it and the reader is not shown it anyhow
    url: str
    removal_url: str


def lines_of(record: Client | Contact, fmt: Formatter) -> list[Line]:
    """What to keep in mind: days that come first, in their order, then the rest as it was written down."""
    name, today = record._meta.model_name, timezone.localdate()
    lines = []
    for nuance in Nuance.objects.filter(**parent_of(record)).order_by("pk"):
        day = nuance.date
        if day and nuance.is_yearly:
            day = next_occasion(day, nuance.calendar, today=today)
        is_hijri = nuance.calendar == Nuance.Calendar.HIJRI and fmt.calendar == "gregorian"
        lines.append(Line(
            nuance=nuance, icon=ICONS[nuance.kind], date=day, said=fmt.date(day) if day else "",
            hijri=fmt.hijri(day) if day and is_hijri else "",
            url=reverse(f"clients:{name}_nuance", args=[record.pk, nuance.pk]),
            removal_url=reverse(f"clients:remove_{name}_nuance", args=[record.pk, nuance.pk]),
        ))
    return sorted(lines, key=lambda line: (line.date is None or line.date < today, line.date or date.max))


def _seen(model: type[Client] | type[Contact], request: HttpRequest, pk: int) -> Client | Contact:
    """The record of whoever may know what is to be kept in mind."""
    record = seen_or_404(model, request, pk)
    if "nuances" in registry.for_model(model).hidden_from(request.user):
        raise Http404
    return record


def _panel(
    request: HttpRequest, record: Client | Contact, form: NuanceForm | None = None, editing: Nuance | None = None
) -> HttpResponse:
    name = record._meta.model_name
    context = {
        "record": record, "lines": lines_of(record, request.formatter), "form": form, "editing": editing,
        "url": reverse(f"clients:{name}_nuances", args=[record.pk]),
        "form_url": reverse(f"clients:{name}_nuance", args=[record.pk, editing.pk]) if editing
        else reverse(f"clients:{name}_nuances", args=[record.pk]),
        "can_edit": rules.can_edit(request.user, record),
    }
    return render_page(request, "clients/nuances.html", context, fragment="panel",
                       status=422 if form and form.errors else 200)


def _list(request: HttpRequest, model: type[Client] | type[Contact], pk: int) -> HttpResponse:
    record = _seen(model, request, pk)
    if request.method != "POST" and "add" not in request.GET:
        return _panel(request, record)
    if not rules.can_edit(request.user, record):
        raise PermissionDenied
    form = NuanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            nuance = services.add_nuance(record, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            removal = reverse(f"clients:remove_{record._meta.model_name}_nuance", args=[record.pk, nuance.pk])
            notify(request, _("Written down."), undo=removal)
            return _panel(request, record) if wants_fragment(request) else _back(record)
    return _panel(request, record, form)


def _edit(request: HttpRequest, model: type[Client] | type[Contact], pk: int, nuance_pk: int) -> HttpResponse:
    record = _seen(model, request, pk)
    nuance = get_object_or_404(Nuance, pk=nuance_pk, **parent_of(record))
    if not rules.can_edit(request.user, record):
        raise PermissionDenied
    initial = {name: getattr(nuance, name) for name in ("text", "kind", "date", "calendar", "is_yearly")}
    form = NuanceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_nuance(record, nuance=nuance, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("Saved."))
            return _panel(request, record) if wants_fragment(request) else _back(record)
    return _panel(request, record, form, nuance)


def _remove(request: HttpRequest, model: type[Client] | type[Contact], pk: int, nuance_pk: int) -> HttpResponse:
    record = _seen(model, request, pk)
    nuance = get_object_or_404(Nuance, pk=nuance_pk, **parent_of(record))
    removal = services.remove_nuance(record, nuance=nuance, by=request.user)
    notify(request, _("Removed."), undo=reverse("clients:put_back", args=["nuance", removal]))
    return _panel(request, record) if wants_fragment(request) else _back(record)


def _back(record: Client | Contact) -> HttpResponse:
    return HttpResponseRedirect(record.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def of_client(request: HttpRequest, pk: int) -> HttpResponse:
    return _list(request, Client, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def of_contact(request: HttpRequest, pk: int) -> HttpResponse:
    return _list(request, Contact, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_of_client(request: HttpRequest, pk: int, nuance_pk: int) -> HttpResponse:
    return _edit(request, Client, pk, nuance_pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_of_contact(request: HttpRequest, pk: int, nuance_pk: int) -> HttpResponse:
    return _edit(request, Contact, pk, nuance_pk)


@require_POST
def remove_of_client(request: HttpRequest, pk: int, nuance_pk: int) -> HttpResponse:
    return _remove(request, Client, pk, nuance_pk)


@require_POST
def remove_of_contact(request: HttpRequest, pk: int, nuance_pk: int) -> HttpResponse:
    return _remove(request, Contact, pk, nuance_pk)
