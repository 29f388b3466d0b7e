"""Two records that are one, for programs: merged, read, and made two again."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.calling import answer, read_object, read_query, sent
from mudir.api.operations import Operation
from mudir.api.problems import refused
from mudir.api.records import VERSION, seen_or_404, viewed
from mudir.api.values import LARGEST, Schema, Shape, Taken
from mudir.records import merging
from mudir.records.merging import BOTH, CannotUndo
from mudir.records.models import Merge, Record
from mudir.records.registry import RecordType

MOST = 50
MERGED: Schema = {"type": "object", "additionalProperties": False, "properties": {
    "id": values.KEY_SCHEMA, "survivor": values.KEY_SCHEMA, "merged": values.KEY_SCHEMA,
    "merged_name": {"type": "string"}, "by": values.NAMED, "at": {"type": "string", "format": "date-time"},
    "undone_at": {"type": ["string", "null"], "format": "date-time"},
}}
MERGED["required"] = list(MERGED["properties"])
UNDONE: Schema = {"type": "object", "additionalProperties": False, "required": ["merge", "kept"], "properties": {
    "merge": MERGED, "kept": {"type": "array", "items": {"type": "string"}}}}


def in_json(made: Merge) -> dict[str, Any]:
    return {"id": made.pk, "survivor": made.survivor_id, "merged": made.merged_id, "merged_name": made.merged_name,
            "by": {"id": made.by_id, "name": made.by.name}, "at": made.at, "undone_at": made.undone_at}


def picks() -> Taken:
    """Field by field whose value stands."""
    one = {"anyOf": [values.KEY_SCHEMA, {"type": "string", "const": BOTH}]}

    def read(value: Any, by: User) -> dict[str, int | str]:
        if not isinstance(value, dict) or not all(
                pick == BOTH or type(pick) is int and 1 <= pick <= LARGEST for pick in value.values()):
            raise ValueError(_("Name for each field the number of the record whose value stands, or “both”."))
        return value

    return Taken({"type": "object", "additionalProperties": one}, read)


def operations_of(record_type: RecordType) -> list[Operation]:
    if record_type.merger is None:
        return []
    model, slug, name = record_type.model, record_type.slug, record_type.name
    address, lower = f"/{slug}/{{key:pk}}/merges", model._meta.model_name

    def seen(by: User) -> QuerySet[Record]:
        return model.objects.visible_to(by)

    def shape() -> Shape:
        needed = {"other": values.one_row(seen), "version": VERSION, "other_version": VERSION}
        return {key: Taken(one.schema, one.read, is_required=True) for key, one in needed.items()} | {"picks": picks()}

    def made_or_404(record: Record, pk: int) -> Merge:
        made = merging.merges_of(record).filter(pk=pk).first()
        if made is None:
            raise Http404
        return made

    @viewed(record_type)
    def listing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        record = seen_or_404(record_type, pk, request.user)
        return answer({"merges": [in_json(made) for made in merging.merges_of(record)[:MOST]]})

    @viewed(record_type, write=True)
    def joining(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given, record = sent(request), seen_or_404(record_type, pk, request.user)
        data = read_object(request, given, shape())
        other = data["other"]
        if other.pk == record.pk:
            raise refused([("other", _("A record cannot be merged with itself."))])
        made = merging.merge(record, other, by=request.user, picks=data.get("picks", {}),
                             versions={record.pk: data["version"], other.pk: data["other_version"]})
        return answer(in_json(made), status=201)

    @viewed(record_type, write=True)
    def undoing(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        record = seen_or_404(record_type, pk, request.user)
        made = made_or_404(record, merge_pk)
        try:
            _survivor, kept = merging.undo_merge(made, by=request.user)
        except CannotUndo as refusal:
            raise refused([("", message) for message in refusal.messages]) from None
        made.refresh_from_db()
        visible = record_type.visible_fields(request.user)
        return answer({"merge": in_json(made), "kept": [field for field in kept if field in visible]})

    def list_schema(actor: User) -> Schema:
        return {"type": "object", "required": ["merges"], "additionalProperties": False,
                "properties": {"merges": {"type": "array", "items": MERGED, "maxItems": MOST}}}

    about = {"tag": record_type.plural, "record_type": record_type}
    return [
        Operation(f"list_merges_of_{lower}", "GET", address, listing,
                  values.joined(name, gettext_lazy("what was merged into one")), answers=list_schema,
                  problems=(400, 404), **about),
        Operation(f"merge_{lower}", "POST", address, joining,
                  values.joined(name, gettext_lazy("merge another one into it")), writes=True,
                  sends=lambda actor: values.shape_schema(shape()), status=201,
                  example={"other": 2, "version": 1, "other_version": 1, "picks": {}}, answers=lambda actor: MERGED,
                  problems=(400, 404, 409, 413, 415, 422), description=gettext_lazy(
                      "The record of the address stands, and whatever hangs on the other one moves to it. “picks” says "
                      "for a field whose value stands: the number of a record, or “both”. The address of the other one "
                      "leads here from then on."), **about),
        Operation(f"undo_merge_of_{lower}", "POST", f"{address}/{{key:merge_pk}}/undoing", undoing,
                  values.joined(name, gettext_lazy("make two of one again")), writes=True, answers=lambda actor: UNDONE,
                  problems=(400, 404, 409, 422), description=gettext_lazy(
                      "“kept” names what somebody has changed since and what therefore stays."), **about),
    ]
