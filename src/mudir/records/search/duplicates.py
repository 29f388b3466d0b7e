"""Records that may be the one somebody is about to make: by name across scripts, phone, e-mail, identifier."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.phones import parse_phone
from mudir.records import registry
from mudir.records.fields import ValueType
from mudir.records.models import SearchEntry
from mudir.records.registry import RecordType
from mudir.records.search import lexemes
from mudir.records.search.asking import closed_to
from mudir.records.search.reasons import read_rows, title_of
from mudir.records.search.vocabulary import Meanings, Typed, meanings_of

LOOKED_AT = 200  # records whose names may be the same
READ = 30  # of them, those whose facts are compared
LEAST_SCORE = 0.35
WORST_COST = 14.0  # of a name that is still called similar
EXTRA_NAME = 1.5  # what it costs that the other name has a word more
PER_ROW = 20

Reasons = tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    id: int
    title: str
    score: float  # 1: the same phone, e-mail or identifier; less: names that are alike
    reasons: Reasons  # for the person, in their language


def duplicates(
    actor: User, kind: str, *, name: str = "", name_other: str = "", phones: Iterable[str] = (),
    emails: Iterable[str] = (), codes: Iterable[str] = (), limit: int = 5, exclude: int | None = None,
) -> list[Candidate]:
    """Records the actor sees that may be this one, the likeliest first; `exclude` is the one being edited."""
    names = [lexemes.of_name(text).telling for text in (name, name_other) if text.strip()]
    meanings = meanings_of([Typed(token) for tokens in names for token in tokens])
    meant = list(_by_name(names, meanings))
    exact = _exact(phones, emails, codes, actor.country)
    record_type = registry.for_kind(kind)
    closed = closed_to(actor, record_type)
    exact = [lexeme for lexeme in exact if lexeme[0] not in closed]
    parts = [lexemes.quoted(lexeme) for lexeme in exact] + [_all_of(some) for some in meant if all_known(some)]
    if not parts:
        return []
    seen = record_type.model.objects.visible_to(actor).exclude(pk=exclude)
    query = lexemes.every([lexemes.quoted(f"={kind}"), lexemes.either(parts)])
    found = SearchEntry.objects.filter(words__finds=query, object_id__in=seen.values("pk"))
    costs = {pk: _cost(meant, tokens) for pk, tokens in found.values_list("object_id", "tokens")[:LOOKED_AT]}
    # One that no name explains was found by a number, and comes first.
    ids = sorted(costs, key=lambda pk: (costs[pk] if costs[pk] is not None else -1, pk))[:READ]
    rows = read_rows(record_type, ids, actor, whole=True)
    candidates = [_candidate(record_type, pk, row, exact, costs[pk]) for pk, row in rows.items()]
    likely = [candidate for candidate in candidates if candidate.score >= LEAST_SCORE]
    return sorted(likely, key=lambda candidate: (-candidate.score, candidate.id))[:limit]


def _by_name(names: list[list[str]], meanings: list[Meanings]) -> Iterable[list[Meanings]]:
    rest = iter(meanings)
    for tokens in names:
        yield [next(rest) for _token in tokens]


def all_known(meanings: list[Meanings]) -> bool:
    return bool(meanings) and all(meaning.costs for meaning in meanings)


def _all_of(meanings: list[Meanings]) -> str:
    return "(" + lexemes.every(
        lexemes.either(lexemes.quoted(f"t{token}") for token in meaning.costs) for meaning in meanings
    ) + ")"


def _exact(phones: Iterable[str], emails: Iterable[str], codes: Iterable[str], country: str) -> list[str]:
    found = []
    for phone in phones:
        found += lexemes.of_phone(parse_phone(phone, country).e164)[:1]
    for email in emails:
        found += lexemes.of_email(email)[:1]
    for code in codes:
        found += lexemes.of_code(code)
    return list(dict.fromkeys(found))


def _cost(names: list[list[Meanings]], tokens: Sequence[int]) -> float | None:
    """What it costs to take the record for one of the names; None when it has none of them."""
    costs = []
    for meanings in names:
        least = [min((meaning.costs[token] for token in tokens if token in meaning.costs), default=None)
                 for meaning in meanings]
        if least and None not in least:
            extra = sum(all(token not in meaning.costs for meaning in meanings) for token in tokens)
            costs.append(sum(least) / len(least) + EXTRA_NAME * extra)
    return min(costs, default=None)


def _candidate(
    record_type: RecordType, pk: int, row: Mapping[str, Any], exact: list[str], cost: float | None
) -> Candidate:
    reasons = []
    for name in record_type.search:
        field, value = record_type.fields[name], row.get(name)
        lexemes_of = {ValueType.PHONE: lexemes.of_phone, ValueType.EMAIL: lexemes.of_email,
                      ValueType.CODE: lexemes.of_code}.get(field.type)
        if lexemes_of is None or not value:
            continue
        for one in value if isinstance(value, list) else [value]:
            if not set(exact).isdisjoint(lexemes_of(one)[:1]):
                reasons.append(_same(field.type, field.label))
    score = 1.0 if reasons else 0.0
    if cost is not None and cost < WORST_COST:
        reasons.append(_("Same name") if cost == 0 else _("Similar name"))
        score += 0.9 * (1 - cost / WORST_COST)
    return Candidate(pk, title_of(record_type, row), score, tuple(dict.fromkeys(reasons)))


def _same(kind: ValueType, label: Any) -> str:
    if kind is ValueType.PHONE:
        return _("Same phone")
    if kind is ValueType.EMAIL:
        return _("Same e-mail")
    return _("Same %(field)s") % {"field": label}


# ── many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────


Asked = list[tuple[str, str]]  # reason and quoted lexeme


def asked_of(row: Mapping[str, Any], country: str) -> Asked:
    """What `duplicate_keys` looks up for a row of an import. Asks the database nothing.

    A row has any of name, name_other, phones, emails, codes (identifiers), as `duplicates` takes them; phones in
    E.164 are not parsed again.
    """
    asked = [(reason, lexemes.quoted(lexeme)) for reason, lexeme in _exact_of_row(row, country)]
    for text in filter(None, (row.get("name"), row.get("name_other"))):
        if whole := lexemes.of_name(text).whole:
            asked.append(("name", lexemes.quoted(whole)))
    return list(dict.fromkeys(asked))  # both names of a house are mostly one


def duplicate_keys(actor: User, kind: str, rows: Sequence[Asked]) -> list[list[tuple[int, Reasons]]]:
    """For what each row asks the records that the actor sees and that may be the same, the surest first.

    The reasons are "phone", "email", "code" and "name"; by name only those with the same telling words in either
    script, as names are best known. Two queries for any number of rows.
    """
    closed = closed_to(actor, registry.for_kind(kind))
    if closed:
        rows = [[(reason, lexeme) for reason, lexeme in asked if lexeme[1] not in closed] for asked in rows]
    places = [(place, reason) for place, asked in enumerate(rows) for reason, _lexeme in asked]
    if not places:
        return [[] for _row in rows]
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody tells the planner how rare one lexeme is: to it, reading the whole table looks as good as the index of
        # lexemes, and so does the primary key, which begins with the kind.
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        cursor.execute(
            """
            SELECT asked.number, found.object_id
            FROM unnest(%s::text[]) WITH ORDINALITY AS asked (query, number)
            CROSS JOIN LATERAL (
                SELECT object_id FROM records_searchentry
                WHERE words @@ asked.query::tsquery AND kind || '' = %s LIMIT %s
            ) found
            """,
            [[lexeme for asked in rows for _reason, lexeme in asked], kind, PER_ROW],
        )
        found = [(*places[number - 1], pk) for number, pk in cursor.fetchall()]
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")
    model = registry.for_kind(kind).model
    seen = set(model.objects.visible_to(actor).filter(pk__among={pk for _place, _reason, pk in found})
               .values_list("pk", flat=True))
    answers: list[dict[int, list[str]]] = [defaultdict(list) for _row in rows]
    for place, reason, pk in found:
        if pk in seen and reason not in answers[place][pk]:
            answers[place][pk].append(reason)
    return [
        sorted(((pk, tuple(reasons)) for pk, reasons in answer.items()), key=lambda pair: (_rank(pair[1]), pair[0]))
        for answer in answers
    ]


def _exact_of_row(row: Mapping[str, Any], country: str) -> Iterable[tuple[str, str]]:
    for phone in row.get("phones", ()):
        e164 = phone if phone.startswith("+") and phone[1:].isdigit() else parse_phone(phone, country).e164
        for lexeme in lexemes.of_phone(e164)[:1]:
            yield "phone", lexeme
    for email in row.get("emails", ()):
        for lexeme in lexemes.of_email(email)[:1]:
            yield "email", lexeme
    for code in row.get("codes", ()):
        for lexeme in lexemes.of_code(code):
            yield "code", lexeme


def _rank(reasons: Reasons) -> int:
    return -sum({"code": 8, "email": 4, "phone": 3, "name": 2}[reason] for reason in reasons)
