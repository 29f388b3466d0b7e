"""What people say about a record: writing it, mentioning somebody, drawing it."""

from mudir.records.comments.drawing import with_html
from mudir.records.comments.mentions import as_typed, suggestions
from mudir.records.comments.writing import LONGEST, edit_comment, put_back_comment, remove_comment, write_comment

__all__ = [
    "LONGEST", "as_typed", "edit_comment", "put_back_comment", "remove_comment", "suggestions", "with_html",
    "write_comment",
]
