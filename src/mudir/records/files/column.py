"""The files of a record as a field of it: what they are called, in lists, filters, exports and the API."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, StringAgg, Subquery, Value
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.kit.formatting import Formatter
from mudir.records import table
from mudir.records.fields import Field, ValueType
from mudir.records.models import Attachment

PATH = "names_of_files"
BETWEEN = "; "


def files_cell(names: str | None, fmt: Formatter) -> str:
    """Each name by itself, whichever way its neighbours are written."""
    drawn = BETWEEN.join(table.words(name) for name in names.split(BETWEEN)) if names else table.NOTHING
    return f'<td class="clip">{drawn}</td>'


def files_field(kind: str) -> Field:
    """What every kind has among its fields. Whoever sees the record sees its files."""
    def names(actor: User) -> Mapping[str, Any]:
        present = Attachment.objects.filter(kind=kind, object_id=OuterRef("pk"), removed_at__isnull=True)
        joined = present.order_by().values("object_id").annotate(
            names=StringAgg("name", Value(BETWEEN), order_by="name")).values("names")
        return {PATH: Subquery(joined)}

    return Field(id="files", label=gettext_lazy("files"), type=ValueType.LONG_TEXT, path=PATH, is_nullable=True,
                 computed=names, cell=files_cell)
