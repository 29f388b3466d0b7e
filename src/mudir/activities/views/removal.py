"""Taking a call, a note or a task away, and putting it back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mudir.activities import services
from mudir.activities.models import Activity, Call, Note, Task
from mudir.activities.views import back
from mudir.clients.views import seen_or_404
from mudir.kit.messages import notify


def _place_of(activity: Activity) -> str:
    return activity.client.get_absolute_url() if activity.client_id else reverse("activities:day")


@require_POST
def remove(request: HttpRequest, pk: int, model: type[Activity]) -> HttpResponse:
    activity = services.remove(seen_or_404(model, request, pk), by=request.user)
    notify(request, _removed(model), undo=reverse(f"activities:put_back_{model._meta.model_name}", args=[pk]))
    return HttpResponseRedirect(_place_of(activity))


@require_POST
def put_back(request: HttpRequest, pk: int, model: type[Activity]) -> HttpResponse:
    activity = get_object_or_404(model.objects.trash_visible_to(request.user), pk=pk)
    activity = services.put_back(activity, by=request.user)
    notify(request, _put_back(model))
    return back(request, _place_of(activity))


def _removed(model: type[Activity]) -> str:
    return {Call: _("The call is removed."), Note: _("The note is removed."), Task: _("The task is cancelled.")}[model]


def _put_back(model: type[Activity]) -> str:
    return {Call: _("The call is back."), Note: _("The note is back."), Task: _("The task is back.")}[model]
