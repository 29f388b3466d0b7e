"""Why somebody sees a record or does not, and what they may do with it: the policy of one row, told in sentences.

The scope (scope.py) answers for many rows at once, in SQL; here the same rules are read one after the other, so that
each can be named. A test holds the two readings together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach, Sight
from mudir.kit.formatting import Formatter
from mudir.records import registry, rules
from mudir.records.models import Record, Share
from mudir.records.registry import Text
from mudir.records.scope import has_own_access, is_chosen
from mudir.records.sentences import filled


class Weight(StrEnum):
    GRANTS = "grants"
    REFUSES = "refuses"
    NOTHING = "nothing"  # a way in that is not this person's


@dataclass(frozen=True)
class Reason:
    weight: Weight
    text: Text
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def html(self) -> SafeString:
        return filled(str(self.text), self.said)


@dataclass(frozen=True)
class Answer:
    """What the policy says of one record and one person; `above` answers for the records that it is seen with."""

    record: Record
    person: User
    reasons: list[Reason]
    above: "list[Answer]" = field(default_factory=list)
    beyond: bool = False  # seen with a record that the asker does not see

    @property
    def sees(self) -> bool:
        weights = {reason.weight for reason in self.reasons}
        ways_in = Weight.GRANTS in weights or self.beyond or any(one.sees for one in self.above)
        return ways_in and Weight.REFUSES not in weights


GRANTS, REFUSES, NOTHING = Weight
SEES = {  # what a role says of the records of a kind that belong to somebody
    Reach.NONE: _("The role “%(role)s” sees of these records only what is shared."),
    Reach.OWN: _("The role “%(role)s” sees the own records."),
    Reach.TEAM: _("The role “%(role)s” sees the records of the own team and of every team below it."),
    Reach.FILTER: _("The role “%(role)s” sees the own records and those that its filter fits."),
    Reach.ALL: _("The role “%(role)s” sees all records of this kind that are not confidential."),
}
NARROWS = {  # and of those that are seen with another record
    Reach.NONE: _("The role “%(role)s” sees no records of this kind."),
    Reach.OWN: _("The role “%(role)s” sees of this kind only the own records."),
    Reach.TEAM: _("The role “%(role)s” sees of this kind only the records of the own team and of every team below it."),
    Reach.FILTER: _("The role “%(role)s” sees of this kind only the own records and those that its filter fits."),
}


def why(record: Record, person: User, *, by: User, formatter: Formatter) -> Answer:
    """Each rule that lets a person see the record or keeps them from it, as far as `by` may know of it."""
    reasons = [] if person.is_active else [Reason(
        REFUSES, _("The account of %(person)s is closed; nobody enters with it."), {"person": person.name})]
    if has_own_access(type(record)):
        return Answer(record, person, [*reasons, *_of_owned(record, person, formatter)])
    model, keys = _keys_above(record)
    known = seen_with(record, by)
    above = [why(one, person, by=by, formatter=formatter) for one in known]
    hidden = set(keys) - {one.pk for one in known}
    beyond = bool(hidden) and model.objects.visible_to(person).filter(pk__in=hidden).exists()
    reasons += _of_hanging(record, person, stands_alone=not keys)
    if beyond and not any(one.sees for one in above):
        reasons.append(Reason(
            GRANTS, _("%(person)s sees it with a record that you do not see."), {"person": person.name}))
    return Answer(record, person, reasons, above, beyond)


def seen_with(record: Record, by: User) -> list[Record]:
    """The records with which this one is seen, as far as `by` sees them."""
    if has_own_access(type(record)):
        return []
    model, keys = _keys_above(record)
    return list(model.objects.visible_to(by).filter(pk__in=keys).select_related("owner", "team").order_by("pk"))


def _keys_above(record: Record) -> tuple[type[Record], list[int]]:
    """The records with which this one is seen."""
    above = record._meta.get_field(type(record)._default_manager._queryset_class.hangs_on)
    if above.many_to_many:
        rows = above.remote_field.through._default_manager.filter(**{above.m2m_field_name(): record.pk})
        return above.related_model, list(rows.values_list(f"{above.m2m_reverse_field_name()}_id", flat=True))
    key = getattr(record, above.attname)
    return above.related_model, [] if key is None else [key]


def _of_owned(record: Record, person: User, formatter: Formatter) -> Iterator[Reason]:
    """In the order in which one would ask: whose it is, what the role sees, with whom it is shared, what closes it."""
    kind, names = record._meta.label_lower, {"person": person.name, "owner": record.owner.name}
    is_own = record.owner_id == person.pk
    yield Reason(GRANTS, _("%(person)s owns it."), names) if is_own else Reason(
        NOTHING, _("It belongs to %(owner)s, not to %(person)s."), names)
    reach = person.rights.reach_of(Act.VIEW, kind)
    yield from _by_role(record, person, reach)
    shares, teams = Share.objects.filter(kind=kind, object_id=record.pk), set(person.team_ids_shared(reach))
    reaching = [share for share in shares.select_related("user", "team", "granted_by").order_by("pk")
                if share.user_id == person.pk or share.team_id in teams]
    for share in reaching:
        yield _by_share(share, formatter)
    if not reaching:
        yield Reason(NOTHING, _("It is not shared with %(person)s or a team of theirs."), names)
    if record.confidential and not is_own:
        opened = any(share.confidential and _is_running(share) for share in reaching)
        yield Reason(NOTHING, _("It is confidential, and %(owner)s opened it to them."), names) if opened else Reason(
            REFUSES, _("It is confidential: besides %(owner)s only those see it whom %(owner)s opens it to."), names)


def _by_role(record: Record, person: User, reach: Reach) -> Iterator[Reason]:
    names = {"role": person.rights.name, "person": person.name, "team": record.team or "—", "own": person.team or "—"}
    if reach is Reach.FILTER:
        covered = is_chosen(record, person)
    else:  # whether they own it is said by itself
        covered = reach is not Reach.OWN and rules.covers(reach, person, owner_id=None, team_id=record.team_id)
    yield Reason(GRANTS if covered else NOTHING, SEES[reach], names)
    if reach is Reach.TEAM:
        if person.team is None:
            yield Reason(NOTHING, _("%(person)s is in no team."), names)
        elif record.team is None:
            yield Reason(NOTHING, _("It stands with no team."), names)
        elif covered:
            yield Reason(NOTHING, _("It stands with the team %(team)s, and %(person)s is in %(own)s."), names)
        else:
            yield Reason(NOTHING, _("It stands with the team %(team)s, which is not %(own)s and not below it."), names)


def _by_share(share: Share, formatter: Formatter) -> Reason:
    said = {"whom": share.user or share.team, "by": share.granted_by.name, "purpose": share.purpose,
            "until": formatter.date(share.until) if share.until else ""}
    if not _is_running(share):
        return Reason(NOTHING, _("It was shared with %(whom)s until %(until)s; that has passed."), said)
    if share.purpose and share.until:
        return Reason(GRANTS, _("%(by)s shared it with %(whom)s until %(until)s, for: %(purpose)s."), said)
    if share.purpose:
        return Reason(GRANTS, _("%(by)s shared it with %(whom)s, for: %(purpose)s."), said)
    if share.until:
        return Reason(GRANTS, _("%(by)s shared it with %(whom)s until %(until)s."), said)
    return Reason(GRANTS, _("%(by)s shared it with %(whom)s."), said)


def _is_running(share: Share) -> bool:
    return share.until is None or share.until >= timezone.localdate()


def _of_hanging(record: Record, person: User, *, stands_alone: bool) -> Iterator[Reason]:
    """What the role takes from a kind that is seen where another record is; and one that stands with none."""
    names = {"role": person.rights.name, "owner": record.owner.name}
    reach = person.rights.reach_of(Act.VIEW, record._meta.label_lower, hangs=True)
    if reach is not Reach.ALL:
        covered = rules.covers(reach, person, owner_id=record.owner_id, team_id=record.team_id) or (
            reach is Reach.FILTER and is_chosen(record, person))
        yield Reason(NOTHING if covered else REFUSES, NARROWS[reach], names)
    if stands_alone:
        is_own = record.owner_id == person.pk
        yield Reason(GRANTS if is_own else NOTHING, _("It stands by itself: only its owner %(owner)s sees it."), names)


@dataclass(frozen=True)
class Limits:
    """What the person may do with the record, and which of its fields they have in part."""

    acts: list[tuple[Act, bool]]
    hidden: list[Text]
    read: list[Text]


def limits(record: Record, person: User, *, by: User) -> Limits:
    """Of the fields those that `by` sees."""
    record_type = registry.for_model(type(record))
    said = record_type.limits_of(person.rights)
    seen, theirs = record_type.visible_fields(by), record_type.visible_fields(person)
    acts = [(act, rules.can_assign(person, record) if act is Act.ASSIGN else rules.may(person, act, record))
            for act in (Act.EDIT, Act.ASSIGN, Act.DELETE, Act.MERGE, Act.EXPORT)
            if act is not Act.MERGE or record_type.merger]
    return Limits(acts, [one.label for name, one in seen.items() if name not in theirs],
                  [one.label for name, one in seen.items() if name in theirs and said.get(name) is Sight.READ])
