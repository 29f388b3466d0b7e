"""Acts on many records at once, for programs: one address for each, a job that says how far it is, and the way back."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.calling import answer, read_object, read_query, sent
from mudir.api.operations import Operation
from mudir.api.problems import Problem
from mudir.api.records import example_change, viewed
from mudir.api.values import Schema, Shape, Taken
from mudir.kit.money import Money
from mudir.records.bulk import running
from mudir.records.bulk.acts import DOINGS, Doing, Editing, acts_of
from mudir.records.models import BulkAct
from mudir.records.picker import RecordPicker
from mudir.records.query import Query, QuerySpec
from mudir.records.registry import RecordType
from mudir.records.tags import LONGEST, MOST

SHOWN = 200  # of the refused
MOST_IDS = 10_000
Act, State = BulkAct.Act, BulkAct.State
WHICH: Schema = {
    "type": "object", "additionalProperties": False, "minProperties": 1, "properties": {
        "where": {"$ref": "#/components/schemas/Where"}, "text": {"type": "string", "minLength": 1, "maxLength": 200},
        "ids": {"type": "array", "items": values.KEY_SCHEMA, "minItems": 1, "maxItems": MOST_IDS}}}
ADDRESSES: Mapping[str, tuple[str, Any]] = {
    Act.EDIT: ("edits", gettext_lazy("edit many")), Act.ASSIGN: ("assignments", gettext_lazy("hand many on")),
    Act.TAG: ("taggings", gettext_lazy("tag many")), Act.TRASH: ("trashings", gettext_lazy("move many to the trash")),
}
JOB: Schema = {"type": "object", "additionalProperties": False, "properties": {
    "id": values.KEY_SCHEMA, "act": {"type": "string", "enum": list(Act.values)},
    "state": {"type": "string", "enum": list(State.values)},
    **{name: {"type": "integer", "minimum": 0} for name in ("total", "done", "changed", "refused", "kept")},
    "created_at": {"type": "string", "format": "date-time"},
    "finished_at": {"type": ["string", "null"], "format": "date-time"},
    "refusals": {"type": "array", "maxItems": SHOWN, "items": {
        "type": "object", "required": ["id", "reason"], "additionalProperties": False,
        "properties": {"id": values.KEY_SCHEMA, "reason": {"type": "string"}}}},
}}
JOB["required"] = list(JOB["properties"])


def job_schema(actor: User) -> Schema:
    return {"$ref": "#/components/schemas/Job"}


def job_in_json(job: BulkAct) -> dict[str, Any]:
    refused = job.rows.exclude(reason="").order_by("object_id").values_list("object_id", "reason")[:SHOWN]
    return {"id": job.pk, "act": job.act, "state": job.state, "total": len(job.keys), "done": job.done,
            "changed": job.changed, "refused": job.refused, "kept": job.kept, "created_at": job.created_at,
            "finished_at": job.finished_at, "refusals": [{"id": key, "reason": why} for key, why in refused]}


# ── which records, and what is done to them ──────────────────────────────────────────────────────────────────────────


def which(record_type: RecordType) -> Taken:
    """The records that are meant: a query, or their numbers. To mean all, say so by a group that asks nothing."""
    def read(value: Any, by: User) -> QuerySpec:
        if not isinstance(value, dict) or not value or value.keys() - WHICH["properties"].keys():
            raise ValueError(_("Say which records, by “where”, “text” or “ids”."))
        ids = value.get("ids", [0])
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IDS or value.get("text") == "":
            raise ValueError(_("Say which records, by “where”, “text” or “ids”."))
        return QuerySpec.from_json(record_type.kind, value)

    return Taken(WHICH, read, is_required=True)


def keys_of(spec: QuerySpec, by: User) -> list[int]:
    """Their numbers. Of those that are named, one that is not seen is told as one that is not there."""
    query = Query(spec, by)
    if spec.ids and not spec.text and not spec.where.parts:
        return sorted(set(spec.ids))
    keys = list(query.queryset().order_by("pk").values_list("pk", flat=True)[: running.MOST_KEYS + 1])
    if len(keys) > running.MOST_KEYS:
        raise Problem(422, _("Change at most %(most)s records at once.") % {"most": running.MOST_KEYS})
    return keys


def tag_list() -> Taken:
    return values.several(values.text(LONGEST), MOST)


def shape_of(record_type: RecordType, act: str, by: User) -> Shape:
    """What an act takes beside the records."""
    match act:
        case Act.EDIT:
            offered = Editing(record_type, by).offered()
            new = {name: one for name, one in values.written(record_type, by).items() if name in offered}
            optional = {name: Taken(one.schema, one.read, label=one.label) for name, one in new.items()}
            schema = values.shape_schema(optional) | {"minProperties": 1}
            return {"values": Taken(schema, lambda value, by: some(values.read_shape(value, optional, by=by)), True)}
        case Act.ASSIGN:
            return {"owner": Taken(values.KEY_SCHEMA, values.one_row(values.people).read, True)}
        case Act.TAG:
            return {"add": tag_list(), "remove": tag_list()}
    return {}


def some(read: dict[str, Any]) -> dict[str, Any]:
    if not read:
        raise ValueError(_("Name a field and its value."))
    return read


def as_sent(form: forms.BaseForm | None, given: Mapping[str, Any]) -> QueryDict:
    """The values as the form of the act is sent by a page: so an act is kept, and done, in one way."""
    data = QueryDict(mutable=True)
    for name, value in given.items():
        widget = form.fields[name].widget
        match value:
            case Money():
                data.update({f"{name}_0": f"{value.amount:f}", f"{name}_1": value.currency})
            case models.Model():
                data[f"{name}_key" if isinstance(widget, RecordPicker) else name] = str(value.pk)
            case bool() if isinstance(widget, forms.CheckboxInput):
                if value:
                    data[name] = "on"
            case bool():
                data[name] = "yes" if value else "no"
            case list() if hasattr(widget, "allow_multiple_selected") and widget.allow_multiple_selected:
                data.setlist(name, value)
            case list():
                data[name] = ",".join(value)
            case None:
                data[name] = ""
            case _:
                data[name] = values.plain(value)
    return data


def ready(record_type: RecordType, act: str, given: Mapping[str, Any], by: User) -> Doing:
    """The act with what it was given. Raises ValidationError by the name of a field."""
    data = given.get("values", given)
    doing = DOINGS[act](record_type, by)
    form = doing.form()
    filled = as_sent(form, data) if form is not None else QueryDict(mutable=True)
    if act == Act.EDIT:
        filled.setlist("field", list(data))
    doing = DOINGS[act](record_type, by, filled)
    if form is not None:
        doing.answered()
    return doing


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def operations_of(record_type: RecordType) -> list[Operation]:
    slug, name, plural = record_type.slug, record_type.name, record_type.plural

    def own_or_404(request: HttpRequest, pk: int) -> BulkAct:
        """Whoever began it alone."""
        found = BulkAct.objects.filter(pk=pk, user=request.user, kind=record_type.kind).first()
        if found is None:
            raise Http404
        return found

    def acting(act: str) -> Callable[..., HttpResponse]:
        @viewed(record_type, write=True)
        def doing(request: HttpRequest) -> HttpResponse:
            read_query(request, frozenset())
            given = sent(request)
            if act not in acts_of(record_type, request.user):
                raise PermissionDenied
            shape = {"of": which(record_type), **shape_of(record_type, act, request.user)}
            data = read_object(request, given, shape)
            keys = keys_of(data.pop("of"), request.user)
            job = running.begin(ready(record_type, act, data, request.user), act, keys=keys, by=request.user,
                                back=f"/{slug}/")
            return answer(job_in_json(job), status=201, Location=f"/api/v1/{slug}/acts/{job.pk}")

        return doing

    @viewed(record_type)
    def reading(request: HttpRequest, act_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        return answer(job_in_json(own_or_404(request, act_pk)))

    @viewed(record_type, write=True)
    def undoing(request: HttpRequest, act_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        job = own_or_404(request, act_pk)
        if job.state == State.RUNNING:
            raise Problem(409, _("It is still at work. Ask again in a moment."), headers={"Retry-After": "2"})
        return answer(job_in_json(running.begin_undo(job, by=request.user)))

    def sends(act: str) -> Callable[[User], Schema]:
        return lambda actor: values.shape_schema({"of": which(record_type), **shape_of(record_type, act, actor)})

    def example(act: str) -> Callable[[], dict[str, Any]]:
        given = {Act.ASSIGN: {"owner": 1}, Act.TAG: {"add": ["…"]}}
        return lambda: {"of": {"ids": [1, 2]}, **(
            {"values": example_change(record_type)} if act == Act.EDIT else given.get(act, {}))}

    about = {"tag": plural, "record_type": record_type}
    acts = [act for act in DOINGS if act != Act.ASSIGN or record_type.assign]
    return [
        *(Operation(f"{act}_many_{slug}", "POST", f"/{slug}/{ADDRESSES[act][0]}", acting(act),
                    values.joined(plural, ADDRESSES[act][1]), writes=True, sends=sends(act), example=example(act),
                    status=201, answers=job_schema, problems=(400, 409, 413, 415, 422), description=gettext_lazy(
                        "Up to 100 records are done when the answer comes; with more, ask the job how far it is. Each "
                        "is written by its own rules: “refusals” says which were not, and why."), **about)
          for act in acts),
        Operation(f"read_act_on_{slug}", "GET", f"/{slug}/acts/{{key:act_pk}}", reading,
                  values.joined(name, gettext_lazy("how far an act on many is")), answers=job_schema,
                  problems=(400, 404), **about),
        Operation(f"undo_act_on_{slug}", "POST", f"/{slug}/acts/{{key:act_pk}}/undoing", undoing,
                  values.joined(name, gettext_lazy("take an act on many back")), writes=True, answers=job_schema,
                  problems=(400, 404, 409, 422), description=gettext_lazy(
                      "What somebody has changed since stays as it is, and is counted as “kept”."), **about),
    ]
