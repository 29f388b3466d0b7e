"""Choosing what a list shows and how: columns, their order and widths, sort, groups, sums, density."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from mudir.accounts.models import User
from mudir.kit.htmx import render_page
from mudir.records.fields import Field
from mudir.records.looks import MOST_PINNED, NARROWEST, WIDEST
from mudir.records.query import MEASURES, MOST_SORTS, Query, SpecError, fields_behind, is_grouped_by, measures_of_field
from mudir.records.registry import RecordType
from mudir.records.shown import Shown, shown_of, with_title
from mudir.records.views.lists import pairs_of, refused

FIELDS = ("column", "more", "usual", "pinned_columns", "density_of_list", "sort_field", "sort_way", "group_field",
          "measure", "do", "resize")


@require_safe
def choose_columns(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The form of all that; filled in, it leads back to the list with it in its address.

    `resize=name:220,…` sets widths and `column=…` alone the order, as somebody drags the heads of the table.
    """
    query = request.GET.copy()
    given = {name: query.pop(name, []) for name in FIELDS}
    try:
        shown = shown_of(record_type, request.user, query)
        shown = _with_columns(shown, given, record_type, request.user)
        shown = _with_look(shown, given)
        shown = _with_questions(shown, given)
        base = Query(shown.spec, request.user)
        base.page_is_possible()
    except SpecError as error:
        return refused(request, record_type, error)
    act, _mark, name = "".join(given["do"][-1:]).partition(".")
    if any(given.values()) and act not in {"up", "down", "again"}:
        return HttpResponseRedirect(shown.url)
    context = {"record_type": record_type, "kept": list(pairs_of(query))} | _form(base, shown, act, name)
    return render_page(request, "records/columns.html", context, fragment="columns")


def _with_columns(shown: Shown, given: dict[str, list[str]], record_type: RecordType, actor: User) -> Shown:
    if given["usual"]:
        return shown.changed(columns=(), look=replace(shown.look, widths=()))
    more = [name for name in given["more"] if name]
    if not given["column"] and not more:
        return shown
    before = given["column"] or [column.id for column in Query(shown.spec, actor).columns]
    return replace(shown, spec=with_title(shown.changed(columns=(record_type.title, *before, *more)).spec))


def _with_look(shown: Shown, given: dict[str, list[str]]) -> Shown:
    look = shown.look
    sized = QueryDict(mutable=True)
    for name, value in (("width", given["resize"]), ("pinned", given["pinned_columns"])):
        if value:
            sized[name] = value[-1]
    asked = type(look).from_query(sized)
    if given["resize"]:
        look = replace(look, widths=asked.widths)
    if given["pinned_columns"]:
        look = replace(look, pinned=asked.pinned)
    if given["density_of_list"]:
        code = given["density_of_list"][-1]
        look = replace(look, density=code if code in User.Density.values else "")
    return shown.changed(look=look)


def _with_questions(shown: Shown, given: dict[str, list[str]]) -> Shown:
    if given["sort_field"]:
        ways = [*given["sort_way"], *[""] * len(given["sort_field"])]
        sort = [f"{'-' if way == 'down' else ''}{name}" for name, way in zip(given["sort_field"], ways, strict=False)
                if name]
        shown = shown.changed(sort=tuple(dict.fromkeys(sort)))
    if given["group_field"]:
        shown = shown.changed(group=given["group_field"][-1])
    if given["measure"]:
        shown = shown.changed(aggregates=tuple(dict.fromkeys(name for name in given["measure"] if name)))
    return shown


def _form(base: Query, shown: Shown, act: str, name: str) -> dict[str, Any]:
    columns = [column for column in base.columns if column.id != base.record_type.title]
    ids = [column.id for column in columns]
    if name in ids and act in {"up", "down"}:
        place = ids.index(name)
        columns.insert(max(0, place + (-1 if act == "up" else 1)), columns.pop(place))
    others = [field for field in base.fields.values()
              if not field.is_many and field.id not in ids and field.id != base.record_type.title]
    behind = [(capfirst(str(field.label)), [
        (f"{field.id}.{inner.id}", f"{capfirst(str(field.label))}: {inner.label}")
        for inner in fields_behind(field, base.actor).values() if not inner.is_many])
        for field in base.fields.values()]
    sorts = [(field.id, turned) for field, turned in base.order] if shown.spec.sort else []
    return {
        "columns": [{"field": column, "measures": _measures(column, shown)} for column in columns],
        "others": others, "behind": [group for group in behind if group[1]],
        "pinned": shown.look.pinned, "pinnable": range(MOST_PINNED + 1),
        "density": shown.look.density, "densities": User.Density.choices,
        "sortable": [field for field in base.fields.values() if field.sort_path],
        "sorts": [*sorts, *[("", False)] * (MOST_SORTS - len(sorts))],
        "groupable": [field for field in base.fields.values() if is_grouped_by(field)], "group": shown.spec.group,
        "limits": (NARROWEST, WIDEST),
    }


def _measures(column: Field, shown: Shown) -> list[tuple[str, str, bool]]:
    return [(f"{code}.{column.id}", MEASURES[code], f"{code}.{column.id}" in shown.spec.aggregates)
            for code in measures_of_field(column)]
