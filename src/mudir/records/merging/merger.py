"""What is special about merging a kind of record. `records.register(..., merger=…)` names a subclass of `Merger`."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models

from mudir.records.models import Record, Share

NEVER = frozenset({"id", "version", "updated_at", "trashed_at", "created_at", "created_by"})  # stay the survivor's


class Merger:
    """A kind says which rows beside its records are doubles, and settles columns that nobody writes by hand.

    A record without anything special names this very class.
    """

    # What makes two rows beside the record the same one, beyond what the database forbids.
    identities: ClassVar[Mapping[type[models.Model], tuple[str, ...]]] = {}
    # Lists of which a person may keep one side's alone: field id -> the rows it is made of.
    lists: ClassVar[Mapping[str, type[models.Model]]] = {}
    picks: ClassVar[Collection[str]] = ()  # columns that no form writes and the person chooses all the same
    settled: ClassVar[Collection[str]] = ()  # columns that `settle` answers for
    # What tells two records apart or gives them away as one, beside names, phones, e-mails and codes that the search
    # knows: field id -> place, street, postal or day (records/duplicates/matching.py).
    evidence: ClassVar[Mapping[str, str]] = {}
    # Which records are named like a house: by their first two words, not by the first and the last.
    houses: ClassVar[models.Q | None] = None

    @classmethod
    def lock_around(cls, keys: list[int]) -> None:
        """Lock what other writes lock before these records, so that nobody waits for the other in a ring."""

    @classmethod
    def settle(
        cls, survivor: Record, other: Record, values: Mapping[str, Any], chosen: Mapping[str, Record]
    ) -> dict[str, Any]:
        """Values of the `settled` columns, from both records as they were, and of others that cannot stand.

        `values` are the other columns as they will stand, `chosen` says of each whose value it is. Rows beside the
        survivor are joined already.
        """
        return {}

    @classmethod
    def refresh(cls, record: Record) -> None:
        """Write the settled columns anew from what hangs on the record: an undo came after other changes."""

    @classmethod
    def join(cls, kept: models.Model, other: models.Model) -> dict[str, Any]:
        """What a row takes over from the other one that says the same: what it does not say itself."""
        if isinstance(kept, Share):
            return _wider(kept, other)
        return {
            field.attname: getattr(other, field.attname) for field in kept._meta.local_concrete_fields
            if not field.primary_key and getattr(kept, field.attname) in (None, "", [])
            and getattr(other, field.attname) not in (None, "", [])
        }


def _wider(kept: Share, other: Share) -> dict[str, Any]:
    """Of two shares with one person whatever opens more; nobody loses sight of the record by a merge."""
    until = None if None in (kept.until, other.until) else max(kept.until, other.until)
    confidential = kept.confidential or other.confidential
    return {"until": until, "confidential": confidential, "purpose": kept.purpose or other.purpose}
