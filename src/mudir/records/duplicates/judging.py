"""What a person says of two records that may be one."""

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

from mudir.accounts.models import User
from mudir.kit.services import service
from mudir.records import registry, rules
from mudir.records.models import DuplicateCandidate
from mudir.records.registry import RecordType


def pairs_for(actor: User, record_type: RecordType) -> models.QuerySet[DuplicateCandidate]:
    """Pairs of which the actor sees both, whatever was said of them."""
    seen = record_type.model.objects.all().present_to(actor)
    both = [models.Exists(seen.filter(pk=models.OuterRef(name))) for name in ("first_id", "second_id")]
    return DuplicateCandidate.objects.filter(*both, kind=record_type.kind)


@service
def dismiss(candidate: DuplicateCandidate, *, by: User) -> DuplicateCandidate:
    """Say that the two are not the same; they are not proposed again. Raises DoesNotExist for what `by` cannot see."""
    return _judge(candidate, by=by, is_dismissed=True)


@service
def take_back_dismissal(candidate: DuplicateCandidate, *, by: User) -> DuplicateCandidate:
    return _judge(candidate, by=by, is_dismissed=False)


def _judge(candidate: DuplicateCandidate, *, by: User, is_dismissed: bool) -> DuplicateCandidate:
    record_type = registry.for_kind(candidate.kind)
    current = pairs_for(by, record_type).select_for_update(of=("self",)).get(pk=candidate.pk)
    pair = record_type.model.objects.visible_to(by).filter(pk__in=[current.first_id, current.second_id])
    if not all(rules.can_merge(by, record) for record in pair):
        raise PermissionDenied
    if (current.dismissed_at is not None) != is_dismissed:
        current.dismissed_by = by if is_dismissed else None
        current.dismissed_at = timezone.now() if is_dismissed else None
        current.save(update_fields=["dismissed_by", "dismissed_at"])
    return current
