"""Measure how well a name in one script finds the same name in the other, on pairs the model has not seen.

    python tools/measure_names.py DATA_DIR [--sample N]

For each held-out pair (`wd_arabic_16.tsv`, `ar2en-eval.txt`) one side is looked up among the names of all four files
the way the search does it: exact keys, then trigrams of the Arabic key while fewer than ten were found. `strict`
counts only the very name of the pair, `any` every name that some file pairs with the query; `unseen` are the held-out
pairs whose Latin name neither the data to learn from nor the list of common names has. Prints one JSON object.
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

from learn_names import Pair, read_common, read_pairs, read_training_pairs  # noqa: E402

from mudir.kit.arabic.names import name_tokens  # noqa: E402
from mudir.kit.arabic.spelling import arabic_key, asked_keys, spellings, stored_keys  # noqa: E402  # noqa: E402

HELD_OUT = ("wd_arabic_16.tsv", "ar2en-eval.txt")
LEARNED = ("wd_arabic_64.tsv", "ar2en-train.txt")
ENOUGH = 10
SIMILAR = 0.3


def trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def only_token(name: str) -> str:
    return name_tokens(name)[0]


class Names:
    """The names of one script: each under its keys with a score, and under the trigrams of its Arabic key."""

    def __init__(self) -> None:
        self.by_key: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.by_trigram: dict[str, list[str]] = defaultdict(list)
        self.size: dict[str, int] = {}

    def add(self, name: str) -> None:
        token = only_token(name)
        for key, score in stored_keys(token):
            self.by_key[key].append((score, name))
        parts = trigrams(arabic_key(token))
        self.size[name] = len(parts)
        for part in parts:
            self.by_trigram[part].append(name)

    def find(self, asked_name: str) -> list[str]:
        """Return names best first: exact keys by log-probability, then similar keys while there are fewer than ten."""
        token = only_token(asked_name)
        best: dict[str, float] = {}
        for key, asked in asked_keys(token):
            for stored, name in self.by_key.get(key, ()):
                best[name] = max(best.get(name, -1e9), asked + stored)
        found = sorted(best, key=lambda name: (-best[name], len(name), name))
        if len(found) >= ENOUGH:
            return found[:ENOUGH]
        parts = trigrams(arabic_key(token))
        shared = Counter(name for part in parts for name in self.by_trigram.get(part, ()))
        similar = {name: n / (len(parts) + self.size[name] - n) for name, n in shared.items() if name not in best}
        close = (name for name, share in similar.items() if share >= SIMILAR)
        return (found + sorted(close, key=lambda name: (-similar[name], len(name), name)))[:ENOUGH]


def recall(names: Names, pairs: list[Pair], known: dict[str, set[str]]) -> dict[str, float]:
    hits: Counter[str] = Counter()
    for query, wanted in pairs:
        found = names.find(query)
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

    files = {name: sorted(read_pairs(options.data / name)) for name in (*LEARNED, *HELD_OUT)}
    everything = {pair for pairs in files.values() for pair in pairs}
    learned_latin = {latin for latin, _ in (*read_training_pairs(options.data), *read_common())}
    arabic_of, latin_of = defaultdict(set), defaultdict(set)
    for latin, arabic in everything:
        arabic_of[latin].add(arabic)
        latin_of[arabic].add(latin)

    arabic_names, latin_names = Names(), Names()
    for arabic in sorted(latin_of):
        arabic_names.add(arabic)
    took = []
    for latin in sorted(arabic_of):
        started = time.perf_counter()
        spellings(only_token(latin))
        took.append((time.perf_counter() - started) * 1000)
        latin_names.add(latin)

    report: dict = {
        "arabic_names": len(latin_of),
        "latin_names": len(arabic_of),
        "decode_ms": {
            "median": round(statistics.median(took), 3),
            "p95": round(sorted(took)[len(took) * 95 // 100], 3),
        },
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
                "latin_to_arabic": recall(arabic_names, chosen, arabic_of),
                "arabic_to_latin": recall(latin_names, back, latin_of),
            }
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
