"""Finding records: candidates from the index, narrowed to the reader, ranked, with the reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.kit.timeouts import TookTooLong, in_time
from mudir.records import registry
from mudir.records.models import NameToken, SearchEntry
from mudir.records.registry import RecordType
from mudir.records.search import asking
from mudir.records.search.asking import Question
from mudir.records.search.reasons import Part, Row, read_rows, reason_of, subtitle_of, title_of, title_parts

CANDIDATES = 400  # of a kind that are ranked
ENOUGH = 80  # of the likeliest that less likely ones are not asked for
FEW_OF_A_KIND = 5000  # that an actor sees
SPARE = 10  # read beyond what is shown, for those that the actor does not see
TIMEOUT_SECONDS = 2

IN_TEXT = 14.0  # what it costs that a term stands in a text and not in the name
AS_NUMBER = 5.0  # that it is the beginning of an identifier or an e-mail
MORE_NAMES = 0.4  # for each word of the name that was not asked for
NOT_THERE = 1.0  # that a legal form or a title that was typed is missing


class TooBroad(Exception):
    """The search would take too long; the message is for the person who searched."""


@dataclass(frozen=True)
class Hit:
    kind: str
    id: int
    title: str
    subtitle: str
    reason: str  # what matched, when it is not the title
    score: float  # the higher the better, only to be compared within one answer
    parts: tuple[Part, ...]  # the title in pieces, those that matched marked
    record_type: RecordType

    @property
    def url(self) -> str:
        return reverse("records:page", args=[self.record_type.slug, self.id])


def find(actor: User, text: str, kinds: Iterable[str] | None = None, limit: int = 20) -> list[Hit]:
    """The records that the text finds and the actor sees, best first. Raises `TooBroad` after two seconds."""
    record_types = [registry.for_kind(kind) for kind in kinds] if kinds else searched_types()
    with _in_time():
        question = asking.read(text, actor.country)
        if not question.terms or not record_types:
            return []
        return _search(actor, question, record_types, limit)


def searched_types() -> list[RecordType]:
    return [record_type for record_type in registry.all_types() if record_type.search]


def match(queryset: QuerySet, text: str, country: str = settings.COUNTRY) -> QuerySet:
    """Narrow a queryset of records to those that the text finds; never cut short, so that totals are right."""
    question = asking.read(text, country)
    if not question.terms:
        return queryset.none() if text.strip() else queryset
    record_type = registry.for_model(queryset.model)
    asked = question.query(record_type, closed=asking.closed_to(queryset.seen_by, record_type))
    found = SearchEntry.objects.filter(words__finds=asked)
    return queryset.filter(pk__in=found.values("object_id"))


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        with in_time(TIMEOUT_SECONDS):
            yield
    except TookTooLong as error:
        raise TooBroad(_("That finds too much to look through. Add a word, or more digits of the number.")) from error


@dataclass(frozen=True)
class Found:
    kind: str
    id: int
    tokens: tuple[int, ...]
    likeness: float  # of the text, by ts_rank


def _search(actor: User, question: Question, record_types: list[RecordType], limit: int) -> list[Hit]:
    """The index is asked for every kind at once and does not know who asks; the kinds' own scope narrows its answer.

    First for what the words most likely mean, and only where that is not enough for all that they may mean. Who sees
    everything is read the best at once; for others all candidates are narrowed first.
    """
    sees_all = all(actor.rights.reach_of(Act.VIEW, one.kind) is Reach.ALL for one in record_types)
    closed = {one.kind: asking.closed_to(actor, one) for one in record_types}
    if any("w" in sorts for sorts in closed.values()):  # nor is what they find put in order by it
        question = question.without_words()
    found = _candidates(question, [
        (record_type, query) for record_type in record_types for query in question.surest_queries(record_type)])
    if not sees_all or len(found) < ENOUGH:
        found |= _candidates(
            question, [(one, question.query(one, closed=closed[one.kind])) for one in record_types])
    kinds = Counter(candidate.kind for candidate in found)
    if not sees_all and (len(found) > limit + SPARE or max(kinds.values(), default=0) >= CANDIDATES):
        found = set().union(*(_own(actor, question, kind, found, crowded=kinds[kind] >= CANDIDATES) for kind in kinds))
    best = _ranked(question, found)
    rows = _rows(actor, question, best[: limit + SPARE])
    if sees_all and len(rows) < limit < len(best) - SPARE:  # many of the best are confidential
        best = _ranked(question, set().union(*(_own(actor, question, kind, found, crowded=False) for kind in kinds)))
        rows = _rows(actor, question, best[:limit])
    return _hits(question, best, rows, limit)


def _own(actor: User, question: Question, kind: str, found: set[Found], *, crowded: bool) -> set[Found]:
    """The candidates of a kind that the actor sees."""
    seen = registry.for_kind(kind).model.objects.visible_to(actor).order_by().values_list("pk", flat=True)
    if crowded:
        ids = list(seen[: FEW_OF_A_KIND + 1])
        if len(ids) <= FEW_OF_A_KIND:
            return _among(actor, question, registry.for_kind(kind), ids)
    ours = [candidate for candidate in found if candidate.kind == kind]
    ids = set(seen.filter(pk__in=[candidate.id for candidate in ours]))
    return {candidate for candidate in ours if candidate.id in ids}


def _ranked(question: Question, found: Iterable[Found]) -> list[Found]:
    places = {record_type.kind: place for place, record_type in enumerate(registry.all_types())}
    return sorted(found, key=lambda candidate: (_cost(question, candidate), places[candidate.kind], -candidate.id))


CANDIDATES_SQL = """
    SELECT asked.kind, found.object_id, found.tokens, found.likeness
    FROM unnest(%s::text[], %s::text[]) AS asked (kind, query)
    CROSS JOIN LATERAL (
        SELECT object_id, tokens, ts_rank(words, %s::tsquery) AS likeness
        FROM records_searchentry WHERE words @@ asked.query::tsquery LIMIT %s
    ) found
"""


def _candidates(question: Question, asked: list[tuple[RecordType, str]]) -> set[Found]:
    if not asked:
        return set()
    kinds = [record_type.kind for record_type, _query in asked]
    queries = [query for _record_type, query in asked]
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES_SQL, [kinds, queries, question.text_query(), CANDIDATES])
        return {Found(kind, pk, tuple(tokens), likeness) for kind, pk, tokens, likeness in cursor.fetchall()}


AMONG_SQL = """
    SELECT object_id, tokens, ts_rank(words, %s::tsquery) FROM records_searchentry
    WHERE kind = %s AND object_id = ANY(%s) AND words @@ %s::tsquery
"""


def _among(actor: User, question: Question, record_type: RecordType, ids: list[int]) -> set[Found]:
    """Every candidate among these records."""
    asked = question.query(record_type, closed=asking.closed_to(actor, record_type))
    with connection.cursor() as cursor:
        cursor.execute(AMONG_SQL, [question.text_query(), record_type.kind, ids, asked])
        return {Found(record_type.kind, pk, tuple(tokens), likeness) for pk, tokens, likeness in cursor.fetchall()}


def _cost(question: Question, candidate: Found) -> float:
    cost = 0.0
    for term in question.terms:
        meant = [term.meanings.costs[token] for token in candidate.tokens if token in term.meanings.costs]
        if meant:
            cost += min(meant)
        elif term.is_weak:
            cost += NOT_THERE
        elif term.token:
            cost += AS_NUMBER if term.exact else IN_TEXT - candidate.likeness
    more = sum(all(token not in term.meanings.costs for term in question.terms) for token in candidate.tokens)
    return cost + MORE_NAMES * min(more, 10)


def _rows(actor: User, question: Question, candidates: list[Found]) -> dict[tuple[str, int], Row]:
    """What is shown of the candidates that the actor sees."""
    # What else a record is found by costs a query for each of its lists: read only where a name does not explain all.
    by_name = all(_cost(question, candidate) < AS_NUMBER for candidate in candidates) and all(
        term.token for term in question.terms
    )
    by_kind: dict[str, list[int]] = defaultdict(list)
    for candidate in candidates:
        by_kind[candidate.kind].append(candidate.id)
    return {
        (kind, pk): row for kind, ids in by_kind.items()
        for pk, row in read_rows(registry.for_kind(kind), ids, actor, whole=not by_name).items()
    }


def _hits(question: Question, best: list[Found], rows: dict[tuple[str, int], Row], limit: int) -> list[Hit]:
    seen = [candidate for candidate in best if (candidate.kind, candidate.id) in rows][:limit]
    tokens = {token for candidate in seen for token in candidate.tokens}
    written = dict(NameToken.objects.filter(pk__in=tokens).values_list("pk", "token"))
    meant = [{written[token] for token in term.meanings.costs if token in written} for term in question.terms]
    return [_hit(candidate, rows[candidate.kind, candidate.id], question, meant) for candidate in seen]


def _hit(candidate: Found, row: Row, question: Question, meant: list[set[str]]) -> Hit:
    record_type = registry.for_kind(candidate.kind)
    title = title_of(record_type, row)
    return Hit(
        kind=candidate.kind, id=candidate.id, title=title, subtitle=subtitle_of(record_type, row),
        reason=reason_of(record_type, row, question, meant), score=-_cost(question, candidate),
        parts=title_parts(title, question, meant), record_type=record_type,
    )
