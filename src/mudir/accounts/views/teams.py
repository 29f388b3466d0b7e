"""The tree of teams."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts import services
from mudir.accounts.forms import TeamForm
from mudir.accounts.models import Team
from mudir.accounts.tree import team_tree
from mudir.accounts.views import managing
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """The tree, with the form of a new team."""
    managing(request)
    tree = team_tree()
    form = TeamForm(tree, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.create_team(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return _saved(request, form.cleaned_data["name"])
    context = {"tree": tree, "form": form}
    return render_page(request, "accounts/teams.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    team = get_object_or_404(Team.objects.select_related("parent"), pk=pk)
    form = TeamForm(team_tree(), request.POST or None, team=team)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_team(team, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return _saved(request, form.cleaned_data["name"])
    return _page(request, team, form)


@require_POST
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    team = get_object_or_404(Team, pk=pk)
    try:
        services.remove_team(team, by=request.user)
    except ValidationError as error:
        return _page(request, team, TeamForm(team_tree(), team=team), why_not=error.messages[0])
    notify(request, _("“%(name)s” is removed.") % {"name": team.name},
           undo=reverse("accounts:team_restoration", args=[pk]))
    return HttpResponseRedirect(reverse("accounts:teams"))


@require_POST
def restoration(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    try:
        team = services.restore_team(pk, by=request.user)
    except Team.DoesNotExist:
        raise Http404 from None
    notify(request, _("“%(name)s” is back.") % {"name": team.name})
    return HttpResponseRedirect(reverse("accounts:teams"))


def _page(request: HttpRequest, team: Team, form: TeamForm, why_not: str = "") -> HttpResponse:
    context = {"team": team, "form": form, "why_not": why_not}
    return render_page(request, "accounts/team.html", context, status=422 if form.errors or why_not else 200)


def _saved(request: HttpRequest, name: str) -> HttpResponse:
    notify(request, _("“%(name)s” is saved.") % {"name": name})
    return HttpResponseRedirect(reverse("accounts:teams"))
