"""What stands in the side bar: record kinds with a list, and the pages that are no records."""

from functools import cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.links import Link, Links
from mudir.records import marks, notifications, registry, rules

FAVOURITES_SHOWN = 10


@cache
def address(route: str, *args: str) -> str:
    """The address of a page that stands in every side bar."""
    return reverse(route, args=args)


def navigation(request: HttpRequest) -> dict:
    """Context of every page, made where it is shown: fragments and panels have no side bar.

    The templates call what is made; a lazy number would have no format, and lazy links would keep the reader.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": (), "new_items": (), "favourites": (), "unread": 0}
    return {
        "navigation": cache(lambda: groups_of_links(user, request.path)),
        "new_items": cache(lambda: what_can_be_made(user)),
        "favourites": cache(lambda: links_to_favourites(user, request.path)),
        "unread": cache(lambda: notifications.unread_count(user)),
    }


def groups_of_links(user: User, path: str) -> tuple[Links, ...]:
    """Groups of links, marked where the reader stands and for the dock."""

    def link(label, url: str, icon: str, query: str = "", **place: bool) -> Link:
        current = path == url or (url != "/" and path.startswith(url))
        return Link(str(label), f"{url}?{query}" if query else url, icon, current=current, **place)

    shown = [record_type for record_type in registry.all_types() if record_type.in_navigation]
    lists = [
        link(record_type.plural, address("records:list", record_type.slug), record_type.icon,
             record_type.opens_with, in_dock=record_type in shown[:2])
        for record_type in shown
    ]
    manage = []
    if user.has_permission("records.import"):
        lists.append(link(_("Imports"), address("records:imports"), "upload"))
    if user.has_permission("users.manage"):
        manage.append(link(_("Users"), address("accounts:users"), "team"))
        manage.append(link(_("Teams"), address("accounts:teams"), "target"))
    manage.append(link(_("Trash"), address("records:trashed"), "trash"))
    if user.has_permission("fields.manage"):
        manage.append(link(_("Fields"), address("records:fields_home"), "fields"))
    manage.append(link(_("Settings"), address("accounts:preferences"), "settings"))
    return (
        Links("", (link(_("My day"), "/", "day", in_dock=True),)),
        Links(_("Clients"), tuple(lists)),
        Links(_("Management"), tuple(manage)),
    )


def what_can_be_made(user: User) -> tuple[Link, ...]:
    return tuple(
        Link(str(record_type.name), address("records:new", record_type.slug), record_type.icon)
        for record_type in registry.all_types()
        if record_type.in_navigation and rules.can_create(user, record_type.model)
    )


def links_to_favourites(user: User, path: str) -> tuple[Link, ...]:
    """The first of those that the person has put a star on and sees."""
    return tuple(
        Link(hit.title, hit.url, hit.record_type.icon, current=path == hit.url)
        for hit in marks.favourites_of(user)[:FAVOURITES_SHOWN]
    )
