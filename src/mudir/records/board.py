"""Records in columns by a choice: how many stand in each, the first cards of each, and moving a card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.kit.templatetags.mudir import avatar
from mudir.records import projection, registry, services, table
from mudir.records.custom import asked_on_the_way
from mudir.records.fields import ROWS, Field, ValueType
from mudir.records.models import Record
from mudir.records.query import Condition, Query, QuerySpec, SpecError
from mudir.records.query.spec import unknown_field
from mudir.records.registry import Board, RecordType

CARDS = 20  # of a column at once


@dataclass(frozen=True)
class Card:
    """What a card says; everything in it is escaped."""

    key: int
    value: str  # of the column it stands in
    title: str
    over: str
    facts: SafeString
    owner: SafeString
    since: str
    is_late: bool
    step: str
    step_day: str
    step_is_late: bool
    missing: str


@dataclass(frozen=True)
class Lane:
    value: str
    label: str
    count: int
    sums: list[tuple[str, Any]]  # what is summed up in it
    cards: list[Card]
    next_cursor: str


def board_of(record_type: RecordType) -> Board:
    """What is declared, or by the first choice that the list is filtered by."""
    if record_type.board:
        return record_type.board
    choices = [name for name in record_type.filters if record_type.fields[name].type is ValueType.CHOICE]
    return Board(by=choices[0] if choices else "", facts=tuple(
        name for name in record_type.columns if name != record_type.title and not record_type.fields[name].cell)[:2])


def fields_of(record_type: RecordType, actor: User) -> dict[str, Field]:
    """The choices that columns can stand for."""
    return {name: one for name, one in record_type.visible_fields(actor).items()
            if one.type is ValueType.CHOICE and not one.is_many and not one.computed}


def is_movable(record_type: RecordType, name: str, actor: User) -> bool:
    """Whether the actor may give some record another value of the field."""
    return name in board_of(record_type).moves or name in record_type.writable_fields(actor)


class Columns:
    """The columns of a board for one reader. Raises `SpecError` for a field that is no choice."""

    def __init__(self, spec: QuerySpec, by: str, actor: User, fmt: Formatter):
        self.spec = replace(spec, group="", columns=(), ids=(), after="", size=CARDS)
        self.sums = tuple(name for name in spec.aggregates if name != "count")
        self.record_type = registry.for_kind(spec.kind)
        self.board, self.actor, self.fmt = board_of(self.record_type), actor, fmt
        choices = fields_of(self.record_type, actor)
        if by not in choices:
            raise unknown_field(by)
        self.field = choices[by]
        self.labels = {str(value): str(label) for value, label in self.field.choices.items() if value != ""}
        self.visible = self.record_type.visible_fields(actor)
        self.asked_on = asked_on_the_way(self.record_type, actor) if "stage" in self.visible else {}

    def lanes(self, *, with_cards: bool = True) -> list[Lane]:
        """Every column with its count and sums, asked for at once, and its first cards."""
        spec = replace(self.spec, group=self.field.id, aggregates=("count", *self.sums))
        counted = {"" if value is None else str(value): measures
                   for value, *measures in Query(spec, self.actor).groups()}
        values = [*self.labels, *([""] if counted.get("") else [])]
        lanes = []
        for value in values:
            count, *sums = counted.get(value, [0, *(None for _sum in self.sums)])
            cards, cursor = self.cards(value) if with_cards and count else ([], "")
            lanes.append(Lane(value, self.labels.get(value, ""), count,
                              [(self._measured(name), total or 0) for name, total in zip(self.sums, sums, strict=True)],
                              cards, cursor))
        return lanes

    def _measured(self, name: str) -> str:
        return str(self.visible[name.partition(".")[2]].label)

    def cards(self, value: str, after: str = "") -> tuple[list[Card], str]:
        """A page of one column's cards, and the cursor of the next."""
        if value not in self.labels and value:
            raise SpecError(value[:60])
        condition = Condition(self.field.id, "is", (value,)) if value else Condition(self.field.id, "empty")
        return self._read(replace(self.spec, after=after).with_condition(condition), after)

    def card(self, key: int) -> Card | None:
        """One card as it stands now; none where its record is not on this board any more."""
        cards, _cursor = self._read(replace(self.spec, ids=(key,)), "")
        return cards[0] if cards else None

    def _read(self, spec: QuerySpec, after: str) -> tuple[list[Card], str]:
        board, title = self.board, self.record_type.title
        named = [self.field.id, board.over, *board.facts, board.next_step, board.next_step_date,
                 board.since.get(self.field.id, ""), *board.missing_of, "owner",
                 *self.asked_on, *(["stage"] if self.asked_on else [])]
        shown = [self.visible[name] for name in dict.fromkeys(named) if name in self.visible and name != title]
        query = Query(replace(spec, after=after, columns=(title, *(one.id for one in shown))), self.actor)
        page = query.page([path for one in shown for path in (one.value_paths[:2] if _is_row(one) else (one.path,))])
        cards = []
        for key, name, *row in page.rows:
            values, place = {}, 0
            for one in shown:
                width = 2 if _is_row(one) else 1
                values[one.id] = tuple(row[place : place + 2]) if width == 2 else row[place]
                place += width
            cards.append(self._card(key, name, values))
        return cards, page.next_cursor

    def _card(self, key: int, name: Any, values: Mapping[str, Any]) -> Card:
        board, fmt, value = self.board, self.fmt, values[self.field.id]
        since = values.get(board.since.get(self.field.id, ""))
        due = values.get(board.next_step_date)
        facts = [projection.draw_one(self.visible[one], _plain(values[one]), fmt) for one in board.facts
                 if _plain(values.get(one)) not in (None, "", [])]
        owner_key, owner_name = values.get("owner") or (None, "")
        missing = [*(board.missing(values) if board.missing else ()), *self._missing_to_move_on(values)]
        return Card(
            key=key, value="" if value is None else str(value),
            title=table.title_words(self.visible[self.record_type.title])(name, fmt),
            over=str(_plain(values.get(board.over)) or ""),
            facts=mark_safe(" ".join(facts)),  # noqa: S308  escaped by draw_one
            owner=format_html('<span title="{}">{}</span>', owner_name, avatar(owner_name, key=owner_key, size="s"))
            if owner_name else SafeString(""),
            since=fmt.ago(since) if since else "",
            is_late=bool(since and board.lingers and board.lingers(value, _days(since))),
            step=values.get(board.next_step) or "", step_day=fmt.ago(due) if due else "",
            step_is_late=bool(due and due < timezone.localdate()),
            missing=_(", ").join(map(str, missing)),
        )


    def _missing_to_move_on(self, values: Mapping[str, Any]) -> list[str]:
        """What the next stage asks for and this record does not have."""
        return [str(one.label) for name, one in self.asked_on.items()
                if one.made.required_from <= values["stage"] + 1 and _key(values[name]) in (None, "", [])]


def _is_row(one: Field) -> bool:
    return one.type in ROWS


def _key(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    return value[1] if isinstance(value, tuple) else value


def _days(since: datetime | date) -> int:
    return (timezone.now() - since).days if isinstance(since, datetime) else (timezone.localdate() - since).days


def move(record: Record, *, field: Field, to: str, by: User, reason: str = "") -> Record:
    """Give the record the value of another column, by the service that is meant for the field.

    Raises what that service raises: ValidationError (`reason` where it asks for one), `Conflict`, PermissionDenied.
    """
    record_type = registry.for_model(type(record))
    value = next((code for code in field.choices if str(code) == to), None)
    if value is None:
        raise PermissionDenied
    if mover := board_of(record_type).moves.get(field.id):
        return mover(record, to=value, by=by, reason=reason, version=record.version)
    if field.id not in record_type.writable_fields(by):
        raise PermissionDenied
    return services.edit_of(record_type)(record, by=by, version=record.version, **{field.id: value})
