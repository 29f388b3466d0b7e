"""What a list shows: the query and the look of its address, or of a saved view, perhaps changed from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from mudir.accounts.models import User
from mudir.kit.numbers import number_in
from mudir.records import board, calendar, registry
from mudir.records.fields import Field
from mudir.records.looks import Look
from mudir.records.models import SavedView
from mudir.records.query import QuerySpec
from mudir.records.query.spec import unknown_field
from mudir.records.registry import RecordType
from mudir.records.saved_views import look_of, opening_view, spec_of, views_of

# With one of these in it an address says everything itself; a view that it names is then what it was changed from.
SAYS_ITSELF = frozenset({"f", "w", "sort", "columns", "group", "aggregates", "width", "pinned", "density", "layout",
                         "by", "span"})
ALL = "all"  # in the place of a view: the list as the address says it, though it opens with a view
DOORS = {"table": "records:list", "board": "records:board", "calendar": "records:calendar"}
# What a layout stands on: the fields that it can, and the one that it does unless somebody chooses.
STANDS_ON: Mapping[str, tuple[Callable[[RecordType, User], Mapping[str, Field]], Callable[[RecordType], str]]] = {
    "board": (board.fields_of, lambda record_type: board.board_of(record_type).by),
    "calendar": (calendar.fields_of, calendar.usual_field),
}


@dataclass(frozen=True)
class Shown:
    spec: QuerySpec
    look: Look
    view: SavedView | None = None
    opens_with_view: bool = False  # the bare address of the list
    at: str = ""  # the day whose month or week a calendar shows; it is no part of a view

    def changed(self, *, look: Look | None = None, **parts: Any) -> "Shown":
        """The same with other parts of the query, or another look; from the first page, unless it says which."""
        return replace(self, spec=replace(self.spec, **({"after": ""} | parts)), look=look or self.look)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from its view. What is typed into the quick search is no part of a view."""
        return self.view is not None and (self.spec.to_json() | {"text": ""}, self.look) != (
            with_title(spec_of(self.view)).to_json() | {"text": ""}, look_of(self.view))

    def laid_out(self, layout: str) -> "Shown":
        """The same in another layout; in that of its view, as the view has it."""
        if self.view is not None and self.view.layout == layout:
            return replace(self, look=look_of(self.view))
        return replace(self, look=replace(self.look, layout=layout, by="", span=Look.span))

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of its address."""
        said = [*self.spec.pairs(), *self.look.pairs(), *([("at", self.at)] if self.at else [])]
        if self.view is None:
            return [("view", ALL), *said] if self.opens_with_view else said
        if self.is_changed:
            says = SAYS_ITSELF.intersection(name for name, _value in said)
            return [("view", str(self.view.pk)), *said, *([] if says else [("f", "")])]
        return [("view", str(self.view.pk)), *((name, value) for name, value in said if name not in SAYS_ITSELF)]

    @property
    def address(self) -> str:
        """As a link on its own page has it."""
        return f"?{urlencode(self.pairs())}"

    @property
    def url(self) -> str:
        return reverse(DOORS[self.look.layout], args=[registry.for_kind(self.spec.kind).slug]) + self.address


def with_title(spec: QuerySpec) -> QuerySpec:
    """The name leads to the record, so it stands first whatever columns are chosen."""
    if not spec.columns:
        return spec
    title = registry.for_kind(spec.kind).title
    return replace(spec, columns=(title, *(name for name in spec.columns if name != title)))


def url_of(view: SavedView) -> str:
    """Where a view is looked at."""
    return reverse(DOORS[view.layout], args=[registry.for_kind(view.kind).slug]) + f"?view={view.pk}"


def layouts_of(record_type: RecordType, actor: User) -> list[str]:
    """The layouts that records of the kind can be looked at in."""
    return ["table", *(layout for layout, (fields, _usual) in STANDS_ON.items() if fields(record_type, actor))]


def _fitted(look: Look, record_type: RecordType, actor: User) -> Look:
    """The look with what its layout stands on, and nothing that is another's. Raises the error of an unknown field."""
    if look.layout not in STANDS_ON:
        return replace(look, by="", span=Look.span)
    fields, usual = STANDS_ON[look.layout]
    by = look.by or usual(record_type)
    if by not in fields(record_type, actor):
        raise unknown_field(by)
    return replace(look, by=by, span=look.span if look.layout == "calendar" else Look.span)


def shown_of(
    record_type: RecordType, actor: User, query: QueryDict, views: list[SavedView] | None = None, layout: str = ""
) -> Shown:
    """What the address asks to be shown. Raises `SpecError`, and Http404 for a view that the actor does not see.

    Without a word of its own the list opens with the view that is set for the actor, where there is one. `layout` is
    what the address itself stands for; a view that it names may be of another.
    """
    named = query.get("view", "")
    views = views_of(actor, record_type.kind) if views is None else views
    opening = opening_view(actor, views)
    is_bare = not query or query.urlencode() == record_type.opens_with
    view = None
    if named not in {"", ALL}:
        view = next((one for one in views if one.pk == number_in(named)), None)
        if view is None:
            raise Http404
    elif is_bare and opening is not None and layout in {"", opening.layout}:
        view = opening
    spec, look = QuerySpec.from_query(record_type.kind, query), Look.from_query(query)
    if view is not None and (view is opening and is_bare or not SAYS_ITSELF & query.keys()):
        spec = replace(spec_of(view), text=spec.text, ids=spec.ids, after=spec.after, size=spec.size)
        look = look_of(view)
    elif layout:
        look = replace(look, layout=layout)
    look = _fitted(look, record_type, actor)
    at = query.get("at", "")[:20] if look.layout == "calendar" else ""
    return Shown(with_title(spec), look, view, opening is not None, at)
