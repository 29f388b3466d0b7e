"""Views that people save: made, changed, shared, taken away and put back; and which one a list opens with."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import rules
from mudir.records.looks import Look
from mudir.records.models import SavedView
from mudir.records.query import Query, QuerySpec

MOST_VIEWS = 100  # of one person, of one kind


def views_of(actor: User, kind: str) -> list[SavedView]:
    """The views of a kind that the actor sees, as their tabs stand: the own ones first."""
    seen = SavedView.objects.visible_to(actor).filter(kind=kind, trashed_at=None)
    return sorted(seen, key=lambda view: (view.owner_id != actor.pk, view.position, view.pk))


def opening_view(actor: User, views: list[SavedView]) -> SavedView | None:
    """The view that a list opens with: what the person chose, else what is set for their role."""
    own = (view for view in views if view.opens_for_owner and view.owner_id == actor.pk)
    of_role = (view for view in views if actor.role in view.opens_for and view.audience == SavedView.Audience.COMPANY)
    return next(own, None) or next(of_role, None)


def spec_of(view: SavedView) -> QuerySpec:
    return QuerySpec.from_json(view.kind, view.spec)


def look_of(view: SavedView) -> Look:
    return Look.from_json(view.look, view.layout, view.settings)


def _locked(view: SavedView, by: User) -> SavedView:
    current = SavedView.objects.visible_to(by).select_for_update(of=("self",)).get(pk=view.pk, trashed_at__isnull=True)
    if not rules.can_edit_view(by, current):
        raise PermissionDenied
    return current


def _share(view: SavedView, by: User, audience: str, opens_for_owner: bool, opens_for: list[str]) -> None:
    """Set who sees a view and for whom the list opens with it. Raises PermissionDenied."""
    if audience != view.audience and not rules.can_share_view(by, audience):
        raise PermissionDenied
    if set(opens_for) != set(view.opens_for) and not rules.can_set_opening_views(by):
        raise PermissionDenied
    if opens_for and audience != SavedView.Audience.COMPANY:
        raise ValidationError({"opens_for": _("A list opens for a role only with a view that everybody sees.")})
    if audience == SavedView.Audience.TEAM and (audience != view.audience or view.team_id is None):
        view.team_id = view.owner.team_id
    view.audience, view.opens_for = audience, sorted(set(opens_for))
    if view.owner_id == by.pk:
        view.opens_for_owner = opens_for_owner


def _others(view: SavedView, by: User) -> QuerySet[SavedView]:
    """Whatever a list may open with instead: views of the owner's own, who sets that, and those that everybody sees."""
    seen = SavedView.objects.visible_to(by).filter(kind=view.kind, trashed_at__isnull=True)
    return seen.exclude(pk=view.pk)


def _alone_in_opening(view: SavedView, by: User) -> None:
    """A list opens with one view for each person and role: the others give way."""
    if view.opens_for_owner and view.owner_id == by.pk:
        _others(view, by).filter(owner=by, opens_for_owner=True).update(opens_for_owner=False)
    for other in _others(view, by).filter(opens_for__overlap=view.opens_for) if view.opens_for else ():
        other.opens_for = [role for role in other.opens_for if role not in view.opens_for]
        other.save(update_fields=["opens_for"])


@service
def save_view(
    spec: QuerySpec, look: Look, *, by: User, name: str, audience: str = SavedView.Audience.PRIVATE,
    opens_for_owner: bool = False, opens_for: list[str] | None = None,
) -> SavedView:
    """Keep a list under a name. Raises `SpecError` for what `by` could not ask, ValidationError, PermissionDenied."""
    Query(spec, by)
    own = SavedView.objects.visible_to(by).filter(kind=spec.kind, owner=by, trashed_at__isnull=True)
    if own.count() >= MOST_VIEWS:
        raise ValidationError(_("You have %(most)s views of this list. Remove one first.") % {"most": MOST_VIEWS})
    last = own.order_by("position").values_list("position", flat=True).last() or 0
    view = SavedView(kind=spec.kind, owner=by, name=name.strip(), position=last + 1)
    _write(view, spec, look)
    _share(view, by, audience, opens_for_owner, opens_for or [])
    view.full_clean(exclude=["owner", "team"])
    view.save(force_insert=True)
    _alone_in_opening(view, by)
    return view


def _write(view: SavedView, spec: QuerySpec, look: Look) -> None:
    view.spec = {name: value for name, value in spec.to_json().items() if name != "text"}
    view.look, view.layout, view.settings = look.to_json(), look.layout, look.settings


@service
def keep_changes(view: SavedView, spec: QuerySpec, look: Look, *, by: User, version: int) -> SavedView:
    """Let a view be what is shown now. Raises ValidationError where somebody else changed it since `version`."""
    current = _locked(view, by)
    if current.version != version:
        raise ValidationError(_("“%(view)s” was changed meanwhile. Look at it again, or save yours as a new view.")
                              % {"view": current})
    Query(spec, by)
    _write(current, spec, look)
    current.version += 1
    current.save()
    return current


@service
def set_up_view(
    view: SavedView, *, by: User, name: str, audience: str, opens_for_owner: bool = False,
    opens_for: list[str] | None = None,
) -> SavedView:
    """Rename a view, and say who sees it and for whom the list opens with it."""
    current = _locked(view, by)
    current.name = name.strip()
    _share(current, by, audience, opens_for_owner, opens_for or [])
    current.full_clean(exclude=["owner", "team"])
    current.save()
    _alone_in_opening(current, by)
    return current


@service
def remove_view(view: SavedView, *, by: User) -> None:
    current = _locked(view, by)
    current.trashed_at = timezone.now()
    current.save(update_fields=["trashed_at", "updated_at"])


@service
def put_back_view(view: SavedView, *, by: User) -> SavedView:
    """Take back a removal; a list that opens with another view by now stays with that."""
    current = SavedView.objects.visible_to(by).select_for_update(of=("self",)).get(pk=view.pk)
    if not rules.can_edit_view(by, current):
        raise PermissionDenied
    if current.trashed_at is not None:
        current.trashed_at = None
        others = _others(current, by)
        current.opens_for_owner = current.opens_for_owner and not others.filter(
            owner_id=current.owner_id, opens_for_owner=True).exists()
        taken = {role for roles in others.values_list("opens_for", flat=True) for role in roles}
        current.opens_for = [role for role in current.opens_for if role not in taken]
        current.save()
    return current
