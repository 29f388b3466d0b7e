"""How a Latin name is written in Arabic: a model learned from pairs of names (tools/learn_names.py).

A name is a chain of chunks, a few Latin letters beside a few Arabic ones; the model holds how often one chunk follows
another and gives each chain a probability by Witten–Bell smoothing. Reading the chunks of a Latin name from left to
right and keeping the best few strings at each letter gives its likely Arabic spellings.
"""

import gzip
import re
from functools import cache, lru_cache
from heapq import nlargest
from math import exp, log
from operator import itemgetter
from pathlib import Path

from mudir.kit.arabic.words import is_arabic, without_article

MODEL = Path(__file__).with_name("spellings.gz")
ATTESTED = Path(__file__).with_name("attested.gz")

BEAM = 14  # strings kept at each letter
CHOICES = 8  # Arabic sides tried for a Latin chunk after one given chunk
REMEMBERED = 20_000  # (chunk, Latin chunk) whose choices are kept: about 30 MB
SPAN = 9.0  # log-probability below the best at which a string is given up
LONGEST = 24  # letters read of one token: no name is longer, and time must not depend on what was typed

STORED = 20  # keys a Latin token is stored under
ASKED = 30  # keys a Latin token is looked for under

KNOWN = 3.0  # what an attested spelling is better than the best guess, in log-probability
JOINED_ARTICLE = 0.7  # what a spelling without the letters al- is worse than one that reads them

LATIN = re.compile("[a-z]+")

Choice = tuple[float, int, str]  # log-probability, chunk, Arabic letters


class Model:
    """Counts of chunks following chunks. Chunk 0 is the edge of a name."""

    def __init__(self, data: bytes) -> None:
        head, *rows = gzip.decompress(data).decode().split("\n")
        self.arabic = [""]
        self.by_latin: dict[str, list[int]] = {}
        for number, chunk in enumerate(head.split(" "), 1):
            latin, arabic = chunk.split("=")
            self.arabic.append(arabic)
            self.by_latin.setdefault(latin, []).append(number)
        self.follows: list[dict[int, int]] = []
        for row in rows:
            pairs = (pair.split(":") for pair in row.split())
            self.follows.append({int(after): int(count) for after, count in pairs})
        self.longest = max(map(len, self.by_latin))
        seen = [0] * len(self.follows)
        for row in self.follows:
            for after, count in row.items():
                seen[after] += count
        total, kinds = sum(seen), len(seen)
        self.alone = [(count + 1) / (total + kinds) for count in seen]
        self.unseen_mass = []  # what a row leaves to chunks by their own frequency
        self.row_total = []
        for row in self.follows:
            count = sum(row.values()) + len(row)
            self.row_total.append(count or 1)
            self.unseen_mass.append(len(row) / count if count else 1.0)
        self._choices: dict[tuple[int, str], list[Choice]] = {}

    def probability(self, before: int, after: int) -> float:
        seen = self.follows[before].get(after, 0) / self.row_total[before]
        return seen + self.unseen_mass[before] * self.alone[after]

    def choices(self, before: int, latin: str) -> list[Choice]:
        """Return the likeliest Arabic sides of `latin` after the chunk `before`, best first."""
        found = self._choices.get((before, latin))
        if found is None:
            if len(self._choices) > REMEMBERED:
                self._choices.clear()
            options = ((self.probability(before, n), n) for n in self.by_latin.get(latin, ()))
            found = [(log(p), n, self.arabic[n]) for p, n in nlargest(CHOICES, options)]
            self._choices[before, latin] = found
        return found

    def decode(self, latin: str) -> list[tuple[str, float]]:
        """Return Arabic strings of `latin` (a–z) with their joint log-probability, best first."""
        size = len(latin)
        beams: list[dict[tuple[str, int], float]] = [{} for _ in range(size + 1)]
        beams[0]["", 0] = 0.0
        tops = [-1e9] * (size + 1)
        choices = self.choices
        longest = self.longest
        for start in range(size):
            beam = beams[start]
            kept = nlargest(BEAM, beam.items(), key=itemgetter(1))
            for end in range(start + 1, min(start + longest, size) + 1):
                chunk = latin[start:end]
                if chunk not in self.by_latin:
                    continue
                target = beams[end]
                top = tops[end]
                for (text, before), score in kept:
                    for p, number, arabic in choices(before, chunk):
                        p += score
                        if p < top - SPAN:
                            break
                        if p > top:
                            top = p
                        key = (text + arabic, number)
                        if p > target.get(key, -1e9):
                            target[key] = p
                tops[end] = top
        edge = self.probability
        found: dict[str, float] = {}
        for (text, before), score in beams[size].items():
            found[text] = found.get(text, 0.0) + exp(score) * edge(before, 0)
        return sorted(((text, log(p)) for text, p in found.items() if text), key=itemgetter(1), reverse=True)


# Tokens that names.py puts together are spelled in their parts.
FRONTS = {"abd": "عبد", "abu": "ابو", "umm": "ام"}
ENDS = {"allah": "الله", "aldin": "الدين"}


def spellings(latin: str, limit: int = 20) -> list[tuple[str, float]]:
    """Return at most `limit` Arabic keys of a folded Latin token with their log-probability, best first.

    A key is folded and without article, like a token of Arabic letters. A token with anything but a–z has none.
    """
    return list(_spelled(latin)[:limit])


def arabic_key(token: str) -> str:
    """Return the Arabic form under which similar tokens of either script are compared; "" where there is none."""
    if is_arabic(token):
        return without_article(token)
    keys = _spelled(token)
    return keys[0][0] if keys else ""


def stored_keys(token: str) -> list[tuple[str, float]]:
    """Return the keys under which a token is to be found: itself, and 20 Arabic spellings of a Latin one."""
    return [(token, 0.0), *spellings(token, STORED)]


def asked_keys(token: str) -> list[tuple[str, float]]:
    """Return the keys to look for when a token is asked for: itself, and 30 Arabic spellings of a Latin one."""
    return [(token, 0.0), *spellings(token, ASKED)]


@lru_cache(maxsize=2048)
def _spelled(latin: str) -> tuple[tuple[str, float], ...]:
    if not LATIN.fullmatch(latin):
        return ()
    front, end = FRONTS.get(latin[:3], ""), ENDS.get(latin[-5:], "")
    if front and end and len(latin) == 8:
        return ((front + end, 0.0),)
    if front and len(latin) > 5:
        return tuple((front + key, score) for key, score in _word_spelled(latin[3:]))
    if end and len(latin) > 6:
        firsts: dict[str, float] = {}
        for key, score in _word_spelled(latin[:-5]):
            firsts.setdefault(key.removesuffix("ا"), score)  # ضيا and الدين share their alef
        return tuple((first + end, score) for first, score in firsts.items())
    return _word_spelled(latin)


def _word_spelled(latin: str) -> tuple[tuple[str, float], ...]:
    read = latin[:LONGEST]
    scores = _keys(read)
    top = max(scores.values(), default=0.0)
    if read[:2] in ("al", "el") and len(read) > 5 and (rest := _keys(read[2:])):
        shift = top - max(rest.values()) - JOINED_ARTICLE
        for key, score in rest.items():
            scores[key] = max(score + shift, scores.get(key, score + shift))
    for key, share in attested_keys(latin).items():
        scores[key] = max(top + KNOWN + log(share), scores.get(key, -1e9))
    return tuple(nlargest(ASKED, scores.items(), key=itemgetter(1)))


def _keys(latin: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    for text, score in model().decode(latin):
        scores.setdefault(without_article(text), score)
    return scores


@cache
def model() -> Model:
    return Model(MODEL.read_bytes())


@cache
def attested() -> dict[str, str]:
    """Return Latin names of the data that was learned from, with their Arabic keys as the file has them."""
    lines = gzip.decompress(ATTESTED.read_bytes()).decode().splitlines()
    return {latin: keys for latin, _, keys in (line.partition(" ") for line in lines)}


def attested_keys(latin: str) -> dict[str, float]:
    """Return the Arabic keys that a Latin name was seen with and the share of each; none for an unknown name."""
    pairs = (pair.partition(":") for pair in attested().get(latin, "").split())
    counts = {key: int(count or 1) for key, _, count in pairs}
    total = sum(counts.values())
    return {key: count / total for key, count in counts.items()}
