"""Measure how well a name in one script finds the same name in the other, on pairs the model has not seen.

    python tools/measure_names.py DATA_DIR [--sample N]

For each held-out pair (`wd_arabic_16.tsv`, `ar2en-eval.txt`) one side is looked up among the names of all four files
the way the search does it: exact keys, then trigrams of the Arabic key while fewer than ten were found. `strict`
counts only the very name of the pair, `any` every name that some file pairs with the query; `unseen` are the held-out
pairs whose Latin name the model has not learned from. Prints one JSON object.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

from learn_names import read_pairs, training_pairs  # noqa: E402

from mudir.kit.arabic.words import without_article  # noqa: E402
from mudir.kit.arabic.spelling import spellings  # noqa: E402

HELD_OUT = ("wd_arabic_16.tsv", "ar2en-eval.txt")
LEARNED = ("wd_arabic_64.tsv", "ar2en-train.txt")
ENOUGH = 10
STORED_KEYS = 20
ASKED_KEYS = 30
SIMILAR = 0.3


def trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


class Names:
    """The names of one script: each under its keys with a score, and under the trigrams of its Arabic key."""

    def __init__(self) -> None:
        self.by_key: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.by_trigram: dict[str, list[str]] = defaultdict(list)
        self.size: dict[str, int] = {}

    def add(self, name: str, keys: list[tuple[str, float]]) -> None:
        for key, score in keys:
            self.by_key[key].append((score, name))
        parts = trigrams(keys[0][0]) if keys else set()
        self.size[name] = len(parts)
        for part in parts:
            self.by_trigram[part].append(name)

    def find(self, keys: list[tuple[str, float]]) -> list[str]:
        """Return names best first: exact keys by log-probability, then similar keys while there are fewer than ten."""
        best: dict[str, float] = {}
        for key, asked in keys:
            for stored, name in self.by_key.get(key, ()):
                best[name] = max(best.get(name, -1e9), asked + stored)
        found = sorted(best, key=lambda name: (-best[name], len(name), name))
        if len(found) >= ENOUGH or not keys:
            return found[:ENOUGH]
        parts = trigrams(keys[0][0])
        shared = Counter(name for part in parts for name in self.by_trigram.get(part, ()))
        similar = {name: n / (len(parts) + self.size[name] - n) for name, n in shared.items() if name not in best}
        close = (name for name, share in similar.items() if share >= SIMILAR)
        return (found + sorted(close, key=lambda name: (-similar[name], len(name), name)))[:ENOUGH]


def recall(names: Names, queries: dict[str, list[tuple[str, float]]], pairs: list[tuple[str, str]], known) -> dict:
    hits: Counter[str] = Counter()
    answers = {query: names.find(keys) for query, keys in queries.items()}
    for query, wanted in pairs:
        found = answers[query]
        hits["strict_1"] += found[:1] == [wanted]
        hits["strict_10"] += wanted in found
        hits["any_1"] += bool(found) and found[0] in known[query]
        hits["any_10"] += any(name in known[query] for name in found)
    return {
        f"{kind}_recall@{k}": round(hits[f"{kind}_{k}"] / max(1, len(pairs)), 4)
        for kind in ("strict", "any")
        for k in (1, 10)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--sample", type=int, default=0, help="look up only so many pairs of each file")
    options = parser.parse_args()

    files = {name: sorted(set(read_pairs(options.data / name))) for name in (*LEARNED, *HELD_OUT)}
    everything = {pair for pairs in files.values() for pair in pairs}
    learned_latin = {latin for latin, _ in training_pairs(options.data)}
    arabic_of, latin_of = defaultdict(set), defaultdict(set)
    for latin, arabic in everything:
        arabic_of[latin].add(arabic)
        latin_of[arabic].add(latin)

    took = []
    spelled: dict[str, list[tuple[str, float]]] = {}
    for latin in sorted(arabic_of):
        started = time.perf_counter()
        spelled[latin] = spellings(latin, ASKED_KEYS)
        took.append((time.perf_counter() - started) * 1000)

    arabic_names, latin_names = Names(), Names()
    for arabic in sorted(latin_of):
        arabic_names.add(arabic, [(without_article(arabic), 0.0)])
    for latin, keys in spelled.items():
        latin_names.add(latin, keys[:STORED_KEYS])

    report: dict = {
        "arabic_names": len(latin_of),
        "latin_names": len(arabic_of),
        "decode_ms": {"median": round(statistics.median(took), 3), "p95": round(sorted(took)[len(took) * 95 // 100], 3)},
    }
    for name in HELD_OUT:
        pairs = files[name]
        if options.sample:
            pairs = random.Random(7).sample(pairs, min(options.sample, len(pairs)))
        unseen = [pair for pair in pairs if pair[0] not in learned_latin]
        for label, chosen in ((name, pairs), (f"{name} unseen", unseen)):
            back = [(arabic, latin) for latin, arabic in chosen]
            report[label] = {
                "pairs": len(chosen),
                "latin_to_arabic": recall(arabic_names, {q: spelled[q] for q, _ in chosen}, chosen, arabic_of),
                "arabic_to_latin": recall(
                    latin_names, {q: [(without_article(q), 0.0)] for q, _ in back}, back, latin_of
                ),
            }
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
