"""`QuerySpec`: the only way from anything a person sends to a query over records.

A spec names fields by their ids in the registry, never by columns. An unknown field and a forbidden one give the same
error. The same object is the address of a page, a saved view, an export, a bulk action.
"""

from mudir.records.query.asking import (
    MEASURES,
    MOST_SECONDS,
    MOST_SORTS,
    Page,
    Query,
    Total,
    is_grouped_by,
    measures_of_field,
)
from mudir.records.query.cursors import decode_cursor, encode_cursor
from mudir.records.query.operators import IN_DAYS, MY_TEAM, OPERATORS_OF, TAKES_NOTHING
from mudir.records.query.periods import PERIODS
from mudir.records.query.related import fields_behind
from mudir.records.query.spec import (
    MOST_LEVELS,
    OPERATORS,
    TAKES_SEVERAL,
    Condition,
    Group,
    QuerySpec,
    SpecError,
)

__all__ = [
    "IN_DAYS", "MEASURES", "MOST_LEVELS", "MOST_SECONDS", "MOST_SORTS", "MY_TEAM", "OPERATORS", "OPERATORS_OF",
    "PERIODS", "TAKES_NOTHING", "TAKES_SEVERAL", "Condition", "Group", "Page", "Query", "QuerySpec", "SpecError",
    "Total", "decode_cursor", "encode_cursor", "fields_behind", "is_grouped_by", "measures_of_field",
]
