"""Telling people of records: writing it down, reading it, letters."""

from mudir.records.notifications.choices import USUAL, choices_of, save_choices
from mudir.records.notifications.letters import send_letters
from mudir.records.notifications.reading import (
    Told,
    mark_all_read,
    mark_read,
    mark_read_about,
    mark_unread,
    page_of,
    unread_count,
)
from mudir.records.notifications.telling import remind, tell, throw_away_old

__all__ = [
    "USUAL", "Told", "choices_of", "mark_all_read", "mark_read", "mark_read_about", "mark_unread", "page_of",
    "remind", "save_choices", "send_letters", "tell", "throw_away_old", "unread_count",
]
