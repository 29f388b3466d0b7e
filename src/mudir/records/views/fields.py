"""Fields without code, as an administrator makes them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in
from mudir.records import registry, rules
from mudir.records.custom.administration import FieldForm, TrialForm
from mudir.records.custom.trying import kind_of, readable, try_formula
from mudir.records.custom.writing import (
    archive_field,
    create_field,
    edit_field,
    last_edit,
    reorder_fields,
    restore_field,
    take_back_edit,
)
from mudir.records.formulas import FUNCTIONS, KIND_NAMES, LONGEST
from mudir.records.models import CustomField
from mudir.records.registry import RecordType

Type = CustomField.Type
ICONS = {
    Type.TEXT: "note", Type.LONG_TEXT: "rows", Type.NUMBER: "chart", Type.MONEY: "coins", Type.PERCENT: "target",
    Type.DATE: "calendar", Type.MOMENT: "clock", Type.CHOICE: "list", Type.CHOICES: "tag", Type.YES_NO: "check",
    Type.PERSON: "user", Type.RECORD: "clients", Type.PHONE: "phone", Type.EMAIL: "mail", Type.LINK: "link",
    Type.FILE: "clip", Type.COMPUTED: "sum",
}


def managing(request: HttpRequest) -> None:
    if not rules.can_manage_fields(request.user):
        raise PermissionDenied


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The fields of the first kind."""
    managing(request)
    return HttpResponseRedirect(reverse("records:fields", args=[registry.all_types()[0].slug]))


@require_safe
def fields(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The fields of a kind in their order, then those that were put away."""
    managing(request)
    made = list(CustomField.objects.filter(kind=record_type.kind).order_by("position", "pk"))
    known = record_type.custom_fields
    for one in made:
        one.icon, one.is_unknown = ICONS[one.type], one.archived_at is None and one.id_of_field not in known
    context = {
        "record_type": record_type, "record_types": registry.all_types(),
        "fields": [one for one in made if one.archived_at is None],
        "archived": [one for one in made if one.archived_at is not None],
        "is_at_work": any(one.index in {CustomField.Index.ASKED, CustomField.Index.BUILDING} for one in made),
    }
    return render_page(request, "records/fields/fields.html", context, fragment="fields")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """First the type is chosen, then what such a field has."""
    managing(request)
    type = request.GET.get("type", "")
    if type not in Type.values:
        types = [(code, label, ICONS[code]) for code, label in Type.choices]
        return render_page(request, "records/fields/types.html", {"record_type": record_type, "types": types})
    form = FieldForm(record_type, type, request.POST or None, by=request.user)
    if is_trial(request):
        return _page(request, record_type, form)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_field(record_type.kind, by=request.user, type=type, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("“%(name)s” is a field now.") % {"name": made},
                   undo=reverse("records:field_archiving", args=[made.pk]))
            return HttpResponseRedirect(reverse("records:fields", args=[record_type.slug]))
    return _page(request, record_type, form)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    made = get_object_or_404(CustomField, pk=pk)
    record_type = _record_type_of(made)
    form = FieldForm(record_type, made.type, request.POST or None, by=request.user, made=made)
    if is_trial(request):
        return _page(request, record_type, form)
    if request.method == "POST" and form.is_valid():
        try:
            made = edit_field(made, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            edit = dict(zip(("before", "after"), last_edit(made) or (), strict=False))
            undo = f"{reverse('records:field_undoing', args=[pk])}?{urlencode(edit)}" if edit else ""
            notify(request, _("“%(name)s” is saved.") % {"name": made}, undo=undo)
            return HttpResponseRedirect(reverse("records:fields", args=[record_type.slug]))
    return _page(request, record_type, form)


@require_POST
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an edit, by the kept versions before and after it."""
    managing(request)
    made = get_object_or_404(CustomField, pk=pk)
    before, after = (number_in(request.GET.get(name, "")) or 0 for name in ("before", "after"))
    try:
        made = take_back_edit(made, by=request.user, before=before, after=after)
    except ValidationError as error:
        notify(request, " ".join(error.messages))
    else:
        notify(request, _("“%(name)s” is what it was.") % {"name": made})
    return _back(made)


@require_POST
def archiving(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    made = get_object_or_404(CustomField, pk=pk)
    try:
        made = archive_field(made, by=request.user)
    except ValidationError as error:
        notify(request, " ".join(error.messages), level=messages.WARNING)
    else:
        notify(request, _("“%(name)s” is put away; its values stay with the records.") % {"name": made},
               undo=reverse("records:field_restoration", args=[pk]))
    return _back(made)


@require_POST
def restoration(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    made = get_object_or_404(CustomField, pk=pk)
    try:
        made = restore_field(made, by=request.user)
    except ValidationError as error:
        notify(request, " ".join(error.messages), level=messages.WARNING)
    else:
        notify(request, _("“%(name)s” is back.") % {"name": made})
    return _back(made)


@require_POST
def order(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Put the fields in the order that was sent; `up` or `down` names one that changes places with its neighbour."""
    managing(request)
    present = CustomField.objects.filter(kind=record_type.kind, archived_at__isnull=True).order_by("position", "pk")
    before = list(present.values_list("pk", flat=True))
    sent = map(number_in, request.POST.getlist("order") or request.GET.getlist("order"))
    given = [key for key in sent if key is not None]
    wanted = _moved(given or before, request.POST)
    reorder_fields(record_type.kind, order=wanted, by=request.user)
    address = reverse("records:fields_order", args=[record_type.slug])
    notify(request, _("The fields stand in their new order."),
           undo=f"{address}?{urlencode({'order': before}, doseq=True)}")
    return HttpResponseRedirect(reverse("records:fields", args=[record_type.slug]))


def _moved(keys: list[int], sent: Any) -> list[int]:
    for name, step in (("up", -1), ("down", 1)):
        key = number_in(sent.get(name, ""))
        if key in keys:
            place = keys.index(key)
            other = place + step
            if 0 <= other < len(keys):
                keys[place], keys[other] = keys[other], keys[place]
    return keys


def _record_type_of(made: CustomField) -> RecordType:
    try:
        return registry.for_kind(made.kind)
    except KeyError:  # a kind that this program has no more
        raise Http404 from None


def _back(made: CustomField) -> HttpResponse:
    return HttpResponseRedirect(reverse("records:fields", args=[_record_type_of(made).slug]))


def is_trial(request: HttpRequest) -> bool:
    """Whether the formula is only tried out: by the button, or while somebody is writing it."""
    return request.POST.get("do") == "try"


def _page(request: HttpRequest, record_type: RecordType, form: FieldForm) -> HttpResponse:
    context = {"record_type": record_type, "form": form, "made": form.made, "type_name": Type(form.type).label}
    if form.type == Type.COMPUTED:
        context |= _formula_of(request, record_type, form)
    if is_trial(request):
        return render_page(request, "records/fields/field.html", context, fragment="trial")
    return render_page(request, "records/fields/field.html", context, status=422 if form.errors else 200)


def _formula_of(request: HttpRequest, record_type: RecordType, form: FieldForm) -> dict:
    """What the formula may be made of, and what it says of some records as it stands in the form."""
    trial_form = TrialForm(record_type, request.POST if is_trial(request) else None, by=request.user)
    record = trial_form.cleaned_data.get("record") if trial_form.is_bound and trial_form.is_valid() else None
    text = form["formula"].value() or ""
    digits = number_in(str(form["digits"].value()))
    made = CustomField(kind=record_type.kind, code=form.made.code if form.made else "", type=Type.COMPUTED,
                       formula=text[:LONGEST + 1], digits=min(digits or 0, 6))
    return {
        "words": [(field.id, field.label, KIND_NAMES[kind_of(field)])
                  for field in readable(record_type, form.made, request.user)],
        "functions": FUNCTIONS.items(), "trial_form": trial_form,
        "trial": try_formula(record_type, made, by=request.user, fmt=request.formatter, record=record)
        if text.strip() else None,
    }
