"""What a page says after a write: a sentence, perhaps with the way back."""

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"


def notify(request: HttpRequest, text: str, *, undo: str = "", level: int = messages.SUCCESS) -> None:
    """Show `text` as a toast on the next page; `undo` is the address to post to for taking it back."""
    messages.add_message(request, level, text, extra_tags=f"{UNDO}{undo}" if undo else "")
