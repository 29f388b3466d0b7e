"""Two records of a kind become one, and can become two again."""

from mudir.records.merging.choosing import BOTH, Choice, choices_of, suggested_survivor
from mudir.records.merging.joining import merge, why_not
from mudir.records.merging.merger import Merger
from mudir.records.merging.redirects import may_undo, merged_into, merges_of
from mudir.records.merging.undoing import CannotUndo, changed_since, undo_merge

__all__ = [
    "BOTH", "CannotUndo", "Choice", "Merger", "changed_since", "choices_of", "may_undo", "merge", "merged_into",
    "merges_of", "suggested_survivor", "undo_merge", "why_not",
]
