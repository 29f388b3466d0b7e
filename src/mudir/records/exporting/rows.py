"""The rows of a list in its order, as they stand in a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.kit.money import CurrencyClash
from mudir.records import rules
from mudir.records.fields import Field, ValueType
from mudir.records.projection import read_values
from mudir.records.query import Query, SpecError
from mudir.records.query.related import walk

BATCH = 2000


def heads_of(query: Query) -> list[str]:
    return [str(field.label) for field in query.columns]


class RightLost(Exception):
    """What the reader may has changed on the way; the words say what."""


def rows_of(query: Query, columns: Sequence[Field] = (), *, ends: bool = False) -> Iterator[list[Any]]:
    """Every row of the list in its order, in batches: memory stays flat. Without `columns`, those of the list.

    Each batch asks what the reader may by now. A right that is lost on the way ends the whole where `ends` says so, by
    `RightLost`; else what it was about is left out.
    """
    wanted = columns or query.columns
    written = {field.id: in_file(field) for field in wanted}
    for keys in batched((row[0] for row in query.rows([])), BATCH):
        actor = query.actor.as_now()  # whose role may say less than when the file was begun
        if not rules.can_export(actor, query.record_type.model):
            if ends:
                raise RightLost(_("You may not export any more."))
            return
        visible = query.record_type.visible_fields(actor)
        seen = [column for column in wanted if is_seen(column.id, visible, actor)]
        if ends and len(seen) < len(wanted):
            raise RightLost(_("You may not see all of these columns any more."))
        found = read_values(query.record_type, list(keys), seen, actor, Act.EXPORT)
        for key in keys:
            if key in found:
                values = {field.id: written[field.id](value) for field, value in zip(seen, found[key], strict=True)}
                yield [values.get(name, "") for name in written]


def is_seen(name: str, visible: Mapping[str, Field], actor: User) -> bool:
    """Whether the actor sees a field, also one behind related records."""
    try:
        walk(visible, name, actor)
    except SpecError:
        return False
    return True


def in_file(field: Field) -> Callable[[Any], Any]:
    """How the values of a field stand in a file: choices in words, several values behind each other, local moments."""
    choices = {code: str(label) for code, label in field.choices.items()}
    yes, no = _("Yes"), _("No")

    def several(value: Any) -> Any:
        return "; ".join([str(choices.get(one, one)) for one in value]) if isinstance(value, list) else plain(value)

    def plain(value: Any) -> Any:
        if isinstance(value, CurrencyClash):
            return str(value)
        return "" if value is None else str(value) if choices and value not in choices else choices.get(value, value)

    def answered(value: Any) -> Any:
        return "" if value is None else yes if value else no

    def moment(value: Any) -> Any:
        return timezone.localtime(value).replace(tzinfo=None).isoformat(" ", "seconds") if value else ""

    def day(value: Any) -> Any:
        return value.isoformat() if value else ""

    if field.is_many or field.type is ValueType.LIST:
        return several
    return {ValueType.YES_NO: answered, ValueType.MOMENT: moment, ValueType.DATE: day}.get(field.type, plain)
