"""The files of a record as a field of it: what they are called, in lists, filters, exports and the API."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, StringAgg, Subquery, Value
from django.utils.translation import gettext_lazy

from mudir.accounts.models import User
from mudir.records.fields import Field, ValueType
from mudir.records.models import Attachment

PATH = "names_of_files"


def files_field(kind: str) -> Field:
    """What every kind has among its fields. Whoever sees the record sees its files."""
    def names(actor: User) -> Mapping[str, Any]:
        present = Attachment.objects.filter(kind=kind, object_id=OuterRef("pk"), removed_at__isnull=True)
        joined = present.order_by().values("object_id").annotate(
            names=StringAgg("name", Value("; "), order_by="name")).values("names")
        return {PATH: Subquery(joined)}

    return Field(id="files", label=gettext_lazy("files"), type=ValueType.LONG_TEXT, path=PATH, is_nullable=True,
                 computed=names)
