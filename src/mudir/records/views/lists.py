"""The list of a record kind: columns, filters, quick search, pages that stay fast."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mudir.accounts.models import Team, User
from mudir.kit.htmx import render_page, wants_fragment
from mudir.records import rules
from mudir.records.fields import Field, ValueType
from mudir.records.query import OPERATORS, OPERATORS_OF, TAKES_NOTHING, Condition, Query, QuerySpec, SpecError
from mudir.records.registry import RecordType
from mudir.records.table import render_rows

SUGGESTIONS = 12


@require_safe
def list_page(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """A page of the list; htmx gets the further rows, or the list without the shell."""
    try:
        spec = QuerySpec.from_query(record_type.kind, request.GET)
        query = Query(spec, request.user)
        page = query.page([path for column in query.columns for path in column.value_paths])
    except SpecError as error:
        return refused(request, record_type, error)
    rows = mark_safe(render_rows(record_type, query.columns, page.rows, request.formatter))  # noqa: S308  escaped there
    context = {
        "record_type": record_type,
        "spec": spec,
        "rows": rows,
        "next_url": f"?{spec.to_query(after=page.next_cursor)}" if page.next_cursor else "",
        "width": len(query.columns) + 1,
    }
    if spec.after and wants_fragment(request):
        return render_page(request, "records/list.html", context, fragment="more")
    return render_page(request, "records/list.html", context | head_of(request, query), fragment="list")


def refused(request: HttpRequest, record_type: RecordType, error: SpecError) -> HttpResponse:
    """A query that cannot be asked: what is wrong, and a way back to the whole list."""
    context = {"record_type": record_type, "error": str(error)}
    return render_page(request, "records/refused.html", context, fragment="refused", status=400)


def head_of(request: HttpRequest, query: Query) -> dict:
    """Everything around the rows: tabs, chips, columns, total."""
    spec, record_type = query.spec, query.record_type
    visible = query.fields
    chips = [
        {"label": visible[condition.field].label, "text": describe(visible[condition.field], condition, request.user),
         "url": f"?{spec.without(condition).to_query()}"}
        for condition in spec.where.conditions()
    ]
    here = spec.to_query(after="", text="")
    tabs = [{"title": view.title, "url": f"?{view.query}", "current": _same(record_type, view.query, here)}
            for view in record_type.views]
    tabs.insert(0, {"title": _("All"), "url": "?", "current": not here})
    shown = {column.id for column in query.columns}
    return {
        "heads": [column_head(column, query) for column in query.columns],
        "chips": chips,
        "tabs": tabs,
        "total": query.total(),
        "choices_of_columns": [
            {"field": visible[name], "shown": name in shown} for name in visible if not visible[name].is_many
        ],
        "filter_fields": [visible[name] for name in record_type.filters if name in visible],
        "hidden": [(name, value) for name, value in request.GET.lists() if name not in {"q", "after"}],
        "can_create": rules.can_create(request.user, record_type.model),
        "can_export": rules.can_export(request.user),
        "can_import": bool(record_type.imports) and rules.can_import(request.user),
        "export_query": spec.to_query(after=""),
    }


def _same(record_type: RecordType, query: str, here: str) -> bool:
    return QuerySpec.from_query(record_type.kind, QueryDict(query)).to_query() == here


def column_head(column: Field, query: Query) -> dict:
    """One head of the table: its label, and the address that sorts by it, turned round the second time."""
    first, turned = query.order[0]
    is_sorted = first.id == column.id
    sort = f"-{column.id}" if is_sorted and not turned else column.id
    return {
        "label": column.label,
        "url": f"?{query.spec.to_query(sort=(sort,), after='')}" if column.sort_path else "",
        "sorted": ("descending" if turned else "ascending") if is_sorted else "",
        "is_number": column.type in {ValueType.NUMBER, ValueType.PERCENT},
    }


def describe(field: Field, condition: Condition, actor: User) -> str:
    """A condition in words, as its chip says it."""
    operator = "" if condition.operator in {"is", "has"} else str(OPERATORS[condition.operator])
    by_text = {str(code): str(label) for code, label in field.choices.items()}
    if field.type is ValueType.PERSON:
        keys = [int(value) for value in condition.values if value.isdigit()]
        by_text = {str(pk): name for pk, name in User.objects.filter(pk__in=keys).values_list("pk", "name")}
        by_text["me"] = _("me")
    elif field.type is ValueType.RECORD:
        keys = [int(value) for value in condition.values if value.isdigit()]
        named = field.nameable_by(actor).filter(pk__in=keys)
        by_text = {str(pk): name for pk, name in named.values_list("pk", "name")}
    elif field.type is ValueType.YES_NO:
        by_text = {"yes": _("Yes"), "no": _("No")}
    elif field.type in {ValueType.DATE, ValueType.MOMENT}:
        by_text = {"today": _("today")}
    said = _(" or ").join(by_text.get(value, value) for value in condition.values)
    return f"{operator} {said}".strip()


@require_safe
def add_filter(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The form that adds one condition; filled in, it leads back to the list with the condition in its address.

    First the field is chosen, then how it is compared and with what.
    """
    query = request.GET.copy()
    chosen, operator, values = (query.pop(name, []) for name in ("field", "operator", "value"))
    visible = record_type.visible_fields(request.user)
    field = visible.get(chosen[-1]) if chosen else None
    if field is None or field.id not in record_type.filters:
        fields = [visible[name] for name in record_type.filters if name in visible]
        context = {"record_type": record_type, "fields": fields, "kept": list(_pairs(query))}
        return render_page(request, "records/filter.html", context, fragment="fields")
    error = ""
    if operator and (any(values) or operator[-1] in TAKES_NOTHING):
        given = ",".join(value.strip() for value in values if value.strip())
        condition = Condition.parse(f"{field.id}.{operator[-1]}.{given}")
        try:
            spec = QuerySpec.from_query(record_type.kind, query).with_condition(condition)
            Query(spec, request.user)
        except SpecError as refusal:
            error = str(refusal)
        else:
            url = f"{reverse('records:list', args=[record_type.slug])}?{spec.to_query()}"
            return HttpResponseRedirect(url)
    context = {
        "record_type": record_type, "field": field, "kept": list(_pairs(query)), "error": error,
        "operators": [(code, OPERATORS[code]) for code in OPERATORS_OF[field.type]],
        "options": _options(field), "value": ",".join(values), "operator": operator[-1] if operator else "",
    }
    return render_page(request, "records/filter.html", context, fragment="condition")


def _pairs(query: QueryDict):
    for name, values in query.lists():
        for value in values:
            yield name, value


def _options(field: Field) -> list[tuple]:
    """What can be picked instead of typed."""
    if field.type is ValueType.PERSON:
        people = User.objects.filter(is_active=True).order_by("name").values_list("pk", "name")[:500]
        return [("me", _("me")), *people]
    if field.type is ValueType.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    if field.related is Team:
        return list(Team.objects.order_by("name").values_list("pk", "name"))
    return list(field.choices.items())


@require_safe
def suggestions(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Records whose name fits what is being typed, to pick one in a form. Only those that the person sees."""
    spec = QuerySpec(kind=record_type.kind, text=request.GET.get("q", "").strip()[:200], size=SUGGESTIONS)
    page = Query(spec, request.user).page([])
    context = {"options": [{"value": row[0], "label": row[1]} for row in page.rows], "q": spec.text}
    return render_page(request, "records/suggestions.html", context, fragment="options")
