"""What every record kind can do, for programs: drawn from its registration, through its own services."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.access import demand
from mudir.api.calling import answer, read_object, read_query, run, sent
from mudir.api.operations import Operation, Parameter
from mudir.api.problems import Problem
from mudir.api.values import Schema
from mudir.records import merging, registry, services, viewings
from mudir.records.fields import Field, with_computed
from mudir.records.models import Attachment, Comment, Event, Record, Viewing
from mudir.records.query import Query, QuerySpec
from mudir.records.query.spec import LARGEST_PAGE, PAGE_SIZE
from mudir.records.registry import ACCESS, Part, RecordType
from mudir.records.scope import OfRow, Written
from mudir.records.views.timeline import GROUPS, as_text, events_of

VERSION = values.number(1, 2**31 - 1)
LIST_PARAMETERS = (
    Parameter("f", {"type": "string"}, gettext_lazy(
        "A filter: field.operator.value, as in tier.is.key or last_contact_at.older_days.30. A field of a related "
        "record is named by its path, as in owner.team. Filters that stand beside each other must all hold."),
        is_list=True),
    Parameter("w", {"type": "string"}, gettext_lazy(
        "A group of filters: or(tier.is.key;and(owner.is.me;city.is.Riyadh))."), is_list=True),
    Parameter("q", {"type": "string"}, gettext_lazy("Words to find, as in the quick search of the list.")),
    Parameter("sort", {"type": "string"}, gettext_lazy(
        "Up to three fields, separated by commas; a minus before one turns it round.")),
    Parameter("columns", {"type": "string"}, gettext_lazy(
        "The fields to answer, separated by commas, those of related records by their path. Without it all that have "
        "one value.")),
    Parameter("include", {"type": "string"}, gettext_lazy(
        "Lists beside each record to answer too, separated by commas, such as “phones”.")),
    Parameter("id", values.KEY_SCHEMA, gettext_lazy("Only the records with these numbers."), is_list=True),
    Parameter("after", {"type": "string"}, gettext_lazy("“next” of the page before.")),
    Parameter("size", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
              gettext_lazy("How many records a page has.")),
    Parameter("total", {"type": "string", "enum": ["yes"]}, gettext_lazy("Also count all that match, up to 10,000.")),
)
LIST_NAMES = frozenset(one.name for one in LIST_PARAMETERS)
COLUMNS = Parameter("columns", {"type": "string"}, gettext_lazy(
    "Only these fields and lists, separated by commas; fields of related records by their path, as in "
    "head_office.city."))
IF_MATCH = Parameter("If-Match", {"type": "string", "pattern": r'^"\d{1,9}"$'}, gettext_lazy(
    "The version that was read, as its ETag says it."), place="header")


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def single_fields(record_type: RecordType, actor: User) -> list[Field]:
    """The fields that have one value each."""
    return [field for field in record_type.visible_fields(actor).values() if not field.is_many]


def ask_list(
    record_type: RecordType, spec: QuerySpec, actor: User, *, with_total: bool, include: Sequence[Part] = (),
) -> dict[str, Any]:
    """A page of records: only the columns and the lists beside them that were asked for, in plain values."""
    columns = spec.columns or tuple(field.id for field in single_fields(record_type, actor))
    query = Query(spec if spec.columns else replace(spec, columns=columns), actor)
    page = query.page(["version", "confidential", *values.paths_of(query.columns)])
    viewings.note_many(record_type.kind, [row[0] for row in page.rows if row[3]], actor, Viewing.Door.API)
    rows = [{"id": row[0], "version": row[2]} | values.in_json(query.columns, row[4:]) for row in page.rows]
    for row, beside in zip(rows, rows_beside(record_type, [row["id"] for row in rows], include, actor), strict=True):
        row |= beside
    found: dict[str, Any] = {"records": rows, "next": page.next_cursor or None}
    if with_total:
        total = query.total()
        found["total"] = {"count": total.count, "is_exact": total.is_exact}
    return found


def rows_beside(
    record_type: RecordType, keys: Sequence[int], parts: Sequence[Part], actor: User
) -> Iterator[dict[str, Any]]:
    """The lists beside records that were just read, in the order of their keys."""
    found = {}
    if parts and keys:
        names = {f"rows_{part.id}": RowsBeside(record_type.model, actor, part) for part in parts}
        seen = record_type.model.objects.visible_to(actor).filter(pk__in=keys).annotate(**names)
        found = {row[0]: row[1:] for row in seen.values_list("pk", *names)}
    for key in keys:
        yield dict(zip((part.id for part in parts), found.get(key, [[] for _part in parts]), strict=True))


def read_record(record_type: RecordType, pk: int, actor: User, names: Sequence[str] = ()) -> dict[str, Any]:
    """A record with all its fields and the lists beside it, or with what is named. Raises Http404 where the actor does
    not see it."""
    parts = [part for part in values.listed(record_type, actor) if not names or part.id in names]
    if names:
        columns = tuple(name for name in names if name not in {part.id for part in parts})
        query = Query(QuerySpec(record_type.kind, columns=columns, ids=(pk,)), actor)
        query.page_is_possible()
        fields, seen = query.columns if columns else [], query.queryset()
    else:
        fields = single_fields(record_type, actor)
        seen = with_computed(record_type.model.objects.visible_to(actor).filter(pk=pk), fields, actor)
    seen = seen.annotate(**{f"rows_{part.id}": RowsBeside(record_type.model, actor, part) for part in parts})
    paths = [*values.paths_of(fields), *(f"rows_{part.id}" for part in parts)]
    row = next(iter(seen.values_list("confidential", "pk", "version", *paths)), None)
    if row is None:
        raise Http404
    confidential, *row = row
    if confidential:
        viewings.note_many(record_type.kind, [pk], actor, Viewing.Door.API)
    told = {"id": row[0], "version": row[1]} | values.in_json(fields, row[2:])
    return told | dict(zip((part.id for part in parts), row[len(row) - len(parts):], strict=True))


def included(record_type: RecordType, text: str, actor: User) -> list[Part]:
    """The lists beside records that are named, parted by commas."""
    known = {part.id: part for part in values.listed(record_type, actor)}
    names = [name for name in text.split(",") if name]
    if unknown := next((name for name in names if name not in known), None):
        raise Problem(400, _("There is no field “%(field)s” here.") % {"field": unknown[:60]})
    return [known[name] for name in dict.fromkeys(names)]


class RowsBeside(OfRow):
    """The rows of a part as one value, so that a record and all beside it are one question; the primary one first."""

    def __init__(self, model: type[models.Model], actor: User, part: Part):
        super().__init__(model, actor, models.JSONField())
        self.part = part

    def write(self, row: str) -> Written:
        about = self.part.model._meta
        pairs = ", ".join(f"'{name}', {about.get_field(name).column}" for name in self.part.written_as)
        hangs = " OR ".join(f"{about.get_field(name).column} = {row}.id" for name in self.part.by)
        order = "is_primary DESC, id" if "is_primary" in self.part.written_as else "id"
        return (f"(SELECT coalesce(json_agg(json_build_object({pairs}) ORDER BY {order}), '[]')::text "
                f"FROM {about.db_table} WHERE {hangs})"), []


def record_schema(record_type: RecordType, actor: User) -> Schema:
    properties: dict[str, Schema] = {"id": values.KEY_SCHEMA, "version": {"type": "integer", "minimum": 1}}
    properties |= {field.id: values.answered(field) for field in single_fields(record_type, actor)}
    for part in values.listed(record_type, actor):
        fields = {name: values.answered(values.field_from_model(part.model, name)) for name in part.written_as}
        row = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
        properties[part.id] = {"type": "array", "items": row}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def chosen_schema(record_type: RecordType, actor: User) -> Schema:
    """A record with the fields that were asked for; those of related records have the path as their name."""
    return {"type": "object", "properties": record_schema(record_type, actor)["properties"],
            "required": ["id", "version"]}


def component(record_type: RecordType, suffix: str = "") -> Schema:
    return {"$ref": f"#/components/schemas/{record_type.model.__name__}{suffix}"}


def moved(address: str) -> Problem:
    """A merged record is read where it went, until the merge is undone: programs follow that by themselves."""
    return Problem(307, _("This record was merged: “Location” leads to the one that stands."),
                   headers={"Location": address})


def seen_or_404(record_type: RecordType, pk: int, actor: User) -> Record:
    record = record_type.model.objects.visible_to(actor).filter(pk=pk).first()
    if record is None:
        raise Http404
    viewings.note(record, actor, Viewing.Door.API)
    return record


def hanging_or_404[Hanging: (Comment, Attachment)](
    model: type[Hanging], record_type: RecordType, pk: int, hanging_pk: int, actor: User, *, is_removed: bool = False
) -> Hanging:
    """A comment or a file, if it is one of that very record and the person sees that."""
    record = seen_or_404(record_type, pk, actor)
    of_record = model.objects.filter(kind=record_type.kind, object_id=record.pk, removed_at__isnull=not is_removed)
    hanging = of_record.filter(pk=hanging_pk).first()
    if hanging is None:
        raise Http404
    return hanging


def told(record_type: RecordType, record: Record, actor: User, *, status: int = 200) -> HttpResponse:
    """A record as it stands after a write. Who gave it away does not see it any more."""
    try:
        found = read_record(record_type, record.pk, actor)
    except Http404:
        return answer(None, status=204)
    location = f"/api/v1/{record_type.slug}/{record.pk}" if status == 201 else ""
    return answer(found, status=status, ETag=f'"{found["version"]}"', Location=location)


def version_of(request: HttpRequest, value: Any = None) -> int | None:
    """The version that a program read: of the body, else of If-Match."""
    if value is not None:
        return value
    given = request.headers.get("If-Match", "").strip()
    if not given:
        return None
    number = given.removeprefix('"').removesuffix('"')
    if len(given) != len(number) + 2 or not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Problem(400, _("If-Match holds the version in quotes, as the ETag says it."))
    return int(number)


# ── what is described ────────────────────────────────────────────────────────────────────────────────────────────────


def query_schema(actor: User) -> Schema:
    names = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "additionalProperties": False, "properties": {
        "where": {"$ref": "#/components/schemas/Where"}, "text": {"type": "string", "maxLength": 200},
        "sort": names, "columns": names, "group": {"type": "string"}, "aggregates": names,
        "ids": {"type": "array", "items": values.KEY_SCHEMA}, "after": {"type": "string"},
        "size": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}}}


def page_schema(record_type: RecordType, actor: User) -> Schema:
    return {"type": "object", "required": ["records", "next"], "additionalProperties": False, "properties": {
        "records": {"type": "array", "items": chosen_schema(record_type, actor)},
        "next": {"type": ["string", "null"], "description": _("The cursor of the next page.")},
        "total": {"type": "object", "required": ["count", "is_exact"], "properties": {
            "count": {"type": "integer"}, "is_exact": {"type": "boolean"}}}}}


def totals_schema(actor: User) -> Schema:
    group = {"type": "object", "required": ["value", "measures"], "additionalProperties": False, "properties": {
        "value": {"type": ["string", "integer", "boolean", "null"]},
        "measures": {"type": "object", "additionalProperties": {
            "type": ["number", "string", "array", "null"], "items": {"type": "object"}}}}}  # of money: each currency
    return {"type": "object", "required": ["groups"], "additionalProperties": False,
            "properties": {"groups": {"type": "array", "items": group}}}


def timeline_schema(actor: User) -> Schema:
    target = {"type": "object", "required": ["kind", "id"], "additionalProperties": False, "properties": {
        "kind": {"type": "string"}, "id": values.KEY_SCHEMA}}
    line = {"at": {"type": "string", "format": "date-time"}, "verb": {"type": "string"}, "text": {"type": "string"},
            "actor": {"anyOf": [values.NAMED, {"type": "null"}]},
            "fields": {"type": "array", "items": {"type": "string"}}, "about": {"anyOf": [target, {"type": "null"}]}}
    return {"type": "object", "required": ["entries", "before"], "additionalProperties": False, "properties": {
        "entries": {"type": "array", "items": {
            "type": "object", "properties": line, "required": list(line), "additionalProperties": False}},
        "before": {"type": ["string", "null"]}}}


def entry(event: Event, targets: Mapping, record_type: RecordType, record: Record, actor: User) -> dict[str, Any]:
    """One line of a timeline."""
    visible = record_type.visible_fields(actor)
    is_about = isinstance(targets.get((event.target_kind, event.target_id)), Record)  # not a comment
    return {
        "at": event.at, "verb": event.verb, "text": as_text(event, record),
        "actor": {"id": event.actor_id, "name": event.actor.name} if event.actor else None,
        "fields": [name for name in event.details.get("fields") or () if name in visible],
        "about": {"kind": registry.for_kind(event.target_kind).slug, "id": event.target_id} if is_about else None,
    }


TIMELINE_PARAMETERS = (
    Parameter("show", {"type": "string", "enum": list(GROUPS)}, gettext_lazy("Only what is of that group.")),
    Parameter("before", {"type": "string"}, gettext_lazy("“before” of the page above.")),
)
EXAMPLE_QUERY = {"where": {"and": [{"field": "owner", "operator": "is", "values": ["me"]}]}, "size": 20}


def example_of(record_type: RecordType) -> dict[str, Any]:
    """The least that makes a record."""
    shape = {name: values.taken(field, record_type.model) for name, field in record_type.fields.items()
             if field.is_editable and not field.is_many and not field.permission and name not in ACCESS}
    return {name: values.example(one) for name, one in shape.items() if one.is_required}


def example_change(record_type: RecordType) -> dict[str, Any]:
    """One field that people set again and again: a choice where there is one."""
    shape = {name: values.taken(field, record_type.model) for name, field in record_type.fields_in_code.items()
             if field.is_editable and not field.is_many and not field.permission and name not in ACCESS}
    name = next((name for name, one in shape.items() if "enum" in one.schema), next(iter(shape)))
    return {name: values.example(shape[name])}


# ── one kind ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def viewed(record_type: RecordType | None, *, write: bool = False) -> Callable:
    """A view of a kind: the key must be for it, and what goes wrong is told as a problem."""
    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def ask(request: HttpRequest, **path: int) -> HttpResponse:
            def inner() -> HttpResponse:
                if record_type is not None:
                    demand(request.user, record_type, write=write)
                return view(request, **path)

            return run(request, inner, writes=write,
                       current=lambda record: read_record(
                           registry.for_model(type(record)), record.pk, request.user))

        ask.__name__ = view.__name__
        return ask

    return decorate


def operations_of(record_type: RecordType) -> list[Operation]:
    slug, name, plural = record_type.slug, record_type.name, record_type.plural
    one, many = f"/{slug}/{{key:pk}}", f"/{slug}"
    create, edit = services.create_of(record_type), services.edit_of(record_type)

    @viewed(record_type)
    def listing(request: HttpRequest) -> HttpResponse:
        read_query(request, LIST_NAMES)
        spec = QuerySpec.from_query(record_type.kind, request.GET)
        beside = included(record_type, request.GET.get("include", ""), request.user)
        return answer(ask_list(record_type, spec, request.user, with_total="total" in request.GET, include=beside))

    @viewed(record_type)
    def asking(request: HttpRequest) -> HttpResponse:
        read_query(request, frozenset())
        return answer(ask_list(record_type, QuerySpec.from_json(record_type.kind, sent(request)), request.user,
                               with_total=False))

    @viewed(record_type)
    def totals(request: HttpRequest) -> HttpResponse:
        read_query(request, frozenset())
        query = Query(QuerySpec.from_json(record_type.kind, sent(request)), request.user)
        measures = query.spec.aggregates or ("count",)
        query = Query(QuerySpec(**vars(query.spec) | {"aggregates": measures}), request.user)
        is_grouped = bool(query.spec.group)
        groups = [{"value": row[0] if is_grouped else None,
                   "measures": dict(zip(measures, row[is_grouped:], strict=True))} for row in query.groups()]
        return answer({"groups": groups})

    @viewed(record_type)
    def reading(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset({"columns"}))
        names = tuple(name for name in request.GET.get("columns", "").split(",") if name)
        try:
            found = read_record(record_type, pk, request.user, names)
        except Http404:
            survivor = merging.merged_into(record_type, pk, request.user)
            if survivor is None:
                raise
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            raise moved(f"/api/v1/{record_type.slug}/{survivor.pk}{query}") from None
        return answer(found, ETag=f'"{found["version"]}"')

    @viewed(record_type, write=True)
    def creating(request: HttpRequest) -> HttpResponse:
        read_query(request, frozenset())
        data = read_object(request, sent(request), values.written(record_type, request.user))
        return told(record_type, create(by=request.user, **data), request.user, status=201)

    @viewed(record_type, write=True)
    def changing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given = sent(request)
        record = seen_or_404(record_type, pk, request.user)
        shape = values.written(record_type, request.user) | {"version": VERSION}
        data = read_object(request, given, shape, is_partial=True)
        version = version_of(request, data.pop("version", None))
        if version is None:
            raise Problem(428, _("Send the version that you read, as “version” or in If-Match."))
        return told(record_type, edit(record, by=request.user, version=version, **data), request.user)

    @viewed(record_type, write=True)
    def trashing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        record, version = seen_or_404(record_type, pk, request.user), version_of(request)
        with transaction.atomic():
            if version is not None:
                services.locked(record, by=request.user, version=version)
            services.trash_of(record_type)(record, by=request.user)
        return answer(None, status=204)

    @viewed(record_type, write=True)
    def restoring(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        record = record_type.model.objects.trash_visible_to(request.user).filter(pk=pk).first()
        if record is None:
            raise Http404
        return told(record_type, services.restore_of(record_type)(record, by=request.user), request.user)

    @viewed(record_type)
    def timeline(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset({"before", "show"}))
        record = seen_or_404(record_type, pk, request.user)
        show = request.GET.get("show", "")
        if show and show not in GROUPS:
            raise Problem(400, _("There is no group “%(name)s” on a timeline.") % {"name": show[:60]})
        events, targets, before = events_of(record_type, record, request.user, before=request.GET.get("before", ""),
                                            group=show)
        return answer({"entries": [entry(event, targets, record_type, record, request.user) for event in events],
                       "before": before or None})

    about = {"tag": plural, "record_type": record_type}
    lower = record_type.model._meta.model_name
    said = values.joined

    return [
        Operation(f"list_{slug}", "GET", many, listing, said(plural, gettext_lazy("list")),
                  parameters=LIST_PARAMETERS, answers=partial(page_schema, record_type), problems=(400,), **about),
        Operation(f"query_{slug}", "POST", f"{many}/query", asking, said(plural, gettext_lazy("ask by a whole query")),
                  sends=query_schema, example=EXAMPLE_QUERY, answers=partial(page_schema, record_type),
                  problems=(400, 413, 415),
                  description=gettext_lazy("The same question as an object: what a saved view keeps."), **about),
        Operation(f"total_{slug}", "POST", f"{many}/totals", totals, said(plural, gettext_lazy("count and sum")),
                  sends=query_schema, example={"aggregates": ["count"]}, answers=totals_schema,
                  problems=(400, 413, 415), **about),
        Operation(f"create_{lower}", "POST", many, creating, said(name, gettext_lazy("add one")), writes=True,
                  sends=lambda actor: component(record_type, "New"), example=partial(example_of, record_type),
                  status=201,
                  answers=lambda actor: component(record_type), problems=(400, 409, 413, 415, 422),
                  has_etag=True, **about),
        Operation(f"read_{lower}", "GET", one, reading, said(name, gettext_lazy("read one")), has_etag=True,
                  parameters=(COLUMNS,), problems=(307, 400, 404), answers=lambda actor: {
                      "anyOf": [component(record_type), chosen_schema(record_type, actor)]}, **about),
        Operation(f"change_{lower}", "PATCH", one, changing, said(name, gettext_lazy("change one")), writes=True,
                  parameters=(IF_MATCH,), sends=lambda actor: component(record_type, "Change"), has_etag=True,
                  example=lambda: {"version": 1, **example_change(record_type)},
                  answers=lambda actor: component(record_type),
                  problems=(400, 404, 409, 413, 415, 422, 428), description=gettext_lazy(
                      "What is not named stays; a list that is named becomes exactly that list. Where somebody saved "
                      "the record since that version, the answer is 409 with the record as it stands now."), **about),
        Operation(f"trash_{lower}", "DELETE", one, trashing, said(name, gettext_lazy("move one to the trash")),
                  writes=True, parameters=(IF_MATCH,), status=204, problems=(400, 404, 409, 422), **about),
        Operation(f"restore_{lower}", "POST", f"{one}/restoration", restoring,
                  said(name, gettext_lazy("take one out of the trash")), writes=True, has_etag=True,
                  answers=lambda actor: component(record_type), problems=(400, 404, 409, 422), **about),
        Operation(f"timeline_of_{lower}", "GET", f"{one}/timeline", timeline, said(name, gettext_lazy("what happened")),
                  parameters=TIMELINE_PARAMETERS, answers=timeline_schema, problems=(400, 404), **about),
    ]
