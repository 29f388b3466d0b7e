"""What the reader is told of: the bell, the page, how they want to be told."""

from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import number_in
from mudir.records import notifications
from mudir.records.models import Mail, Reason
from mudir.records.notifications.choices import Way


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The newest first; `?show=unread` those that wait, `?before=` further ones."""
    only_unread = request.GET.get("show") == "unread"
    edge = number_in(request.GET.get("before", ""))
    told, further = notifications.page_of(request.user, before=edge, only_unread=only_unread)
    shown = {"show": "unread"} if only_unread else {}
    context = {
        "told": told, "only_unread": only_unread, "is_first_page": edge is None,
        "more_url": f"?{urlencode(shown | {'before': further})}" if further else "",
    }
    return render_page(request, "records/notifications/page.html", context, fragment="entries")


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, asked for again and again while a page is open."""
    return render_page(request, "records/notifications/bell.html")


@require_POST
def reading(request: HttpRequest) -> HttpResponse:
    """Mark as read: one (`id`) or everything (`all`)."""
    if "all" in request.POST:
        moment = notifications.mark_all_read(by=request.user)
        undo = f"{reverse('records:notifications_unreading')}?{urlencode({'read_at': moment.isoformat()})}"
        notify(request, _("Everything is read."), undo=undo)
    else:
        notifications.mark_read(by=request.user, ids=_ids(request))
    return HttpResponseRedirect(reverse("records:notifications"))


@require_POST
def unreading(request: HttpRequest) -> HttpResponse:
    """Mark as unread again: one (`id`) or all that were read at one moment (`read_at`)."""
    if "read_at" in request.GET:
        moment = _moment(request.GET["read_at"])
        if moment is None:
            return HttpResponseBadRequest(_("That is no moment."))
        notifications.mark_unread(by=request.user, read_at=moment)
    else:
        notifications.mark_unread(by=request.user, ids=_ids(request))
    return HttpResponseRedirect(reverse("records:notifications"))


class ChoicesForm(forms.Form):
    """For every reason two fields: whether the page tells of it, and when a letter does."""

    def __init__(self, data: dict | None, ways: dict[str, Way]):
        super().__init__(data)
        for reason in Reason:
            way = ways[reason]
            self.fields[f"{reason}-page"] = forms.BooleanField(
                label=_("In the program"), required=False, initial=way.on_page)
            self.fields[f"{reason}-mail"] = forms.ChoiceField(label=_("By mail"), choices=Mail, initial=way.mail)

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [(reason.label, self[f"{reason}-page"], self[f"{reason}-mail"]) for reason in Reason]

    def ways(self) -> dict[str, Way]:
        data = self.cleaned_data
        return {reason: Way(data[f"{reason}-page"], data[f"{reason}-mail"]) for reason in Reason}


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    chosen = notifications.choices_of([request.user.pk])
    ways = {reason: chosen[request.user.pk, reason] for reason in Reason}
    form = ChoicesForm(request.POST if request.method == "POST" else None, ways)
    if form.is_valid():
        notifications.save_choices(by=request.user, ways=form.ways())
        notify(request, _("Saved."))
        return HttpResponseRedirect(reverse("records:notification_choices"))
    status = 422 if form.errors else 200
    return render_page(request, "records/notifications/choices.html", {"form": form}, status=status)


def _ids(request: HttpRequest) -> list[int]:
    return [key for key in map(number_in, request.POST.getlist("id")[:500]) if key is not None]


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
