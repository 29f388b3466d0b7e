"""Pages of a record's history, and the way back to what it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in, version_of
from mudir.records import merging, projection, rules, table
from mudir.records.fields import Field, ValueType
from mudir.records.history.differences import marked
from mudir.records.history.reading import DOORS, Asked, Change, Entry, History, said_fields
from mudir.records.history.restoring import Difference, bring_back, differences
from mudir.records.registry import Part, RecordType
from mudir.records.services import Conflict
from mudir.records.views.record import seen_or_404
from mudir.records.views.timeline import day_in_words

TICK = timedelta(microseconds=1)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2200, 1, 1)
COMPARED = {ValueType.LONG_TEXT, ValueType.TEXT, ValueType.NAME}
SHORT = 60  # characters: two such values are compared at a glance
SAID = {
    "made": gettext_lazy("%(actor)s added this record"), "changed": gettext_lazy("%(actor)s changed"),
    "trashed": gettext_lazy("%(actor)s moved this record to the trash"),
    "restored": gettext_lazy("%(actor)s took this record out of the trash"),
    "merged": gettext_lazy("%(actor)s merged %(other)s into this record"),
}
ICONS = {"made": "plus", "changed": "pencil", "trashed": "trash", "restored": "undo", "merged": "merge"}


@dataclass(frozen=True)
class Line:
    """One change as it is shown."""

    label: str
    before: SafeString
    after: SafeString
    is_long: bool = False
    back_url: str = ""  # posted to, it brings the value before back


@dataclass(frozen=True)
class Shown:
    """One entry as it is shown."""

    at: datetime
    day_words: str
    sentence: SafeString
    icon: str
    door: str
    lines: list[Line]
    kept: list[Line]
    then_url: str  # the record as it stood after this entry


@require_safe
def history(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Who changed what, when, from what to what; `?before=` leads on, `?field= ?who= ?day=` narrow it.

    `?of=` is a merge: then it is told what happened to the record that went up in this one.
    """
    record = seen_or_404(request, record_type, pk)
    merges = [one for one in merging.merges_of(record)[:50] if merging.may_undo(one, record, by=request.user)]
    made = next((one for one in merges if str(one.pk) == request.GET.get("of")), None)
    if made is None and "of" in request.GET:
        raise Http404
    told = History(record_type, record_type.model(pk=made.merged_id) if made else record, request.user)
    asked = asked_of(request, told)
    entries, behind = told.page(asked)
    address = reverse("records:history", args=[record_type.slug, pk])
    can_edit = made is None and rules.can_edit(request.user, record)
    narrowed = {"field": asked.field, "who": asked.author, "day": asked.day and asked.day.isoformat()}
    narrowed = {name: value for name, value in narrowed.items() if value}
    kept = {"of": made.pk} if made else {}
    context = {
        "record_type": record_type, "record": record, "version": record.version,
        "entries": shown_entries(entries, told, request.formatter, asked.before, can_edit=can_edit),
        "more_url": f"{address}?{urlencode(narrowed | kept | {'before': behind.isoformat()})}" if behind else "",
        "merged": made, "merges": merges, "all_url": f"{address}?{urlencode(kept)}" if kept else address,
        "is_first_page": asked.before is None, "is_narrowed": bool(narrowed), "address": address,
        "fields": sorted(((one.id, capfirst(str(one.label))) for one in (*told.fields.values(), *told.parts.values())),
                         key=lambda pair: pair[1]),
        "people": User.objects.filter(is_active=True).order_by("name").values_list("pk", "name")[:500],
        "can_edit": can_edit, "asked": asked,
        "then_url": reverse("records:history_restore", args=[record_type.slug, pk]),
    }
    return render_page(request, "records/history.html", context,
                       fragment="entries" if asked.before else "history")


def asked_of(request: HttpRequest, told: History) -> Asked:
    """What the address asks for; what is malformed or not for this reader is left out."""
    field, who = request.GET.get("field", ""), request.GET.get("who", "")
    return Asked(
        before=moment_of(request.GET.get("before", "")),
        field=field if field in told.fields or field in told.parts else "",
        author=number_in(who, digits=17),
        day=day_of(request.GET.get("day", "")),
    )


def moment_of(text: str) -> datetime | None:
    """A moment out of an address or a form; one without a zone is in the reader's."""
    try:
        at = parse_datetime(text)
        if at is None or not FIRST_DAY < at.date() < LAST_DAY:
            return None
        return (timezone.make_aware(at) if timezone.is_naive(at) else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and FIRST_DAY < day < LAST_DAY else None


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def shown_entries(
    entries: Iterable[Entry], told: History, fmt: Formatter, above: datetime | None, *, can_edit: bool
) -> list[Shown]:
    shown = []
    day = timezone.localdate(above) if above else None
    address = reverse("records:history_restore", args=[told.record_type.slug, told.record.pk])
    writable = told.record_type.writable_fields(told.actor) if can_edit else {}
    for entry in entries:
        last, day = day, timezone.localdate(entry.at)
        actor = format_html("<bdi>{}</bdi>", entry.author.name if entry.author else _("Mudir"))
        said = format_html(str(SAID[entry.verb]).replace("%(actor)s", "{actor}").replace("%(other)s", "{other}"),
                           actor=actor, other=format_html("<bdi>{}</bdi>", entry.other))

        def line(change: Change, entry: Entry = entry) -> Line:
            is_part = change.part is not None and can_edit and change.part.written_as
            back = {"at": (entry.at - TICK).isoformat(), "field": change.id}
            can_be_back = entry.verb != "made" and (is_part or change.id in writable)
            return drawn_change(change, told, fmt, f"{address}?{urlencode(back)}" if can_be_back else "")

        shown.append(Shown(
            at=entry.at, day_words="" if day == last else day_in_words(day, fmt), sentence=said,
            icon=ICONS[entry.verb], door=str(DOORS.get(entry.door, "")),
            lines=[line(change) for change in entry.changes], kept=[line(change) for change in entry.kept],
            then_url=f"{address}?{urlencode({'at': entry.at.isoformat()})}",
        ))
    return shown


def drawn_change(change: Change, told: History, fmt: Formatter, back_url: str) -> Line:
    if change.part is not None:
        before, after = (said_row(change.part, row, told, fmt) for row in (change.before, change.after))
        return Line(capfirst(str(change.part.label)), before, after, back_url=back_url)
    return Line(capfirst(str(change.field.label)), *both(change.field, change.before, change.after, told, fmt),
                back_url)


def both(
    one: Field, before: Any, after: Any, told: History, fmt: Formatter
) -> tuple[SafeString, SafeString, bool]:
    """Two values of a field in words; of long texts what differs is marked, and they stand side by side."""
    if one.type in COMPARED and before and after and max(len(before), len(after)) > SHORT:
        texts = marked(before, after)
        return *(format_html_join("", '<span class="long" dir="auto">{}</span>', [[text]]) for text in texts), True
    is_long = one.type is ValueType.LONG_TEXT and max(len(before or ""), len(after or "")) > SHORT
    return said_value(one, before, told, fmt), said_value(one, after, told, fmt), is_long


def said_value(one: Field, value: Any, told: History, fmt: Formatter) -> SafeString:
    if one.related is not None and value is not None:
        said = table.words(told.names.of(one.related, value))
    elif one.type is ValueType.MOMENT and value is not None:
        said = table.esc(fmt.datetime(value))
    else:
        said = projection.draw_one(one, value, fmt)
    return mark_safe(said)  # noqa: S308  escaped by each of them


def said_row(part: Part, row: tuple | None, told: History, fmt: Formatter) -> SafeString:
    """What a row beside the record says: its values, a yes by what it is a yes to."""
    if row is None:
        return mark_safe(table.NOTHING)  # noqa: S308  markup of ours
    said = []
    for one, value in zip(said_fields(part), row, strict=True):
        if one.type is ValueType.YES_NO:
            answer = "" if value else _("no")
            if value or not part.model._meta.get_field(one.id).has_default():
                said.append(table.esc(" ".join(filter(None, (str(one.label), answer)))))
        elif value not in (None, ""):
            said.append(said_value(one, value, told, fmt))
    return mark_safe(" · ".join(said))  # noqa: S308  every part is escaped


# ── the way back ─────────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """What would change if the record became what it was at `?at=`; posted, it becomes that.

    With `?field=` it is one value. Written by the record's own service, and taken back like any other change.
    """
    record = seen_or_404(request, record_type, pk)
    if not rules.can_edit(request.user, record):
        raise PermissionDenied
    told = History(record_type, record, request.user)
    at = moment_of(request.GET.get("at", ""))
    only = request.GET.get("field", "")
    if only and only not in told.fields and only not in told.parts:
        raise Http404
    context = {"record_type": record_type, "record": record, "version": record.version, "at": at, "only": only,
               "back_url": reverse("records:history", args=[record_type.slug, pk])}
    status = 200
    if request.method == "POST" and at is not None:
        given = version_of(request)
        version = record.version if given is None else given
        was = told.version_at(None)["pgh_created_at"]
        try:
            written = bring_back(record, at=at, by=request.user, version=version, only=only)
        except Conflict as conflict:
            status, context["version"], context["is_conflict"] = 409, conflict.current.version, True
        except ValidationError as error:
            status, context["errors"] = 422, error.messages
        else:
            back = {"at": was.isoformat(), "version": written.version} | ({"field": only} if only else {})
            notify(request, _("“%(record)s” is what it was.") % {"record": written},
                   undo=f"{request.path}?{urlencode(back)}")
            return HttpResponseRedirect(context["back_url"])
    if at is not None:
        found = differences(told, at, only)
        context |= {
            "at_words": request.formatter.datetime(at), "at_local": f"{timezone.localtime(at):%Y-%m-%dT%H:%M:%S}",
            "is_before": told.version_at(at) is None,
            "lines": [drawn_difference(one, told, request.formatter) for one in found if one.is_written],
            "staying": [drawn_difference(one, told, request.formatter) for one in found if not one.is_written],
        }
    return render_page(request, "records/history_restore.html", context, fragment="preview", status=status)


def drawn_difference(one: Difference, told: History, fmt: Formatter) -> Line:
    if one.part is not None:
        now, then = (mark_safe("<br>".join(said_row(one.part, row, told, fmt) for row in rows)  # noqa: S308  escaped
                               or table.NOTHING) for rows in (one.now, one.then))
        return Line(capfirst(str(one.part.label)), now, then)
    return Line(capfirst(str(one.field.label)), *both(one.field, one.now, one.then, told, fmt))
