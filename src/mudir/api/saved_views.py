"""The views that people saved of a list, for programs: which there are, and their records."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.calling import answer, read_query
from mudir.api.operations import Operation
from mudir.api.records import LIST_PARAMETERS, ask_list, page_schema, query_schema, viewed
from mudir.api.values import Schema
from mudir.records import saved_views
from mudir.records.models import SavedView
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.registry import RecordType

TAKEN = frozenset({"columns", "after", "size", "total"})
PARAMETERS = tuple(one for one in LIST_PARAMETERS if one.name in TAKEN)


def view_schema(actor: User) -> Schema:
    properties = {
        "id": values.KEY_SCHEMA, "name": {"type": "string"}, "owner": values.NAMED,
        "audience": {"type": "string", "enum": list(SavedView.Audience.values)},
        "version": {"type": "integer", "minimum": 1}, "query": {"anyOf": [query_schema(actor), {"type": "null"}]}}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def in_json(view: SavedView, actor: User) -> dict[str, Any]:
    """A view as the actor may know it: of one that asks for what they do not see, not what it asks."""
    try:
        query: dict[str, Any] | None = Query(saved_views.spec_of(view), actor).spec.to_json()
    except SpecError:
        query = None
    return {"id": view.pk, "name": view.name, "owner": {"id": view.owner_id, "name": view.owner.name},
            "audience": view.audience, "version": view.version, "query": query}


def operations_of(record_type: RecordType) -> list[Operation]:
    slug, plural = record_type.slug, record_type.plural
    many, one = f"/{slug}/views", f"/{slug}/views/{{key:view_pk}}"

    def seen(actor: User) -> QuerySet[SavedView]:
        views = SavedView.objects.visible_to(actor).filter(kind=record_type.kind, trashed_at__isnull=True)
        return views.select_related("owner").order_by("pk")

    def view_or_404(pk: int, actor: User) -> SavedView:
        found = seen(actor).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    @viewed(record_type)
    def listing(request: HttpRequest) -> HttpResponse:
        read_query(request, frozenset())
        return answer({"views": [in_json(view, request.user) for view in seen(request.user)]})

    @viewed(record_type)
    def reading(request: HttpRequest, view_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        return answer(in_json(view_or_404(view_pk, request.user), request.user))

    @viewed(record_type)
    def running(request: HttpRequest, view_pk: int) -> HttpResponse:
        read_query(request, TAKEN)
        view = view_or_404(view_pk, request.user)
        kept, asked = saved_views.spec_of(view), QuerySpec.from_query(record_type.kind, request.GET)
        visible = record_type.visible_fields(request.user)
        shown = asked.columns or kept.columns or tuple(name for name in record_type.columns if name in visible)
        spec = replace(kept, columns=shown, after=asked.after, size=asked.size)
        return answer(ask_list(record_type, spec, request.user, with_total="total" in request.GET))

    def list_schema(actor: User) -> Schema:
        return {"type": "object", "required": ["views"], "additionalProperties": False,
                "properties": {"views": {"type": "array", "items": view_schema(actor)}}}

    about = {"tag": plural, "record_type": record_type}
    return [
        Operation(f"list_views_of_{slug}", "GET", many, listing, values.joined(plural, gettext_lazy("saved views")),
                  answers=list_schema, problems=(400,), **about),
        Operation(f"read_view_of_{slug}", "GET", one, reading, values.joined(plural, gettext_lazy("one saved view")),
                  answers=view_schema, problems=(400, 404), **about),
        Operation(f"run_view_of_{slug}", "GET", f"{one}/records", running,
                  values.joined(plural, gettext_lazy("the records of a saved view")), parameters=PARAMETERS,
                  answers=lambda actor: page_schema(record_type, actor), problems=(400, 404), **about),
    ]
