"""Making two records one: which two, what stands of each, and the way back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.accounts.models import User
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import VERSION_DIGITS, number_in
from mudir.records import merging, registry, rules
from mudir.records.custom.fields import CustomFieldOf
from mudir.records.fields import Field
from mudir.records.forms import RelatedRecordField
from mudir.records.merging import BOTH, CannotUndo, Choice
from mudir.records.models import Merge, Record
from mudir.records.projection import draw, read_values, value_of
from mudir.records.registry import RecordType
from mudir.records.services import Conflict
from mudir.records.views.record import led_on, seen_or_404

MOST_COUNTED = 999
PICK = "pick-"
LINK = re.compile(r"</?a\b[^<>]*>")


@dataclass(frozen=True)
class Side:
    """One of the two, as the page shows it."""

    record: Record
    hangs_on: list[tuple[str, str]]  # rows of other kinds: how many, and what they are called
    may_go: bool  # whether it may go up in the other one


@dataclass(frozen=True)
class Option:
    value: str
    html: SafeString
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    """One field: what each of the two says."""

    field: Field
    options: list[Option]  # of the first and the second record
    both: Option | None


@require_http_methods(["GET", "HEAD", "POST"])
@led_on
def merge(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Choose the other record; then, with `?with=`, see both side by side and choose what stands."""
    record = seen_or_404(request, record_type, pk)
    if record_type.merger is None:
        raise Http404
    if not rules.can_merge(request.user, record):
        raise PermissionDenied
    wanted = (request.POST if request.method == "POST" else request.GET).get("with", "")
    if not wanted:
        return HttpResponseBadRequest(_("Choose two records.")) if request.method == "POST" else choose_other(
            request, record_type, record)
    key = number_in(wanted)
    if not key or key == pk:
        raise Http404
    other = seen_or_404(request, record_type, key)
    if request.method == "POST":
        return join(request, record_type, record, other)
    return compare(request, record_type, record, other)


def choose_other(request: HttpRequest, record_type: RecordType, record: Record) -> HttpResponse:
    """The box to name the other record in, and what went up in this one already."""
    seen = record_type.model.objects.visible_to(request.user).exclude(pk=record.pk)

    class OtherForm(forms.Form):
        other = RelatedRecordField(seen, label=record_type.name)

    form = OtherForm(request.GET if "other" in request.GET else None)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(f"{request.path}?with={form.cleaned_data['other'].pk}")
    merges = [(one, merging.may_undo(one, record, by=request.user)) for one in merging.merges_of(record)[:50]]
    context = {
        "record_type": record_type, "record": record, "form": form,
        "merges": [(one, may, labels_of(record_type, merging.changed_since(one, record_type), request.user) if may
                    else "") for one, may in merges],
    }
    return render_page(request, "records/merge_choice.html", context, fragment="choice",
                       status=422 if form.errors else 200)


def labels_of(record_type: RecordType, columns: list[str], user: User) -> str:
    """Fields as the person knows them, one after the other; those hidden from them are not named."""
    visible = record_type.visible_fields(user)
    return str(_(", ")).join(str(visible[name].label) for name in columns if name in visible)


def compare(
    request: HttpRequest, record_type: RecordType, first: Record, second: Record, *, status: int = 200,
    picked: Mapping[str, Any] | None = None, **beside: Any,
) -> HttpResponse:
    """Both records side by side: what differs first, what is the same folded away."""
    given = request.POST if request.method == "POST" else request.GET
    by, pair = request.user, (first, second)
    may_go = {one.pk: not merging.why_not(other, one, by=by) for one, other in (pair, pair[::-1])}
    survivor = merging.suggested_survivor(first, second)
    if given.get("survivor") in {str(first.pk), str(second.pk)}:
        survivor = first if given["survivor"] == str(first.pk) else second
    if not may_go[(second if survivor is first else first).pk] and may_go[survivor.pk]:
        survivor = second if survivor is first else first
    choices = merging.choices_of(first, second, survivor=survivor, by=by)
    whole = given.get("all", "")
    lines = [line_of(choice, pair, picked or _all_of(choices, whole, pair), request) for choice in choices]
    context = {
        "record_type": record_type, "record": first, "other": second, "survivor": survivor,
        "sides": [Side(one, hanging_on(one, request), may_go[one.pk]) for one in pair],
        "why_not": "" if any(may_go.values()) else merging.why_not(first, second, by=by),
        "differing": [line for choice, line in zip(choices, lines, strict=True) if not choice.is_same],
        "same": [line for choice, line in zip(choices, lines, strict=True) if choice.is_same],
        "will_be_confidential": first.confidential != second.confidential,
    } | beside
    return render_page(request, "records/merge.html", context, fragment="merge", status=status)


def _all_of(choices: list[Choice], key: str, pair: tuple[Record, Record]) -> dict[str, str]:
    """Every value of one record, where it has one."""
    keys = [str(record.pk) for record in pair]
    if key not in keys:
        return {}
    return {choice.field.id: key for choice in choices if choice.values[keys.index(key)] not in (None, "", [])}


def line_of(
    choice: Choice, pair: tuple[Record, Record], picked: Mapping[str, Any], request: HttpRequest
) -> Line:
    chosen, field = str(picked.get(choice.field.id, choice.proposed)), choice.field
    if isinstance(field, CustomFieldOf) and field.has_name:
        found = read_values(registry.for_model(type(pair[0])), [record.pk for record in pair], [field], request.user)
        values = [found[record.pk][0] for record in pair]
    else:
        values = [value_of(record, field) for record in pair]
    options = [Option(str(record.pk), unlinked(draw(field, value, request.formatter)), chosen == str(record.pk))
               for record, value in zip(pair, values, strict=True)]
    both = Option(BOTH, SafeString(""), chosen == BOTH) if choice.can_combine else None
    return Line(field, options, both)


def unlinked(drawn: SafeString) -> SafeString:
    """A value to be chosen by a click on it: it does not call anybody."""
    return mark_safe(LINK.sub("", drawn))  # noqa: S308  only tags of ours are taken out


def hanging_on(record: Record, request: HttpRequest) -> list[tuple[str, str]]:
    """How many rows of each kind the person sees that hang on the record."""
    found = []
    for record_type in registry.all_types():
        columns = [column for column in record_type.model._meta.concrete_fields if column.related_model is type(record)]
        for column in columns:
            rows = record_type.model.objects.visible_to(request.user).filter(**{column.name: record})
            count = len(rows.order_by().values_list("pk")[: MOST_COUNTED + 1])
            if count:
                words = request.formatter.number(min(count, MOST_COUNTED))
                found.append((f"{words}+" if count > MOST_COUNTED else words, str(record_type.plural)))
    return found


def join(request: HttpRequest, record_type: RecordType, first: Record, second: Record) -> HttpResponse:
    """Merge as the form says; what does not fit any more is shown again with what was chosen."""
    pair = {str(record.pk): record for record in (first, second)}
    survivor = pair.get(request.POST.get("survivor", ""))
    versions = {record.pk: number_in(request.POST.get(f"version-{key}", ""), digits=VERSION_DIGITS)
                for key, record in pair.items()}
    if survivor is None or None in versions.values():
        return HttpResponseBadRequest(_("Choose which record stays, on the page that shows both."))
    other = second if survivor is first else first
    picked = {name.removeprefix(PICK): value for name, value in request.POST.items() if name.startswith(PICK)}
    picks = {name: value if value == BOTH else number_in(value) or value for name, value in picked.items()}
    try:
        made = merging.merge(survivor, other, by=request.user, picks=picks, versions=versions)
    except ValidationError as error:
        return compare(request, record_type, first, second, picked=picked, status=422, errors=error.messages)
    except Conflict:
        # Read anew: what stands there now is what the person has to look at.
        fresh = record_type.model.objects.visible_to(request.user).select_related("owner", "team").in_bulk(
            [first.pk, second.pk])
        return compare(request, record_type, fresh[first.pk], fresh[second.pk], picked=picked, status=409,
                       is_conflict=True)
    text = _("“%(other)s” is merged into “%(record)s” now.") % {"other": made.merged_name, "record": survivor}
    notify(request, text, undo=reverse("records:undo_merge", args=[made.pk]))
    return HttpResponseRedirect(reverse("records:page", args=[record_type.slug, survivor.pk]))


@require_safe
def merge_two(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The two that are ticked in a list: `?id=…&id=…`."""
    if record_type.merger is None:
        raise Http404
    keys = list(dict.fromkeys(filter(None, map(number_in, request.GET.getlist("id")))))
    if len(keys) == 1:
        return HttpResponseRedirect(reverse("records:merge", args=[record_type.slug, keys[0]]))
    if len(keys) == 2:
        return HttpResponseRedirect(f"{reverse('records:merge', args=[record_type.slug, keys[0]])}?with={keys[1]}")
    notify(request, _("Tick two records to merge them; of several, merge two at a time."), level=messages.WARNING)
    return HttpResponseRedirect(reverse("records:list", args=[record_type.slug]))


@require_POST
def undo_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Two of one again. What somebody has changed since is named, and stays."""
    made = get_object_or_404(Merge, pk=pk)
    record_type = registry.for_kind(made.kind)
    try:
        survivor, kept = merging.undo_merge(made, by=request.user)
    except CannotUndo as refusal:
        stands = merging.merged_into(record_type, made.survivor_id, request.user)
        notify(request, " ".join(refusal.messages), level=messages.WARNING)
        key = stands.pk if stands else made.survivor_id
        return HttpResponseRedirect(reverse("records:page", args=[record_type.slug, key]))
    names = {"record": survivor, "other": made.merged_name, "fields": labels_of(record_type, kept, request.user)}
    if names["fields"]:
        text = _("“%(other)s” is back. “%(record)s” keeps what was changed since: %(fields)s.") % names
    else:
        text = _("“%(record)s” and “%(other)s” are two records again.") % names
    notify(request, text)
    return HttpResponseRedirect(reverse("records:page", args=[record_type.slug, survivor.pk]))
