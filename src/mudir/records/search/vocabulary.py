"""The vocabulary of names: which tokens there are, and which of them a word that somebody types may mean.

A Latin token is kept with its likely Arabic spellings, an Arabic one with itself; what is typed is turned into Arabic
spellings too. So every script meets in one space of keys.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import log

from django.db import connection

from mudir.kit.arabic.spelling import asked_keys, attested_keys, stored_keys
from mudir.kit.arabic.words import is_arabic
from mudir.records.models import NameToken

LONGEST_TOKEN = 100
SPELLED_AT_ONCE = 200  # tokens spelled per transaction by the job

# What it costs that a token is not what was typed; 0 is the same token.
OTHER_SCRIPT = 1.0
BEGINS = 2.0
PER_NAT = 0.5  # for each e-fold that a spelling is less likely than the likeliest
DEAREST = 8.0  # more than this is no match
ALIKE = 10.0

FEW = 10  # with fewer meanings than this, likeness is asked too
MOST_BEGINNING = 120
MOST_ALIKE = 25


# ── learning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def learn_tokens(tokens: Iterable[str], *, spell: bool = True) -> dict[str, int]:
    """Put tokens into the vocabulary; returns the id of each.

    With `spell=False` a new Latin token is found at once by itself and by the Arabic spellings it is known with, by
    its likely ones only after `spell_tokens`: those take half a millisecond a token, too long for a large import.
    """
    wanted = sorted({token[:LONGEST_TOKEN] for token in tokens})
    if not wanted:
        return {}
    ids = _ids_of(wanted)
    new = [token for token in wanted if token not in ids]
    if new:
        _insert(new, spell=spell)
        ids |= _ids_of(new)
    return ids


def _ids_of(tokens: Collection[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, id FROM records_nametoken WHERE token = ANY(%s)", [list(tokens)])
        return dict(cursor.fetchall())


def _insert(tokens: list[str], *, spell: bool) -> None:
    """Sorted, so that two writers never wait for each other in a ring."""
    spelled = [spell or not _is_spelled_out(token) for token in tokens]
    keys = [keys_of(token) if done else known_keys_of(token) for token, done in zip(tokens, spelled, strict=True)]
    akeys = [_akey(pairs) for pairs in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH new AS (
                INSERT INTO records_nametoken (token, akey, is_spelled)
                SELECT * FROM unnest(%s::text[], %s::text[], %s::bool[]) ON CONFLICT DO NOTHING RETURNING id, token
            )
            INSERT INTO records_tokenkey (key, token_id, cost)
            SELECT given.key, new.id, given.cost
            FROM unnest(%s::text[], %s::text[], %s::float8[]) AS given (token, key, cost) JOIN new USING (token)
            """,
            [tokens, akeys, spelled, *_columns(tokens, keys)],
        )


def _columns(tokens: list[str], keys: list[list[tuple[str, float]]]) -> list[list]:
    rows = [(token, key, cost) for token, pairs in zip(tokens, keys, strict=True) for key, cost in pairs]
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]


def _is_spelled_out(token: str) -> bool:
    """Whether a token has Arabic spellings to be found: digits and Arabic words have none but themselves."""
    return not is_arabic(token) and any("a" <= letter <= "z" for letter in token)


def keys_of(token: str) -> list[tuple[str, float]]:
    """Keys that lead to a token, each with its cost; itself first, then the likeliest spelling."""
    return _with_costs(stored_keys(token))


def known_keys_of(token: str) -> list[tuple[str, float]]:
    """The same without likely spellings: itself, and those that it was seen with where the model learned."""
    known = attested_keys(token)
    spelled = sorted(((key, log(share)) for key, share in known.items()), key=lambda pair: -pair[1])
    return _with_costs([(token, 0.0), *spelled])


def _with_costs(keys: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Costs for log-probabilities: 0 for the token itself, more the less likely a spelling is than the likeliest."""
    (own, _score), *spelled = keys
    costs = {own[:LONGEST_TOKEN]: 0.0}
    for key, score in spelled:
        costs.setdefault(key[:LONGEST_TOKEN], OTHER_SCRIPT + (spelled[0][1] - score) * PER_NAT)
    return list(costs.items())


def _akey(keys: list[tuple[str, float]]) -> str:
    return keys[1][0] if len(keys) > 1 else keys[0][0]


def spell_tokens() -> bool:
    """Add the Arabic spellings of some tokens that were learned without; false when there are none left."""
    waiting = list(NameToken.objects.filter(is_spelled=False).order_by("id").values_list("token", flat=True)
                   [:SPELLED_AT_ONCE])
    if not waiting:
        return False
    keys = [keys_of(token) for token in waiting]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH done AS (
                UPDATE records_nametoken SET is_spelled = true, akey = spelled.akey
                FROM unnest(%s::text[], %s::text[]) AS spelled (token, akey)
                WHERE records_nametoken.token = spelled.token RETURNING id, records_nametoken.token
            )
            INSERT INTO records_tokenkey (key, token_id, cost)
            SELECT given.key, done.id, given.cost
            FROM unnest(%s::text[], %s::text[], %s::float8[]) AS given (token, key, cost) JOIN done USING (token)
            ON CONFLICT DO NOTHING
            """,
            [waiting, [_akey(pairs) for pairs in keys], *_columns(waiting, keys)],
        )
    return True


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Meanings:
    """Tokens that a typed word may mean: id -> what it costs to take it for that."""

    costs: dict[int, float] = field(default_factory=dict)

    def add(self, token: int, cost: float) -> None:
        if cost < self.costs.get(token, float("inf")):
            self.costs[token] = cost


@dataclass(frozen=True)
class Typed:
    """A token that somebody typed; `starts`, when they may still be typing it, are what it may begin with."""

    token: str
    starts: tuple[str, ...] = ()


MEANT = """
    SELECT asked.word, found.token_id, min(asked.cost + found.cost)
    FROM unnest(%(words)s::int[], %(keys)s::text[], %(costs)s::float8[]) AS asked (word, key, cost)
    JOIN records_tokenkey found ON found.key = asked.key COLLATE "C"
    WHERE asked.cost + found.cost <= %(dearest)s GROUP BY 1, 2
    UNION ALL
    SELECT open.word, found.token_id, open.cost + found.cost + 0.2 * (length(found.key) - length(open.start))
    FROM unnest(%(open_words)s::int[], %(starts)s::text[], %(start_costs)s::float8[]) AS open (word, start, cost)
    CROSS JOIN LATERAL (
        SELECT key, token_id, cost FROM records_tokenkey
        WHERE key >= open.start COLLATE "C" AND key < (open.start || U&'\\+10FFFF') COLLATE "C"
        ORDER BY length(key), key LIMIT %(most)s
    ) found
"""
ALIKE_TO = """
    SELECT asked.word, found.id, found.likeness
    FROM unnest(%s::int[], %s::text[]) AS asked (word, akey)
    CROSS JOIN LATERAL (
        SELECT id, similarity(akey, asked.akey) AS likeness FROM records_nametoken
        WHERE akey %% asked.akey ORDER BY likeness DESC, id LIMIT %s
    ) found
"""


def meanings_of(typed: list[Typed], *, alike: bool = True) -> list[Meanings]:
    """The tokens that each typed one may mean: one query, one more when some have few meanings and may be mistyped."""
    found = [Meanings() for _word in typed]
    if not typed:
        return found
    asked, starts, akeys = _keys_to_ask(typed)
    with connection.cursor() as cursor:
        cursor.execute(MEANT, {
            **dict(zip(("words", "keys", "costs"), asked, strict=True)),
            **dict(zip(("open_words", "starts", "start_costs"), starts, strict=True)),
            "most": MOST_BEGINNING, "dearest": DEAREST,
        })
        for place, token, cost in cursor.fetchall():
            found[place].add(token, cost)
        few = [place for place, meanings in enumerate(found)
               if len(meanings.costs) < FEW and len(akeys[place]) >= 3]
        if alike and few:
            cursor.execute(ALIKE_TO, [few, [akeys[place] for place in few], MOST_ALIKE])
            for place, token, likeness in cursor.fetchall():
                found[place].add(token, ALIKE + 10 * (1 - likeness))
    return found


def _keys_to_ask(typed: list[Typed]) -> tuple[list[list], list[list], list[str]]:
    """Columns of exact keys, columns of beginnings, and for each word the spelling that likeness is asked for."""
    asked, starts, akeys = [], [], []
    for place, word in enumerate(typed):
        (own, _none), *spelled = keys = _with_costs(asked_keys(word.token))
        asked += [(place, key, cost) for key, cost in keys]
        akeys.append(spelled[0][0] if spelled else own)
        begun = dict.fromkeys(word.starts, BEGINS)
        if word.starts and len(own) >= 3:
            begun = {key: BEGINS + cost for key, cost in spelled[:2]} | begun
        starts += [(place, start, cost) for start, cost in begun.items() if len(start) >= 2]
    return ([list(column) for column in zip(*asked, strict=True)],
            [list(column) for column in zip(*starts, strict=True)] or [[], [], []], akeys)

