"""What a role allows, kind by kind and field by field, as an administrator reads and changes it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts import services
from mudir.accounts.models import SavedRole, User
from mudir.accounts.roles import EVERY_KIND, POWERS, ROLES, Act, Reach, Role, Sight
from mudir.accounts.services import RoleChanged
from mudir.accounts.views import managing
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import version_of
from mudir.records import registry
from mudir.records.models import SavedView
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.query.chosen import checked_filter
from mudir.records.saved_views import spec_of, views_of
from mudir.records.views.chips import said

PEOPLE_SHOWN = 12
ACTS = {
    Act.VIEW: gettext_lazy("See"), Act.CREATE: pgettext_lazy("a right", "Add"), Act.EDIT: gettext_lazy("Change"),
    Act.DELETE: gettext_lazy("Delete"), Act.ASSIGN: gettext_lazy("Hand over, share"),
    Act.EXPORT: pgettext_lazy("a right", "Export"), Act.IMPORT: pgettext_lazy("a right", "Import"),
    Act.MERGE: pgettext_lazy("a right", "Merge"),
}
BY_FILTER = gettext_lazy("own and by filter")
AS_SEEN = {Reach.NONE: gettext_lazy("no"), Reach.OWN: gettext_lazy("own"), Reach.TEAM: gettext_lazy("the team's"),
           Reach.FILTER: BY_FILTER, Reach.ALL: gettext_lazy("all they see")}
FOR_WHOM = {Reach.NONE: gettext_lazy("no"), Reach.OWN: gettext_lazy("for themselves"),
            Reach.TEAM: gettext_lazy("for the team"), Reach.ALL: gettext_lazy("for everybody")}
OWNED = {Reach.NONE: gettext_lazy("what is shared"), Reach.OWN: gettext_lazy("own"),
         Reach.TEAM: gettext_lazy("team and below"), Reach.FILTER: BY_FILTER, Reach.ALL: gettext_lazy("all")}
HANGING = {Reach.NONE: gettext_lazy("none"), Reach.OWN: gettext_lazy("own"), Reach.TEAM: gettext_lazy("team and below"),
           Reach.FILTER: BY_FILTER, Reach.ALL: gettext_lazy("with its record")}


@dataclass(frozen=True)
class Cell:
    act: Act
    label: Any
    name: str  # of its control
    value: Reach
    choices: list[tuple[str, Any]]


@dataclass(frozen=True)
class Line:
    kind: str
    label: Any
    icon: str
    cells: list[Cell]
    slug: str = ""
    limited: int = 0  # fields that the role does not have whole
    has_filter: bool = False

    @property
    def wants_filter(self) -> bool:
        """Whether a right goes as far as a filter that there is not."""
        return not self.has_filter and any(one.value is Reach.FILTER for one in self.cells)


def choices_of(act: Act, *, hangs: bool) -> dict[Reach, Any]:
    match act:
        case Act.VIEW:
            return HANGING if hangs else OWNED
        case Act.CREATE | Act.IMPORT:
            return FOR_WHOM
    return AS_SEEN


def hangs(record_type: registry.RecordType) -> bool:
    return bool(record_type.model._default_manager._queryset_class.hangs_on)


def lines_of(role: Role) -> list[Line]:
    """The role as a table: each kind of record, then those that come later."""
    lines = []
    for one in registry.all_types():
        cells = [cell(one.kind, act, role.reach_of(act, one.kind, hangs=hangs(one)), hangs=hangs(one)) for act in Act]
        lines.append(Line(one.kind, one.plural, one.icon, cells, one.slug, len(role.fields.get(one.kind, {})),
                          one.kind in role.filters))
    every = [cell(EVERY_KIND, act, role.reach_of(act, EVERY_KIND), hangs=False) for act in Act]
    return [*lines, Line(EVERY_KIND, _("Kinds that come later"), "more", every)]


def cell(kind: str, act: Act, value: Reach, *, hangs: bool) -> Cell:
    choices = choices_of(act, hangs=hangs)
    offered = [(str(reach), label) for reach, label in choices.items()
               if reach is not Reach.FILTER or kind != EVERY_KIND]
    return Cell(act, ACTS[act], f"{kind}:{act}", value, offered)


def kinds_sent(request: HttpRequest, role: Role) -> dict[str, dict[str, str]]:
    """The table as it was sent; kinds that it does not show stay as they are. Raises ValidationError."""
    kinds = {kind: dict(row) for kind, row in role.kinds.items()}
    for line in lines_of(role):
        kinds[line.kind] = {one.act: request.POST.get(one.name, "") for one in line.cells}
        if not set(kinds[line.kind].values()) <= set(Reach):
            raise ValidationError(_("Choose how far each right goes."))
    return kinds


def role_or_404(code: str) -> tuple[Role, int]:
    """What a role says, and its version; 0 is as in code."""
    saved = SavedRole.objects.filter(code=code).first()
    if saved is None and code not in ROLES:
        raise Http404
    return (saved.as_role(), saved.version) if saved else (ROLES[code], 0)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A role of the house's own, perhaps with what another one says: `?from=code`."""
    managing(request)
    copied = services.all_roles().get(request.GET.get("from", ""), ROLES["department_staff"])
    title = _("Copy of “%(role)s”") % {"role": copied.name} if "from" in request.GET else ""
    return _edited(request, copied, None, {"name": title, "sentence": copied.sentence if title else "", "is_new": True})


@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, code: str) -> HttpResponse:
    managing(request)
    kept, version = role_or_404(code)
    return _edited(request, kept, version, {"name": kept.name, "sentence": kept.sentence})


def _edited(request: HttpRequest, kept: Role, version: int | None, context: dict[str, Any]) -> HttpResponse:
    """The page of a role; posted, it is saved. With `version` None a new one is made of what `kept` says."""
    status, error, changed = 200, None, None
    if request.method == "POST":
        context |= {"name": request.POST.get("name", "").strip(), "sentence": request.POST.get("sentence", "").strip()}
        try:
            data = {"name": context["name"][:200], "sentence": context["sentence"][:400],
                    "kinds": kinds_sent(request, kept),
                    "powers": sorted(set(request.POST.getlist("power")) | (kept.powers - POWERS.keys()))}
            if version is None:
                made = services.create_role(by=request.user, **{
                    name: services.said_by(kept)[name] for name in ("fields", "filters")}, **data)
            else:
                made = services.edit_role(kept.code, by=request.user, version=version_of(request), **data)
        except RoleChanged as problem:
            status, changed = 409, problem.current
            version = role_or_404(kept.code)[1]
        except ValidationError as problem:
            status, error = 422, " ".join(problem.messages)
        else:
            notify(request, _("“%(name)s” is saved.") % {"name": made.name},
                   undo=reverse("records:role_undoing", args=[services.last_change(made.code)]))
            return HttpResponseRedirect(reverse("records:role", args=[made.code]))
    shown = _as_sent(request, kept) if status != 200 else kept
    people = User.objects.filter(role=kept.code, is_active=True).order_by("name", "pk")
    context |= {
        "role": kept, "version": version, "lines": lines_of(shown), "acts": ACTS.values(), "error": error,
        "changed": changed, "changed_lines": lines_of(changed) if changed else [],
        "powers": [(code, label, code in shown.permissions) for code, label in POWERS.items()],
        "people": people[:PEOPLE_SHOWN] if version is not None else [], "is_own": kept.code not in ROLES,
        "more_people": max(people.count() - PEOPLE_SHOWN, 0) if version is not None else 0,
    }
    return render_page(request, "records/role.html", context, status=status)


def _as_sent(request: HttpRequest, kept: Role) -> Role:
    """What the form held, for showing it again."""
    said = services.said_by(kept)
    for line in lines_of(kept):
        sent = {one.act: request.POST.get(one.name, "") for one in line.cells}
        said["kinds"][line.kind] = {one.act: sent[one.act] if sent[one.act] in set(Reach) else one.value
                                    for one in line.cells}
    said["powers"] = [code for code in request.POST.getlist("power") if code in POWERS]
    return SavedRole(code=kept.code, **said).as_role()


@dataclass(frozen=True)
class Limited:
    """One line of the page of fields: a field, or several that tell of the same rows."""

    name: str
    label: str
    more: str  # what else falls under it
    value: Sight
    is_written: bool


def limits_shown(record_type: registry.RecordType, role: Role) -> list[Limited]:
    """Every field that a role may have in part; the name of a record and whose it is are seen with the record."""
    limits, families = record_type.limits_of(role), record_type.families()
    parts = {part.fields[0]: part for part in record_type.parts if part.fields}
    shown = []
    for name, one in record_type.fields.items():
        family = next((family for family in families if name in family), frozenset())
        if name in {record_type.title, *registry.ACCESS} or family and name not in parts:
            continue
        label = parts[name].label if family else one.label
        more = [str(record_type.fields[other].label) for other in record_type.fields if other in family - {name}]
        is_written = bool(family) or name in {*record_type.imports} or (one.is_editable and not one.is_many)
        shown.append(Limited(name, str(label), _(", ").join(more), limits.get(name, Sight.WRITE), is_written))
    return shown


@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: HttpRequest, code: str, record_type: registry.RecordType) -> HttpResponse:
    """Which fields of a kind a role sees and changes."""
    managing(request)
    kept, version = role_or_404(code)
    status, error = 200, ""
    if request.method == "POST":
        sent = {one.name: request.POST.get(one.name, "") for one in limits_shown(record_type, kept)}
        limits = {name: sight for name, sight in sent.items() if sight != Sight.WRITE}
        try:
            made = services.edit_role(code, by=request.user, version=version_of(request),
                                      fields=services.said_by(kept)["fields"] | {record_type.kind: limits})
        except RoleChanged:
            status, error = 409, _("Somebody saved this role since you opened it. This is how it stands now.")
        except ValidationError as problem:
            status, error = 422, problem.messages[0]
        else:
            notify(request, _("“%(name)s” is saved.") % {"name": made.name},
                   undo=reverse("records:role_undoing", args=[services.last_change(code)]))
            return HttpResponseRedirect(reverse("records:role_fields", args=[code, record_type.slug]))
    context = {"role": kept, "version": version, "record_type": record_type, "kinds": registry.all_types(),
               "fields": limits_shown(record_type, kept), "error": error}
    return render_page(request, "records/role_fields.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def role_filter(request: HttpRequest, code: str, record_type: registry.RecordType) -> HttpResponse:
    """Which records of a kind “by filter” means for a role: taken from a view, or from the address of a list."""
    managing(request)
    kept, version = role_or_404(code)
    views = views_of(request.user, record_type.kind)
    status, error = 200, ""
    if request.method == "POST":
        try:
            text = _filter_sent(request, record_type, kept, views)
            filters = {kind: one for kind, one in kept.filters.items() if kind != record_type.kind}
            made = services.edit_role(code, by=request.user, version=version_of(request),
                                      filters=filters | ({record_type.kind: text} if text else {}))
        except RoleChanged:
            status, error = 409, _("Somebody saved this role since you opened it. This is how it stands now.")
        except (SpecError, ValidationError) as problem:
            status, error = 422, problem.messages[0] if isinstance(problem, ValidationError) else str(problem)
        else:
            notify(request, _("“%(name)s” is saved.") % {"name": made.name},
                   undo=reverse("records:role_undoing", args=[services.last_change(code)]))
            return HttpResponseRedirect(reverse("records:role", args=[code]))
    context = {"role": kept, "version": version, "record_type": record_type, "views": views, "error": error,
               "address": request.POST.get("address", "")[:2000]} | _filter_said(request, record_type, kept)
    return render_page(request, "records/role_filter.html", context, status=status)


def _filter_sent(
    request: HttpRequest, record_type: registry.RecordType, kept: Role, views: list[SavedView]
) -> str:
    """The conditions that were sent; none takes the filter away. Raises `SpecError`."""
    if request.POST.get("do") == "remove":
        return ""
    view = next((one for one in views if str(one.pk) == request.POST.get("view")), None)
    address = spec_of(view).to_query() if view else request.POST.get("address", "")[:4000].strip().rpartition("?")[2]
    query = QueryDict(address)
    return checked_filter(record_type, kept, query, request.user)


def _filter_said(request: HttpRequest, record_type: registry.RecordType, kept: Role) -> dict[str, Any]:
    """The filter in words, and the list of what it fits, as the reader sees it."""
    text = kept.filters.get(record_type.kind, "")
    if not text:
        return {"words": "", "list_url": ""}
    try:
        query = Query(QuerySpec.from_query(record_type.kind, QueryDict(text)), request.user)
    except SpecError as problem:
        return {"words": str(problem), "list_url": ""}
    return {"words": said(query.spec.where, query, request.formatter),
            "list_url": f"{reverse('records:list', args=[record_type.slug])}?{text}"}


@require_POST
def removal(request: HttpRequest, code: str) -> HttpResponse:
    """Remove an own role; one of the house becomes what it was at first."""
    managing(request)
    kept, _version = role_or_404(code)
    try:
        services.remove_role(code, by=request.user)
    except SavedRole.DoesNotExist:
        raise Http404 from None
    except ValidationError as problem:
        notify(request, problem.messages[0])
        return HttpResponseRedirect(reverse("records:role", args=[code]))
    said = _("“%(name)s” is as it came.") if code in ROLES else _("“%(name)s” is removed.")
    notify(request, said % {"name": kept.name},
           undo=reverse("records:role_undoing", args=[services.last_change(code)]))
    return HttpResponseRedirect(reverse("accounts:roles"))


@require_POST
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last change of a role."""
    managing(request)
    try:
        name = services.take_back_change(pk, by=request.user)
    except SavedRole.pgh_event_model.DoesNotExist:
        raise Http404 from None
    except RoleChanged:
        notify(request, _("The role was changed once more meanwhile; nothing is taken back."))
    except ValidationError as problem:
        notify(request, problem.messages[0])
    else:
        notify(request, _("“%(name)s” is as before.") % {"name": name})
    return HttpResponseRedirect(reverse("accounts:roles"))
