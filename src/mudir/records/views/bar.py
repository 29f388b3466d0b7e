"""What stands above a list in each of its layouts: tabs of views, filters, what was changed of a view."""

from dataclasses import replace
from functools import cache
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.records import rules
from mudir.records.models import SavedView
from mudir.records.query import Query, QuerySpec
from mudir.records.registry import RecordType
from mudir.records.shown import ALL, DOORS, Shown, layouts_of, url_of
from mudir.records.views.chips import chip

VIEW_ICONS = {SavedView.Audience.PRIVATE: "", SavedView.Audience.TEAM: "team", SavedView.Audience.COMPANY: "building"}
OF_LAYOUT = {"layout", "by", "span", "at"}  # in an address
LAYOUTS = {"table": (gettext_lazy("List"), "list"), "board": (gettext_lazy("Board"), "deals"),
           "calendar": (gettext_lazy("Calendar"), "calendar")}


def bar_of(request: HttpRequest, query: Query, shown: Shown, views: list[SavedView]) -> dict:
    """The context of `records/bar/…`."""
    record_type, spec = query.record_type, query.spec
    whole_url = reverse(DOORS[shown.look.layout], args=[record_type.slug])
    carried = shown.changed().pairs()
    here = urlencode(carried)
    layouts, tabs = layouts_of(record_type, request.user), tabs_of(record_type, shown, views, whole_url)
    return {
        "record_type": record_type, "spec": spec, "shown": shown, "view": shown.view, "carried": carried,
        "boost": "false" if shown.look.layout == "board" else "true",  # whose cards are dragged: it is drawn anew
        "tabs": tabs,
        "is_nameless": not any(tab["current"] for tab in tabs),
        "chips": [chip(part, query, shown, request.formatter) for part in spec.parts],
        "whole_url": f"{whole_url}?view={ALL}" if shown.opens_with_view else whole_url,
        "first_url": shown.changed().address,
        "filter_url": f"{reverse('records:filter', args=[record_type.slug])}?{here}" if record_type.filters else "",
        "editor_url": f"{reverse('records:filters', args=[record_type.slug])}?{here}",
        "new_view_url": f"{reverse('records:new_view', args=[record_type.slug])}?{here}",
        "dropped_url": url_of(shown.view) if shown.view else "",
        "can_keep": shown.is_changed and rules.can_edit_view(request.user, shown.view),
        "can_create": rules.can_create(request.user, record_type.model),
        "layouts": [{"url": shown.changed().laid_out(layout).url, "is_current": layout == shown.look.layout,
                     "label": LAYOUTS[layout][0], "icon": LAYOUTS[layout][1]} for layout in layouts],
    }


@cache
def _address(kind: str, query: str) -> str:
    """What a ready view asks, as lists write it."""
    return QuerySpec.from_query(kind, QueryDict(query)).to_query()


def tabs_of(record_type: RecordType, shown: Shown, views: list[SavedView], whole_url: str) -> list[dict]:
    """The whole list, the ready views, and those that people saved; the first two stay in the layout one looks at."""
    plain = replace(shown, view=None, opens_with_view=False).changed(text="") if shown.view is None else None
    bare = urlencode([pair for pair in plain.pairs() if pair[0] not in OF_LAYOUT]) if plain else None
    marker = f"view={ALL}" if shown.opens_with_view else ""
    tabs = [{"title": _("All"), "url": f"{whole_url}?{marker}" if marker else whole_url, "current": bare == ""}]
    for view in record_type.views:
        query = "&".join(filter(None, (marker if view.query == record_type.opens_with else "", view.query)))
        is_current = bare == _address(record_type.kind, view.query)
        tabs.append({"title": view.title, "url": f"?{query}", "current": is_current})
    for view in views:
        tabs.append({"title": view.name, "url": url_of(view), "current": view == shown.view, "is_saved": True,
                     "icon": VIEW_ICONS[view.audience], "is_elsewhere": view.layout != shown.look.layout,
                     "is_changed": view == shown.view and shown.is_changed})
    return tabs
