"""The filter of a role: which records of a kind its people see, or work on, beside their own.

It stands inside the scope, so it asks nothing that is itself scoped: only plain fields of the record, none behind
another record, and only what the role itself sees. Where it names anything else it fits no record.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.accounts.roles import Role, Sight
from mudir.records import registry
from mudir.records.fields import Field, ValueType
from mudir.records.query.operators import condition_to_q
from mudir.records.query.spec import Group, QuerySpec, SpecError, unknown_field
from mudir.records.registry import RecordType


def fields_for(record_type: RecordType, role: Role) -> dict[str, Field]:
    """What the filter of a role may ask of a record."""
    limits = record_type.limits_of(role)
    return {
        name: one for name, one in record_type.fields.items()
        if not (one.computed or one.is_many or one.type is ValueType.RECORD or limits.get(name) is Sight.HIDDEN)
        and (not one.permission or one.permission in role.permissions)
    }


def checked_filter(record_type: RecordType, role: Role, query: QueryDict, by: User) -> str:
    """The conditions of an address of a list, as a role keeps them. Raises `SpecError` for what it may not ask."""
    where = QuerySpec.from_query(record_type.kind, query).where
    if not where.parts:
        raise SpecError(_("There is no filter in it."))
    _asked(where, fields_for(record_type, role), by)
    return QuerySpec(kind=record_type.kind, where=where).to_query()


def rows_chosen(model: type[models.Model], actor: User) -> tuple[str, list[Any]]:
    """The keys that the filter of the actor's role fits, as a statement in SQL; an empty one for none."""
    record_type = registry.for_model(model)
    text = actor.rights.filters.get(record_type.kind, "")
    fields = {name: one for name, one in fields_for(record_type, actor.rights).items() if one.visible_to(actor)}
    try:
        where = QuerySpec.from_query(record_type.kind, QueryDict(text)).where
        if not where.parts:
            return "", []
        asked = _asked(where, fields, actor)
    except SpecError:  # a field that was hidden from the role, or is no more
        return "", []
    rows = model._default_manager.unscoped("what the filter of a role fits, inside the scope").filter(asked)
    try:
        statement, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "", []
    return statement, list(values)


def _asked(group: Group, fields: dict[str, Field], actor: User) -> Q:
    asked = Q()
    for part in group.parts:
        if isinstance(part, Group):
            q = _asked(part, fields, actor)
        elif part.field not in fields:
            raise unknown_field(part.field)
        else:
            q = condition_to_q(fields[part.field], part, actor)
        asked = asked | q if group.joiner == "or" else asked & q
    return asked
