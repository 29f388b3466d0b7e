"""The board of a list: its records in columns, moved by drag or by menu."""

from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mudir.kit.htmx import led_to, render_page, wants_fragment
from mudir.kit.messages import notify
from mudir.records import board as columns
from mudir.records import rules
from mudir.records.fields import Field
from mudir.records.models import Record
from mudir.records.query import Query, SpecError
from mudir.records.registry import RecordType
from mudir.records.saved_views import views_of
from mudir.records.services import Conflict
from mudir.records.shown import Shown, shown_of
from mudir.records.views.bar import bar_of
from mudir.records.views.lists import refused
from mudir.records.views.record import seen_or_404


@require_safe
def board(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The list of the address in columns by `?by=`; with `?column=` and `?after=`, further cards of one."""
    if not columns.fields_of(record_type, request.user):
        raise Http404
    try:
        views = views_of(request.user, record_type.kind)
        shown = shown_of(record_type, request.user, request.GET, views, "board")
        if shown.look.layout != "board":
            return led_to(request, shown.url)
        board = columns_of(request, shown)
        context = about(request, board) | {"here": urlencode(shown.changed().pairs())}
        if "column" in request.GET:
            value = request.GET["column"]
            cards, cursor = board.cards(value, request.GET.get("after", ""))
            context["lane"] = columns.Lane(value, board.labels.get(value, ""), 0, [], cards, cursor)
            return render_page(request, "records/board_more.html", context, fragment="cards")
        context |= bar_of(request, Query(board.spec, request.user), shown, views) | {
            "lanes": board.lanes(), "choices": columns.fields_of(record_type, request.user).values(),
        }
    except SpecError as error:
        return refused(request, record_type, error)
    return render_page(request, "records/board.html", context, fragment="list")


def columns_of(request: HttpRequest, shown: Shown) -> columns.Columns:
    return columns.Columns(shown.spec, shown.look.by, request.user, request.formatter)


def about(request: HttpRequest, board: columns.Columns) -> dict:
    """What every part of the page says of its board."""
    return {
        "record_type": board.record_type, "field": board.field,
        "can_move": columns.is_movable(board.record_type, board.field.id, request.user)
        and request.user.has_permission("records.edit"),
        "lingers": board.board.since.get(board.field.id),
        "has_steps": bool(board.board.next_step) and board.board.next_step in board.visible,
    }


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Ask which column; posted, move the record there. Where the move wants a reason, it is asked for then.

    A page with the board gets the card as it stands now, with the heads of its columns; others are led back to it.
    """
    record = seen_or_404(request, record_type, pk)
    if not rules.can_edit(request.user, record):
        raise PermissionDenied
    if not columns.fields_of(record_type, request.user):  # records of this kind stand in no columns
        return HttpResponseNotAllowed([])
    field = field_of(request, record_type)
    given = {name: request.POST.get(name, request.GET.get(name, "")) for name in ("to", "from", "reason")}
    here = getattr(record, field.path)
    context = {
        "record_type": record_type, "record": record, "field": field, "here": field.choices.get(here, ""),
        "choices": [(value, label) for value, label in field.choices.items() if value != here],
        "address": f"{request.path}?{urlencode({'by': field.id})}",
    }
    if request.method != "POST":
        return render_page(request, "records/move.html", context, fragment="menu")
    if given["from"] and given["from"] != str(here):
        text = _("“%(record)s” was moved meanwhile: it stands in “%(column)s”.")
        notify(request, text % {"record": record, "column": context["here"]})
        return answer(request, record, field)
    try:
        columns.move(record, field=field, to=given["to"], by=request.user, reason=given["reason"])
    except Conflict:
        notify(request, _("“%(record)s” was changed meanwhile. Look at it again.") % {"record": record})
        return answer(request, record, field)
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        wants_reason = "reason" in errors
        context |= {"errors": [text for name, texts in errors.items() for text in texts
                               if name != "reason" or given["reason"]],
                    "wants_reason": wants_reason, "to": given["to"], "to_label": label_of(field, given["to"])}
        if shown := board_behind(request, record_type, field):
            return card_answer(request, shown, record, context, status=422)
        return render_page(request, "records/move.html", context, status=422)
    undo = {"by": field.id, "to": here, "from": given["to"], "reason": _("The move was taken back.")}
    notify(request, _("“%(record)s” is now in “%(column)s”.") % {
        "record": record, "column": label_of(field, given["to"])}, undo=f"{request.path}?{urlencode(undo)}")
    return answer(request, record, field, moved_from=str(here))


def field_of(request: HttpRequest, record_type: RecordType) -> Field:
    by = request.GET.get("by") or columns.board_of(record_type).by
    field = columns.fields_of(record_type, request.user).get(by)
    if field is None:
        raise Http404
    return field


def label_of(field: Field, value: str) -> str:
    return next((str(label) for code, label in field.choices.items() if str(code) == value), "")


def board_behind(request: HttpRequest, record_type: RecordType, field: Field) -> columns.Columns | None:
    """The board that the person looks at, where the answer is to be put into it."""
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    if not wants_fragment(request) or here.path != reverse("records:board", args=[record_type.slug]):
        return None
    try:
        board = columns_of(request, shown_of(record_type, request.user, QueryDict(here.query), layout="board"))
    except (SpecError, Http404):
        return None
    return board if board.field.id == field.id else None


def answer(request: HttpRequest, record: Record, field: Field, *, moved_from: str = "") -> HttpResponse:
    record_type = columns.registry.for_model(type(record))
    if shown := board_behind(request, record_type, field):
        return card_answer(request, shown, record, {"moved_from": moved_from})
    came_from = urlsplit(request.headers.get("Referer", ""))
    address = reverse("records:board", args=[record_type.slug])
    if came_from.path != address:
        return HttpResponseRedirect(record.get_absolute_url() if not moved_from else f"{address}?by={field.id}")
    return HttpResponseRedirect(f"{address}?{came_from.query}" if came_from.query else address)


def card_answer(
    request: HttpRequest, shown: columns.Columns, record: Record, context: dict, status: int = 200
) -> HttpResponse:
    """The card anew, nothing where it is not on the board any more, and the heads of all columns."""
    card = shown.card(record.pk)
    context = about(request, shown) | context | {
        "cards": [card] if card else [], "lanes": shown.lanes(with_cards=False),
        "address": f"{request.path}?by={shown.field.id}"}
    return render_page(request, "records/board_card.html", context, fragment="moved", status=status)
