"""What stands where on the page of a record: sections of facts and panels in their order.

A layout that an administrator saved is JSON:

    {"facts": [{"section": "facts", "ar": "", "en": "", "fields": ["owner"]}, {"panel": "clients:contacts"}],
     "next": ["activities:next"], "main": [], "hidden": ["field:team", "panel:clients:relations"]}

What it does not name came later and stands at the end. It says what is shown, never who may see it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from mudir.records.models.custom import in_language_lazy
from mudir.records.registry import Panel, RecordType, Text

Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    id: str
    title: Text
    fields: tuple[str, ...]
    ar: str = ""  # its title, where an administrator gave it one
    en: str = ""


@dataclass(frozen=True)
class Arrangement:
    facts: tuple[Section | Panel, ...]  # the column of the facts
    next: tuple[Panel, ...]  # the column at the side
    main: tuple[Panel, ...]  # tabs beside the activity

    @property
    def sections(self) -> list[Section]:
        return [block for block in self.facts if isinstance(block, Section)]


def section_id(title: Text) -> str:
    """What a section of the registration, or of custom fields, is known by in a layout."""
    with override("en"):
        words = str(title)
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:30]
    return plain or ("facts" if not words else f"section_{hashlib.sha256(words.encode()).hexdigest()[:8]}")


def default_sections(record_type: RecordType) -> list[Section]:
    return [Section(section_id(title), title, tuple(names)) for title, names in record_type.facts.items()]


def arranged(record_type: RecordType, stored: Stored | None) -> Arrangement:
    """The page as it was laid out, with what came since; without a layout as the program has it."""
    panels = {place: [panel for panel in record_type.panels if panel.place == place]
              for place in ("facts", "next", "main")}
    sections = default_sections(record_type)
    if not stored:
        return Arrangement((*sections[:1], *panels["facts"], *sections[1:]), tuple(panels["next"]),
                           tuple(panels["main"]))
    hidden = frozenset(stored.get("hidden", ()))
    return Arrangement(tuple(_facts(record_type, stored, sections, panels["facts"], hidden)),
                       *(tuple(_in_order(panels[place], stored.get(place, ()), hidden)) for place in ("next", "main")))


def _in_order(panels: list[Panel], urls: list[str], hidden: frozenset[str]) -> list[Panel]:
    by_url = {panel.url: panel for panel in panels}
    named = [by_url.pop(url) for url in dict.fromkeys(urls) if url in by_url]
    return [*named, *(panel for url, panel in by_url.items() if f"panel:{url}" not in hidden)]


def _facts(
    record_type: RecordType, stored: Stored, usual: list[Section], panels: list[Panel], hidden: frozenset[str]
) -> list[Section | Panel]:
    titles = {section.id: section.title for section in usual}
    by_url = {panel.url: panel for panel in panels}
    placed = {name for block in stored["facts"] for name in block.get("fields", ())}
    came = {section.id: [name for name in section.fields if name not in placed and f"field:{name}" not in hidden]
            for section in usual}
    blocks: list[Section | Panel] = []
    for block in stored["facts"]:
        if "panel" in block:
            if panel := by_url.pop(block["panel"], None):
                blocks.append(panel)
            continue
        ar, en = block.get("ar", ""), block.get("en", "")
        title = in_language_lazy(ar, en) if ar or en else titles.get(block["section"], "")
        names = (*(name for name in block["fields"] if name in record_type.fields), *came.pop(block["section"], ()))
        blocks.append(Section(block["section"], title, names, ar, en))
    blocks += [Section(id, titles[id], tuple(names)) for id, names in came.items() if names]
    return [*blocks, *(panel for url, panel in by_url.items() if f"panel:{url}" not in hidden)]
