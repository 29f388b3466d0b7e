"""Why somebody sees a record or does not: from the record, and from the page of a person."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.accounts.views import managing
from mudir.kit.htmx import render_page
from mudir.kit.numbers import number_in
from mudir.records import reasons, registry, rules, search
from mudir.records.registry import RecordType
from mudir.records.views.record import seen_or_404
from mudir.records.views.roles import ACTS, choices_of, hangs

FOUND = 12


@require_safe
def why(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """One person and one record: `?person=` names another than the reader, where the reader may ask of others."""
    record = seen_or_404(request, record_type, pk)
    of_others = rules.can_ask_of_others(request.user, record)
    person = _person(request, of_others=of_others)
    answer = reasons.why(record, person, by=request.user, formatter=request.formatter)
    limits = reasons.limits(record, person, by=request.user)
    context = {
        "record_type": record_type, "record": record, "person": person, "answer": answer,
        "acts": [(ACTS[act], allowed) for act, allowed in limits.acts], "limits": limits,
        "people": User.objects.order_by("-is_active", "name", "pk") if of_others else [],
    }
    return render_page(request, "records/why.html", context)


def _person(request: HttpRequest, *, of_others: bool) -> User:
    asked = request.GET.get("person") or str(request.user.pk)
    if asked == str(request.user.pk):
        return request.user
    if not of_others:
        raise PermissionDenied
    if (key := number_in(asked)) is None:
        raise Http404
    return get_object_or_404(User.objects.with_role().select_related("team"), pk=key)


@require_safe
def sight(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person sees and does: kind by kind, and of single records that the reader looks for."""
    managing(request)
    person = get_object_or_404(User.objects.with_role().select_related("team"), pk=pk)
    context: dict[str, Any] = {"person": person, "words": request.GET.get("q", "").strip()[:200], "kinds": [
        _told(one, person) for one in registry.all_types()]}
    if context["words"]:
        context["found"] = _found(request, person, context)
    return render_page(request, "records/sight.html", context)


def _told(record_type: RecordType, person: User) -> dict[str, Any]:
    """How far the role goes with a kind, in the words of the page of roles."""
    hanging = hangs(record_type)
    reaches = {act: person.rights.reach_of(act, record_type.kind, hangs=hanging) for act in Act}
    told = [(ACTS[act], choices_of(act, hangs=hanging)[reach]) for act, reach in reaches.items()]
    return {"record_type": record_type, "acts": told, "limited": len(record_type.limits_of(person.rights))}


def _found(request: HttpRequest, person: User, context: dict[str, Any]) -> list[tuple[search.Hit, bool]]:
    """Records that the reader finds, each with whether the person sees it."""
    try:
        hits = search.find(request.user, context["words"], limit=FOUND)
    except search.TooBroad as error:
        context["error"] = error
        return []
    return [(hit, hit.record_type.model.objects.visible_to(person).filter(pk=hit.id).exists()) for hit in hits]
