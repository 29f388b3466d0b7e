"""My day: what to do now, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from mudir.activities.day import COUNTED, Day, Total, first_of, my_day
from mudir.activities.forms.composer import day_choices
from mudir.activities.models import Call, Task
from mudir.activities.occasions import Occasion
from mudir.activities.views import back
from mudir.activities.views.next import Reason, later_days, reasons_of
from mudir.clients.models import Client, Tier
from mudir.clients.registry import OUT_OF_TOUCH_DAYS
from mudir.clients.services import confirm_facts
from mudir.clients.views import client_or_404
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records import registry, rules

NOON, EVENING = 12, 17  # hours


@dataclass(frozen=True)
class Row:
    """A task as the day shows it: whom it is about, why it is here, and whom to call."""

    task: Task
    icon: str
    tone: str
    reasons: list[Reason]
    later: list[tuple[str, str]]
    phone: str
    phone_words: str


def row_of(task: Task, day: Day, fmt: Formatter, today: date, days: list[tuple[str, str]]) -> Row:
    person = day.contacts.get(task.contact_id)
    reasons = reasons_of(task, fmt, today)
    if task.client is not None and task.client.tier == Tier.KEY:
        reasons.append(Reason(_("key client")))
    is_promised = task.call is not None and task.call.outcome == Call.Outcome.CALL_BACK
    tone = "bad" if task.due_date < today else "warn" if is_promised else "accent" if task.due_date == today else ""
    phone = (person.phone if person else "") or (task.client.phone if task.client else "")
    return Row(
        task=task, icon="call-in" if is_promised else "check" if task.call is None else "phone", tone=tone,
        reasons=reasons, later=later_days(task, days),
        phone=phone, phone_words=fmt.phone(phone),
    )


def day_context(request: HttpRequest) -> dict:
    user, fmt = request.user, request.formatter
    today = timezone.localdate()
    day = my_day(user, today=today)
    days = day_choices(user, fmt)
    rows = [row_of(task, day, fmt, today, days) for task in day.tasks]
    first = first_of(day, today)
    begun = next((row for row in rows if row.task == first), None)
    silent = [{"client": client, "words": silence_of(client, fmt), "phone_words": fmt.phone(client.phone)}
              for client in day.silent]
    listed = [row for row in rows if row is not begun]
    return {
        "day": day,
        "today": today,
        "greeting": greeting(user.name, timezone.localtime()),
        "weekday": fmt.weekday(today),
        "hijri": fmt.hijri(today) if user.calendar == "gregorian" else "",
        "begin": begun,
        "suggestion": silent[0] if begun is None and silent else None,
        "groups": groups_of(listed, today),
        "more_overdue": day.overdue > sum(row.task.due_date < today for row in rows),
        "left": day.overdue + day.today,
        "silent": silent,
        "silent_total": counted(day.silent_total, fmt),
        "stale": [
            {"client": one.client, "fact": one.fact, "label": registry.for_model(Client).fields[one.fact].label,
             "value": fmt.phone(one.client.phone) if one.fact == "phone" else getattr(one.client, one.fact),
             "is_code": one.fact in {"phone", "email", "registration_number"}}
            for one in day.stale
        ],
        "stale_total": counted(day.stale_total, fmt),
        "occasions": [{"occasion": one, "words": occasion_words(one), "when": when(one, fmt)} for one in day.occasions],
        "without_step": counted(day.without_step, fmt),
        "can_create": rules.can_create(user, Client),
        "can_import": rules.can_import(user),
        "out_of_touch_days": OUT_OF_TOUCH_DAYS,
    }


def groups_of(rows: list[Row], today: date) -> list[dict]:
    groups = (
        {"title": _("Overdue"), "tone": "bad", "rows": [row for row in rows if row.task.due_date < today]},
        {"title": _("Today"), "tone": "", "rows": [row for row in rows if row.task.due_date == today]},
        {"title": _("Next 7 days"), "tone": "", "rows": [row for row in rows if row.task.due_date > today]},
    )
    return [group for group in groups if group["rows"]]


def greeting(name: str, now: datetime) -> str:
    first = name.split(" ")[0]
    if now.hour < NOON:
        return _("Good morning, %(name)s") % {"name": first}
    if now.hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": first}
    return _("Good evening, %(name)s") % {"name": first}


def counted(total: Total, fmt: Formatter) -> str:
    return fmt.number(total.count) if total.is_exact else f"{fmt.number(COUNTED)}+"


def silence_of(client: Client, fmt: Formatter) -> str:
    """How long the client has not been spoken to."""
    if client.last_contact_at is None:
        return _("no contact yet")
    days = (timezone.now() - client.last_contact_at).days
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": fmt.number(days)}


def occasion_words(occasion: Occasion) -> str:
    return occasion.text or _("Birthday")


def when(occasion: Occasion, fmt: Formatter) -> str:
    near = fmt.ago(occasion.day)
    return f"{near} · {fmt.hijri(occasion.day)}" if occasion.is_hijri else near


def day_fragment(request: HttpRequest) -> HttpResponse:
    """The day as a fresh load shows it."""
    return render_page(request, "activities/day.html", day_context(request), fragment="day")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The home page."""
    return day_fragment(request)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a key fact of a client holds, without leaving the day."""
    client = client_or_404(request, pk)
    try:
        confirm_facts(client, facts=request.POST.getlist("fact"), by=request.user)
    except ValidationError as error:
        return HttpResponseBadRequest(" ".join(error.messages))
    notify(request, _("Confirmed today."))
    return day_fragment(request) if wants_fragment(request) else back(request, reverse("activities:day"))
