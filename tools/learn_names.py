"""Learn how Latin letters of a name are written in Arabic, and write the model that mudir.kit.arabic.spelling reads.

    python tools/learn_names.py DATA_DIR [OUTPUT_DIR]

Writes `spellings.gz`, the model, and `attested.gz`, the pairs that it could have guessed and
those of `common_names.txt`.

DATA_DIR holds `wd_arabic_64.tsv` and `ar2en-train.txt` to learn from. The pairs of `wd_arabic_16.tsv` and
`ar2en-eval.txt` are for measuring and are left out even where the files to learn from repeat them. The same input
always gives the same bytes. About three minutes on one core.
"""

import argparse
import gzip
import math
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from mudir.kit.arabic.fold import fold  # noqa: E402
from mudir.kit.arabic.spelling import Model  # noqa: E402
from mudir.kit.arabic.words import without_article  # noqa: E402

ROUNDS = 6
# A chunk of a name: letters in Latin, letters in Arabic; and what it weighs before anything is known.
CHUNKS = {
    (1, 1): 1.0,
    (2, 1): 0.2,
    (3, 1): 0.02,
    (1, 0): 0.1,
    (2, 0): 0.01,
    (0, 1): 0.02,
    (1, 2): 0.02,
    (2, 2): 0.01,
    (3, 2): 0.001,
}
COMMON = 20  # times that a pair of common_names.txt counts as seen
LATIN_NAME = re.compile("[a-z]+")
ARABIC_NAME = re.compile("[\u0620-\u064a]+")

Pair = tuple[str, str]
Chunk = tuple[str, str]


def read_pairs(path: Path) -> Counter[Pair]:
    """Return (Latin, Arabic) pairs, folded, of a file of either layout with how often each was seen.

    Pairs that are not two words are dropped.
    """
    pairs: Counter[Pair] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        first, second, *count = line.split("\t")
        latin, arabic = (first, second) if path.suffix == ".tsv" else (second, first)
        latin, arabic = fold(latin).replace(" ", ""), fold(arabic.replace(" ", ""))
        if LATIN_NAME.fullmatch(latin) and ARABIC_NAME.fullmatch(arabic):
            pairs[latin, arabic] += int(count[0]) if count else 1
    return pairs


def read_training_pairs(folder: Path) -> Counter[Pair]:
    pairs = read_pairs(folder / "wd_arabic_64.tsv") + read_pairs(folder / "ar2en-train.txt")
    for held_out in (*read_pairs(folder / "wd_arabic_16.tsv"), *read_pairs(folder / "ar2en-eval.txt")):
        del pairs[held_out]
    return Counter({pair: count for pair, count in pairs.items() if len(pair[0]) > 1 and len(pair[1]) > 1})


def learned_pair(pair: Pair) -> Pair:
    """Take off an Arabic article that the Latin spelling does not have (khalidi, الخالدي)."""
    latin, arabic = pair
    if arabic.startswith("ال") and len(arabic) > 4 and not re.match("[aeiou]?l|[aeiou]([^aeiou])\\1|[iu]", latin):
        return latin, arabic[2:]
    return pair


def arcs(pair: Pair) -> list[list[tuple[int, Chunk]]]:
    """Return for each cell of the alignment grid the chunks that start in it, with the cell each leads to."""
    latin, arabic = pair
    width, height = len(latin), len(arabic)
    columns = height + 1
    return [
        [
            ((i + di) * columns + j + dj, (latin[i : i + di], arabic[j : j + dj]))
            for di, dj in CHUNKS
            if i + di <= width and j + dj <= height
        ]
        for i in range(width + 1)
        for j in range(columns)
    ]


def expected_counts(pairs: list[Pair], weight: dict[Chunk, float]) -> tuple[dict[Chunk, float], float]:
    """One round: how often each chunk is expected over all alignments, and the log-likelihood."""
    counts: dict[Chunk, float] = defaultdict(float)
    likelihood = 0.0
    for pair in pairs:
        grid = arcs(pair)
        last = len(grid) - 1
        forward = [0.0] * (last + 1)
        forward[0] = 1.0
        kept = []
        for cell, chunks in enumerate(grid):
            reached = forward[cell]
            if not reached:
                continue
            for target, chunk in chunks:
                p = weight.get(chunk)
                if p:
                    forward[target] += reached * p
                    kept.append((cell, target, p, chunk))
        total = forward[last]
        if not total:
            continue
        likelihood += math.log(total)
        backward = [0.0] * (last + 1)
        backward[last] = 1.0 / total
        for cell, target, p, chunk in reversed(kept):
            after = backward[target]
            if after:
                through = p * after
                backward[cell] += through
                counts[chunk] += forward[cell] * through
    return counts, likelihood


def learn_chunks(pairs: list[Pair]) -> dict[Chunk, float]:
    """Expectation maximisation from the shape of chunks alone; chunks expected at most once are dropped."""
    weight: dict[Chunk, float] = {}
    for pair in pairs:
        for chunks in arcs(pair):
            for _, chunk in chunks:
                weight[chunk] = CHUNKS[len(chunk[0]), len(chunk[1])] / 30 ** (len(chunk[0]) + len(chunk[1]))
    for number in range(1, ROUNDS + 1):
        started = time.monotonic()
        counts, likelihood = expected_counts(pairs, weight)
        limit = 1.0 if number > 2 else 0.3
        counts = {chunk: count for chunk, count in counts.items() if count > limit}
        total = sum(counts.values())
        weight = {chunk: count / total for chunk, count in counts.items()}
        print(f"round {number}: {likelihood:.0f}, {len(weight)} chunks, {time.monotonic() - started:.0f} s", flush=True)
    return weight


def best_chunks(pair: Pair, weight: dict[Chunk, float]) -> list[Chunk] | None:
    """Return the best alignment; an Arabic letter without a Latin one goes to the chunk before it (or after, first)."""
    grid = arcs(pair)
    best: list[tuple[float, int, Chunk] | None] = [None] * len(grid)
    best[0] = (0.0, -1, ("", ""))
    for cell, chunks in enumerate(grid):
        if best[cell] is None:
            continue
        score = best[cell][0]
        for target, chunk in chunks:
            p = weight.get(chunk)
            if p and (best[target] is None or score + math.log(p) > best[target][0]):
                best[target] = (score + math.log(p), cell, chunk)
    if best[-1] is None:
        return None
    backwards, cell = [], len(grid) - 1
    while cell:
        _, cell, chunk = best[cell]
        backwards.append(chunk)
    joined: list[Chunk] = []
    waiting = ""
    for latin, arabic in reversed(backwards):
        if latin:
            joined.append((latin, waiting + arabic))
            waiting = ""
        elif joined:
            joined[-1] = (joined[-1][0], joined[-1][1] + arabic)
        else:
            waiting += arabic
    return joined


def write_model(names: list[list[Chunk]], path: Path) -> None:
    """Write counts of chunks following chunks.

    Line 1: chunks as `latin=arabic`, numbered from 1 (0 is the edge of a name). Line 1 + n, n from 0: what follows
    chunk n, as `number:count` pairs.
    """
    singles = Counter(chunk for name in names for chunk in name)
    order = sorted((c for c in singles if singles[c] > 1), key=lambda c: (-singles[c], c))
    number = {chunk: n for n, chunk in enumerate(order, 1)}
    follows: dict[int, Counter[int]] = {n: Counter() for n in range(len(order) + 1)}
    for name in names:
        if all(chunk in number for chunk in name):
            path_of_name = [0, *(number[chunk] for chunk in name), 0]
            for before, after in zip(path_of_name, path_of_name[1:], strict=False):
                follows[before][after] += 1
    lines = [" ".join(f"{latin}={arabic}" for latin, arabic in order)]
    for n in range(len(order) + 1):
        lines.append(" ".join(f"{after}:{count}" for after, count in sorted(follows[n].items())))
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    print(f"{len(order)} chunks, {sum(map(len, follows.values()))} counts, {path.stat().st_size} bytes")


def read_common() -> Counter[Pair]:
    lines = (ROOT / "tools/common_names.txt").read_text(encoding="utf-8").splitlines()
    names = (line.split() for line in lines if not line.startswith("#"))
    return Counter({(latin, arabic): COMMON for arabic, *spelled in names for latin in spelled})


def write_attested(pairs: Counter[Pair], model: Model, path: Path) -> None:
    """Write the pairs of `pairs` whose Arabic key the model can guess (the others are mostly mistakes), and the common.

    A line per Latin name: `latin key[:count] …`, the most frequent key first.
    """
    keys: dict[str, Counter[str]] = defaultdict(Counter)
    for (latin, arabic), count in pairs.items():
        keys[latin][without_article(arabic)] += count
    common: dict[str, set[str]] = defaultdict(set)
    for (latin, arabic), count in read_common().items():
        keys[latin][arabic] += count
        common[latin].add(arabic)
    lines = []
    for latin in sorted(keys):
        guesses = {without_article(text) for text, _ in model.decode(latin)} | common[latin]
        seen = sorted(((-count, key) for key, count in keys[latin].items() if key in guesses))
        if seen:
            lines.append(" ".join([latin, *(f"{key}:{-count}" if count < -1 else key for count, key in seen)]))
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    print(f"{len(lines)} of {len(keys)} Latin names attested, {path.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("output", type=Path, nargs="?", default=ROOT / "src/mudir/kit/arabic", metavar="OUTPUT_DIR")
    options = parser.parse_args()
    seen = read_training_pairs(options.data)
    pairs = sorted({learned_pair(pair) for pair in seen})
    print(f"{len(seen)} pairs, {len(pairs)} to align")
    weight = learn_chunks(pairs)
    names = [name for pair in pairs if (name := best_chunks(pair, weight))]
    model = options.output / "spellings.gz"
    write_model(names, model)
    write_attested(seen, Model(model.read_bytes()), options.output / "attested.gz")


if __name__ == "__main__":
    main()
