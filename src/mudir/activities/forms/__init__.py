"""What a person fills in about calls, notes and tasks."""

from mudir.activities.forms.composer import LogCallForm, PlanTaskForm, PostponeForm, WriteNoteForm
from mudir.activities.forms.record import CallForm, NoteForm, TaskForm

__all__ = ["CallForm", "LogCallForm", "NoteForm", "PlanTaskForm", "PostponeForm", "TaskForm", "WriteNoteForm"]
