"""What people say about a record and the words they put on it, for programs: comments and tags."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.bulk import tag_list
from mudir.api.calling import answer, read_object, read_query, sent
from mudir.api.operations import Operation, Parameter
from mudir.api.problems import Problem
from mudir.api.records import IF_MATCH, component, hanging_or_404, seen_or_404, told, version_of, viewed
from mudir.api.values import Schema, Shape
from mudir.kit.numbers import number_in
from mudir.records import comments
from mudir.records.models import Comment, Tag
from mudir.records.registry import RecordType
from mudir.records.tags import LONGEST, known_as, set_tags, split

PAGE = 50
MOST_TAGS = 500
SAID: Schema = {"type": "object", "additionalProperties": False, "properties": {
    "id": values.KEY_SCHEMA, "text": {"type": "string"}, "author": values.NAMED,
    "created_at": {"type": "string", "format": "date-time"},
    "edited_at": {"type": ["string", "null"], "format": "date-time"},
}}
SAID["required"] = list(SAID["properties"])
WRITTEN: Schema = SAID | {
    "properties": SAID["properties"] | {"not_told": {
        "type": "array", "items": {"type": "string"},
        "description": gettext_lazy("Who was mentioned and does not see the record: they were told nothing.")}},
    "required": [*SAID["required"], "not_told"]}
BEFORE = Parameter("before", values.KEY_SCHEMA, gettext_lazy("“before” of the page above."))


def in_json(comment: Comment) -> dict[str, Any]:
    return {"id": comment.pk, "text": comments.as_typed(comment.text), "created_at": comment.created_at,
            "author": {"id": comment.author_id, "name": comment.author.name}, "edited_at": comment.edited_at}


def comments_on(record_type: RecordType) -> list[Operation]:
    slug, name, lower = record_type.slug, record_type.name, record_type.model._meta.model_name
    many = f"/{slug}/{{key:pk}}/comments"
    one = f"{many}/{{key:comment_pk}}"
    shape: Shape = {"text": replace(values.text(comments.LONGEST), is_required=True)}

    def found(request: HttpRequest, pk: int, comment_pk: int, *, is_removed: bool = False) -> Comment:
        return hanging_or_404(Comment, record_type, pk, comment_pk, request.user, is_removed=is_removed)

    @viewed(record_type)
    def listing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset({"before"}))
        record, before = seen_or_404(record_type, pk, request.user), request.GET.get("before", "")
        said = Comment.objects.filter(kind=record_type.kind, object_id=record.pk, removed_at=None)
        if before:
            key = number_in(before)
            if not key:
                raise Problem(400, _("“%(text)s” is not the number of a record.") % {"text": before[:40]})
            said = said.filter(pk__lt=key)
        rows = list(said.select_related("author").order_by("-pk")[: PAGE + 1])
        shown = rows[:PAGE]
        return answer({"comments": [in_json(comment) for comment in shown],
                       "before": shown[-1].pk if len(rows) > PAGE else None})

    @viewed(record_type, write=True)
    def writing(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given, record = sent(request), seen_or_404(record_type, pk, request.user)
        comment, blind = comments.write_comment(record, by=request.user, **read_object(request, given, shape))
        return answer(in_json(comment) | {"not_told": blind}, status=201)

    @viewed(record_type, write=True)
    def changing(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given, comment = sent(request), found(request, pk, comment_pk)
        comment, blind = comments.edit_comment(comment, by=request.user, **read_object(request, given, shape))
        return answer(in_json(comment) | {"not_told": blind})

    @viewed(record_type, write=True)
    def removing(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        comments.remove_comment(found(request, pk, comment_pk), by=request.user)
        return answer(None, status=204)

    @viewed(record_type, write=True)
    def putting_back(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
        read_query(request, frozenset())
        comment = comments.put_back_comment(found(request, pk, comment_pk, is_removed=True), by=request.user)
        return answer(in_json(comment))

    def list_schema(actor: User) -> Schema:
        return {"type": "object", "required": ["comments", "before"], "additionalProperties": False, "properties": {
            "comments": {"type": "array", "items": SAID, "maxItems": PAGE},
            "before": {"type": ["integer", "null"]}}}

    about = {"tag": record_type.plural, "record_type": record_type}
    takes = {"writes": True, "sends": lambda actor: values.shape_schema(shape), "answers": lambda actor: WRITTEN,
             "example": {"text": "…"}, "problems": (400, 404, 409, 413, 415, 422)}
    return [
        Operation(f"list_comments_on_{lower}", "GET", many, listing, values.joined(name, gettext_lazy("comments")),
                  parameters=(BEFORE,), answers=list_schema, problems=(400, 404), **about),
        Operation(f"comment_on_{lower}", "POST", many, writing, values.joined(name, gettext_lazy("write a comment")),
                  status=201, description=gettext_lazy("“@” and a colleague's name mentions them."), **takes, **about),
        Operation(f"change_comment_on_{lower}", "PATCH", one, changing,
                  values.joined(name, gettext_lazy("change one's own comment")), **takes, **about),
        Operation(f"remove_comment_on_{lower}", "DELETE", one, removing,
                  values.joined(name, gettext_lazy("remove one's own comment")), writes=True, status=204,
                  problems=(400, 404, 409, 422), **about),
        Operation(f"put_comment_back_on_{lower}", "POST", f"{one}/restoration", putting_back,
                  values.joined(name, gettext_lazy("put a removed comment back")), writes=True,
                  answers=lambda actor: SAID, problems=(400, 404, 409, 422), **about),
    ]


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def tags_on(record_type: RecordType) -> Operation:
    shape: Shape = {"tags": replace(tag_list(), is_required=True)}

    @viewed(record_type, write=True)
    def tagging(request: HttpRequest, pk: int) -> HttpResponse:
        read_query(request, frozenset())
        given, record = sent(request), seen_or_404(record_type, pk, request.user)
        tags = known_as(split("\n".join(read_object(request, given, shape)["tags"])))
        return told(record_type, set_tags(record, by=request.user, value=tags, version=version_of(request)),
                    request.user)

    return Operation(
        f"set_tags_of_{record_type.model._meta.model_name}", "PUT", f"/{record_type.slug}/{{key:pk}}/tags", tagging,
        values.joined(record_type.name, gettext_lazy("set the tags")), tag=record_type.plural,
        record_type=record_type, writes=True, parameters=(IF_MATCH,), sends=lambda actor: values.shape_schema(shape),
        example={"tags": ["…"]}, answers=lambda actor: component(record_type), has_etag=True,
        problems=(400, 404, 409, 413, 415, 422))


@viewed(None)
def listing_tags(request: HttpRequest) -> HttpResponse:
    read_query(request, frozenset({"after"}))
    after = request.GET.get("after", "")
    if len(after) > LONGEST or "\0" in after:
        raise Problem(400, _("“after” is a tag."))
    names = list(Tag.objects.filter(name__gt=after).order_by("name").values_list("name", flat=True)[: MOST_TAGS + 1])
    return answer({"tags": names[:MOST_TAGS], "next": names[MOST_TAGS - 1] if len(names) > MOST_TAGS else None})


def tags_schema(actor: User) -> Schema:
    return {"type": "object", "required": ["tags", "next"], "additionalProperties": False, "properties": {
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": MOST_TAGS},
        "next": {"type": ["string", "null"]}}}


TAGS = Operation(
    "list_tags", "GET", "/tags", listing_tags, gettext_lazy("The tags that are known"), tag=gettext_lazy("Tags"),
    parameters=(Parameter("after", {"type": "string", "maxLength": LONGEST},
                          gettext_lazy("“next” of the page before.")),),
    answers=tags_schema, problems=(400,))


def operations_of(record_type: RecordType) -> list[Operation]:
    return [*comments_on(record_type), tags_on(record_type)]
