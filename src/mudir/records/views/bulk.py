"""One act on the chosen records of a list: what is asked for it, how far it is, what was refused, the way back."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from mudir.kit.addresses import local_or
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.templatetags.mudir import counted
from mudir.records import registry
from mudir.records.bulk import running
from mudir.records.bulk.acts import DOINGS, Doing, acts_of
from mudir.records.models import BulkAct, Tag
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.registry import RecordType
from mudir.records.views.lists import refused

SHOWN = 200
KEPT = {"csrfmiddlewaretoken", "act", "answered"}  # of the form itself; all else says which records


@require_POST
def begin(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Ask for what the act needs; answered, do it: a few records at once, many beside the pages."""
    act = request.POST.get("act", "")
    if act == "merge":
        chosen = urlencode([("id", key) for key in request.POST.getlist("id")[:3]])
        return HttpResponseRedirect(f"{reverse('records:merge_two', args=[record_type.slug])}?{chosen}")
    if act not in acts_of(record_type, request.user):
        raise PermissionDenied
    try:
        query = Query(QuerySpec.from_query(record_type.kind, request.POST), request.user)
    except SpecError as error:
        return refused(request, record_type, error)
    doing = DOINGS[act](record_type, request.user, request.POST if "answered" in request.POST else None)
    form = doing.form()
    if form is not None and not (form.is_bound and form.fields and form.is_valid()):
        return ask(request, doing, act, form, query)
    keys = list(query.queryset().order_by("pk").values_list("pk", flat=True)[: running.MOST_KEYS + 1])
    if len(keys) > running.MOST_KEYS:
        return refused(request, record_type, SpecError(
            _("Change at most %(most)s records at once.") % {"most": request.formatter.number(running.MOST_KEYS)}))
    job = running.begin(doing, act, keys=keys, by=request.user, back=back_of(request, record_type))
    if job.is_at_work or job.refused:
        return HttpResponseRedirect(reverse("records:bulk_act", args=[job.pk]))
    notify(request, done_in_words(job, request),
           undo=reverse("records:bulk_undoing", args=[job.pk]) if job.changed else "")
    return HttpResponseRedirect(job.back)


def back_of(request: HttpRequest, record_type: RecordType) -> str:
    """The list that the records were chosen in."""
    back = request.POST.get("back", "")
    return local_or(back if len(back) < 2000 else "", reverse("records:list", args=[record_type.slug]))


def ask(request: HttpRequest, doing: Doing, act: str, form: Any, query: Query) -> HttpResponse:
    names = set(doing.sent()) if doing.data is not None else set()
    is_again = doing.data is not None
    if is_again and not form.fields:
        form = DOINGS[act](doing.record_type, request.user).form()
    chosen = set(request.POST.getlist("field"))
    if act == BulkAct.Act.EDIT and is_again:  # all are offered again, with what was answered
        whole = DOINGS[act](doing.record_type, request.user).form()
        fields = [(form[name] if name in form.fields else whole[name], name in chosen) for name in whole.fields]
    else:
        fields = [(bound, False) for bound in form]
    kept = [(name, value) for name, values in request.POST.lists() for value in values
            if name not in KEPT | names | {"field"} and name not in form.fields]
    count = query.total()
    shown = request.formatter.number(count.count)
    context = {
        "record_type": doing.record_type, "act": act, "title": BulkAct.Act(act).label, "form": form, "fields": fields,
        "kept": kept, "count": shown if count.is_exact else f"{shown}+", "back": back_of(request, doing.record_type),
        "nothing_chosen": is_again and act == BulkAct.Act.EDIT and not chosen,
        "tags": Tag.objects.order_by("name").values_list("name", flat=True)[:500] if act == BulkAct.Act.TAG else (),
    }
    return render_page(request, "records/bulk/ask.html", context, status=422 if is_again else 200)


def own_or_404(request: HttpRequest, pk: int) -> BulkAct:
    """Whoever began it alone."""
    return get_object_or_404(BulkAct.objects.select_related("user"), pk=pk, user=request.user)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    job = own_or_404(request, pk)
    number = request.formatter.number
    record_type = registry.for_kind(job.kind)
    rows = list(job.rows.exclude(reason="").order_by("object_id")[:SHOWN])
    seen = record_type.model.objects.visible_to(request.user).in_bulk([row.object_id for row in rows])
    total = len(job.keys) if job.state != BulkAct.State.UNDOING else job.changed
    context = {
        "job": job, "record_type": record_type, "done": number(job.done), "total": number(total),
        "share": round(100 * job.done / total) if total else 100, "said": done_in_words(job, request),
        "refused": [(seen.get(row.object_id), row.reason) for row in rows],
        "count": number(job.refused if job.state != BulkAct.State.UNDONE else job.kept), "shown": number(len(rows)),
        "can_undo": job.state in {BulkAct.State.DONE, BulkAct.State.FAILED} and job.changed,
    }
    return render_page(request, "records/bulk/act.html", context, fragment="state")


def done_in_words(job: BulkAct, request: HttpRequest) -> str:
    if job.state == BulkAct.State.UNDONE:
        back = counted(job.changed - job.kept, request)
        return ngettext("%(count)s record is what it was.", "%(count)s records are what they were.", back) % {
            "count": back}
    count = counted(job.changed, request)
    if not count:
        return _("There was nothing to change.")
    if job.act == BulkAct.Act.TRASH:
        said = ngettext("%(count)s record is in the trash.", "%(count)s records are in the trash.", count)
    elif job.act == BulkAct.Act.ASSIGN:
        said = ngettext("%(count)s record has a new owner.", "%(count)s records have a new owner.", count)
    else:
        said = ngettext("%(count)s record changed.", "%(count)s records changed.", count)
    return said % {"count": count}


@require_POST
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole act back."""
    job = own_or_404(request, pk)
    if job.is_at_work and job.state != BulkAct.State.UNDOING:
        raise Http404
    job = running.begin_undo(job, by=request.user)
    if job.is_at_work or job.kept:
        return HttpResponseRedirect(reverse("records:bulk_act", args=[pk]))
    notify(request, done_in_words(job, request))
    return HttpResponseRedirect(job.back)
