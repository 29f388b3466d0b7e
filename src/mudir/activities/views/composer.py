"""The box at the top of a client's and a contact's page: log a call, write a note, plan a task."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mudir.accounts.models import User
from mudir.activities import rules, services
from mudir.activities.forms import LogCallForm, PlanTaskForm, WriteNoteForm
from mudir.activities.forms.composer import WriteForm, clients_of
from mudir.activities.models import Activity, Call, Task
from mudir.activities.views.next import next_context, timeline_context
from mudir.clients.models import Client, Contact
from mudir.clients.views import seen_or_404
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page, wants_fragment
from mudir.kit.messages import notify

FORMS: dict[str, type[WriteForm]] = {"call": LogCallForm, "note": WriteNoteForm, "task": PlanTaskForm}
WRITE = {"call": services.log_call, "note": services.write_note, "task": services.make_task}


def can_write(user: User, about: Client | Contact) -> bool:
    if isinstance(about, Client):
        return rules.can_write_about(user, about)
    return rules.can_write_about(user, None) and clients_of(about, user).exists()


def tab_context(request: HttpRequest, about: Client | Contact, noun: str, sent: WriteForm | None = None) -> dict:
    """One form of the box: the one that was sent, or an empty one."""
    form = sent or FORMS[noun](about=about, by=request.user, fmt=request.formatter)
    url = reverse(f"activities:{about._meta.model_name}_{noun}", args=[about.pk])
    outcomes = [(Call.Outcome.REACHED, _("Answered")), (Call.Outcome.NO_ANSWER, _("No answer")),
                (Call.Outcome.CALL_BACK, _("Wants a call back"))]
    return {"tab": {"noun": noun, "form": form, "url": url}, "outcomes": outcomes}


def composer_context(request: HttpRequest, about: Client | Contact, sent: WriteForm | None = None) -> dict:
    wanted = sent.noun if sent else request.GET.get("write", "call")
    drawn = {noun: tab_context(request, about, noun, sent if sent and sent.noun == noun else None) for noun in FORMS}
    return {
        "about": about,
        "chosen": wanted if wanted in FORMS else "call",
        "tabs": [one["tab"] for one in drawn.values()],
        "outcomes": drawn["call"]["outcomes"],
    }


@require_safe
def panel(request: HttpRequest, pk: int, model: type[Client] | type[Contact]) -> HttpResponse:
    """The box, for who may write here; nothing for others."""
    about = seen_or_404(model, request, pk)
    if not can_write(request.user, about):
        return HttpResponse(status=204)
    return render_page(request, "activities/composer.html", composer_context(request, about), fragment="panel")


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int, model: type[Client] | type[Contact], noun: str) -> HttpResponse:
    """One of the box's forms; posted, writes it and answers with all that it changed on the page."""
    about = seen_or_404(model, request, pk)
    if not can_write(request.user, about):
        raise PermissionDenied
    form = FORMS[noun](request.POST if request.method == "POST" else None, about=about, by=request.user,
                       fmt=request.formatter)
    if request.method == "POST" and form.is_valid():
        try:
            written = WRITE[noun](by=request.user, **form.values())
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, said_of(written, request),
                   undo=reverse(f"activities:remove_{noun}", args=[written.pk]))
            return _written(request, about, noun)
    status = 422 if form.errors else 200
    if wants_fragment(request):
        return render_page(request, "activities/write.html", tab_context(request, about, noun, form), status=status)
    return render_page(request, "activities/composer.html", composer_context(request, about, form), status=status)


def _written(request: HttpRequest, about: Client | Contact, noun: str) -> HttpResponse:
    """The form empty again, and what it changed beside itself; what stands half written in the other forms stays."""
    if not wants_fragment(request):
        return HttpResponseRedirect(about.get_absolute_url())
    context = next_context(request, about) | timeline_context(request, about)
    if request.POST.get("place"):  # planned below
        return render_page(request, "activities/next.html", context, fragment="changed")
    context |= tab_context(request, about, noun)
    return render_page(request, "activities/composer.html", context, fragment="written")


def said_of(written: Activity, request: HttpRequest) -> str:
    fmt = request.formatter
    if isinstance(written, Task):
        return _("Planned: %(day)s.") % {"day": fmt.ago(written.due_date)}
    if not isinstance(written, Call):
        return _("The note is saved.")
    step = written.planned
    if step is None:
        return _("The call is logged.")
    return _("The call is logged. Next: %(step)s, %(day)s.") % {"step": step.title, "day": fmt.ago(step.due_date)}
