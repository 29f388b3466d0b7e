"""What stands in the side bar: record kinds with a list, and the pages that are no records."""

from django.urls import reverse
from django.utils.translation import gettext as _

from mudir.records import registry, rules


def navigation(request) -> dict:
    """Context of every page: groups of links, marked where the reader stands and for the dock; what can be made."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "new_items": []}
    path = request.path

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
    manage.append(link(_("Settings"), reverse("accounts:preferences"), "settings"))
    groups.append({"title": _("Management"), "items": manage})
    for item in (groups[0]["items"][0], *lists[:2]):
        item["dock"] = True
    new_items = [
        {"label": record_type.name, "url": reverse("records:new", args=[record_type.slug]), "icon": record_type.icon}
        for record_type in registry.all_types()
        if record_type.in_navigation and rules.can_create(user, record_type.model)
    ]
    return {"navigation": groups, "new_items": new_items}
