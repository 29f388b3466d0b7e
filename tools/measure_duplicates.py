"""Measure how well and how fast records that are one are found.

    python tools/measure_duplicates.py FOLDER            FEBRL: dataset1.csv and dataset2.csv of FOLDER
    python tools/measure_duplicates.py --people 1000000  invented people in both scripts, 15 of 100 entered twice

Prints precision, recall and F1 of pairs for each threshold, seconds, and the most memory the process took. Nothing is
tuned to a file: names, places, days and numbers are compared as those of clients and contacts are.
"""

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from mudir.demo.people import people  # noqa: E402
from mudir.kit.arabic.names import name_tokens  # noqa: E402
from mudir.kit.arabic.spelling import arabic_key  # noqa: E402

THRESHOLDS = (0.8, 0.9, 0.99)
Record = tuple[int, str, dict[str, str]]  # whom it is, its name, its values


def febrl(file: Path) -> Iterator[Record]:
    with file.open() as lines:
        for row in csv.DictReader(lines, skipinitialspace=True):
            yield int(row["rec_id"].split("-")[1]), f"{row['given_name']} {row['surname']}".strip(), {
                "codes": row["soc_sec_id"], "place": row["suburb"], "postal": row["postcode"],
                "street": f"{row['address_1']} {row['street_number']}".strip(), "day": row["date_of_birth"],
            }


def twice(count: int) -> Iterator[Record]:
    """Invented people; 15 of 100 a second time: 40 of them in the other script, 20 with a letter less, half of them
    without their phone, a third without e-mail."""
    chance = random.Random(5)
    for who, person in enumerate(people(int(count / 1.15))):
        yield who, person.name, {"phones": person.phone, "emails": person.email, "place": person.city}
        if chance.random() < 0.15:
            name = person.name_other if chance.random() < 0.4 else person.name
            if chance.random() < 0.2:
                place = chance.randrange(len(name))
                name = name[:place] + name[place + 1 :]
            yield who, name, {
                "phones": person.phone if chance.random() < 0.5 else "", "place": person.city,
                "emails": person.email if chance.random() < 0.67 else f"{who}@other.example",
            }


def write_files(folder: Path, records: Iterable[Record]) -> list[int]:
    """The files that the search is given; returns whom each record is."""
    whose, known = [], {}
    with (folder / "names.csv").open("w") as names, (folder / "values.csv").open("w") as values:
        names_to, values_to = csv.writer(names), csv.writer(values)
        for key, (who, name, facts) in enumerate(records):
            whose.append(who)
            tokens = [str(known.setdefault(token, len(known))) for token in name_tokens(name)]
            names_to.writerow([key, f"{{{','.join(tokens)}}}", "false"])
            values_to.writerows([key, what, value] for what, value in facts.items() if value)
    with (folder / "tokens.csv").open("w") as tokens:
        csv.writer(tokens).writerows([number, token, arabic_key(token)] for token, number in known.items())
    return whose


def matched(records: Iterable[Record]) -> tuple[list[int], dict[tuple[int, int], float]]:
    """Whom each record is, and the pairs that were found with their probability."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        whose = write_files(folder, records)
        subprocess.run([sys.executable, "-m", "mudir.records.duplicates.matching", place], check=True,
                       env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
        with (folder / "pairs.csv").open() as lines:
            return whose, {(int(one), int(other)): float(score) for one, other, score, _why in csv.reader(lines)}


def accuracy(whose: list[int], found: set[tuple[int, int]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs."""
    groups = defaultdict(list)
    for key, who in enumerate(whose):
        groups[who].append(key)
    truth = {pair for keys in groups.values() for pair in combinations(keys, 2)}
    right = len(found & truth)
    precision, recall = right / max(1, len(found)), right / len(truth)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def measure(name: str, records: Iterable[Record]) -> None:
    start = time.perf_counter()
    whose, found = matched(records)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{name}: {len(whose):,} records, {seconds:.1f} s with writing them, {memory:,} MB at most")
    for least in THRESHOLDS:
        precision, recall, f1 = accuracy(whose, {pair for pair, score in found.items() if score >= least})
        print(f"  at {least}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--people", type=int)
    given = parser.parse_args()
    if given.folder:
        for name in ("dataset1.csv", "dataset2.csv"):
            measure(name, febrl(given.folder / name))
    if given.people:
        measure("people", twice(given.people))


if __name__ == "__main__":
    main()
