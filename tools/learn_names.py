"""Learn how Latin letters of a name are written in Arabic, and write the model that mudir.kit.arabic.spelling reads.

    python tools/learn_names.py DATA_DIR [OUTPUT]

DATA_DIR holds `wd_arabic_64.tsv` and `ar2en-train.txt` to learn from. The pairs of `wd_arabic_16.tsv` and
`ar2en-eval.txt` are for measuring and are left out even where the files to learn from repeat them. The same input
always gives the same bytes. About six minutes on one core.
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

ROUNDS = 6
# A chunk of a name: letters in Latin, letters in Arabic; and what it weighs before anything is known.
CHUNKS = {
    (1, 1): 1.0, (2, 1): 0.2, (3, 1): 0.02, (1, 0): 0.1, (2, 0): 0.01, (1, 2): 0.02, (2, 2): 0.01, (0, 1): 0.02, (3, 2): 0.001,
}  # fmt: skip
LATIN_NAME = re.compile("[a-z]+")
ARABIC_NAME = re.compile("[\u0620-\u064a]+")

Pair = tuple[str, str]
Chunk = tuple[str, str]


def read_pairs(path: Path) -> list[Pair]:
    """Return (Latin, Arabic) pairs, folded, of a file of either layout; pairs that are not two words are dropped."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        first, second = line.split("\t")[:2]
        latin, arabic = (first, second) if path.suffix == ".tsv" else (second, first)
        latin, arabic = fold(latin).replace(" ", ""), fold(arabic.replace(" ", ""))
        if LATIN_NAME.fullmatch(latin) and ARABIC_NAME.fullmatch(arabic):
            pairs.append((latin, arabic))
    return pairs


def training_pairs(folder: Path) -> list[Pair]:
    held_out = {pair for name in ("wd_arabic_16.tsv", "ar2en-eval.txt") for pair in read_pairs(folder / name)}
    learned = {pair for name in ("wd_arabic_64.tsv", "ar2en-train.txt") for pair in read_pairs(folder / name)}
    return sorted(learned_pair(pair) for pair in learned - held_out if len(pair[0]) > 1 and len(pair[1]) > 1)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("output", type=Path, nargs="?", default=ROOT / "src/mudir/kit/arabic/spellings.gz")
    options = parser.parse_args()
    pairs = training_pairs(options.data)
    print(f"{len(pairs)} pairs")
    weight = learn_chunks(pairs)
    names = [name for pair in pairs if (name := best_chunks(pair, weight))]
    print(f"{len(names)} aligned")
    write_model(names, options.output)


if __name__ == "__main__":
    main()
