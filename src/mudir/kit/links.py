"""Links of the shell, such as those of the side bar."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    current: bool = False  # the reader stands there
    in_dock: bool = False  # also at the foot of a phone
    count: int = 0
    tone: str = ""  # of the count


@dataclass(frozen=True)
class Links:
    title: str
    items: tuple[Link, ...]
