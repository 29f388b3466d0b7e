"""The list as it is seen, as a file."""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import batched, chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.kit import separated
from mudir.kit.money import CurrencyClash
from mudir.records import rules
from mudir.records.fields import Field, ValueType
from mudir.records.projection import read_values
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.query.related import walk
from mudir.records.registry import RecordType
from mudir.records.views.lists import refused

BATCH = 2000
MOST_ROWS_OF_A_WORKBOOK = 50_000
DIGITS_OF_A_WORKBOOK = 15


def plain(field: Field, value: Any) -> Any:
    """A value as it stands in a file: choices in words, several values behind each other, moments in local time."""
    if value is None:
        return ""
    if isinstance(value, CurrencyClash):
        return str(value)
    if isinstance(value, list):
        return "; ".join(str(field.choices.get(one, one)) for one in value)
    if field.type is ValueType.YES_NO:
        return _("Yes") if value else _("No")
    if field.choices:
        return str(field.choices.get(value, value))
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def rows_of(query: Query) -> Iterator[list[Any]]:
    """Every row of the list in its order, in batches: memory stays flat."""
    for keys in batched((row[0] for row in query.rows([])), BATCH):
        actor = query.actor.as_now()  # whose role may say less than when the file was begun
        if not rules.can_export(actor, query.record_type.model):
            return
        visible = query.record_type.visible_fields(actor)
        columns = [column for column in query.columns if is_seen(column.id, visible, actor)]
        found = read_values(query.record_type, list(keys), columns, actor, Act.EXPORT)
        for key in keys:
            if key in found:
                values = {field.id: plain(field, value) for field, value in zip(columns, found[key], strict=True)}
                yield [values.get(column.id, "") for column in query.columns]


def is_seen(name: str, visible: Mapping[str, Field], actor: User) -> bool:
    """Whether the actor sees a field, also one behind related records."""
    try:
        walk(visible, name, actor)
    except SpecError:
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])  # a selection is too long for an address
def export(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """`?format=csv` or `xlsx`, beside the query of the list."""
    if not rules.can_export(request.user, record_type.model):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    try:
        query = Query(QuerySpec.from_query(record_type.kind, asked), request.user)
    except SpecError as error:
        return refused(request, record_type, error)
    name = f"{record_type.slug}-{timezone.localdate().isoformat()}"
    heads = [str(field.label) for field in query.columns]
    if asked.get("format") == "xlsx":
        if query.queryset().order_by()[: MOST_ROWS_OF_A_WORKBOOK + 1].count() > MOST_ROWS_OF_A_WORKBOOK:
            return refused(request, record_type, SpecError(
                _("A workbook holds up to %(most)s rows here. Narrow the list or take CSV, which has no limit.")
                % {"most": MOST_ROWS_OF_A_WORKBOOK}
            ))
        return FileResponse(workbook(heads, rows_of(query)), as_attachment=True, filename=f"{name}.xlsx")
    lines = separated.lines(chain([heads], rows_of(query)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def is_figure(value: Any) -> bool:
    """Whether a workbook can keep it as a number: with more than fifteen digits it would be another one there."""
    if isinstance(value, Decimal):
        return len(value.as_tuple().digits) <= DIGITS_OF_A_WORKBOOK
    return isinstance(value, int | float) and not isinstance(value, bool)


def workbook(heads: list[str], rows: Iterator[list[Any]]) -> Any:
    """An XLSX file whose cells are values, never formulas; from right to left in Arabic."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer that sends it closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        if get_language_bidi():
            sheet.right_to_left()
        bold = book.add_format({"bold": True})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if is_figure(value):
                    sheet.write_number(number, column, value)
                elif value != "":
                    sheet.write_string(number, column, str(value)[:32_767])
    file.seek(0)
    return file
