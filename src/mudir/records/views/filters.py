"""Choosing filters: a menu that adds one condition, and an editor of all of them with groups and related fields."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mudir.accounts.models import Team, User
from mudir.kit.htmx import led_to, render_page
from mudir.kit.numbers import number_in
from mudir.records.fields import Field, ValueType
from mudir.records.forms import RelatedRecordField
from mudir.records.models import Record, Tag
from mudir.records.query import (
    IN_DAYS,
    MOST_LEVELS,
    MY_TEAM,
    OPERATORS,
    OPERATORS_OF,
    PERIODS,
    TAKES_NOTHING,
    TAKES_SEVERAL,
    Condition,
    Group,
    Query,
    QuerySpec,
    SpecError,
    fields_behind,
)
from mudir.records.registry import RecordType
from mudir.records.shown import shown_of
from mudir.records.views.lists import pairs_of, refused

MOST_CHECKBOXES = 14
MOST_ROWS = 40


# ── one condition ────────────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def add_filter(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The form that adds one condition; filled in, it leads back to the list with the condition in its address.

    First the field is chosen, then how it is compared and with what.
    """
    query = request.GET.copy()
    chosen, operator, values, keys, days, period = (
        query.pop(name, []) for name in ("field", "operator", "value", "value_key", "days", "period"))
    if operator:  # what the operator does not take was left over in the form
        values = period or values if operator[-1] == "within" else days or values if operator[-1] in IN_DAYS else values
    visible = record_type.visible_fields(request.user)
    field = visible.get(chosen[-1]) if chosen else None
    context = {"record_type": record_type, "kept": list(pairs_of(query))}
    if field is None or field.id not in record_type.filters:
        context["fields"] = [visible[name] for name in record_type.filters if name in visible]
        context["editor_url"] = f"{reverse('records:filters', args=[record_type.slug])}?{query.urlencode()}"
        return render_page(request, "records/filter.html", context, fragment="fields")
    error, picker = "", picker_of(field, request.user)
    if operator and (any(values) or any(keys) or operator[-1] in TAKES_NOTHING):
        try:
            given = [str(picker.clean((keys[-1] if keys else "", values[-1])).pk)] if picker and any(values) else values
            condition = Condition(field.id, operator[-1], tuple(filter(None, map(str.strip, given))))
            shown = shown_of(record_type, request.user, query)
            shown = shown.changed(where=shown.spec.with_condition(condition).where)
            Query(shown.spec, request.user)
        except SpecError as refusal:
            error = str(refusal)
        except ValidationError as refusal:
            error = refusal.messages[0]
        else:
            return HttpResponseRedirect(shown.url)
    options = options_of(field)
    context |= {
        "field": field, "error": error, "values": values, "operator": operator[-1] if operator else "",
        "operators": [(code, OPERATORS[code]) for code in OPERATORS_OF[field.type]],
        "options": options, "periods": PERIODS.items(), "shape": shape_of(field, options),
        "picker": drawn(picker, values[-1] if values else ""),
    }
    return render_page(request, "records/filter.html", context, fragment="condition")


def shape_of(field: Field, options: list[tuple]) -> str:
    """How the value of a condition is asked for."""
    if options:
        return "choices" if len(options) <= MOST_CHECKBOXES else "select"
    if field.type in {ValueType.DATE, ValueType.MOMENT}:
        return "days"
    if field.type in {ValueType.NUMBER, ValueType.PERCENT}:
        return "numbers"
    return "record" if field.type is ValueType.RECORD else "words"


def picker_of(field: Field, actor: User) -> RelatedRecordField | None:
    """The box that finds the record a condition is about."""
    if field.related is None or not issubclass(field.related, Record):
        return None
    return RelatedRecordField(field.nameable_by(actor), label=field.label)


def drawn(picker: RelatedRecordField | None, typed: str) -> SafeString | str:
    return picker.widget.render("value", ("", typed), {"aria-label": capfirst(picker.label)}) if picker else ""


def options_of(field: Field) -> list[tuple]:
    """What can be picked instead of typed."""
    if field.type is ValueType.PERSON:
        people = User.objects.filter(is_active=True).order_by("name").values_list("pk", "name")[:500]
        return [("me", _("me")), (MY_TEAM, _("my team")), *people]
    if field.id == "tags":
        return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:500]]
    if field.type is ValueType.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    if field.related is Team:
        return [(MY_TEAM, _("my team")), *Team.objects.order_by("name").values_list("pk", "name")]
    return list(field.choices.items())


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────────

PART = re.compile(r"(?P<what>joiner|field|operator|value|key|days|period)(?P<path>(?:\.\d{1,2}){0,5})(?P<key>_key)?")
ACT = re.compile(r"(?P<act>add|group|drop)(?P<path>(?:\.\d{1,2}){0,5})")
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # what a box for days can show; others are days counted from today
Path = tuple[int, ...]


@dataclass
class Row:
    """A condition that is being put together."""

    field: str = ""
    operator: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    error: str = ""

    @property
    def part(self) -> Condition | None:
        return Condition(self.field, self.operator, tuple(self.values)) if self.field and self.operator else None


@dataclass
class Branch:
    """A group that is being put together."""

    joiner: str = "and"
    parts: list["Row | Branch"] = dataclasses.field(default_factory=list)

    @property
    def part(self) -> Group:
        return Group(self.joiner, tuple(part.part for part in self.parts if part.part is not None))

    @classmethod
    def of(cls, group: Group) -> "Branch":
        return cls(group.joiner, [
            cls.of(part) if isinstance(part, Group) else Row(part.field, part.operator, list(part.values))
            for part in group.parts])

    def at(self, path: Path) -> "Row | Branch | None":
        found: Row | Branch | None = self
        for place in path:
            found = found.parts[place] if isinstance(found, Branch) and place < len(found.parts) else None
        return found

    def rows(self) -> Iterator[Row]:
        for part in self.parts:
            if isinstance(part, Row):
                yield part
            else:
                yield from part.rows()


def path_of(text: str) -> Path:
    return tuple(map(int, text.split(".")[1:]))


def take_draft(query: QueryDict) -> dict[str, dict[Path, list[str]]]:
    """Take the fields of the editor out of a form: what each asks, by the place of its row or group."""
    taken: dict[str, dict[Path, list[str]]] = {}
    for name in list(query):
        if (match := PART.fullmatch(name)) and not (match["key"] and match["what"] != "value"):
            what = "key" if match["key"] else match["what"]
            taken.setdefault(what, {})[path_of(match["path"])] = query.pop(name)[:200]
    return taken


def draft_of(taken: dict[str, dict[Path, list[str]]], base: Query) -> Branch:
    """The tree of a form that was sent. What its operator does not take was left over and is left out."""
    joiners = taken.get("joiner", {})
    root = Branch("or" if joiners.get((), ["and"])[-1] == "or" else "and")
    branches: dict[Path, Branch] = {(): root}
    for path in sorted({*joiners, *taken.get("field", {})} - {()})[:MOST_ROWS]:
        above = branches.get(path[:-1])
        if above is None:
            continue
        if path in joiners and len(path) < MOST_LEVELS:
            branches[path] = Branch("or" if joiners[path][-1] == "or" else "and")
            above.parts.append(branches[path])
        elif path in taken.get("field", {}):
            above.parts.append(_row(taken, path, base))
    return root


def _row(taken: dict[str, dict[Path, list[str]]], path: Path, base: Query) -> Row:
    def given(what: str) -> list[str]:
        return [text.strip() for text in taken.get(what, {}).get(path, []) if text.strip()]

    row = Row("".join(given("field")[-1:]), "".join(given("operator")[-1:]))
    try:
        chosen = base.field(row.field)
    except SpecError:
        return Row()
    offered = OPERATORS_OF[chosen.type]
    if row.operator not in offered:
        row.operator = offered[0]
    if row.operator in TAKES_NOTHING:
        return row
    row.values = given("period" if row.operator == "within" else "days" if row.operator in IN_DAYS else "value")
    if row.operator not in TAKES_SEVERAL:
        row.values = row.values[:1]
    if (picker := picker_of(chosen, base.actor)) and row.values:
        try:
            row.values = [str(picker.clean(("".join(given("key")[-1:]), row.values[0])).pk)]
        except ValidationError as refusal:
            row.values, row.error = [], refusal.messages[0]
    return row


def act_on(draft: Branch, text: str) -> None:
    """Do what a button of the editor says."""
    match = ACT.fullmatch(text)
    path = path_of(match["path"]) if match else ()
    found = draft.at(path) if match else None
    if found is None:
        return
    if match["act"] in {"add", "group"} and isinstance(found, Branch):
        found.parts.append(Row() if match["act"] == "add" else Branch("or", [Row(), Row()]))
    elif match["act"] == "drop" and path:
        above = draft.at(path[:-1])
        if isinstance(above, Branch):
            del above.parts[path[-1]]


@require_safe
def editor(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Every condition of the list, as rows and groups; applied, it leads back to the list with them in its address."""
    query = request.GET.copy()
    act, taken = query.pop("do", [""])[-1], take_draft(query)
    try:
        shown = shown_of(record_type, request.user, query)
        base = Query(QuerySpec(record_type.kind), request.user)
        draft = draft_of(taken, base) if taken else Branch.of(shown.spec.where)
        if not taken:
            Query(shown.spec, request.user)
    except SpecError as error:
        return refused(request, record_type, error)
    act_on(draft, act)
    if not draft.parts:
        draft.parts.append(Row())
    error, count = "", ""
    asked = shown.changed(where=draft.part.plain())
    try:
        total = Query(asked.spec, request.user).total()
        count = request.formatter.number(total.count) + ("" if total.is_exact else "+")
        if act == "apply" and not any(row.error for row in draft.rows()):
            return led_to(request, asked.url)
    except SpecError as refusal:
        error = str(refusal) if act == "apply" else ""
    context = {
        "record_type": record_type, "kept": shown.pairs(), "error": error, "count": count,
        "root": branch_context(draft, (), base, field_groups(record_type, base)),
        "whole_url": shown.url,
    }
    return render_page(request, "records/filters.html", context, fragment="editor")


def field_groups(record_type: RecordType, base: Query) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from: those that lists are usually filtered by, the others, and those of related records."""
    usual = [name for name in record_type.filters if name in base.fields]
    groups = [("", [(name, capfirst(str(base.fields[name].label))) for name in usual]),
              (_("Other fields"), [(name, capfirst(str(one.label))) for name, one in base.fields.items()
                                   if name not in usual])]
    for name, one in base.fields.items():
        behind = fields_behind(one, base.actor)
        if behind:
            groups.append((capfirst(str(one.label)), [
                (f"{name}.{inner}", f"{capfirst(str(one.label))}: {found.label}") for inner, found in behind.items()]))
    return [(label, fields) for label, fields in groups if fields]


def branch_context(branch: Branch, path: Path, base: Query, groups: list) -> dict[str, Any]:
    """A group as its template draws it, with everything in it."""
    dotted = "".join(f".{place}" for place in path)
    parts = []
    for place, part in enumerate(branch.parts):
        below = (*path, place)
        parts.append(branch_context(part, below, base, groups) if isinstance(part, Branch)
                     else row_context(part, below, base, groups))
    return {"is_group": True, "path": dotted, "joiner": branch.joiner, "parts": parts, "may_nest": len(path) + 1 <
            MOST_LEVELS}


def row_context(row: Row, path: Path, base: Query, groups: list) -> dict[str, Any]:
    dotted = "".join(f".{place}" for place in path)
    context = {"path": dotted, "groups": groups, "row": row, "operators": [], "shape": ""}
    if not row.field:
        return context
    chosen = base.field(row.field)
    options = options_of(chosen)
    context["operators"] = [(code, OPERATORS[code]) for code in OPERATORS_OF[chosen.type]]
    context["label"] = capfirst(str(chosen.label))
    if not any(row.field == name for _label, fields in groups for name, _text in fields):
        context["deep"] = (row.field, capfirst(str(chosen.label)))
    if row.operator in TAKES_NOTHING:
        shape = "nothing"
    elif row.operator == "within":
        shape, context["periods"] = "period", PERIODS.items()
    elif row.operator in IN_DAYS:
        shape = "count"
    elif chosen.type is ValueType.YES_NO:
        shape = "one"
    elif options:
        shape = "several"
    elif (picker := picker_of(chosen, base.actor)) is not None:
        shape, keys = "record", [key for key in map(number_in, row.values) if key]
        value = picker.prepare_value(keys[0]) if keys else ("", "")
        context["picker"] = picker.widget.render(f"value{dotted}", value, {"aria-label": context["label"]})
    else:
        shape = {ValueType.DATE: "day", ValueType.MOMENT: "day", ValueType.NUMBER: "number",
                 ValueType.PERCENT: "number"}.get(chosen.type, "words")
    context["shape"], context["options"] = shape, [(str(code), label) for code, label in options]
    context["said"] = _(", ").join(str(label) for code, label in context["options"] if code in row.values)
    blank = 2 if row.operator == "between" else 1
    if shape in {"day", "number", "words"}:
        context["inputs"] = [(value, not value or DAY.fullmatch(value)) for value in
                             [*row.values, *[""] * (blank - len(row.values))]]
    return context
