"""What every record of Mudir can do. The two hooks: `register` and `add_panel`."""

from mudir.records.registry import Board, ListView, Part, Sentence, add_panel, register

__all__ = ["Board", "ListView", "Part", "Sentence", "add_panel", "register"]
