"""Who sees which records: own, team with everyone below, shared, all; confidential ones by grant only."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import Reach
from mudir.kit.scope import ScopedQuerySet


def _granted(actor: User, kind: str) -> QuerySet:
    from mudir.records.models import Share

    to_actor = Q(user=actor) | Q(team__in=actor.team_ids) if actor.team_ids else Q(user=actor)
    still = Q(until__isnull=True) | Q(until__gte=timezone.localdate())
    return Share.objects.filter(to_actor, still, kind=kind)


class RecordQuerySet(ScopedQuerySet):
    """Records outside the trash, or in it; subclasses say whom they belong to."""

    def narrowed_to(self, actor: User) -> "RecordQuerySet":
        return self.filter(trashed_at__isnull=True).reached_by(actor)

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
        shared = Q(pk__in=_granted(actor, kind).values("object_id"))
        opened = Q(pk__in=_granted(actor, kind).filter(confidential=True).values("object_id"))
        if reach is Reach.ALL:
            within = Q()
        elif reach is Reach.TEAM and actor.team_ids:
            within = own | Q(team__in=actor.team_ids) | shared
        else:
            within = own | shared
        return self.filter(within, Q(confidential=False) | own | opened)


class DependentQuerySet(RecordQuerySet):
    """Records that are seen exactly when the record they hang on is seen. Subclasses name it: `hangs_on = "client"`.

    A row that hangs on nothing is seen by its owner alone, where it has one.
    """

    hangs_on = "client"

    def reached_by(self, actor: User) -> "DependentQuerySet":
        foreign_key = self.model._meta.get_field(self.hangs_on)
        parents = foreign_key.related_model.objects.visible_to(actor)
        seen = Q(**{f"{self.hangs_on}__in": parents.values("pk")})
        if foreign_key.null:
            seen |= Q(**{f"{self.hangs_on}__isnull": True}, owner=actor)
        return self.filter(seen)
