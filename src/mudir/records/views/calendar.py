"""The calendar of a list: its records on the days of a date of theirs, moved by drag or by menu."""

from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mudir.accounts.models import User
from mudir.kit.addresses import local_or
from mudir.kit.forms import LocalDateField, hijri_text
from mudir.kit.htmx import led_to, render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import version_of
from mudir.kit.templatetags.mudir import Counted
from mudir.records import calendar as days
from mudir.records import registry
from mudir.records.calendar import COUNTED_ON_A_DAY, Day, Days
from mudir.records.fields import Field
from mudir.records.models import Record
from mudir.records.query import Condition, Query, SpecError
from mudir.records.query.operators import day_in
from mudir.records.registry import RecordType
from mudir.records.saved_views import views_of
from mudir.records.services import Conflict
from mudir.records.shown import Shown, shown_of
from mudir.records.views.bar import bar_of
from mudir.records.views.lists import refused
from mudir.records.views.record import seen_or_404

SPANS = {"month": gettext_lazy("Month"), "week": gettext_lazy("Week")}


@require_safe
def calendar(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The list of the address on days by `?by=`, the month or week around `?at=`; with `?day=`, that day alone."""
    if not days.fields_of(record_type, request.user):
        raise Http404
    try:
        views = views_of(request.user, record_type.kind)
        shown = shown_of(record_type, request.user, request.GET, views, "calendar")
        if shown.look.layout != "calendar":
            return led_to(request, shown.url)
        asked = Days(shown.spec, shown.look.by, request.user, request.formatter, span=shown.look.span, at=shown.at)
        context = {
            "record_type": record_type, "field": asked.field, "here": urlencode(shown.changed().pairs()),
            "can_move": asked.field.id in days.movable_fields(record_type, request.user),
        }
        if "day" in request.GET:
            context |= one_day(request, shown, asked.day(day_in(request.GET["day"])))
            return render_page(request, "records/calendar_day.html", context, fragment="day")
        weeks = asked.weeks()
        context |= bar_of(request, Query(asked.spec, request.user), shown, views) | around(request, shown, asked) | {
            "weeks": [[about(request, shown, asked, one) for one in week] for week in weeks],
            "choices": days.fields_of(record_type, request.user).values(),
        }
        if not any(one.found for week in weeks for one in week):
            nearest = asked.nearest()
            context |= {"is_empty": True, "nearest": request.formatter.date(nearest) if nearest else "",
                        "nearest_url": moved_to(shown, nearest)}
    except SpecError as error:
        return refused(request, record_type, error)
    return render_page(request, "records/calendar.html", context, fragment="list")


def moved_to(shown: Shown, day: date | None) -> str:
    """The same calendar around another day."""
    return replace(shown, at=day.isoformat() if day else "").address


def around(request: HttpRequest, shown: Shown, asked: Days) -> dict:
    """What the month or week is called, and the ways to others."""
    fmt, kept = request.formatter, request.user.calendar
    first, last = asked.first, asked.last
    beside = ""
    if asked.span == "week":
        said = _("%(first)s – %(last)s") % {"first": fmt.short_date(first), "last": fmt.date(last)}
    else:
        said = fmt.hijri_month(first) if kept == "hijri" else fmt.month(first)
        if kept == "both":
            months = dict.fromkeys(filter(None, map(fmt.hijri_month, (first, last))))
            beside = _(" – ").join(months)
    return {
        "said": said, "beside": beside, "span": asked.span,
        "before_url": moved_to(shown, asked.before), "behind_url": moved_to(shown, asked.behind),
        "today_url": moved_to(shown, None), "is_now": first <= timezone.localdate() <= last,
        "spans": [(shown.changed(look=replace(shown.look, span=code)).address, label, code == asked.span)
                  for code, label in SPANS.items()],
    }


def about(request: HttpRequest, shown: Shown, asked: Days, one: Day) -> dict:
    """A day as its cell draws it."""
    fmt, today = request.formatter, timezone.localdate()
    number, beside = fmt.numbers_of_day(one.day)
    return one_day(request, shown, one) | {
        "number": number, "beside": beside, "is_today": one.day == today, "is_past": one.day < today,
        "is_rest": one.day.weekday() in request.user.weekend, "is_other": not asked.first <= one.day <= asked.last,
        "weekday": fmt.weekday(one.day), "url": f"{moved_to(shown, asked.at)}&day={one.day.isoformat()}",
    }


def one_day(request: HttpRequest, shown: Shown, one: Day) -> dict:
    """What stands on a day, and where the rest of it is."""
    fmt, more = request.formatter, min(one.more, COUNTED_ON_A_DAY - len(one.entries))
    where = shown.spec.with_condition(Condition(shown.look.by, "is", (one.day.isoformat(),))).where
    return {
        "day": one.day.isoformat(), "entries": one.entries, "found": one.found,
        "name": f"{fmt.weekday(one.day)} {fmt.date(one.day)}",
        "more": Counted(more, fmt.number(more) + ("+" if one.more > more else "")) if one.more else 0,
        "list_url": replace(shown.laid_out("table").changed(where=where), at="").url,
    }


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class DayForm(forms.Form):
    """The day that a record is moved to, as the person reckons days."""

    to = LocalDateField(label=gettext_lazy("Day"))

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        if by.calendar == "hijri":
            self.fields["to"].widget = forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"})
            if day := self.initial.get("to"):
                self.initial["to"] = hijri_text(day)


@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Ask which day; posted, give the record's `?by=` that day, as its cell would be written, and lead back."""
    record, movable = seen_or_404(request, record_type, pk), days.movable_fields(record_type, request.user)
    if not movable:  # records of this kind have no day that anybody chooses
        return HttpResponseNotAllowed([])
    field = movable.get(request.GET.get("by") or next(iter(movable)))
    if field is None:
        raise Http404
    before = field.value_of(record)
    before = timezone.localdate(before) if isinstance(before, datetime) else before
    back = back_of(request, record_type, field.id)
    form = DayForm(request.POST or None, by=request.user, initial={"to": before})
    if request.method == "POST":
        version = version_of(request)
        if version is None:
            return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
        if form.is_valid():
            move(request, record, field, form.cleaned_data["to"], version, back)
            return HttpResponseRedirect(back)
    context = {"record_type": record_type, "record": record, "field": field, "form": form, "back": back,
               "version": record.version, "address": f"{request.path}?{urlencode({'by': field.id})}"}
    return render_page(request, "records/day.html", context, fragment="menu", status=422 if form.errors else 200)


def move(request: HttpRequest, record: Record, field: Field, to: date, version: int, back: str) -> None:
    """Move it, and say what came of it."""
    try:
        moved = days.move(record, field=field, to=to, by=request.user, version=version)
    except Conflict:
        notify(request, _("“%(record)s” was changed meanwhile. Look at it again.") % {"record": record})
    except ValidationError as error:
        notify(request, " ".join(error.messages), level=messages.ERROR)
    else:
        if moved.version != version:
            undo = reverse("records:cell_undoing", args=[registry.for_model(type(record)).slug, record.pk, field.id])
            notify(request, _("“%(record)s” is now on %(day)s.") % {
                "record": moved, "day": request.formatter.date(to)},
                undo=f"{undo}?{urlencode({'version': moved.version, 'back': back})}")


def back_of(request: HttpRequest, record_type: RecordType, by: str) -> str:
    """The calendar that the person looks at."""
    address = reverse("records:calendar", args=[record_type.slug])
    came_from = urlsplit(request.headers.get("Referer", ""))
    here = f"{address}?{came_from.query or urlencode({'by': by})}" if came_from.path == address else ""
    return local_or(request.POST.get("back"), here or f"{address}?{urlencode({'by': by})}")
