"""Whose a record is, whether it is confidential, with whom it is shared, and who looked at it."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.records import reasons, rules, sharing, viewings
from mudir.records.forms import AssignForm, ShareForm
from mudir.records.models import Record, Share
from mudir.records.registry import RecordType
from mudir.records.scope import has_own_access
from mudir.records.views.record import seen_or_404

LOOKS_SHOWN = 30


def _shares_of(record: Record) -> QuerySet[Share]:
    return Share.objects.filter(kind=record._meta.label_lower, object_id=record.pk)


def _page(request: HttpRequest, record_type: RecordType, record: Record, **forms: Any) -> HttpResponse:
    if not rules.can_assign(request.user, record):
        raise PermissionDenied
    today = timezone.localdate()
    shares = _shares_of(record).select_related("user", "team", "granted_by").order_by("pk")
    context = {
        "record_type": record_type, "record": record,
        "is_shared_by_itself": has_own_access(type(record)),
        "above": reasons.seen_with(record, request.user),
        "assign_form": AssignForm(initial={"owner": record.owner_id}) if record_type.assign else None,
        "share_form": ShareForm(confidential=record.confidential),
        "shares": [(share, share.until is not None and share.until < today) for share in shares],
        "can_set_confidential": rules.can_set_confidential(request.user, record),
        "looks": viewings.viewings_of(record)[:LOOKS_SHOWN] if record.confidential else [],
    } | forms
    refused = any(form.errors for form in forms.values())
    return render_page(request, "records/access.html", context, fragment="access", status=422 if refused else 200)


def _shared_by_itself_or_404(request: HttpRequest, record_type: RecordType, pk: int) -> Record:
    if not has_own_access(record_type.model):
        raise Http404
    return seen_or_404(request, record_type, pk)


def _back(record_type: RecordType, record: Record) -> HttpResponse:
    return HttpResponseRedirect(reverse("records:access", args=[record_type.slug, record.pk]))


@require_safe
def page(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    return _page(request, record_type, seen_or_404(request, record_type, pk))


@require_POST
def assign(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    record = seen_or_404(request, record_type, pk)
    if record_type.assign is None:
        raise Http404
    form = AssignForm(request.POST)
    if form.is_valid():
        try:
            assigned = record_type.assign(record, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("“%(record)s” belongs to %(owner)s.") % {"record": record, "owner": assigned.owner})
            if record_type.model.objects.visible_to(request.user).filter(pk=pk).exists():
                return HttpResponseRedirect(record.get_absolute_url())
            return HttpResponseRedirect(reverse("records:list", args=[record_type.slug]))
    return _page(request, record_type, record, assign_form=form)


@require_POST
def confidentiality(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    record = _shared_by_itself_or_404(request, record_type, pk)
    wanted = request.POST.get("confidential") or request.GET.get("confidential", "")  # undoing names it in the address
    if wanted not in {"yes", "no"}:
        return HttpResponseBadRequest(_("Say whether the record is confidential: yes or no."))
    sharing.set_confidential(record, by=request.user, confidential=wanted == "yes")
    said = _("“%(record)s” is confidential.") if wanted == "yes" else _("“%(record)s” is no longer confidential.")
    address = reverse("records:confidentiality", args=[record_type.slug, pk])
    notify(request, said % {"record": record}, undo=f"{address}?confidential={'no' if wanted == 'yes' else 'yes'}")
    return _back(record_type, record)


@require_POST
def share(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    record = _shared_by_itself_or_404(request, record_type, pk)
    form = ShareForm(request.POST, confidential=record.confidential)
    if form.is_valid():
        try:
            made = sharing.share(record, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("Shared with %(name)s.") % {"name": made.user or made.team},
                   undo=reverse("records:unshare", args=[record_type.slug, record.pk, made.pk]))
            return _back(record_type, record)
    return _page(request, record_type, record, share_form=form)


@require_POST
def unshare(request: HttpRequest, record_type: RecordType, pk: int, share_pk: int) -> HttpResponse:
    record = _shared_by_itself_or_404(request, record_type, pk)
    given = get_object_or_404(_shares_of(record), pk=share_pk)
    sharing.unshare(record, by=request.user, share=given)
    notify(request, _("No longer shared with %(name)s.") % {"name": given.user or given.team},
           undo=reverse("records:share_restoration", args=[record_type.slug, record.pk, share_pk]))
    return _back(record_type, record)


@require_POST
def put_back(request: HttpRequest, record_type: RecordType, pk: int, share_pk: int) -> HttpResponse:
    """Share as before a share was taken back."""
    record = _shared_by_itself_or_404(request, record_type, pk)
    try:
        made = sharing.put_back_share(record, by=request.user, share_pk=share_pk)
    except Share.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        notify(request, " ".join(error.messages))
    else:
        notify(request, _("Shared with %(name)s.") % {"name": made.user or made.team})
    return _back(record_type, record)
