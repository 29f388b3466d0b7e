"""Who sees which records: own, team with everyone below, shared, all; confidential ones by grant only."""

from typing import Any

from django.db.models import BooleanField, Expression, F, Field, Model
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.kit.scope import ScopedQuerySet

GRANTED = """{row}.id = ANY(ARRAY(
    SELECT object_id FROM records_share
    WHERE kind = %s AND (user_id = %s OR team_id = ANY(%s)) AND (until IS NULL OR until >= %s){only}
))"""
Written = tuple[str, list[Any]]  # a condition in SQL and its parameters


class OfRow(Expression):
    """Something about each row of a query, written in SQL by `write`; the row's name is known when the query is made.

    Scopes stand several times in every query over records and in each other, and putting them together from querysets
    took longer than asking the database: 6 ms for a call. So they are written in SQL, without anything that a person
    typed.
    """

    def __init__(self, model: type[Model], actor: User, output_field: Field | None = None):
        super().__init__(output_field=output_field or BooleanField())
        self.model, self.actor = model, actor
        self.key = F("pk")

    def get_source_expressions(self) -> list[Any]:
        return [self.key]

    def set_source_expressions(self, expressions: list[Any]) -> None:
        (self.key,) = expressions

    def as_sql(self, compiler: Any, connection: Any) -> Written:
        return self.write(connection.ops.quote_name(self.key.alias))

    def write(self, row: str) -> Written:
        raise NotImplementedError


class Reached(OfRow):
    """What the queryset of a record kind says of the rows that an actor reaches, as a condition of any query."""

    conditional = True

    def write(self, row: str) -> Written:
        return reach_of(self.model, self.actor, row)


def reach_of(model: type[Model], actor: User, row: str) -> Written:
    """The condition of a record kind, for rows called `row` in the query."""
    return model._default_manager._queryset_class.reach(model, actor, row)


def present(model: type[Model], actor: User, row: str) -> Written:
    """The same, outside the trash."""
    condition, values = reach_of(model, actor, row)
    return f"{row}.trashed_at IS NULL AND ({condition})", values


def granted(actor: User, kind: str, row: str, *, confidential: bool = False) -> Written:
    """Records shared with the actor; with `confidential`, those shared although they are.

    An array and not a subquery: beside `owner = …` only that lets the database begin in the indexes of both instead of
    reading every record.
    """
    asked = GRANTED.format(row=row, only=" AND confidential" if confidential else "")
    teams = actor.team_ids_shared(actor.rights.reach_of(Act.VIEW, kind))
    return asked, [kind, actor.pk, teams, timezone.localdate()]


def within(model: type[Model], reach: Reach, actor: User, row: str) -> Written:
    """Rows that a reach covers; an own record always is one's own."""
    match reach:
        case Reach.ALL:
            return "TRUE", []
        case Reach.NONE:
            return "FALSE", []
        case Reach.TEAM if actor.team_ids:
            return f"({row}.owner_id = %s OR {row}.team_id = ANY(%s))", [actor.pk, actor.team_ids]
        case Reach.FILTER:
            condition, values = chosen(model, actor, row)
            return f"({row}.owner_id = %s OR {condition})", [actor.pk, *values]
    return f"{row}.owner_id = %s", [actor.pk]


def chosen(model: type[Model], actor: User, row: str) -> Written:
    """Rows that the filter of the actor's role fits: none where it names what the role does not see any more."""
    from mudir.records.query.chosen import rows_chosen

    known = actor.__dict__.setdefault("_chosen", {})  # with the person, as the role is
    if model not in known:
        known[model] = rows_chosen(model, actor)
    condition, values = known[model]
    return (f"{row}.id IN ({condition})", list(values)) if condition else ("FALSE", [])


class Within(OfRow):
    """The same as a condition of any query: how far an act goes among the rows that an actor sees."""

    conditional = True

    def __init__(self, model: type[Model], actor: User, act: Act):
        super().__init__(model, actor)
        self.act = act

    def write(self, row: str) -> Written:
        reach = self.actor.rights.reach_of(self.act, self.model._meta.label_lower)
        return within(self.model, reach, self.actor, row)


class RecordQuerySet(ScopedQuerySet):
    """Records outside the trash, or in it; subclasses say whom they belong to."""

    hangs_on = ""  # the record that they are seen with, where that decides

    def narrowed_to(self, actor: User) -> "RecordQuerySet":
        return self.present_to(actor)

    def present_to(self, actor: User) -> "RecordQuerySet":
        """The rows alone, without what a kind shows beside them: to be named in another record's condition."""
        return self._as_scoped().filter(trashed_at__isnull=True).reached_by(actor)

    def trash_visible_to(self, actor: User) -> "RecordQuerySet":
        """What the actor could see and is in the trash."""
        trashed = self.unscoped("the trash, narrowed to the actor at once").filter(trashed_at__isnull=False)
        return trashed.reached_by(actor)

    def allowing(self, actor: User, act: Act) -> "RecordQuerySet":
        """Of the rows, those with which the actor's role allows the act."""
        if actor.rights.reach_of(act, self.model._meta.label_lower) is Reach.ALL:
            return self
        return self.filter(Within(self.model, actor, act))

    def reached_by(self, actor: User) -> "RecordQuerySet":
        if not actor.opens(self.model._meta.label_lower):
            return self.none()
        return self.filter(Reached(self.model, actor))

    @classmethod
    def reach(cls, model: type[Model], actor: User, row: str) -> Written:
        """The policy itself: a condition on rows of that name. Subclasses write it."""
        raise NotImplementedError


class OwnedQuerySet(RecordQuerySet):
    """Records with an owner and a team of their own."""

    @classmethod
    def reach(cls, model: type[Model], actor: User, row: str) -> Written:
        kind = model._meta.label_lower
        reach = actor.rights.reach_of(Act.VIEW, kind)
        opened, opened_values = granted(actor, kind, row, confidential=True)
        allowed = f"(NOT {row}.confidential OR {row}.owner_id = %s OR {opened})"
        values = [actor.pk, *opened_values]
        if reach is Reach.ALL:
            return allowed, values
        shared, shared_values = granted(actor, kind, row)
        reached = f"{row}.owner_id = %s OR {shared}"
        reached_values = [actor.pk, *shared_values]
        if reach is Reach.TEAM and actor.team_ids:
            reached += f" OR {row}.team_id = ANY(%s)"
            reached_values.append(actor.team_ids)
        elif reach is Reach.FILTER:
            fitting, fitting_values = chosen(model, actor, row)
            reached += f" OR {fitting}"
            reached_values += fitting_values
        return f"({reached}) AND {allowed}", [*reached_values, *values]


class Chosen(OfRow):
    """Whether the filter of the actor's role fits the row, as a condition of any query."""

    conditional = True

    def write(self, row: str) -> Written:
        return chosen(self.model, self.actor, row)


def is_chosen(record: Model, actor: User) -> bool:
    """Whether the filter of the actor's role fits a record, whoever sees it."""
    rows = type(record)._default_manager.unscoped("one record beside the filter of a role")
    return rows.filter(Chosen(type(record), actor), pk=record.pk).exists()


def has_own_access(model: type[Model]) -> bool:
    """Whether records of a kind are owned, shared and closed each by itself, and not seen where another one is."""
    return issubclass(model._default_manager._queryset_class, OwnedQuerySet)


def hanging(model: type[Model], actor: User, row: str) -> Written:
    """What a role takes from the rows of a kind that is seen where another record is: mostly nothing."""
    reach = actor.rights.reach_of(Act.VIEW, model._meta.label_lower, hangs=True)
    if reach is Reach.ALL:
        return "", []
    condition, values = within(model, reach, actor, row)
    return f"{condition} AND ", values


class DependentQuerySet(RecordQuerySet):
    """Records that are seen exactly when the record they hang on is seen. Subclasses name it: `hangs_on = "client"`.

    A row that hangs on nothing is seen by its owner alone, where it has one.
    """

    hangs_on = "client"

    @classmethod
    def reach(cls, model: type[Model], actor: User, row: str) -> Written:
        foreign_key = model._meta.get_field(cls.hangs_on)
        column, above = f"{row}.{foreign_key.column}", foreign_key.related_model
        # Asked for each row: as a set of all parents it would be gathered whole for every page and every search.
        condition, values = present(above, actor, "parent")
        limit, limit_values = hanging(model, actor, row)
        seen = f"EXISTS(SELECT FROM {above._meta.db_table} parent WHERE parent.id = {column} AND {condition})"
        if foreign_key.null:
            seen, values = f"({seen} OR {column} IS NULL AND {row}.owner_id = %s)", [*values, actor.pk]
        return f"{limit}{seen}", [*limit_values, *values]
