"""Who sees which records: own, team with everyone below, shared, all; confidential ones by grant only."""

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import Reach
from mudir.kit.scope import ScopedQuerySet


class IsAmong(Func):
    """Whether a value is in an array. Beside `owner = …` only an array lets the database begin in the indexes of both;
    with a subquery in its place it reads every record."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


GRANTED = """ARRAY(
    SELECT object_id FROM records_share
    WHERE kind = %s AND (user_id = %s OR team_id = ANY(%s)) AND (until IS NULL OR until >= %s){only}
)"""


def _granted(actor: User, kind: str, *, confidential: bool = False) -> Q:
    """The records shared with the actor; with `confidential`, those shared although they are.

    Written out, because it stands several times in every query over records, and building it from a queryset took
    longer than asking the database.
    """
    asked = GRANTED.format(only=" AND confidential" if confidential else "")
    ids = RawSQL(asked, [kind, actor.pk, actor.shared_team_ids, timezone.localdate()])  # noqa: S611  two constants
    return Q(IsAmong(F("pk"), ids))


class RecordQuerySet(ScopedQuerySet):
    """Records outside the trash, or in it; subclasses say whom they belong to."""

    def narrowed_to(self, actor: User) -> "RecordQuerySet":
        return self.present_to(actor)

    def present_to(self, actor: User) -> "RecordQuerySet":
        """The rows alone, without what a kind shows beside them: to be named in another record's condition."""
        return self._as_scoped().filter(trashed_at__isnull=True).reached_by(actor)

    def trash_visible_to(self, actor: User) -> "RecordQuerySet":
        """What the actor could see and is in the trash."""
        trashed = self.unscoped("the trash, narrowed to the actor at once").filter(trashed_at__isnull=False)
        return trashed.reached_by(actor)

    def reached_by(self, actor: User) -> "RecordQuerySet":
        raise NotImplementedError


class OwnedQuerySet(RecordQuerySet):
    """Records with an owner and a team of their own."""

    def reached_by(self, actor: User) -> "OwnedQuerySet":
        kind = self.model._meta.label_lower
        own = Q(owner=actor)
        reach = actor.role_in_code.reach
        opened = _granted(actor, kind, confidential=True)
        allowed = Q(confidential=False) | own | opened
        if reach is Reach.ALL:
            return self.filter(allowed)
        within = own | _granted(actor, kind)
        if reach is Reach.TEAM and actor.team_ids:
            within |= Q(team__in=actor.team_ids)
        return self.filter(within, allowed)


class DependentQuerySet(RecordQuerySet):
    """Records that are seen exactly when the record they hang on is seen. Subclasses name it: `hangs_on = "client"`.

    A row that hangs on nothing is seen by its owner alone, where it has one.
    """

    hangs_on = "client"

    def reached_by(self, actor: User) -> "DependentQuerySet":
        foreign_key = self.model._meta.get_field(self.hangs_on)
        # Asked for each row: as a set of all parents it would be gathered whole for every page and every search.
        parents = foreign_key.related_model.objects.all().present_to(actor)
        seen = Q(Exists(parents.filter(pk=OuterRef(foreign_key.attname))))
        if foreign_key.null:
            seen |= Q(**{f"{self.hangs_on}__isnull": True}, owner=actor)
        return self.filter(seen)
