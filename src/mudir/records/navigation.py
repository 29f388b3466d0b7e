"""What stands in the side bar: record kinds with a list, and the pages that are no records."""

from functools import cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.records import marks, notifications, registry, rules

FAVOURITES_SHOWN = 10


def navigation(request: HttpRequest) -> dict:
    """Context of every page, made where it is shown: fragments and panels have no side bar."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "new_items": [], "favourites": [], "unread": 0}
    return {
        "navigation": SimpleLazyObject(lambda: groups_of_links(user, request.path)),
        "new_items": SimpleLazyObject(lambda: what_can_be_made(user)),
        "favourites": SimpleLazyObject(lambda: links_to_favourites(user, request.path)),
        "unread": cache(lambda: notifications.unread_count(user)),  # the template calls it; a lazy number has no format
    }


def groups_of_links(user: User, path: str) -> list[dict]:
    """Groups of links, marked where the reader stands and for the dock."""

    def link(label, url: str, icon: str, query: str = "") -> dict:
        current = path == url or (url != "/" and path.startswith(url))
        return {"label": label, "url": f"{url}?{query}" if query else url, "icon": icon, "current": current}

    lists = [
        link(record_type.plural, reverse("records:list", args=[record_type.slug]), record_type.icon,
             record_type.opens_with)
        for record_type in registry.all_types() if record_type.in_navigation
    ]
    groups = [{"title": "", "items": [link(_("My day"), "/", "day")]}, {"title": _("Clients"), "items": lists}]
    manage = []
    if user.has_permission("records.import"):
        lists.append(link(_("Imports"), reverse("records:imports"), "upload"))
    if user.has_permission("users.manage"):
        manage.append(link(_("Users"), reverse("accounts:users"), "team"))
        manage.append(link(_("Teams"), reverse("accounts:teams"), "target"))
    manage.append(link(_("Trash"), reverse("records:trashed"), "trash"))
    if user.has_permission("fields.manage"):
        manage.append(link(_("Fields"), reverse("records:fields_home"), "fields"))
    manage.append(link(_("Settings"), reverse("accounts:preferences"), "settings"))
    groups.append({"title": _("Management"), "items": manage})
    for item in (groups[0]["items"][0], *lists[:2]):
        item["dock"] = True
    return groups


def what_can_be_made(user: User) -> list[dict]:
    return [
        {"label": record_type.name, "url": reverse("records:new", args=[record_type.slug]), "icon": record_type.icon}
        for record_type in registry.all_types()
        if record_type.in_navigation and rules.can_create(user, record_type.model)
    ]


def links_to_favourites(user: User, path: str) -> list[dict]:
    """The first of those that the person has put a star on and sees."""
    return [
        {"label": hit.title, "url": hit.url, "icon": hit.record_type.icon, "current": path == hit.url}
        for hit in marks.favourites_of(user)[:FAVOURITES_SHOWN]
    ]
