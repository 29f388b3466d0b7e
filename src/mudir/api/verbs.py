"""What a person does with one kind of record alone, each thing at an address of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import Team, User
from mudir.activities import services as activities
from mudir.activities.models import Call, Note, Task
from mudir.api import values
from mudir.api.calling import answer, read_object, read_query, sent
from mudir.api.operations import Operation, Parameter
from mudir.api.problems import Problem
from mudir.api.records import component, seen_or_404, told, viewed
from mudir.api.values import Schema, Taken, shape_schema
from mudir.clients import rules
from mudir.clients import services as clients
from mudir.clients.completeness import KEY_FACTS
from mudir.clients.models import Client, Contact, ContactRole, Nuance, Relation, Stage
from mudir.records import registry, search
from mudir.records.fields import field_from_model
from mudir.records.models import Record, Share
from mudir.records.registry import RecordType

Shape = Callable[[User], Mapping[str, Taken]]
CALL, NOTE, TASK = registry.for_model(Call), registry.for_model(Note), registry.for_model(Task)
CLIENT, CONTACT = registry.for_model(Client), registry.for_model(Contact)


def shape(*, needed: Mapping[str, Taken] | None = None, **others: Taken) -> Shape:
    required = {name: replace(one, is_required=True) for name, one in (needed or {}).items()}
    return lambda actor: {**required, **others}


def fields_of(record_type: RecordType, *names: str, **others: Taken) -> Shape:
    """What a program may send of a record, without what the address says already."""
    def made(actor: User) -> Mapping[str, Taken]:
        written = values.written(record_type, actor)
        return {name: written[name] for name in names} | others

    return made


def columns_of(model: type[models.Model], *names: str) -> Shape:
    return lambda actor: {name: values.taken(field_from_model(model, name), model) for name in names}


def visible(model: type[Record]) -> Callable[[User], models.QuerySet]:
    return lambda by: model.objects.visible_to(by)


# ── verbs of one record ──────────────────────────────────────────────────────────────────────────────────────────────


def verb(
    about: RecordType, method: str, path: str, code: str, summary: Any, does: Callable[..., Record], *,
    takes: Shape | None = None, example: Any = None, gives: RecordType | None = None, description: Any = "",
) -> Operation:
    """Something that is done with a record; the answer is the record as it stands then, or the one that was made."""
    made = gives or about

    @viewed(made, write=True)
    def doing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given = sent(request) if takes else None
        record = seen_or_404(about, pk, request.user)
        data = read_object(request, given, takes(request.user)) if takes else {}
        done = does(record, by=request.user, **data)
        return told(made, done, request.user, status=201 if gives else 200)

    return Operation(
        code, method, f"/{about.slug}/{{key:pk}}/{path}", doing, summary, tag=about.plural, record_type=made,
        about=about, writes=True, sends=(lambda actor: shape_schema(takes(actor))) if takes else None,
        example=example, status=201 if gives else 200, answers=lambda actor: component(made), has_etag=True,
        problems=(400, 404, 409, 413, 415, 422), description=description,
    )


def log_call(client: Client, *, by: User, **data: Any) -> Call:
    return activities.log_call(by=by, client=client, **data)


def write_note(client: Client, *, by: User, **data: Any) -> Note:
    return activities.write_note(by=by, client=client, **data)


def plan_task(client: Client, *, by: User, **data: Any) -> Task:
    return activities.make_task(by=by, client=client, **data)


def give_task(task: Task, *, by: User, owner: User) -> Task:
    return activities.edit_task(task, by=by, owner=owner)


CALL_SHAPE = fields_of(CALL, "outcome", "direction", "contact", "notes", "phone", "started_at", "minutes",
                       next_step=values.text(200), next_step_date=values.or_null(values.day()))
OWNER_SHAPE = shape(needed={"owner": values.one_row(values.people)},
                    team=values.or_null(values.one_row(lambda by: Team.objects.all())))

VERBS = [
    verb(CLIENT, "POST", "stage", "move_stage", gettext_lazy("Move the client to another stage"), clients.move_stage,
         takes=shape(needed={"to": values.one_of(dict(Stage.choices))}, reason=values.text(300),
                     version=values.number(1, 2**31 - 1)), example={"to": 2},
         description=gettext_lazy("Skipping a stage or going back needs a reason.")),
    verb(CLIENT, "POST", "confirmations", "confirm_facts", gettext_lazy("Confirm key facts"), clients.confirm_facts,
         takes=shape(needed={"facts": values.several(values.one_of(dict.fromkeys(KEY_FACTS)), 10)}),
         example={"facts": ["phone"]}),
    verb(CLIENT, "PUT", "confidentiality", "set_confidential", gettext_lazy("Make the client confidential, or not"),
         clients.set_confidential, takes=shape(needed={"confidential": values.yes_no()}),
         example={"confidential": True}),
    verb(CLIENT, "PUT", "owner", "assign_client", gettext_lazy("Give the client to somebody"), clients.assign,
         takes=OWNER_SHAPE, example={"owner": 1}),
    verb(CLIENT, "POST", "calls", "log_call", gettext_lazy("Log a call with the client"), log_call, takes=CALL_SHAPE,
         gives=CALL, example={"outcome": "reached", "notes": "…", "next_step": "…", "next_step_date": "2026-12-01"},
         description=gettext_lazy("“next_step” becomes a task for that day, or for the next working day.")),
    verb(CLIENT, "POST", "notes", "write_note_about", gettext_lazy("Write a note about the client"), write_note,
         takes=fields_of(NOTE, "text", "contact"), gives=NOTE, example={"text": "…"}),
    verb(CLIENT, "POST", "tasks", "plan_task_for", gettext_lazy("Plan a task for the client"), plan_task,
         takes=fields_of(TASK, "title", "due_date", "contact", "notes", due_time=values.or_null(values.clock()),
                         owner=values.one_row(values.people)), gives=TASK,
         example={"title": "…", "due_date": "2026-12-01"}),
    verb(TASK, "POST", "completion", "complete_task", gettext_lazy("Tick the task off"), activities.complete_task),
    verb(TASK, "DELETE", "completion", "reopen_task", gettext_lazy("Reopen the task"), activities.reopen_task),
    verb(TASK, "POST", "postponement", "postpone_task", gettext_lazy("Put the task off"), activities.postpone_task,
         takes=shape(needed={"to": values.day()}), example={"to": "2026-12-01"}),
    verb(TASK, "PUT", "owner", "give_task", gettext_lazy("Give the task to somebody"), give_task,
         takes=shape(needed={"owner": values.one_row(values.people)}), example={"owner": 1}),
]


# ── rows beside a record ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rows:
    """Rows that hang on a record and have keys of their own."""

    about: RecordType
    path: str
    key: str  # the parameter of one row's address
    one: str  # its name in the codes of operations
    name: Any
    model: type[models.Model]
    columns: tuple[str, ...]
    of: Callable[[Record, User], models.QuerySet]  # those that the actor sees
    takes: Shape
    adds: Callable[..., models.Model]
    takes_away: Callable[..., Any]
    edits: Callable[..., models.Model] | None = None
    example: Mapping[str, Any] | None = None

    @property
    def fields(self) -> list:
        return [field_from_model(self.model, name) for name in self.columns]

    def told(self, rows: models.QuerySet) -> list[dict[str, Any]]:
        fields = self.fields
        found = rows.order_by("pk").values_list("pk", *values.paths_of(fields))
        return [{"id": row[0]} | values.in_json(fields, row[1:]) for row in found]

    def schema(self, actor: User) -> Schema:
        properties = {"id": values.KEY_SCHEMA} | {field.id: values.answered(field) for field in self.fields}
        return {"type": "object", "properties": properties, "required": list(properties),
                "additionalProperties": False}

    def row_or_404(self, record: Record, pk: int, actor: User) -> models.Model:
        row = self.of(record, actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row


def operations_on(rows: Rows) -> list[Operation]:
    about, key = rows.about, rows.key
    address = f"/{about.slug}/{{key:pk}}/{rows.path}"
    slug = f"{rows.path}_of_{about.model._meta.model_name}"
    single = f"{rows.one}_of_{about.model._meta.model_name}"

    @viewed(about)
    def listing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        return answer({rows.path: rows.told(rows.of(seen_or_404(about, pk, request.user), request.user))})

    @viewed(about, write=True)
    def adding(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given, record = sent(request), seen_or_404(about, pk, request.user)
        row = rows.adds(record, by=request.user, **read_object(request, given, rows.takes(request.user)))
        return answer(rows.told(rows.model.objects.filter(pk=row.pk))[0], status=201)

    @viewed(about, write=True)
    def changing(request: HttpRequest, pk: int, **part: int) -> HttpResponse:
        read_query(request, frozenset())
        given, record = sent(request), seen_or_404(about, pk, request.user)
        row = rows.row_or_404(record, part[key], request.user)
        data = read_object(request, given, rows.takes(request.user), is_partial=True)
        row = rows.edits(record, row, by=request.user, **data)
        return answer(rows.told(rows.model.objects.filter(pk=row.pk))[0])

    @viewed(about, write=True)
    def removing(request: HttpRequest, pk: int, **part: int) -> HttpResponse:
        read_query(request, frozenset())
        record = seen_or_404(about, pk, request.user)
        rows.takes_away(record, rows.row_or_404(record, part[key], request.user), by=request.user)
        return answer(None, status=204)

    def list_schema(actor: User) -> Schema:
        return {"type": "object", "required": [rows.path], "additionalProperties": False,
                "properties": {rows.path: {"type": "array", "items": rows.schema(actor)}}}

    def sends(actor: User) -> Schema:
        return shape_schema(rows.takes(actor))

    def sends_change(actor: User) -> Schema:
        return {name: part for name, part in sends(actor).items() if name != "required"}

    own = {"tag": about.plural, "record_type": about, "about": about}
    writing = (400, 404, 409, 413, 415, 422)
    found = [
        Operation(f"list_{slug}", "GET", address, listing, rows.name, answers=list_schema, problems=(400, 404), **own),
        Operation(f"add_{single}", "POST", address, adding, values.joined(rows.name, gettext_lazy("add one")),
                  writes=True, sends=sends, example=rows.example, status=201, answers=rows.schema, problems=writing,
                  **own),
        Operation(f"remove_{single}", "DELETE", f"{address}/{{key:{key}}}", removing,
                  values.joined(rows.name, gettext_lazy("take one away")), writes=True, status=204,
                  problems=(400, 404, 409, 422), **own),
    ]
    if rows.edits:
        found.append(Operation(
            f"change_{single}", "PATCH", f"{address}/{{key:{key}}}", changing,
            values.joined(rows.name, gettext_lazy("change one")), writes=True, sends=sends_change, example={},
            answers=rows.schema, problems=writing, **own))
    return found


def nuances_of(record: Record, actor: User) -> models.QuerySet:
    """None where the reader is told of none."""
    rows = Nuance.objects.filter(**{record._meta.model_name: record})
    return rows if "nuances" in registry.for_model(type(record)).visible_fields(actor) else rows.none()


def roles_of(client: Client, actor: User) -> models.QuerySet:
    return ContactRole.objects.filter(client=client, contact__in=Contact.objects.visible_to(actor).values("pk"))


def relations_of(client: Client, actor: User) -> models.QuerySet:
    seen = Client.objects.visible_to(actor).values("pk")
    return Relation.objects.filter(Q(client=client, other__in=seen) | Q(other=client, client__in=seen))


def shares_of(client: Client, actor: User) -> models.QuerySet:
    if not rules.can_assign(actor, client):
        raise PermissionDenied
    return Share.objects.filter(kind=client._meta.label_lower, object_id=client.pk)


NUANCE = {
    "path": "nuances", "key": "nuance_pk", "one": "nuance", "name": gettext_lazy("to keep in mind"), "model": Nuance,
    "columns": ("kind", "text", "date", "calendar", "is_yearly"), "of": nuances_of,
    "takes": columns_of(Nuance, "kind", "text", "date", "calendar", "is_yearly"), "adds": clients.add_nuance,
    "edits": lambda record, row, by, **data: clients.edit_nuance(record, nuance=row, by=by, **data),
    "takes_away": lambda record, row, by: clients.remove_nuance(record, nuance=row, by=by),
    "example": {"text": "…", "kind": "preference"},
}
ROWS = [
    Rows(CLIENT, **NUANCE),
    Rows(CONTACT, **NUANCE),
    Rows(CLIENT, "contacts", "role_pk", "contact", gettext_lazy("roles"), ContactRole,
         ("contact", "role", "is_primary"), roles_of,
         shape(needed={"contact": values.one_row(visible(Contact))},
               role=values.one_of(dict(ContactRole.Role.choices)), is_primary=values.yes_no()),
         clients.link_contact, lambda record, row, by: clients.unlink_contact(record, role=row, by=by),
         example={"contact": 1, "role": "decider"}),
    Rows(CLIENT, "relations", "relation_pk", "relation", gettext_lazy("relations"), Relation,
         ("client", "kind", "other", "note"), relations_of,
         shape(needed={"other": values.one_row(visible(Client)), "kind": values.one_of(dict(Relation.Kind.choices))},
               note=values.text(200)),
         clients.relate, lambda record, row, by: clients.unrelate(record, relation=row, by=by),
         example={"other": 2, "kind": "partner"}),
    Rows(CLIENT, "shares", "share_pk", "share", gettext_lazy("shares"), Share,
         ("user", "team", "purpose", "until", "granted_by", "created_at"), shares_of,
         shape(user=values.one_row(values.people), team=values.one_row(lambda by: Team.objects.all()),
               purpose=values.text(300), until=values.or_null(values.day())),
         clients.share, lambda record, row, by: clients.unshare(record, share=row, by=by), example={"user": 1}),
]


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@viewed(None)
def searching(request: HttpRequest) -> HttpResponse:
    read_query(request, frozenset({"q", "kinds", "limit"}))
    text, limit = request.GET.get("q", "").strip(), request.GET.get("limit", "20")
    if not text or len(text) > 200 or "\0" in text:
        raise Problem(400, _("Say with “q” what to look for, in at most 200 characters."))
    if not limit.isascii() or not limit.isdigit() or len(limit) > 3 or not 1 <= int(limit) <= 100:
        raise Problem(400, _("An answer has 1 to 100 hits."))
    searched = {one.slug: one.kind for one in registry.all_types() if one.search}
    slugs = [slug for slug in request.GET.get("kinds", "").split(",") if slug] or list(searched)
    if unknown := [slug for slug in slugs if slug not in searched]:
        raise Problem(400, _("There is no kind “%(name)s”.") % {"name": unknown[0][:60]})
    kinds = [searched[slug] for slug in slugs if request.user.opens(searched[slug])]
    hits = search.find(request.user, text, kinds=kinds, limit=int(limit)) if kinds else []
    return answer({"hits": [{"kind": hit.record_type.slug, "id": hit.id, "title": hit.title,
                             "subtitle": str(hit.subtitle), "reason": str(hit.reason)} for hit in hits]})


def hits_schema(actor: User) -> Schema:
    words = {"type": "string"}
    hit = {"kind": words, "id": values.KEY_SCHEMA, "title": words, "subtitle": words, "reason": words}
    return {"type": "object", "required": ["hits"], "additionalProperties": False, "properties": {
        "hits": {"type": "array", "items": {"type": "object", "properties": hit, "required": list(hit),
                                            "additionalProperties": False}}}}


SEARCH = Operation(
    "search", "GET", "/search", searching, gettext_lazy("Find records of every kind"), tag=gettext_lazy("Search"),
    parameters=(
        Parameter("q", {"type": "string", "minLength": 1, "maxLength": 200}, gettext_lazy(
            "Words, a phone number, an e-mail: in any script, also mistyped."), is_required=True),
        Parameter("kinds", {"type": "string"}, gettext_lazy("Only these kinds, separated by commas.")),
        Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
                  gettext_lazy("How many hits at most.")),
    ), answers=hits_schema, problems=(400, 422),
)

OPERATIONS = [*VERBS, *(operation for rows in ROWS for operation in operations_on(rows)), SEARCH]
