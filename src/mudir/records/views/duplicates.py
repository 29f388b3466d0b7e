"""Likely duplicates among all records of a kind, for a person to judge."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.records import registry, rules
from mudir.records.duplicates import judging
from mudir.records.duplicates.gathering import evidence_of
from mudir.records.models import DuplicateCandidate, DuplicateSearch
from mudir.records.registry import RecordType
from mudir.records.search.reasons import read_rows, subtitle_of, title_of
from mudir.records.tasks import ask_for_duplicates

LENGTH = 50
REASONS: dict[str, str | Promise] = {
    "name": gettext_lazy("Same name"), "alike": gettext_lazy("Similar name"), "phones": gettext_lazy("Same phone"),
    "emails": gettext_lazy("Same e-mail"), "codes": gettext_lazy("Same number"), "place": gettext_lazy("Same city"),
    "street": gettext_lazy("Same street"), "postal": gettext_lazy("Same postal code"), "day": gettext_lazy("Same day"),
}
NAMES = {"name", "alike"}


@dataclass(frozen=True)
class Shown:
    """One of a pair."""

    pk: int
    title: str
    subtitle: str


@dataclass(frozen=True)
class Pair:
    candidate: DuplicateCandidate
    sides: tuple[Shown, Shown]
    percent: int
    reasons: list[str | Promise]


@require_http_methods(["GET", "HEAD", "POST"])
def pairs(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The pairs of which the person sees both, the likeliest first; posted to, all records are looked at anew."""
    if record_type.merger is None:
        raise Http404
    if not request.user.has_permission("records.merge"):
        raise PermissionDenied
    may_look = rules.can_look_for_duplicates(request.user)
    if request.method == "POST":
        if not may_look:
            raise PermissionDenied
        ask_for_duplicates(record_type.kind)
        notify(request, _("The search has begun. What it finds stands here in a few minutes."))
        return HttpResponseRedirect(request.path)
    candidates = judging.pairs_for(request.user, record_type).filter(dismissed_at__isnull=True).order_by("-score", "pk")
    found = list(_behind(candidates, request.GET.get("after", ""))[: LENGTH + 1])
    last = DuplicateSearch.objects.filter(kind=record_type.kind).order_by("-started_at").first()
    context = {
        "record_type": record_type, "pairs": shown(record_type, found[:LENGTH], request), "may_look": may_look,
        "last": last, "is_looking": last is not None and not (last.has_failed or last.finished_at),
        "more_url": f"?after={found[LENGTH - 1].score!r}~{found[LENGTH - 1].pk}" if len(found) > LENGTH else "",
    }
    return render_page(request, "records/pairs.html", context, fragment="pairs")


def _behind(candidates: QuerySet, edge: str) -> QuerySet:
    score, _mark, key = edge.partition("~")
    try:
        least, after = float(score), int(key)
    except ValueError:
        return candidates
    if not 0 <= least <= 1 or not 0 <= after < 2**63:
        return candidates
    return candidates.filter(Q(score__lt=least) | Q(score=least, pk__gt=after))


def shown(record_type: RecordType, candidates: list[DuplicateCandidate], request: HttpRequest) -> list[Pair]:
    keys = [pk for one in candidates for pk in (one.first_id, one.second_id)]
    rows = read_rows(record_type, keys, request.user, whole=False)
    told = NAMES | {what for field, what in evidence_of(record_type) if field.visible_to(request.user)}
    found = []
    for one in candidates:
        if one.first_id in rows and one.second_id in rows:
            sides = tuple(Shown(pk, title_of(record_type, rows[pk]), subtitle_of(record_type, rows[pk]))
                          for pk in (one.first_id, one.second_id))
            reasons = [REASONS[code] for code in one.reasons if code in told and code in REASONS]
            found.append(Pair(one, sides, min(99, int(one.score * 100)), reasons))
    return found


@require_POST
def dismissal(request: HttpRequest, pk: int) -> HttpResponse:
    """The two are not the same."""
    candidate = _seen_or_404(request, pk)
    judging.dismiss(candidate, by=request.user)
    notify(request, _("They are not proposed again."), undo=reverse("records:dismissal_removal", args=[pk]))
    return _back(candidate)


@require_POST
def dismissal_removal(request: HttpRequest, pk: int) -> HttpResponse:
    candidate = _seen_or_404(request, pk)
    judging.take_back_dismissal(candidate, by=request.user)
    notify(request, _("They are proposed again."))
    return _back(candidate)


def _seen_or_404(request: HttpRequest, pk: int) -> DuplicateCandidate:
    kind = DuplicateCandidate.objects.filter(pk=pk).values_list("kind", flat=True).first()
    if kind is None:
        raise Http404
    return get_object_or_404(judging.pairs_for(request.user, registry.for_kind(kind)), pk=pk)


def _back(candidate: DuplicateCandidate) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("records:pairs", args=[registry.for_kind(candidate.kind).slug]))
