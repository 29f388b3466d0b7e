"""What happened to a record, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import render_page
from mudir.kit.numbers import number_in
from mudir.records import comments, registry
from mudir.records.models import Comment, Event, Record
from mudir.records.projection import masked
from mudir.records.registry import RecordType, Sentence
from mudir.records.sentences import filled

LENGTH = 15
LARGEST_BATCH = 800  # of events that are read at once while many of them are hidden
GROUPS = {
    "calls": gettext_lazy("Calls"), "notes": gettext_lazy("Notes"), "tasks": gettext_lazy("Tasks"),
    "comments": gettext_lazy("Comments"), "changes": gettext_lazy("Events"),
}
EVERYWHERE = {code: GROUPS[code] for code in ("comments", "changes")}  # where nothing else is written down
PLAIN = Sentence(text=gettext_lazy("%(actor)s changed this record"))


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: a sentence, or a record drawn by its own template."""

    at: datetime
    day_words: str  # of the day that begins with this entry; empty where the one above has it
    sentence: str
    icon: str
    tone: str
    actor: str
    fields: str
    target: Record | Comment | None
    template: str


@require_safe
def timeline(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Further entries, or those of one group: a fragment of the record page."""
    from mudir.records.views.record import seen_or_404

    record = seen_or_404(request, record_type, pk)
    context = {"record_type": record_type, "record": record} | first_page(request, record_type, record)
    return render_page(request, "records/timeline.html", context, fragment="entries")


def first_page(request: HttpRequest, record_type: RecordType, record: Record, group: str = "") -> dict[str, Any]:
    """Context of the timeline's first page, or of the one behind `?before=`, of the group that is asked for."""
    before, group = request.GET.get("before", ""), group or request.GET.get("show", "")
    found, targets, earlier = events_of(record_type, record, request.user, before=before, group=group)
    edge = _edge(before)
    further = urlencode({"before": earlier, "show": group})
    return {
        "entries": entries_of(found, targets, request, record_type, record, edge[0] if edge else None),
        "group": group if group in GROUPS else "",
        "more_url": f"{reverse('records:timeline', args=[record_type.slug, record.pk])}?{further}" if earlier else "",
        "is_first_page": not before,
    }


def events_of(
    record_type: RecordType, record: Record, actor: User, *, before: str = "", group: str = ""
) -> tuple[list[Event], dict[tuple[str, int], Record | Comment], str]:
    """A page of what the actor is shown, newest first; the records that it is about; where the next page begins."""
    events = Event.objects.filter(kind=record_type.kind, object_id=record.pk)
    if group in GROUPS:
        events = events.filter(verb__in=registry.verbs_of_group(group))
    if hidden := registry.verbs_hidden_from(actor):
        events = events.exclude(verb__in=hidden)
    shown, targets = _shown(
        events.select_related("actor").order_by("-at", "-id"), _edge(before), actor, record_type)
    _know(record, targets.values())
    found, rest = shown[:LENGTH], shown[LENGTH:]
    return found, targets, f"{found[-1].at.isoformat()}~{found[-1].id}" if rest else ""


def _shown(
    events: QuerySet, edge: tuple[datetime, int] | None, actor: User, record_type: RecordType
) -> tuple[list[Event], dict[tuple[str, int], Record | Comment]]:
    """A page of the events behind the edge that the actor is shown, one more where there are, and their targets.

    Read on until the page is full: a short one would tell that something hidden stands there.
    """
    shown: list[Event] = []
    targets: dict[tuple[str, int], Record | Comment] = {}
    size = LENGTH + 1
    visible = record_type.visible_fields(actor)
    while len(shown) <= LENGTH:
        behind = events.filter(Q(at__lt=edge[0]) | Q(at=edge[0], id__lt=edge[1])) if edge else events
        some = list(behind[:size])
        targets |= _targets(some, actor)
        for event in some:
            is_hidden = event.target_kind and (event.target_kind, event.target_id) not in targets
            changed = event.details.get("fields")
            if not is_hidden and (not changed or not visible.keys().isdisjoint(changed)):
                shown.append(event)
        if len(some) < size:
            break
        edge, size = (some[-1].at, some[-1].id), min(size * 2, LARGEST_BATCH)
    return shown[: LENGTH + 1], targets


def _edge(before: str) -> tuple[datetime, int] | None:
    moment, _mark, key = before.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if at is None or (number := number_in(key)) is None or timezone.is_naive(at):
        return None
    try:
        return at.astimezone(UTC), number
    except OverflowError:
        return None


def entries_of(
    events: list[Event], targets: Mapping[tuple[str, int], Record | Comment], request: HttpRequest,
    record_type: RecordType, record: Record, above: datetime | None,
) -> list[Entry]:
    """Events that the reader is shown, as entries; `above` is the moment of the one that stands before the first."""
    actor, fmt = request.user, request.formatter
    visible = record_type.visible_fields(actor)
    day = timezone.localdate(above) if above else None
    entries = []
    for event in events:
        target = targets.get((event.target_kind, event.target_id))
        labels = [str(visible[name].label) for name in event.details.get("fields") or () if name in visible]
        sentence, said = _said(event, record)
        before, day = day, timezone.localdate(event.at)
        entries.append(Entry(
            at=event.at, day_words="" if day == before else day_in_words(day, fmt),
            sentence=filled(str(sentence.text), said), icon=sentence.icon, tone=sentence.tone, actor=said["actor"],
            fields=_(", ").join(labels), target=target,
            template=_template_of(target),
        ))
    return entries


def _template_of(target: Record | Comment | None) -> str:
    if isinstance(target, Comment):
        return "records/entries/comment.html"
    return registry.for_model(type(target)).entry if target is not None else ""


def day_in_words(day: date, fmt: Formatter) -> str:
    """The head of a day: today, yesterday, or the weekday with the date."""
    if (timezone.localdate() - day).days in {0, 1}:
        return fmt.ago(day)
    return _("%(weekday)s, %(day)s") % {"weekday": fmt.weekday(day), "day": fmt.short_date(day)}


def _said(event: Event, record: Record) -> tuple[Sentence, dict[str, Any]]:
    """The sentence of an event, and what it tells."""
    sentence = registry.sentence_of(event.verb) or PLAIN
    details = {name: sentence.labels[name].get(value, value) if name in sentence.labels else value
               for name, value in event.details.items()}
    return sentence, {"actor": event.actor.name if event.actor else _("Mudir"), "record": str(record), **details}


def as_text(event: Event, record: Record) -> str:
    """An event in words, without markup."""
    sentence, said = _said(event, record)
    text = str(sentence.text)
    try:
        return text % said
    except (KeyError, TypeError, ValueError):
        return text.partition("%(")[0].strip() or text


def _targets(events: list[Event], actor: User) -> dict[tuple[str, int], Record | Comment]:
    wanted: dict[str, set[int]] = {}
    for event in events:
        if event.target_kind:
            wanted.setdefault(event.target_kind, set()).add(event.target_id)
    found = {}
    if said := wanted.pop(Comment._meta.label_lower, None):  # seen like the record on whose timeline they stand
        present = Comment.objects.filter(pk__in=said, removed_at__isnull=True).select_related("author")
        found |= {(Comment._meta.label_lower, row.pk): row for row in comments.with_html(list(present))}
    for kind, keys in wanted.items():
        rows = registry.for_kind(kind).model.objects.visible_to(actor).filter(pk__in=keys)
        found |= {(kind, row.pk): masked(row, actor) for row in rows}
    return found


def _know(record: Record, targets: Iterable[Record]) -> None:
    """Give rows that point at the record the record itself, which would be read again for each kind of them."""
    for row in targets:
        for field in row._meta.fields:
            if field.related_model is type(record) and getattr(row, field.attname) == record.pk:
                setattr(row, field.name, record)
