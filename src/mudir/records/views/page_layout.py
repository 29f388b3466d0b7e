"""How the page of a kind of records is laid out, as an administrator arranges it: for everybody or for one role."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from mudir.accounts.services import role_choices
from mudir.kit.htmx import render_page
from mudir.kit.messages import notify
from mudir.kit.numbers import version_of
from mudir.records import registry
from mudir.records.arrangement import Arrangement, Section, arranged, default_sections
from mudir.records.custom import layout_of
from mudir.records.models import PageLayout
from mudir.records.page_layouts import LayoutChanged, layout_for, save_layout, take_back_layout
from mudir.records.registry import RecordType
from mudir.records.views.fields import managing

SECTION = re.compile(r"section:[a-z0-9_]{1,40}")
MOST_ROWS = 500


@dataclass
class Row:
    """A section, a field or a panel among the others of its list; a field belongs to the section above it."""

    key: str  # section:facts, field:owner, panel:clients:contacts
    label: str
    is_shown: bool = True
    ar: str = ""  # titles of a section
    en: str = ""
    hints: tuple[str, str] = ("", "")  # what it is called without them

    @property
    def sort(self) -> str:
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        return self.key.partition(":")[2]


@dataclass
class Draft:
    """The layout as it stands in the form."""

    facts: list[Row] = field(default_factory=list)
    next: list[Row] = field(default_factory=list)
    main: list[Row] = field(default_factory=list)

    @property
    def lists(self) -> tuple[list[Row], ...]:
        return self.facts, self.next, self.main

    def move(self, key: str, step: int) -> None:
        for rows in self.lists:
            place = next((place for place, row in enumerate(rows) if row.key == key), None)
            if place is not None and 0 <= place + step < len(rows):
                rows[place], rows[place + step] = rows[place + step], rows[place]

    def add_section(self) -> None:
        taken = {row.name for row in self.facts}
        name = next(name for name in (f"own_{number}" for number in range(1, MOST_ROWS)) if name not in taken)
        first_hidden = next((place for place, row in enumerate(self.facts) if not row.is_shown), len(self.facts))
        self.facts.insert(first_hidden, Row(f"section:{name}", ""))

    def parts(self) -> dict[str, Any]:
        """What is saved of it."""
        blocks: list[dict[str, Any]] = []
        for row in self.facts:
            if row.sort == "section":
                blocks.append({"section": row.name, "ar": row.ar, "en": row.en, "fields": []})
            elif row.sort == "panel" and row.is_shown:
                blocks.append({"panel": row.name})
            elif row.sort == "field" and row.is_shown:
                if not blocks or "fields" not in blocks[-1]:
                    blocks.append({"section": f"below_{len(blocks)}", "fields": []})
                blocks[-1]["fields"].append(row.name)
        shown = {place: [row.name for row in rows if row.is_shown]
                 for place, rows in (("next", self.next), ("main", self.main))}
        hidden = [row.key for rows in self.lists for row in rows if not row.is_shown]
        return {"facts": blocks, **shown, "hidden": hidden}


class Labels:
    """What sections, fields and panels of a kind are called."""

    def __init__(self, record_type: RecordType):
        self.record_type = record_type
        self.known = {f"field:{name}": capfirst(str(one.label)) for name, one in record_type.fields.items()}
        self.known |= {f"panel:{panel.url}": str(panel.title) for panel in record_type.panels}
        titles = {}
        for language in ("ar", "en"):
            with override(language):
                titles[language] = {f"section:{section.id}": str(section.title) or _("Key facts")
                                    for section in default_sections(record_type)}
        self.hints = {key: (titles["ar"][key], titles["en"][key]) for key in titles["ar"]}

    def row(self, key: str, *, is_shown: bool = True, ar: str = "", en: str = "") -> Row:
        return Row(key, self.known.get(key, ""), is_shown, ar, en, self.hints.get(key, ("", "")))

    def draft(self, arrangement: Arrangement) -> Draft:
        """The page as it is laid out; behind it what is not shown."""
        draft = Draft()
        for block in arrangement.facts:
            if isinstance(block, Section):
                draft.facts.append(self.row(f"section:{block.id}", ar=block.ar, en=block.en))
                draft.facts += [self.row(f"field:{name}") for name in block.fields]
            else:
                draft.facts.append(self.row(f"panel:{block.url}"))
        draft.next, draft.main = ([self.row(f"panel:{panel.url}") for panel in panels]
                                  for panels in (arrangement.next, arrangement.main))
        return self.completed(draft)

    def completed(self, draft: Draft) -> Draft:
        there = {row.key for rows in draft.lists for row in rows}
        places: dict[str, list[Row]] = {"facts": draft.facts, "next": draft.next, "main": draft.main}
        title = f"field:{self.record_type.title}"
        draft.facts += [self.row(key, is_shown=False) for key in self.known
                        if key.startswith("field:") and key not in there and key != title]
        for panel in self.record_type.panels:
            if (key := f"panel:{panel.url}") not in there and panel.place in places:
                places[panel.place].append(self.row(key, is_shown=False))
        return draft

    def read(self, sent: QueryDict) -> Draft:
        """The form as it was sent; what the kind does not have, and what stands there twice, is left out."""
        shown, seen = set(sent.getlist("shown")), set()

        def rows(name: str, sorts: Iterable[str]) -> list[Row]:
            found = []
            for key in sent.getlist(name)[:MOST_ROWS]:
                is_known = key in self.known or bool(SECTION.fullmatch(key))
                if is_known and key not in seen and key.startswith(tuple(sorts)):
                    seen.add(key)
                    titles = {title: " ".join(sent.get(f"{title}.{key}", "").split())[:200] for title in ("ar", "en")}
                    is_section = key.startswith("section:")
                    found.append(self.row(key, is_shown=is_section or key in shown, **(titles if is_section else {})))
            return found

        return self.completed(Draft(rows("facts", ("section:", "field:", "panel:")), rows("next", ("panel:",)),
                                    rows("main", ("panel:",))))


def role_of(request: HttpRequest) -> str:
    role = request.GET.get("role", "")
    if role and role not in dict(role_choices()):
        raise Http404
    return role


@require_http_methods(["GET", "HEAD", "POST"])
def page_layout(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Show the layout of `?role=`; posted, save it, or move a row, add a section, or let it be as it was made.

    Saved by somebody else meanwhile, what was arranged is shown again, and saving once more is a choice.
    """
    managing(request)
    role = role_of(request)
    labels = Labels(record_type)
    if request.method != "POST":
        return _page(request, record_type, role, labels.draft(arranged(record_type, layout_of(record_type.kind, role))),
                     layout_for(record_type.kind, role))
    version = version_of(request)
    if version is None:
        return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
    draft = labels.read(request.POST)
    act, _mark, key = request.POST.get("do", "").partition(".")
    if act in {"up", "down", "add"}:
        draft.add_section() if act == "add" else draft.move(key, -1 if act == "up" else 1)
        return _page(request, record_type, role, draft, layout_for(record_type.kind, role), version=version)
    parts = {} if act == "reset" else draft.parts()
    try:
        saved = save_layout(record_type.kind, role, by=request.user, version=version, parts=parts)
    except LayoutChanged as change:
        return _page(request, record_type, role, draft, change.current, status=409, is_conflict=True)
    except ValidationError as error:
        return _page(request, record_type, role, draft, layout_for(record_type.kind, role), version=version,
                     status=422, errors=error.messages)
    text = _("The page is as it was made.") if act == "reset" else _("The page is laid out.")
    back = reverse("records:page_layout_undoing", args=[record_type.slug])
    notify(request, text, undo=f"{back}?{urlencode({'role': role, 'version': saved.version})}")
    return HttpResponseRedirect(address_of(record_type, role))


@require_POST
def undoing(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Lay the page out as it was before the change to `?version=`."""
    managing(request)
    role, version = role_of(request), version_of(request)
    if version is None:
        return HttpResponseBadRequest(_("The form lacks the version it was read at. Open it again."))
    try:
        take_back_layout(record_type.kind, role, by=request.user, version=version)
    except LayoutChanged:
        notify(request, _("Somebody has laid the page out anew since."), level=messages.WARNING)
    else:
        notify(request, _("The page is laid out as before."))
    return HttpResponseRedirect(address_of(record_type, role))


def address_of(record_type: RecordType, role: str) -> str:
    address = reverse("records:page_layout", args=[record_type.slug])
    return f"{address}?{urlencode({'role': role})}" if role else address


def _page(
    request: HttpRequest, record_type: RecordType, role: str, draft: Draft, layout: PageLayout, *,
    version: int | None = None, status: int = 200, **beside: Any,
) -> HttpResponse:
    made_for = set(PageLayout.objects.filter(kind=record_type.kind).exclude(parts={}).values_list("role", flat=True))
    context = {
        "record_type": record_type, "record_types": registry.all_types(), "draft": draft, "role": role,
        "roles": [(code, label, code in made_for) for code, label in [("", _("Everybody")), *role_choices()]],
        "lists": [(name, title, rows) for name, title, rows in (
            ("facts", _("Facts and what stands among them"), draft.facts),
            ("next", _("At the side"), draft.next), ("main", _("Tabs beside the activity"), draft.main)) if rows],
        "version": layout.version if version is None else version, "layout": layout, "is_made": role in made_for,
        "follows_everybody": bool(role and role not in made_for and "" in made_for),
    } | beside
    return render_page(request, "records/fields/layout.html", context, status=status)
