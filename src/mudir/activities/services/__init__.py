"""Every write about calls, notes and tasks: one function for one thing a person does."""

from mudir.activities.services.call import edit_call, log_call
from mudir.activities.services.note import edit_note, write_note
from mudir.activities.services.removal import put_back, remove
from mudir.activities.services.task import (
    complete_task,
    edit_task,
    make_task,
    postpone_task,
    reopen_task,
    take_back_postponement,
    tell_what_is_due,
)

__all__ = [
    "complete_task", "edit_call", "edit_note", "edit_task", "log_call", "make_task", "postpone_task", "put_back",
    "remove", "reopen_task", "take_back_postponement",
    "tell_what_is_due", "write_note",
]
