"""Saving what a list shows as a view, setting views up, and taking them away."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts.models import User
from mudir.accounts.services import role_choices
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import version_of
from mudir.records import rules, saved_views
from mudir.records.models import SavedView
from mudir.records.query import SpecError
from mudir.records.registry import RecordType
from mudir.records.shown import Shown, shown_of, url_of
from mudir.records.views.lists import refused


class ViewForm(forms.Form):
    """What a view is called, who sees it, and for whom the list opens with it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    audience = forms.ChoiceField(label=gettext_lazy("Who sees it"), widget=forms.RadioSelect)
    opens_for_owner = forms.BooleanField(label=gettext_lazy("Open this list with it for me"), required=False)
    opens_for = forms.MultipleChoiceField(
        label=gettext_lazy("Open this list with it for"), required=False, choices=role_choices,
        widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, by: User, view: SavedView | None = None, **kwargs):
        given = ("name", "audience", "opens_for_owner", "opens_for")
        kwargs["initial"] = {name: getattr(view, name) for name in given} if view else {"audience": "private"}
        super().__init__(*args, **kwargs)
        kept = view.audience if view else ""
        self.fields["audience"].choices = [
            (code, label) for code, label in SavedView.Audience.choices
            if code == kept or rules.can_share_view(by, code)]
        if view is not None and view.owner_id != by.pk:
            del self.fields["opens_for_owner"]
        if not rules.can_set_opening_views(by):
            del self.fields["opens_for"]


def view_or_404(request: HttpRequest, record_type: RecordType, pk: int) -> SavedView:
    views = SavedView.objects.visible_to(request.user).filter(kind=record_type.kind, trashed_at__isnull=True)
    return get_object_or_404(views.select_related("owner"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Save what the list shows, by the query of the address, as a view."""
    form = ViewForm(request.POST or None, by=request.user)
    try:
        shown = shown_of(record_type, request.user, request.GET)
        if request.method == "POST" and form.is_valid():
            view = saved_views.save_view(shown.spec, shown.look, by=request.user, **form.cleaned_data)
            notify(request, _("The view “%(view)s” is saved.") % {"view": view},
                   undo=reverse("records:view_removal", args=[record_type.slug, view.pk]))
            return HttpResponseRedirect(url_of(view))
    except SpecError as error:
        return refused(request, record_type, error)
    except ValidationError as error:
        take_errors(form, error)
    context = {"record_type": record_type, "form": form, "query": request.GET.urlencode()}
    return render_page(request, "records/view.html", context, fragment="form", status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    view = view_or_404(request, record_type, pk)
    can_edit = rules.can_edit_view(request.user, view)
    if request.method == "POST" and not can_edit:
        raise PermissionDenied
    form = ViewForm(request.POST or None, by=request.user, view=view)
    if request.method == "POST" and form.is_valid():
        kept = {"opens_for_owner": view.opens_for_owner, "opens_for": view.opens_for}
        try:
            view = saved_views.set_up_view(view, by=request.user, **kept | form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("The view “%(view)s” is set up.") % {"view": view})
            return HttpResponseRedirect(url_of(view))
    context = {"record_type": record_type, "form": form, "view": view, "can_edit": can_edit}
    return render_page(request, "records/view.html", context, fragment="form", status=422 if form.errors else 200)


@require_POST
def changes(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Let the view be what the query of the address shows; it is undone by the query that it was."""
    view = view_or_404(request, record_type, pk)
    if not rules.can_edit_view(request.user, view):
        raise PermissionDenied
    version = version_of(request) or 0
    asked = request.GET.copy()
    asked["view"] = str(view.pk)
    before = Shown(saved_views.spec_of(view), saved_views.look_of(view)).pairs() or [("f", "")]
    try:
        shown = shown_of(record_type, request.user, asked)
        kept = saved_views.keep_changes(view, shown.spec, shown.look, by=request.user, version=version)
    except SpecError as error:
        return refused(request, record_type, error)
    except ValidationError as error:
        notify(request, error.messages[0], level=messages.ERROR)
        return HttpResponseRedirect(shown.url)
    notify(request, _("The view “%(view)s” is changed.") % {"view": view},
           undo=f"{request.path}?{urlencode([*before, ('version', kept.version)])}")
    return HttpResponseRedirect(Shown(shown.spec, shown.look, kept, at=shown.at).url)


@require_POST
def remove(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    view = view_or_404(request, record_type, pk)
    saved_views.remove_view(view, by=request.user)
    notify(request, _("The view “%(view)s” is removed.") % {"view": view},
           undo=reverse("records:view_restoration", args=[record_type.slug, pk]))
    return HttpResponseRedirect(reverse("records:list", args=[record_type.slug]))


@require_POST
def put_back(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), kind=record_type.kind, pk=pk)
    view = saved_views.put_back_view(view, by=request.user)
    notify(request, _("The view “%(view)s” is back.") % {"view": view})
    return HttpResponseRedirect(url_of(view))
