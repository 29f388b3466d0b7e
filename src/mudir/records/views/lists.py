"""The list of a record kind: columns, filters, quick search, pages that stay fast."""

from dataclasses import replace
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mudir.accounts.models import Team, User
from mudir.kit.formatting import Formatter
from mudir.kit.htmx import render_page, wants_fragment
from mudir.records import rules
from mudir.records.board import fields_of
from mudir.records.fields import Field, ValueType
from mudir.records.forms import RelatedRecordField
from mudir.records.models import Record, SavedView
from mudir.records.query import (
    MY_TEAM,
    OPERATORS,
    OPERATORS_OF,
    PERIODS,
    TAKES_NOTHING,
    Condition,
    Group,
    Query,
    QuerySpec,
    SpecError,
)
from mudir.records.registry import RecordType
from mudir.records.saved_views import views_of
from mudir.records.shown import ALL, Shown, shown_of
from mudir.records.table import render_rows

SUGGESTIONS = 12
MOST_CHECKBOXES = 14
IN_DAYS = {"last_days", "next_days", "older_days"}


@require_safe
def list_page(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """A page of the list; htmx gets the further rows, or the list without the shell."""
    try:
        views = list(views_of(request.user, record_type.kind))
        shown = shown_of(record_type, request.user, request.GET, views)
        query = Query(shown.spec, request.user)
        page = query.page([path for column in query.columns for path in column.value_paths])
    except SpecError as error:
        return refused(request, record_type, error)
    rows = mark_safe(render_rows(record_type, query.columns, page.rows, request.formatter))  # noqa: S308  escaped there
    context = {
        "record_type": record_type,
        "spec": shown.spec,
        "rows": rows,
        "next_url": shown.changed(after=page.next_cursor).address if page.next_cursor else "",
        "width": len(query.columns) + 1,
    }
    if shown.spec.after and wants_fragment(request):
        return render_page(request, "records/list.html", context, fragment="more")
    return render_page(request, "records/list.html", context | head_of(request, query, shown, views), fragment="list")


def refused(request: HttpRequest, record_type: RecordType, error: SpecError) -> HttpResponse:
    """A query that cannot be asked: what is wrong, and a way back to the whole list."""
    context = {"record_type": record_type, "error": str(error)}
    return render_page(request, "records/refused.html", context, fragment="refused", status=400)


def head_of(request: HttpRequest, query: Query, shown: Shown, views: list[SavedView]) -> dict:
    """Everything around the rows: tabs, chips, columns, total."""
    spec, record_type = query.spec, query.record_type
    chips = [chip(part, query, shown, request.formatter) for part in spec.parts]
    whole_url = reverse("records:list", args=[record_type.slug])
    carried = shown.changed().pairs()
    here = urlencode(carried)
    total = query.total()
    total_text = request.formatter.number(total.count)
    can_create = rules.can_create(request.user, record_type.model)
    return {
        "heads": [column_head(column, query, shown) for column in query.columns],
        "chips": chips,
        "tabs": tabs_of(record_type, shown, views, whole_url),
        "view": shown.view,
        "shown": shown,
        "density": shown.look.density or request.user.density,
        "can_keep": shown.is_changed and rules.can_edit_view(request.user, shown.view),
        "new_view_url": f"{reverse('records:new_view', args=[record_type.slug])}?{here}",
        "total_text": total_text if total.is_exact else f"{total_text}+",
        "is_narrowed": bool(chips or spec.text or spec.after),
        "carried": carried,
        "kept": replace(spec, after="").pairs(),
        "whole_url": f"{whole_url}?view={ALL}" if shown.opens_with_view else whole_url,
        "first_url": shown.changed().address,
        "filter_url": f"{reverse('records:filter', args=[record_type.slug])}?{here}" if record_type.filters else "",
        "columns_url": f"{reverse('records:columns', args=[record_type.slug])}?{here}",
        "new_url": reverse("records:new", args=[record_type.slug]) if can_create else "",
        "can_create": can_create,
        "can_merge": record_type.merger is not None and request.user.has_permission("records.merge"),
        "can_export": rules.can_export(request.user),
        "can_import": bool(record_type.imports) and rules.can_import(request.user),
        "export_query": spec.to_query(after=""),
        "has_board": bool(fields_of(record_type, request.user)),
    }


VIEW_ICONS = {SavedView.Audience.PRIVATE: "", SavedView.Audience.TEAM: "team", SavedView.Audience.COMPANY: "building"}


def tabs_of(record_type: RecordType, shown: Shown, views: list[SavedView], whole_url: str) -> list[dict]:
    """The whole list, the ready views, and those that people saved."""
    plain = replace(shown, view=None).changed(text="") if shown.view is None else None
    bare = replace(plain, opens_with_view=False).address if plain else ""
    marker = f"view={ALL}" if shown.opens_with_view else ""
    tabs = [{"title": _("All"), "url": f"{whole_url}?{marker}" if marker else whole_url, "current": bare == "?"}]
    for view in record_type.views:
        spec = QuerySpec.from_query(record_type.kind, QueryDict(view.query))
        query = "&".join(filter(None, (marker if view.query == record_type.opens_with else "", view.query)))
        tabs.append({"title": view.title, "url": f"?{query}", "current": bare == f"?{spec.to_query()}"})
    for view in views:
        tabs.append({"title": view.name, "url": f"?view={view.pk}", "current": view == shown.view,
                     "is_saved": True, "icon": VIEW_ICONS[view.audience],
                     "is_changed": view == shown.view and shown.is_changed})
    return tabs


def column_head(column: Field, query: Query, shown: Shown) -> dict:
    """One head of the table: its label, and the address that sorts by it, turned round the second time."""
    first, turned = query.order[0]
    is_sorted = first.id == column.id
    sort = f"-{column.id}" if is_sorted and not turned else column.id
    return {
        "label": column.label,
        "url": shown.changed(sort=(sort,)).address if column.sort_path else "",
        "sorted": ("descending" if turned else "ascending") if is_sorted else "",
        "is_number": column.type in {ValueType.NUMBER, ValueType.PERCENT} and not column.cell,
    }


def chip(part: Condition | Group, query: Query, shown: Shown, fmt: Formatter) -> dict:
    """A condition, or a group of them, that can be taken off the list."""
    url = shown.changed(where=shown.spec.without(part).where).address
    if isinstance(part, Group):
        return {"label": _("any of") if part.joiner == "or" else _("all of"), "url": url,
                "text": said(part, query, fmt)}
    field = query.field(part.field)
    return {"label": field.label, "url": url, "text": describe(field, part, query.actor, fmt)}


def said(group: Group, query: Query, fmt: Formatter) -> str:
    """A group in words: each condition behind the name of its field, groups within it in brackets."""
    parts = []
    for part in group.parts:
        if isinstance(part, Group):
            parts.append(f"({said(part, query, fmt)})")
        else:
            field = query.field(part.field)
            parts.append(f"{field.label} {describe(field, part, query.actor, fmt)}")
    return (_(" or ") if group.joiner == "or" else _(" and ")).join(parts)


def describe(field: Field, condition: Condition, actor: User, fmt: Formatter) -> str:
    """A condition in words, as its chip says it."""
    values = condition.values
    if condition.operator in IN_DAYS:
        return _in_days(condition.operator, int(values[0]), fmt)
    by_text = {str(code): str(label) for code, label in field.choices.items()}
    if field.type is ValueType.PERSON:
        keys = [int(value) for value in values if value.isdigit()]
        by_text = {str(pk): name for pk, name in User.objects.filter(pk__in=keys).values_list("pk", "name")}
        by_text |= {"me": _("me"), MY_TEAM: _("my team")}
    elif field.type is ValueType.RECORD:
        keys = [int(value) for value in values if value.isdigit()]
        named = field.nameable_by(actor).filter(pk__in=keys)
        by_text = {str(pk): name for pk, name in named.values_list("pk", "name")} | {MY_TEAM: _("my team")}
    elif field.type is ValueType.YES_NO:
        by_text = {"yes": _("Yes"), "no": _("No")}
    elif field.type in {ValueType.DATE, ValueType.MOMENT}:
        by_text = PERIODS | {value: fmt.date(day) for value in values if (day := parse_date(value))}
    words = [str(by_text.get(value, value)) for value in values]
    if condition.operator == "between":
        return _("from %(first)s to %(last)s") % {"first": words[0], "last": words[1]}
    operator = "" if condition.operator in {"is", "has", "within"} else OPERATORS[condition.operator]
    alternatives = (_(" and ") if condition.operator == "has_all" else _(" or ")).join(words)
    return f"{operator} {alternatives}".strip()


def _in_days(operator: str, days: int, fmt: Formatter) -> str:
    words = {
        "last_days": ngettext("in the last day", "in the last %(count)s days", days),
        "next_days": ngettext("in the next day", "in the next %(count)s days", days),
        "older_days": ngettext("a day ago or more", "%(count)s days ago or more", days),
    }
    return words[operator] % {"count": fmt.number(days)}


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
    context = {"record_type": record_type, "kept": list(_pairs(query))}
    if field is None or field.id not in record_type.filters:
        context["fields"] = [visible[name] for name in record_type.filters if name in visible]
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
            return HttpResponseRedirect(f"{reverse('records:list', args=[record_type.slug])}{shown.address}")
    options = _options(field)
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


@require_safe
def choose_columns(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The form that chooses columns; filled in, it leads back to the list with them in its address."""
    query = request.GET.copy()
    chosen, usual = query.pop("column", []), query.pop("usual", [])
    visible = record_type.visible_fields(request.user)
    fields = [field for field in visible.values() if not field.is_many and field.id != record_type.title]
    try:
        list_shown = shown_of(record_type, request.user, query)
        shown = [column.id for column in Query(list_shown.spec, request.user).columns]
    except SpecError as error:
        return refused(request, record_type, error)
    if chosen or usual:
        kept = [name for name in shown if name in chosen]
        added = [name for name in chosen if name not in kept and name in visible]
        columns = () if usual else (record_type.title, *kept, *added)
        url = reverse("records:list", args=[record_type.slug])
        return HttpResponseRedirect(f"{url}{list_shown.changed(columns=columns).address}")
    context = {"record_type": record_type, "fields": fields, "shown": shown, "kept": list(_pairs(query))}
    return render_page(request, "records/columns.html", context, fragment="columns")


def _pairs(query: QueryDict):
    for name, values in query.lists():
        for value in values:
            yield name, value


def _options(field: Field) -> list[tuple]:
    """What can be picked instead of typed."""
    if field.type is ValueType.PERSON:
        people = User.objects.filter(is_active=True).order_by("name").values_list("pk", "name")[:500]
        return [("me", _("me")), (MY_TEAM, _("my team")), *people]
    if field.type is ValueType.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    if field.related is Team:
        return [(MY_TEAM, _("my team")), *Team.objects.order_by("name").values_list("pk", "name")]
    return list(field.choices.items())


@require_safe
def suggestions(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Records whose name fits what is being typed, to pick one in a form. Only those that the person sees."""
    spec = QuerySpec(kind=record_type.kind, text=request.GET.get("q", "").strip()[:200], size=SUGGESTIONS)
    page = Query(spec, request.user).page([])
    context = {"options": [{"value": row[0], "label": row[1]} for row in page.rows], "q": spec.text}
    return render_page(request, "records/suggestions.html", context, fragment="options")
