"""What is to be done next with a client or a contact, and why."""

import copy
import uuid
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mudir.activities import rules
from mudir.activities.forms.composer import day_choices
from mudir.activities.models import Call, Task
from mudir.clients.models import Client, Contact, Stage
from mudir.clients.stages import ASKS
from mudir.clients.views import seen_or_404
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import render_page
from mudir.records import registry
from mudir.records.views.timeline import first_page

SHOWN = 6


@dataclass(frozen=True)
class Reason:
    words: str
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """An open task with the reasons why it stands here, and the days that it may be put off to."""

    task: Task
    reasons: list[Reason]
    later: list[tuple[str, str]]


def reasons_of(task: Task, fmt: Formatter, today: date) -> list[Reason]:
    """Why a task is to be done now: its day first, then what it comes from."""
    late = (today - task.due_date).days
    if late > 0:
        words = ngettext("%(count)s day late", "%(count)s days late", late) % {"count": fmt.number(late)}
        reasons = [Reason(words, "bad")]
    else:
        clock = fmt.in_digits(f"{task.due_time:%H:%M}") if task.due_time else ""
        day = fmt.ago(task.due_date)
        words = _("due %(day)s at %(time)s") % {"day": day, "time": clock} if clock else _("due %(day)s") % {"day": day}
        reasons = [Reason(words, "warn" if late == 0 else "")]
    if task.call is not None:
        day = fmt.short_date(task.call.started_at)
        said = _("asked for a call back on %(day)s") if task.call.outcome == Call.Outcome.CALL_BACK else _(
            "agreed in the call of %(day)s")
        reasons.append(Reason(said % {"day": day}))
    if task.postponed:
        words = ngettext("put off once", "put off %(count)s times", task.postponed)
        reasons.append(Reason(words % {"count": fmt.number(task.postponed)}))
    return reasons


def later_days(task: Task, days: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The usual days behind the one that the task is due on."""
    return [(day, words) for day, words in days if date.fromisoformat(day) > task.due_date]


def lines_of(tasks: list[Task], request: HttpRequest) -> list[Line]:
    today, days = timezone.localdate(), day_choices(request.user, request.formatter)
    return [Line(task, reasons_of(task, request.formatter, today), later_days(task, days)) for task in tasks]


def next_context(request: HttpRequest, about: Client | Contact) -> dict:
    place = about._meta.model_name
    open_tasks = Task.objects.visible_to(request.user).filter(done_at__isnull=True, **{place: about})
    found = list(open_tasks.select_related("call").order_by("due_date", F("due_time").asc(nulls_last=True), "pk")
                 [: SHOWN + 1])
    lines = lines_of(found[:SHOWN], request)
    asks: tuple[Promise, ...] = ASKS[Stage(about.stage)] if isinstance(about, Client) and not lines else ()
    return {
        "about": about,
        "place": place,
        "first": lines[0] if lines else None,
        "rest": lines[1:],
        "has_more": len(found) > SHOWN,
        "asks": asks,
        "token": uuid.uuid4(),
        "tomorrow": day_choices(request.user, request.formatter)[0],
        "can_write": rules.can_write_about(request.user, about if isinstance(about, Client) else None),
    }


def timeline_context(request: HttpRequest, about: Client | Contact) -> dict:
    """The first page of the timeline, with the filter that the address of the page names."""
    asked = copy.copy(request)
    asked.GET = QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    record_type = registry.for_model(type(about))
    return {"record_type": record_type, "record": about} | first_page(asked, record_type, about)


@require_safe
def panel(request: HttpRequest, pk: int, model: type[Client] | type[Contact]) -> HttpResponse:
    """The next step with its reasons, and what else is open."""
    about = seen_or_404(model, request, pk)
    return render_page(request, "activities/next.html", next_context(request, about), fragment="panel")
