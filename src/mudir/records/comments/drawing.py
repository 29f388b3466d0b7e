"""A comment as HTML: paragraphs, addresses and mentions, nothing else."""

import re
from collections.abc import Mapping, Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from mudir.records.comments.mentions import CLOSE, MENTION, OPEN, names_in
from mudir.records.models import Comment

PIECE = re.compile(rf"(https?://[^\s<>\"'{OPEN}{CLOSE}]{{1,400}}|{MENTION.pattern.replace('(', '(?:', 1)}|\n)")
LAST = ".,:;!?)]}»«،؛؟…"  # belongs to the sentence and not to the address


def with_html(comments: Sequence[Comment]) -> Sequence[Comment]:
    """Give each comment its `html`; the names of all who are mentioned are read at once."""
    names = names_in(comment.text for comment in comments)
    for comment in comments:
        comment.html = html_of(comment.text, names)
    return comments


def html_of(text: str, names: Mapping[int, str]) -> SafeString:
    """Everything that a person typed is escaped; an address is a link only where it begins with http or https."""
    return mark_safe("".join([_piece(piece, names) for piece in PIECE.split(text)]))  # noqa: S308  escaped piece by piece


def _piece(piece: str, names: Mapping[int, str]) -> str:
    if piece == "\n":
        return "<br>"
    if mention := MENTION.fullmatch(piece):
        return format_html('<b class="mention"><bdi>@{}</bdi></b>', names.get(int(mention[1]), "…"))
    if piece.startswith(("https://", "http://")):
        address = piece.rstrip(LAST)
        link = format_html('<a class="link" href="{}" rel="noopener noreferrer nofollow"><bdi class="ltr">{}</bdi></a>',
                           address, address)
        return link + escape(piece[len(address):])
    return escape(piece)
