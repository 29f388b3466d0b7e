"""Scope or raise: a queryset that refuses to run until someone said who is looking.

`visible_to(actor)` narrows the rows to what the actor may see; `unscoped(reason)` says, with a reason, that the
question is asked on behalf of the program itself. Forgetting both is an exception, not a leak.
"""

from collections import Counter
from typing import Any, Self

from django.db import models

unscoped_uses: Counter[str] = Counter()  # reason -> times asked since the process started


class UnscopedQuery(RuntimeError):
    """A query over records was about to run without `visible_to` or `unscoped`."""


class ScopedQuerySet(models.QuerySet):
    """Rows that belong to somebody. Subclasses answer `visibility(actor)`."""

    _scoped = False
    seen_by: Any = None  # for whom the rows were narrowed

    def _clone(self) -> Self:
        clone = super()._clone()
        clone._scoped, clone.seen_by = self._scoped, self.seen_by
        return clone

    def visible_to(self, actor: Any) -> Self:
        """Rows that the actor may see; nothing for an anonymous or inactive one."""
        scoped = self._as_scoped()
        if not (actor and actor.is_authenticated and actor.is_active):
            return scoped.none()
        narrowed = scoped.narrowed_to(actor)
        narrowed.seen_by = actor
        return narrowed

    def narrowed_to(self, actor: Any) -> Self:
        """The policy itself: override it in the model's queryset."""
        raise NotImplementedError

    def unscoped(self, reason: str) -> Self:
        """All rows, for a stated reason. Never in a view, template tag, serializer or tool (a test counts)."""
        if not reason:
            raise ValueError("Say why the query needs no scope.")
        unscoped_uses[reason] += 1
        return self._as_scoped()

    def _as_scoped(self) -> Self:
        """The same rows, as those whom the caller narrows at once."""
        scoped = self._chain()
        scoped._scoped = True
        return scoped

    def _demand_scope(self) -> None:
        if not self._scoped:
            raise UnscopedQuery(f"{self.model.__name__} was read without visible_to() or unscoped().")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._demand_scope()
        super()._fetch_all()

    def _iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super()._iterator(*args, **kwargs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """As a part of another query: rows that nobody narrowed would leak through its condition."""
        self._demand_scope()
        return super().resolve_expression(*args, **kwargs)

    def _combinator_query(self, *args: Any, **kwargs: Any) -> Self:
        combined = super()._combinator_query(*args, **kwargs)
        combined._scoped = self._scoped and all(getattr(other, "_scoped", True) for other in args[1:])
        return combined

    def __or__(self, other: models.QuerySet) -> Self:
        return self._joined(other, super().__or__(other))

    def __xor__(self, other: models.QuerySet) -> Self:
        return self._joined(other, super().__xor__(other))

    def _joined(self, other: models.QuerySet, combined: Self) -> Self:
        combined._scoped = self._scoped and getattr(other, "_scoped", True)
        return combined


def _guarded(name: str) -> Any:
    inherited = getattr(models.QuerySet, name)

    def method(self: ScopedQuerySet, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return inherited(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, inherited.__doc__
    return method


for _name in ("aggregate", "count", "exists", "update", "delete", "get", "explain", "in_bulk", "raw"):
    setattr(ScopedQuerySet, _name, _guarded(_name))


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):
    """New rows may be written without a scope; reading asks for one."""

    def get_queryset(self) -> ScopedQuerySet:
        return super().get_queryset().fetch_mode(models.FETCH_PEERS)


def scoped_manager(queryset: type[ScopedQuerySet]) -> models.Manager:
    """A manager over the given scoped queryset whose rows fetch what is missing for all peers at once."""
    return ScopedManager.from_queryset(queryset)()
