"""Bringing in a file: upload, columns, check, import, result. One address per import shows where it stands."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.accounts.models import User
from mudir.kit.htmx import render_page
from mudir.kit.numbers import number_in
from mudir.records import registry, rules
from mudir.records.importing import intake, rejects
from mudir.records.importing.encoding import CHOICES
from mudir.records.importing.importer import importers
from mudir.records.importing.reasons import sentence
from mudir.records.importing.tables import Unreadable
from mudir.records.models import Import, ImportRow

SHOWN = 20  # rejected rows and duplicates on the page
LISTED = 50  # imports in the list
TALLIED = 5000  # rejected rows whose columns are counted
Outcome = ImportRow.Outcome
State = Import.State
TONES = {State.DONE: "good", State.FAILED: "bad", State.UNDONE: "warn", State.CHECKED: "info"}


def own_or_404(request: HttpRequest, pk: int) -> Import:
    """An import is its maker's alone: the file may hold what nobody else is to see."""
    return get_object_or_404(Import.objects.select_related("user"), pk=pk, user=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The imports of the person, and the box that takes a file."""
    if not rules.can_import(request.user):
        raise PermissionDenied
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise Unreadable(_("Choose a file first."))
            job = intake.receive(file, file.name, by=request.user)
        except Unreadable as problem:
            error = str(problem)
        else:
            return HttpResponseRedirect(reverse("records:import", args=[job.pk]))
    jobs = Import.objects.filter(user=request.user).order_by("-created_at")[:LISTED]
    context = {
        "error": error,
        "jobs": [{"job": job, "tone": TONES.get(job.state, ""), "kind": registry.for_kind(job.kind).plural,
                  "rows": request.formatter.number(job.rows), "when": request.formatter.ago(job.created_at)}
                 for job in jobs],
    }
    return render_page(request, "records/imports/list.html", context, fragment="imports", status=422 if error else 200)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the import stands; while it works, htmx asks again. `?step=columns` goes back to the columns."""
    return show(request, own_or_404(request, pk))


def show(request: HttpRequest, job: Import, *, error: str = "", status: int = 200) -> HttpResponse:
    number = request.formatter.number
    at_columns = job.state == State.DRAFT or (
        job.state in {State.CHECKED, State.FAILED} and request.GET.get("step") == "columns") or bool(error)
    context: dict[str, Any] = {
        "job": job, "error": error, "at_columns": at_columns, "steps": steps_of(job, at_columns=at_columns),
        "record_type": registry.for_kind(job.kind), "rows": number(job.rows), "size": request.formatter.size(job.size),
        "column_count": number(len(job.heads)), "url": reverse("records:import", args=[job.pk]),
    }
    if at_columns:
        context |= columns_context(job, request.user)
    elif job.is_at_work:
        context |= {"done": number(job.done), "share": round(100 * job.done / job.rows) if job.rows else 0}
    else:
        context |= result_context(job, request)
    return render_page(request, "records/imports/import.html", context, fragment="state", status=status)


def steps_of(job: Import, *, at_columns: bool) -> list[dict[str, Any]]:
    titles = [_("Upload"), _("Columns"), _("Check without saving"), _("Import")]
    if at_columns:
        now = 1
    elif job.state in {State.CHECKING, State.CHECKED}:
        now = 2
    else:
        now = 4 if job.state in {State.DONE, State.UNDONE} else 3
    return [{"title": title, "number": place + 1, "done": place < now, "current": place == now}
            for place, title in enumerate(titles)]


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def columns_context(job: Import, user: User) -> dict[str, Any]:
    importer = registry.for_kind(job.kind).importer
    groups: dict[str, list] = {}
    for target in importer.targets(user):
        groups.setdefault(str(target.group), []).append((target.id, str(target.label)))
    known = sum(map(bool, job.mapping))
    return {
        "columns": [
            {"name": f"target-{place}", "head": head, "target": target, "samples": samples}
            for place, (head, target, samples) in enumerate(zip(job.heads, job.mapping, job.samples, strict=True))
        ],
        "groups": list(groups.items()),
        "known": known,
        "kinds": [(one.record_type().kind, one.record_type().plural) for one in importers()
                  if rules.can_create(user, one.model) and rules.can_import(user, one.model)],
        "encodings": list(CHOICES.items()) if job.format == Import.Format.TEXT else [],
    }


@require_POST
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Columns as the person mapped them; another kind or encoding reads the file anew, else the check begins."""
    job = own_or_404(request, pk)
    kind, encoding = request.POST.get("kind", ""), request.POST.get("encoding", "")
    read_anew = "read" in request.POST or (kind and kind != job.kind) or (encoding and encoding != job.encoding)
    targets = [request.POST.get(f"target-{place}", "") for place in range(len(job.heads))]
    try:
        if read_anew:
            job = intake.map_columns(job, by=request.user, kind=kind, encoding=encoding)
        else:
            job = intake.map_columns(job, by=request.user, mapping=targets)
            job = intake.begin_check(job, by=request.user)
    except ValidationError as problem:
        return show(request, job, error=" ".join(problem.messages), status=422)
    return HttpResponseRedirect(reverse("records:import", args=[pk]))


# ── check and result ─────────────────────────────────────────────────────────────────────────────────────────────────


def result_context(job: Import, request: HttpRequest) -> dict[str, Any]:
    """What would happen, or has happened: counts, the first rejected rows, the first duplicates."""
    number = request.formatter.number
    found = ImportRow.objects.filter(of=job).order_by("number")
    rejected = list(found.filter(outcome=Outcome.REJECTED)[:SHOWN])
    known = list(found.exclude(outcome=Outcome.REJECTED)[:SHOWN])
    titles = titles_of(job, [row.object_id for row in known if row.object_id], request.user)
    counted = job.counts.get
    good = sum(job.counts.values()) - counted("rejected", 0)
    return {
        "counts": [
            {"title": title, "tone": tone, "hint": hint, "count": number(counted(name, 0))}
            for name, title, tone, hint in outcomes() if counted(name) or name in {"new", "rejected"}
        ],
        "good_share": f"{100 * good / job.rows:.1f}" if job.rows else "0",
        "rejected_rows": [rejected_row(job, row) for row in rejected],
        "rejected_count": number(counted("rejected", 0)), "rejected_shown": number(len(rejected)),
        "known_rows": [
            {"row": row, "number": number(row.number), "title": titles.get(row.object_id),
             "url": reverse("records:page", args=[registry.for_kind(job.kind).slug, row.object_id])
             if row.object_id in titles else "",
             "same_as": number(row.same_as) if row.same_as else "",
             "reasons": _(", ").join(sentence(reason) for reason in row.reasons)}
            for row in known
        ],
        "choices": Import.Duplicates.choices, "can_mend": job.state == State.CHECKED,
        "can_undo": job.state == State.DONE or (job.state == State.FAILED and job.batches.exists()),
        "by_column": by_column(job, number),
    }


def outcomes() -> Sequence[tuple[str, str, str, str]]:
    return (
        ("new", _("New records"), "good", ""),
        ("duplicate", _("Possible duplicates"), "info", _("You choose what is done with them")),
        ("changed", _("Changed"), "info", _("Records that were there already")),
        ("same", _("Nothing to change"), "", ""),
        ("skipped", _("Skipped duplicates"), "info", ""),
        ("rejected", _("Rejected"), "bad", _("Not saved until they are put right")),
    )


def titles_of(job: Import, keys: Sequence[int], user: User) -> dict[int, str]:
    model = registry.for_kind(job.kind).model
    return {record.pk: str(record) for record in model.objects.visible_to(user).filter(pk__in=keys)}


def rejected_row(job: Import, row: ImportRow) -> dict[str, Any]:
    """A rejected row with the first value that is wrong; `field` is its column, to be put right."""
    problem = row.reasons[0]
    place = problem.get("column")
    return {
        "number": row.number, "name": row.name, "column": job.heads[place] if place is not None else "",
        "field": place if place is not None else (job.mapping.index("name") if "name" in job.mapping else ""),
        "value": problem.get("value", ""), "reason": sentence(problem), "more": len(row.reasons) - 1,
    }


def by_column(job: Import, number: Any) -> list[dict[str, str]]:
    """How often each column was the reason."""
    reasons = ImportRow.objects.filter(of=job, outcome=Outcome.REJECTED).values_list("reasons", flat=True)[:TALLIED]
    tally = Counter(problem["column"] for some in reasons for problem in some if "column" in problem)
    return [{"head": job.heads[place], "count": number(count)} for place, count in tally.most_common(8)]


@require_POST
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the import itself."""
    job = own_or_404(request, pk)
    try:
        intake.begin(job, by=request.user, duplicates=request.POST.get("duplicates", ""))
    except ValidationError as problem:
        return show(request, job, error=" ".join(problem.messages), status=422)
    return HttpResponseRedirect(reverse("records:import", args=[pk]))


@require_POST
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    job = own_or_404(request, pk)
    try:
        intake.begin_undo(job, by=request.user)
    except ValidationError as problem:
        return show(request, job, error=" ".join(problem.messages), status=422)
    return HttpResponseRedirect(reverse("records:import", args=[pk]))


@require_POST
def mends(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one value of a rejected row right."""
    job = own_or_404(request, pk)
    number, column = (number_in(request.POST.get(name, ""), digits=9) for name in ("number", "column"))
    if number is not None and column is not None:
        with suppress(ValidationError, ImportRow.DoesNotExist):  # gone on meanwhile: the page shows how it stands
            intake.mend(job, by=request.user, number=number, column=column,
                        value=request.POST.get("value", ""))
    return HttpResponseRedirect(reverse("records:import", args=[pk]))


@require_safe
def rejected(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rejected rows as the person uploaded them, with the reasons."""
    job = own_or_404(request, pk)
    response = StreamingHttpResponse(rejects.lines(job), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="rejected-{job.pk}.csv"'
    return response
