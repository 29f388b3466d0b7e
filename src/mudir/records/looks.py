"""How a list looks, apart from what it asks: widths of columns, pinned ones, density, the layout that draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.records.query import SpecError

LAYOUTS = ("table", "board", "calendar")
SPANS = ("month", "week")
NARROWEST, WIDEST = 40, 800  # pixels
MOST_PINNED = 5


@dataclass(frozen=True)
class Look:
    widths: tuple[tuple[str, int], ...] = ()  # field id -> pixels
    pinned: int = 1  # columns that stay in sight, from the first
    density: str = ""  # empty: as the person prefers
    layout: str = "table"
    by: str = ""  # the field whose choices the columns of a board stand for, or whose days those of a calendar
    span: str = "month"  # that a calendar shows at once

    @classmethod
    def from_query(cls, query: QueryDict) -> "Look":
        """Read a look from an address: `width=name:220,city:90`, `pinned`, `density`, `layout`, `by`, `span`."""
        widths = (part.rpartition(":") for part in query.get("width", "").split(",") if part)
        return cls._checked(
            {name: width for name, _mark, width in widths}, query.get("pinned", "1"), query.get("density", ""),
            query.get("layout") or "table", {name: query[name] for name in ("by", "span") if query.get(name)})

    @classmethod
    def from_json(cls, given: Mapping[str, Any], layout: str, settings: Mapping[str, str]) -> "Look":
        return cls._checked(given.get("widths", {}), given.get("pinned", 1), given.get("density", ""), layout, settings)

    @classmethod
    def _checked(
        cls, widths: Mapping[str, Any], pinned: Any, density: str, layout: str, settings: Mapping[str, str]
    ) -> "Look":
        sized = tuple((name[:200], _number(width, NARROWEST, WIDEST)) for name, width in widths.items())[:100]
        by, span = settings.get("by", "")[:200], settings.get("span", "month")
        if density not in {"", *User.Density.values} or layout not in LAYOUTS or span not in SPANS:
            raise SpecError(_("A list has no such look."))
        return cls(sized, _number(pinned, 0, MOST_PINNED), density, layout, by, span)

    @property
    def settings(self) -> dict[str, str]:
        """What its layout takes besides, for a view to keep."""
        given = {"by": self.by, "span": self.span} if self.layout == "calendar" else {"by": self.by}
        return {} if self.layout == "table" else given

    def to_json(self) -> dict[str, Any]:
        """What a view keeps of it beside its layout and the settings of that."""
        given = {"widths": dict(self.widths), "pinned": self.pinned, "density": self.density}
        return {name: value for name, value in given.items() if value != getattr(Look, name, None) and value != {}}

    def pairs(self) -> list[tuple[str, str]]:
        given = [("width", ",".join(f"{name}:{width}" for name, width in self.widths)), ("density", self.density),
                 ("pinned", "" if self.pinned == Look.pinned else str(self.pinned)),
                 ("layout", "" if self.layout == Look.layout else self.layout), ("by", self.by),
                 ("span", "" if self.span == Look.span else self.span)]
        return [(name, value) for name, value in given if value]


def _number(value: Any, least: int, most: int) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise SpecError(_("A list has no such look."))
    return max(least, min(most, int(text)))
