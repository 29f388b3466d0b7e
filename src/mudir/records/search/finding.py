"""Finding records: candidates from the index, narrowed to the reader, ranked, with the reason."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from django.db.models import F, Func, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.records import registry
from mudir.records.models import NameToken, SearchEntry
from mudir.records.registry import RecordType
from mudir.records.search import asking, lexemes
from mudir.records.search.asking import Question
from mudir.records.search.reasons import Part, Row, read_rows, reason_of, subtitle_of, title_of, title_parts

CANDIDATES = 600  # of a kind that are ranked
TIMEOUT_SECONDS = 2
QUERY_CANCELED = "57014"

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
        best = _ranked(actor, question, record_types)[:limit]
        return _described(actor, question, best)


def searched_types() -> list[RecordType]:
    return [record_type for record_type in registry.all_types() if record_type.search]


def match(queryset: QuerySet, text: str, country: str = settings.COUNTRY) -> QuerySet:
    """Narrow a queryset of records to those that the text finds; never cut short, so that totals are right."""
    question = asking.read(text, country)
    if not question.terms:
        return queryset.none() if text.strip() else queryset
    kind = queryset.model._meta.label_lower
    found = SearchEntry.objects.filter(words__finds=question.query(kind))
    return queryset.filter(pk__in=found.values("object_id"))


@contextmanager
def _in_time() -> Iterator[None]:
    """Two seconds at most, so that no question can hold up the others."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_SECONDS}s'")
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != QUERY_CANCELED:
            raise
        raise TooBroad(_("That finds too much to look through. Add a word, or more digits of the number.")) from error


@dataclass(frozen=True)
class Found:
    kind: str
    id: int
    tokens: list[int]
    likeness: float  # of the text, by ts_rank


def _ranked(actor: User, question: Question, record_types: list[RecordType]) -> list[tuple[float, Found]]:
    """What it costs to take each candidate for what was asked, the cheapest first."""
    found = _candidates(actor, question, record_types)
    crowded = [record_type for record_type in record_types
               if sum(candidate.kind == record_type.kind for candidate in found) == CANDIDATES]
    if crowded:  # among those left out may be names of just the words asked for
        found += _candidates(actor, question, crowded, lexemes.quoted(f"l{len(question.required())}"))
    places = {record_type.kind: place for place, record_type in enumerate(registry.all_types())}
    costs = {(candidate.kind, candidate.id): (_cost(question, candidate), candidate) for candidate in found}
    return sorted(costs.values(), key=lambda pair: (pair[0], places[pair[1].kind], -pair[1].id))


def _candidates(actor: User, question: Question, record_types: list[RecordType], *extra: str) -> list[Found]:
    texts = " | ".join(part for term in question.required() for part in term.word_queries())
    asked = []
    for record_type in record_types:
        seen = record_type.model.objects.visible_to(actor)
        entries = SearchEntry.objects.filter(
            words__finds=question.query(record_type.kind, *extra), object_id__in=seen.values("pk"),
        )
        asked.append(entries.annotate(
            likeness=Func(F("words"), Value(texts), template="ts_rank(%(expressions)s::tsquery)",
                          output_field=models.FloatField())
        ).values_list("kind", "object_id", "tokens", "likeness")[:CANDIDATES])
    first, *others = asked
    rows = first.union(*others, all=True) if others else first
    return [Found(*row) for row in rows]


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


def _described(actor: User, question: Question, best: list[tuple[float, Found]]) -> list[Hit]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for _cost_of_it, candidate in best:
        by_kind[candidate.kind].append(candidate.id)
    # What else a record is found by costs a query for each of its lists: read only where a name does not explain all.
    by_name = question.terms and all(term.token for term in question.terms) and all(
        cost < IN_TEXT - 1 for cost, _candidate in best
    )
    rows = {
        (kind, pk): row for kind, ids in by_kind.items()
        for pk, row in read_rows(registry.for_kind(kind), ids, actor, whole=not by_name).items()
    }
    tokens = {token for _cost_of_it, candidate in best for token in candidate.tokens}
    written = dict(NameToken.objects.filter(pk__in=tokens).values_list("pk", "token"))
    meant = [{written[token] for token in term.meanings.costs if token in written} for term in question.terms]
    return [
        _hit(registry.for_kind(candidate.kind), candidate, cost, rows[candidate.kind, candidate.id], question, meant)
        for cost, candidate in best if (candidate.kind, candidate.id) in rows
    ]


def _hit(
    record_type: RecordType, candidate: Found, cost: float, row: Row, question: Question, meant: list[set[str]]
) -> Hit:
    title = title_of(record_type, row)
    return Hit(
        kind=record_type.kind, id=candidate.id, title=title, subtitle=subtitle_of(record_type, row),
        reason=reason_of(record_type, row, question, meant), score=-cost,
        parts=title_parts(title, question, meant), record_type=record_type,
    )
