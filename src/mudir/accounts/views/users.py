"""People: who works here and what they may."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mudir.accounts import rules, services
from mudir.accounts.forms import UserForm
from mudir.accounts.models import SavedRole, User
from mudir.accounts.roles import NOBODY, ROLES
from mudir.accounts.tree import team_tree
from mudir.accounts.views import managing
from mudir.kit.forms import take_errors
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify

A_PAGE = 100


@require_safe
def users(request: HttpRequest) -> HttpResponse:
    managing(request)
    words, role = request.GET.get("q", "").strip().replace("\0", ""), request.GET.get("role", "")
    people = User.objects.select_related("team").order_by("-is_active", "name", "pk")
    if words:
        people = people.filter(Q(name__icontains=words) | Q(name_other__icontains=words) | Q(email__icontains=words))
    known = services.all_roles()
    if role in known:
        people = people.filter(role=role)
    page = Paginator(people, A_PAGE).get_page(request.GET.get("page"))
    for person in page:
        person.role_name = known[person.role].name if person.role in known else NOBODY.name
    context = {"page": page, "words": words, "role": known.get(role)}
    return render_page(request, "accounts/users.html", context, fragment="people")


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every role with its sentence and how many people have it."""
    managing(request)
    people = dict(User.objects.filter(is_active=True).values_list("role").annotate(Count("pk")))
    changed = set(SavedRole.objects.values_list("code", flat=True))
    listed = [{"role": role, "people": people.get(role.code, 0), "is_own": role.code not in ROLES,
               "is_changed": role.code in changed} for role in services.all_roles().values()]
    return render_page(request, "accounts/roles.html", {"roles": listed})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    managing(request)
    form = UserForm(request.user, team_tree(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_user(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            _send(request, user)
            return HttpResponseRedirect(reverse("accounts:users"))
    return render_page(request, "accounts/user.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    user = get_object_or_404(User, pk=pk)
    form = UserForm(request.user, team_tree(), request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_user(user, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            notify(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return HttpResponseRedirect(reverse("accounts:users"))
    context = {"form": form, "person": user, "can_deactivate": rules.can_deactivate(request.user, user)}
    return render_page(request, "accounts/user.html", context, status=422 if form.errors else 200)


@require_POST
def deactivation(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    user = services.deactivate_user(get_object_or_404(User, pk=pk), by=request.user)
    notify(request, _("“%(name)s” cannot sign in any more.") % {"name": user.name},
           undo=reverse("accounts:activation", args=[user.pk]))
    return HttpResponseRedirect(reverse("accounts:users"))


@require_POST
def activation(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    user = services.activate_user(get_object_or_404(User, pk=pk), by=request.user)
    notify(request, _("“%(name)s” can sign in again.") % {"name": user.name})
    return HttpResponseRedirect(reverse("accounts:users"))


@require_POST
def password_letter(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    _send(request, get_object_or_404(User, pk=pk))
    return HttpResponseRedirect(reverse("accounts:user", args=[pk]))


def _send(request: HttpRequest, user: User) -> None:
    sent = services.send_password_letter(user, by=request.user)
    words = _("A letter to choose a password went to %(email)s.") if sent else _(
        "The mail server did not take the letter to %(email)s. Look at the mail settings, then send it again.")
    notify(request, words % {"email": user.email})
