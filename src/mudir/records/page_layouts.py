"""Laying out the pages of a kind of records: for everybody, or for one role."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry, rules
from mudir.records.custom.known import hold, tell
from mudir.records.models import PageLayout
from mudir.records.registry import RecordType

MOST_SECTIONS = 40
LONGEST_TITLE = 80


class LayoutChanged(Exception):
    """Somebody saved the layout since it was read."""

    def __init__(self, current: PageLayout):
        super().__init__(f"The layout of {current.kind} is at version {current.version}.")
        self.current = current


def layout_for(kind: str, role: str) -> PageLayout:
    """The layout as it stands now; one without parts at version 0 where nobody ever made one."""
    return PageLayout.objects.filter(kind=kind, role=role).select_related("changed_by").first() or PageLayout(
        kind=kind, role=role)


@service
def save_layout(kind: str, role: str, *, by: User, version: int, parts: dict[str, Any]) -> PageLayout:
    """Lay out the page anew; empty `parts` let it be as the program has it. Raises `LayoutChanged`."""
    current = _held(kind, role, by=by, version=version)
    return _write(current, checked(registry.for_kind(kind), parts), by=by)


@service
def take_back_layout(kind: str, role: str, *, by: User, version: int) -> PageLayout:
    """What the layout was before the change that brought it to `version`. Raises `LayoutChanged`."""
    current = _held(kind, role, by=by, version=version)
    kept = PageLayout.pgh_event_model.objects.filter(pgh_obj_id=current.pk, version__lt=version)
    before = kept.order_by("-pgh_id").values_list("parts", flat=True).first()
    return _write(current, before or {}, by=by)


def _held(kind: str, role: str, *, by: User, version: int) -> PageLayout:
    """The layout, locked behind the stamp, for who may change it."""
    if not rules.can_manage_fields(User.objects.select_for_update(no_key=True).get(pk=by.pk)):
        raise PermissionDenied
    hold()
    current = layout_for(kind, role)
    if current.version != version:
        raise LayoutChanged(current)
    return current


def _write(current: PageLayout, parts: dict[str, Any], *, by: User) -> PageLayout:
    if parts != current.parts or current.pk is None:
        current.parts, current.changed_by = parts, by
        current.version += 1
        current.save()
        tell()
    return current


def checked(record_type: RecordType, parts: dict[str, Any]) -> dict[str, Any]:
    """The parts without what the kind does not have, and nothing twice. Raises ValidationError."""
    if not parts:
        return {}
    fields, urls, seen = record_type.fields, {panel.url: panel.place for panel in record_type.panels}, set()

    def once(key: str, is_known: bool) -> bool:
        if not is_known or key in seen:
            return False
        seen.add(key)
        return True

    facts = []
    for block in parts["facts"]:
        if "panel" in block:
            if once(block["panel"], urls.get(block["panel"]) == "facts"):
                facts.append({"panel": block["panel"]})
            continue
        names = [name for name in block["fields"] if once(f"field:{name}", name in fields)]
        titles = {name: " ".join(str(block.get(name, "")).split()) for name in ("ar", "en")}
        if any(len(title) > LONGEST_TITLE for title in titles.values()):
            raise ValidationError(_("The title of a section has at most %(most)s characters.") % {
                "most": LONGEST_TITLE})
        if names and once(f"section:{block['section']}", True):
            facts.append({"section": block["section"], "fields": names, **titles})
    if len(facts) > MOST_SECTIONS:
        raise ValidationError(_("A page has at most %(most)s sections.") % {"most": MOST_SECTIONS})
    known = {*(f"field:{name}" for name in fields), *(f"panel:{url}" for url in urls)}
    shown = {place: [url for url in parts.get(place, ()) if once(url, urls.get(url) == place)]
             for place in ("next", "main")}
    return {"facts": facts, **shown, "hidden": sorted(set(parts.get("hidden", ())) & known)}
