"""Making and changing a record."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import version_of
from mudir.records import rules, services
from mudir.records.forms import RecordForm, make_form
from mudir.records.models import Event, Record
from mudir.records.registry import RecordType
from mudir.records.services import Conflict
from mudir.records.views.record import led_on, seen_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Make a record; the address may bring what is known already: `?name=…`."""
    if not rules.can_create(request.user, record_type.model):
        raise PermissionDenied
    form = make_form(record_type, request.user, data=request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            record = services.create_of(record_type)(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("“%(record)s” is saved.") % {"record": record},
                   undo=reverse("records:trash", args=[record_type.slug, record.pk]))
            return HttpResponseRedirect(record.get_absolute_url())
    context = {"record_type": record_type, "form": form}
    return render_page(request, "records/form.html", context, fragment="form", status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@led_on
def edit(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Change a record. Saved by somebody else meanwhile, both values are shown and the person chooses."""
    record = seen_or_404(request, record_type, pk)
    if not rules.can_edit(request.user, record):
        raise PermissionDenied
    form = make_form(record_type, request.user, data=request.POST or None, instance=record)
    context = {"record_type": record_type, "record": record, "form": form, "version": record.version}
    status = 200
    if request.method == "POST":
        version = version_of(request)
        if version is None:
            return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
        status = 422
        if form.is_valid():
            data = {name: value for name, value in form.cleaned_data.items()
                    if request.POST.get(f"keep-{name}") != "theirs"}
            try:
                services.edit_of(record_type)(record, by=request.user, version=version, **data)
            except ValidationError as error:
                take_errors(form, error)
            except Conflict as conflict:
                status = 409
                context |= both_values(form, conflict.current, version)
            else:
                notify(request, _("“%(record)s” is saved.") % {"record": record})
                return HttpResponseRedirect(record.get_absolute_url())
    return render_page(request, "records/form.html", context, fragment="form", status=status)


def both_values(form: RecordForm, current: Record, version: int) -> dict:
    """What differs between the form as sent and the record as it stands now.

    What the person left as it was at the `version` they read is not theirs: there the saved value is chosen already.
    """
    now = form.values_of(current, list(form.cleaned_data))
    read = current.history_rows.filter(version=version).order_by("-pgh_id").values().first() or {}
    differing = [
        {"name": name, "label": form.fields[name].label if name in form.fields else name,
         "theirs": form.shown(name, now[name]), "mine": form.shown(name, mine),
         "is_untouched": form.custom[name].read(read.get("custom") or {}) == mine if name in form.custom
         else _is_kept_in(read, name, mine)}
        for name, mine in form.cleaned_data.items() if now[name] != mine
    ]
    last = Event.objects.filter(kind=current._meta.label_lower, object_id=current.pk).order_by("-at", "-id")
    return {"conflict": differing, "version": current.version, "last_event": last.select_related("actor").first()}


def _is_kept_in(read: Mapping[str, Any], name: str, mine: Any) -> bool:
    """Whether a value is what stood there when the form was opened; of a list of rows nobody can tell."""
    if isinstance(mine, models.Model):
        return read.get(f"{name}_id") == mine.pk
    return read.get(name, read.get(f"{name}_id", ...)) == mine
