"""The one search box: its page, what the palette shows, and likely duplicates beside a form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mudir.accounts.models import User
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.numbers import number_in
from mudir.records import marks, registry, rules, search
from mudir.records.fields import ValueType
from mudir.records.models import Event, Visit
from mudir.records.registry import RecordType
from mudir.records.search import Hit, TooBroad

IN_PALETTE = 12
ON_PAGE = 50
RECENT = 10
RECENT_DAYS = 30
RECENT_EVENTS = 200
LONGEST = 200
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Group:
    record_type: RecordType
    hits: list[Hit]


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Records of every kind that the words find; without words, those the person worked on last."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    in_palette = wants_fragment(request)
    context = {"q": text, "in_palette": in_palette, "groups": [], "makes": [], "starred": [], "error": ""}
    status = 200
    try:
        hits = search.find(request.user, text, limit=IN_PALETTE if in_palette else ON_PAGE) if text else []
    except TooBroad as error:
        context["error"], status, hits = str(error), 422, []
    if text:
        context["makes"] = _makes(request.user, text)
    else:
        context["starred"] = marks.favourites_of(request.user)[:RECENT]
        starred = {(hit.kind, hit.id) for hit in context["starred"]}
        hits = [hit for hit in recent(request.user) if (hit.kind, hit.id) not in starred]
    context["groups"] = grouped(hits)
    return render_page(request, "records/search.html", context, fragment="hits", status=status)


def grouped(hits: Iterable[Hit]) -> list[Group]:
    """Hits by kind, the kind of the best one first."""
    groups: dict[str, Group] = {}
    for hit in hits:
        groups.setdefault(hit.kind, Group(hit.record_type, [])).hits.append(hit)
    return list(groups.values())


def recent(actor: User) -> list[Hit]:
    """Records that the actor looked at or worked on last and still sees."""
    kinds = [record_type.kind for record_type in registry.all_types() if record_type.search]
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    visits = Visit.objects.filter(user=actor, kind__in=kinds, at__gte=since).values_list("at", "kind", "object_id")
    events = Event.objects.filter(actor=actor, kind__in=kinds, at__gte=since).order_by("-at", "-id")
    moments = [*visits, *events.values_list("at", "kind", "object_id")[:RECENT_EVENTS]]
    latest = dict.fromkeys((kind, pk) for _at, kind, pk in sorted(moments, reverse=True))
    return marks.as_hits(list(latest)[:RECENT], actor)


def _makes(actor: User, text: str) -> list[dict[str, str]]:
    """What can be made of the words where they are a name."""
    if not any(letter.isalpha() for letter in text) or "@" in text:
        return []
    return [
        {"name": record_type.name, "icon": "plus",
         "url": f"{reverse('records:new', args=[record_type.slug])}?{urlencode({'name': text})}"}
        for record_type in registry.all_types()
        if record_type.in_navigation and record_type.title == "name" and rules.can_create(actor, record_type.model)
    ]


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Records that may be the one in the form: its fields come as they are sent by the form itself."""
    try:
        record_type = registry.for_kind(request.GET.get("kind", ""))
    except KeyError:
        raise Http404 from None
    names = {part: request.GET.get(part, "").strip()[:LONGEST] for part in ("name", "name_other")}
    found = search.duplicates(
        request.user, record_type.kind, **{part: name for part, name in names.items() if len(name) >= SHORTEST_NAME},
        phones=_values(request, record_type, ValueType.PHONE), emails=_values(request, record_type, ValueType.EMAIL),
        codes=_values(request, record_type, ValueType.CODE),
        exclude=number_in(request.GET.get("exclude", "")),
    )
    return render_page(request, "records/duplicates.html", {"record_type": record_type, "candidates": found},
                       fragment="candidates")


def _values(request: HttpRequest, record_type: RecordType, kind: ValueType) -> list[str]:
    """Values of the searched fields of a type, `phones` or a row of them, `phones-0-raw`."""
    fields = [name for name in record_type.search if record_type.fields[name].type is kind]
    names = re.compile(rf"({'|'.join(map(re.escape, fields))})(-\d+-\w+)?") if fields else re.compile("(?!)")
    values = [value.strip()[:LONGEST] for name, some in request.GET.lists() if names.fullmatch(name) for value in some]
    if kind is ValueType.PHONE:
        values = [value for value in values if sum(letter.isdecimal() for letter in value) >= 5]
    elif kind is ValueType.EMAIL:
        values = [value for value in values if "@" in value]
    return [value for value in values if value][:20]
