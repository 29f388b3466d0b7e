"""What calls, notes and tasks are to the rest of the program: their fields, lists, search, sentences and panels."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.activities.forms import CallForm, NoteForm, TaskForm
from mudir.activities.models import Activity, Call, Note, Task
from mudir.activities.services import (
    edit_call,
    edit_note,
    edit_task,
    log_call,
    make_task,
    put_back,
    remove,
    write_note,
)
from mudir.clients.models import Client, Contact
from mudir.clients.registry import SeenRecord
from mudir.kit.formatting import Formatter
from mudir.records import ListView, Sentence, add_panel, register
from mudir.records.fields import Field, ValueType, field_from_model

OUTCOME_TONES = {Call.Outcome.REACHED: "good", Call.Outcome.CALL_BACK: "warn"}


# ── cells of the lists ───────────────────────────────────────────────────────────────────────────────────────────────


def client_cell(pk: int | None, name: str | None, fmt: Formatter) -> str:
    if pk is None:
        return '<td class="clip m"><span class="dim">—</span></td>'
    return f'<td class="clip m"><a href="/clients/{pk}/"><bdi>{escape(name)}</bdi></a></td>'


def due_cell(due: date, at: time | None, done_at: datetime | None, fmt: Formatter) -> str:
    tone = "dim" if done_at else "late" if due < timezone.localdate() else ""
    words = _("done") if done_at else fmt.ago(due)
    clock = f' <bdi class="ltr">{fmt.in_digits(f"{at:%H:%M}")}</bdi>' if at and not done_at else ""
    day = f'<time datetime="{due.isoformat()}" title="{escape(fmt.date(due))}">{escape(words)}</time>'
    return f'<td class="nowrap {tone} m m-end">{day}{clock}</td>'


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def of(model: type, name: str, **overrides: Any) -> Field:
    return field_from_model(model, name, **overrides)


def shared_fields(model: type[Activity]) -> list[Field]:
    """The client by name and as a record; the contact, named only where the reader sees that person."""
    contact = of(model, "contact", sort_path="")
    return [
        Field(id="about", label=gettext_lazy("client"), type=ValueType.TEXT, path="client__name",
              sort_path="client__sort_key", is_nullable=True),
        of(model, "client", cell=client_cell, sort_path="client__sort_key"),
        SeenRecord(**{name: getattr(contact, name) for name in contact.__dataclass_fields__}),
    ]


register(
    Task,
    slug="tasks",
    icon="check",
    title="title",
    fields=[
        *shared_fields(Task),
        of(Task, "due_date", cell=due_cell, extra_paths=("due_time", "done_at")),
        of(Task, "notes"),
    ],
    columns=["title", "due_date", "client", "contact", "owner", "postponed"],
    filters=["due_date", "done_at", "owner", "client", "title", "postponed", "created_at"],
    sort="due_date",
    opens_with="f=owner.is.me&f=done_at.empty",
    deadlines={"due_date": "done_at"},
    search={"title": "B", "notes": "C"},
    sentences={
        "task.planned": Sentence(gettext_lazy("%(actor)s planned: %(title)s"), icon="check", group="tasks"),
        "task.edited": Sentence(gettext_lazy("%(actor)s changed the task"), icon="pencil", group="tasks"),
        "task.done": Sentence(gettext_lazy("%(actor)s did: %(title)s"), icon="check", tone="good", group="tasks"),
        "task.reopened": Sentence(gettext_lazy("%(actor)s reopened: %(title)s"), icon="undo", group="tasks"),
        "task.postponed": Sentence(
            gettext_lazy("%(actor)s put off: %(title)s"), icon="clock", tone="warn", group="tasks"),
        "task.due_again": Sentence(
            gettext_lazy("%(actor)s moved back to its day: %(title)s"), icon="undo", group="tasks"),
        "task.cancelled": Sentence(gettext_lazy("%(actor)s cancelled: %(title)s"), icon="x", group="tasks"),
        "task.put_back": Sentence(gettext_lazy("%(actor)s put back: %(title)s"), icon="undo", group="tasks"),
    },
    facts={"": ["client", "contact", "due_date", "owner", "done_at", "notes"]},
    views=[
        ListView("mine", gettext_lazy("My open tasks"), "f=owner.is.me&f=done_at.empty"),
        ListView("overdue", gettext_lazy("Overdue"), "f=done_at.empty&f=due_date.before.today"),
        ListView("week", gettext_lazy("Next 7 days"), "f=done_at.empty&f=due_date.next_days.7"),
        ListView("done", gettext_lazy("Done"), "f=done_at.not_empty&sort=-due_date"),
    ],
    form=TaskForm,
    create=make_task,
    edit=edit_task,
    trash=remove,
    restore=put_back,
    head="activities/head.html",
    entry="activities/entries/task.html",
)

register(
    Call,
    slug="calls",
    icon="phone",
    title="about",
    fields=[*shared_fields(Call), of(Call, "outcome", tones=OUTCOME_TONES), of(Call, "phone", type=ValueType.PHONE)],
    columns=["about", "outcome", "direction", "started_at", "contact", "notes", "minutes", "owner"],
    filters=["outcome", "direction", "started_at", "owner", "client", "notes", "minutes"],
    sort="-started_at",
    search={"notes": "C"},
    sentences={
        "call.logged": Sentence(gettext_lazy("%(actor)s logged a call"), icon="phone", tone="accent", group="calls"),
        "call.edited": Sentence(gettext_lazy("%(actor)s changed the call"), icon="pencil", group="calls"),
        "call.removed": Sentence(gettext_lazy("%(actor)s removed a call"), icon="trash", group="calls"),
        "call.put_back": Sentence(gettext_lazy("%(actor)s put a call back"), icon="undo", group="calls"),
    },
    facts={
        "": ["client", "contact", "outcome", "direction", "started_at", "minutes", "phone", "owner"],
        gettext_lazy("What was said"): ["notes"],
    },
    views=[
        ListView("mine", gettext_lazy("My calls"), "f=owner.is.me"),
        ListView("call_back", gettext_lazy("To call back"), "f=outcome.is.call_back"),
        ListView("no_answer", gettext_lazy("No answer"), "f=outcome.is.no_answer"),
        ListView("incoming", gettext_lazy("Incoming"), "f=direction.is.incoming"),
    ],
    form=CallForm,
    create=log_call,
    edit=edit_call,
    trash=remove,
    restore=put_back,
    head="activities/head.html",
    entry="activities/entries/call.html",
)

register(
    Note,
    slug="notes",
    icon="note",
    title="about",
    in_navigation=False,
    fields=shared_fields(Note),
    columns=["about", "text", "contact", "created_at", "owner"],
    filters=["text", "owner", "client", "created_at"],
    sort="-created_at",
    search={"text": "C"},
    sentences={
        "note.written": Sentence(gettext_lazy("%(actor)s wrote a note"), icon="note", group="notes"),
        "note.edited": Sentence(gettext_lazy("%(actor)s changed the note"), icon="pencil", group="notes"),
        "note.removed": Sentence(gettext_lazy("%(actor)s removed a note"), icon="trash", group="notes"),
        "note.put_back": Sentence(gettext_lazy("%(actor)s put a note back"), icon="undo", group="notes"),
    },
    facts={"": ["client", "contact", "owner", "created_at"], gettext_lazy("Note"): ["text"]},
    views=[ListView("mine", gettext_lazy("My notes"), "f=owner.is.me")],
    form=NoteForm,
    create=write_note,
    edit=edit_note,
    trash=remove,
    restore=put_back,
    head="activities/head.html",
    entry="activities/entries/note.html",
)


add_panel(Client, title=gettext_lazy("Write down"), url="activities:composer", order=10, place="composer")
add_panel(Client, title=gettext_lazy("Next step"), url="activities:next", order=10, place="next")
add_panel(Contact, title=gettext_lazy("Write down"), url="activities:contact_composer", order=10, place="composer")
add_panel(Contact, title=gettext_lazy("Next step"), url="activities:contact_next", order=10, place="next")
add_panel(Task, title=gettext_lazy("To do"), url="activities:task_panel", order=10, place="next")
