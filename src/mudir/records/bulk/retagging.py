"""A tag that becomes another, or none, on every record that carries it: an act on many records for each kind."""

from collections.abc import Sequence
from typing import Any

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry
from mudir.records.bulk import running
from mudir.records.bulk.acts import Doing, values_before
from mudir.records.bulk.writing import Refusals, edit_many
from mudir.records.models import BulkAct, Record


class Retagging(Doing):
    """The tag `old` becomes the tag `new` on records that carry it, whoever sees them; without `new` it goes."""

    def sent(self) -> dict[str, list[str]]:
        return {name: self.data.getlist(name) for name in ("old", "new")}

    def do(self, records: Sequence[Record]) -> Refusals:
        old, new = self.data.get("old"), self.data.getlist("new")
        return self._write(records, {record.pk: list(dict.fromkeys(
            name for tag in record.tags for name in ([tag] if tag != old else new))) for record in records})

    def undo(self, records: Sequence[Record]) -> Refusals:
        before = values_before(records, [self.record_type.fields["tags"]], self.by)
        return self._write([record for record in records if record.pk in before],
                           {pk: values["tags"] or [] for pk, values in before.items()})

    def _write(self, records: Sequence[Record], tags: dict[int, list[str]]) -> Refusals:
        return edit_many([(record, {"tags": tags[record.pk]}) for record in records], by=self.by,
                         verb=f"{self.record_type.model._meta.model_name}.edited", prepare=lambda record, data: data)

    def seen(self, *, undoing: bool) -> Any:
        return self.record_type.model.objects.unscoped(
            "a tag is called otherwise on every record, also where its manager sees none of them")


@service
def retag(old: str, new: str = "", *, by: User) -> list[BulkAct]:
    """Let a tag be another on every record; of many records a worker does it. One act for each kind that has any."""
    acts = []
    for record_type in registry.all_types():
        doing = Retagging(record_type, by, running.data_of({"old": [old], "new": [new] if new else []}))
        carrying = doing.seen(undoing=False).filter(tags__contains=[old]).order_by("pk")
        if keys := list(carrying.values_list("pk", flat=True)):
            acts.append(running.begin(doing, BulkAct.Act.RETAG, keys=keys, by=by, back="/tags/"))
    return acts
