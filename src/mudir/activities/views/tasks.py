"""Ticking a task off, putting it off, and taking either back."""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.activities import rules, services
from mudir.activities.forms import PostponeForm
from mudir.activities.models import Task
from mudir.activities.views import back
from mudir.activities.views.day import day_fragment
from mudir.activities.views.next import lines_of, next_context, timeline_context
from mudir.clients.models import Contact
from mudir.clients.views import seen_or_404
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify


def _answer(request: HttpRequest, task: Task) -> HttpResponse:
    """What a fresh load of the place shows where the click was made: the day, or what is next with somebody."""
    place = request.POST.get("place", "")
    if not wants_fragment(request) or place not in {"day", "client", "contact"}:
        return back(request, task.get_absolute_url())
    if place == "day":
        return day_fragment(request)
    about = task.client if place == "client" else _seen_contact(request, task)
    if about is None:
        raise Http404
    context = next_context(request, about) | timeline_context(request, about)
    return render_page(request, "activities/next.html", context, fragment="changed")


def _seen_contact(request: HttpRequest, task: Task) -> Contact | None:
    return seen_or_404(Contact, request, task.contact_id) if task.contact_id else None


def _change(request: HttpRequest, pk: int, service: Callable[..., Task], text: str, undo: str) -> HttpResponse:
    task = service(seen_or_404(Task, request, pk), by=request.user)
    notify(request, text % {"task": task}, undo=reverse(f"activities:{undo}", args=[pk]))
    return _answer(request, task)


@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, services.complete_task, _("Done: %(task)s"), "reopen_task")


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, services.reopen_task, _("Open again: %(task)s"), "complete_task")


@require_http_methods(["GET", "HEAD", "POST"])
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the day; posted, put the task off to it."""
    task = seen_or_404(Task, request, pk)
    if not rules.can_edit(request.user, task):
        raise PermissionDenied
    form = PostponeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        before = task.due_date
        try:
            task = services.postpone_task(task, to=form.cleaned_data["to"], by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            day = request.formatter.short_date(task.due_date)
            notify(request, _("Put off to %(day)s: %(task)s") % {"day": day, "task": task},
                   undo=reverse("activities:take_back_postponement", args=[pk, before.isoformat()]))
            return _answer(request, task)
    context = {"task": task, "form": form, "line": lines_of([task], request)[0]}
    return render_page(request, "activities/postpone.html", context, status=422 if form.errors else 200)


@require_POST
def take_back_postponement(request: HttpRequest, pk: int, day: date) -> HttpResponse:
    task = services.take_back_postponement(seen_or_404(Task, request, pk), to=day, by=request.user)
    notify(request, _("Due on its former day again: %(task)s") % {"task": task})
    return _answer(request, task)


@require_safe
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be done with a task, on its own page and beside the list."""
    task = seen_or_404(Task, request, pk)
    if not rules.can_edit(request.user, task):
        return HttpResponse(status=204)
    line = lines_of([task], request)[0]
    return render_page(request, "activities/task.html", {"task": task, "line": line}, fragment="panel")
