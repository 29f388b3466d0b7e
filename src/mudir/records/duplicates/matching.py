"""Likely pairs in a folder of plain files: Splink on DuckDB, trained on those very records.

    python -m mudir.records.duplicates.matching FOLDER

Runs in a process of its own, without the database and with limits on memory and time. It reads `names.csv` (record,
its name tokens, whether it is a house), `tokens.csv` (token, as written, its Arabic key) and `values.csv` (record, what
it is, value: phones, emails, codes, place, street, postal, day), and writes `pairs.csv`: two records, the probability
that they are one, and the reasons.

A name is its first word and its last one (of a house the second: the last is its trade), compared by Arabic keys, in
which spellings of both scripts meet. A value that too many records have identifies nobody and is left out.
"""

import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any

from mudir.kit.arabic.names import WEAK_TOKENS

MEMORY = 1000  # MB that DuckDB may take; beyond it, it writes to the folder
LARGEST = 2 * 1024**3  # bytes of the whole process
SECONDS = 1200  # of processor time
SHARED_BY = 40  # records: a phone that more of them have is that of a switchboard
CROWD = 120  # records that have a name and a place in common, beyond which those alone say nothing
RARE = 30  # records of one name, up to which the name alone is worth a look
TRAINED_FROM = 500  # records; fewer are judged by what is known beforehand
LESSONS = 4
LEAST = 0.8
MOST = 500_000  # pairs that are kept

LISTS = ("phones", "emails", "codes")
FACTS = ("place", "street", "postal", "day")
WEAK_LETTERS = "[اويهةىءآأإؤئ ]"  # what is left out or mistaken most: the rest is the skeleton of a word
# What two records have in common that are worth comparing.
BLOCKS = {
    "by_name": ("first", "second"),
    "by_place": ("bone_1", "bone_2", "place"),
    "by_postal": ("bone_1", "bone_2", "postal"),
    "by_first_and_day": ("bone_1", "day"),
    "by_second_and_day": ("bone_2", "day"),
    "by_day": ("day", "postal"),
    "by_first_and_street": ("bone_1", "street"),
    "by_second_and_street": ("bone_2", "street"),
    "by_street": ("street", "postal"),
}


def main(folder: Path) -> None:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_DATA, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    write_pairs(folder)


def write_pairs(folder: Path) -> None:
    import duckdb

    connection = duckdb.connect()
    for setting in (f"memory_limit='{MEMORY}MB'", "threads=2", f"temp_directory='{folder / 'spill'}'",
                    "preserve_insertion_order=false", "lambda_syntax='ENABLE_SINGLE_ARROW'"):
        _run(connection, f"SET {setting}")
    read(connection, folder)
    known = [name for name in (*LISTS, *FACTS) if _ask(connection, f"SELECT count({name}) > 1 FROM records")]
    if _ask(connection, "SELECT count(*) FROM records") > 1:
        pairs = predict(connection, known)
    else:
        pairs = "(SELECT 0 unique_id_l, 0 unique_id_r, 0.0 match_probability WHERE false)"
    write(connection, pairs, folder / "pairs.csv")


def _run(connection: Any, statement: str) -> None:
    connection.execute(statement).fetchall()


def _ask(connection: Any, statement: str) -> Any:
    return connection.execute(statement).fetchall()[0][0]


# ── the records as they are compared ─────────────────────────────────────────────────────────────────────────────────


def read(connection: Any, folder: Path) -> None:
    """Make the table `records` of the files: one row for each, blanks as nulls, and what it is looked up by."""
    weak = ", ".join(f"'{token}'" for token in sorted(WEAK_TOKENS))
    files = {
        "names": "{'record': 'BIGINT', 'tokens': 'VARCHAR', 'is_house': 'BOOLEAN'}",
        "tokens": "{'token': 'BIGINT', 'written': 'VARCHAR', 'akey': 'VARCHAR'}",
        "values": "{'record': 'BIGINT', 'what': 'VARCHAR', 'value': 'VARCHAR'}",
    }
    for name, columns in files.items():
        _run(connection, f"""CREATE TABLE given_{name} AS
            SELECT * FROM read_csv('{folder / name}.csv', header=false, columns={columns}, quote='"', escape='"',
                                   delim=',', auto_detect=false)""")
    # Words of the Arabic script tell more than those of the other one, where a record has both.
    _run(connection, f"""
        CREATE TABLE words AS
        SELECT record, is_house, list(word ORDER BY place) AS words FROM (
            SELECT record, is_house, place, coalesce(nullif(akey, ''), written) AS word,
                   ord(written) > 1500 AS is_arabic,
                   max(ord(written) > 1500) OVER (PARTITION BY record) AS has_arabic
            FROM (SELECT record, is_house, unnest(string_split(trim(tokens, '{{}}'), ',')) AS token,
                         generate_subscripts(string_split(trim(tokens, '{{}}'), ','), 1) AS place
                  FROM given_names WHERE tokens <> '{{}}') spread
            JOIN given_tokens ON given_tokens.token = spread.token::BIGINT
            WHERE written NOT IN ({weak}) AND length(written) > 1
        ) WHERE is_arabic = has_arabic GROUP BY record, is_house""")
    _run(connection, "DROP TABLE given_tokens")
    _run(connection, f"""
        CREATE TABLE kept_values AS
        SELECT record, what, translate(lower(trim(value)), 'أإآةى', 'اااهي') AS value FROM given_values
        QUALIFY what NOT IN {LISTS} OR count(*) OVER (PARTITION BY what, value) <= {SHARED_BY}""")
    _run(connection, "DROP TABLE given_values")
    lists = ", ".join(f"list(DISTINCT value) FILTER (what = '{name}') AS {name}" for name in LISTS)
    facts = ", ".join(f"min(value) FILTER (what = '{name}') AS {name}" for name in FACTS)
    _run(connection, f"CREATE TABLE facts AS SELECT record, {lists}, {facts} FROM kept_values GROUP BY record")
    _run(connection, "DROP TABLE kept_values")
    _run(connection, f"""
        CREATE TABLE plain AS
        SELECT given_names.record AS unique_id, words[1] AS first,
               CASE WHEN len(words) > 1 AND given_names.is_house THEN words[2]
                    WHEN len(words) > 1 THEN words[len(words)] END AS second,
               {", ".join((*LISTS, *FACTS))},
               nullif(regexp_replace(first, '{WEAK_LETTERS}', '', 'g'), '') AS bone_1,
               nullif(regexp_replace(second, '{WEAK_LETTERS}', '', 'g'), '') AS bone_2
        FROM given_names LEFT JOIN words USING (record) LEFT JOIN facts USING (record)""")
    for name in ("words", "facts", "given_names"):
        _run(connection, f"DROP TABLE {name}")
    blocks = ", ".join(
        f"CASE WHEN {' AND '.join(f'{column} IS NOT NULL' for column in columns)} AND count(*) OVER (PARTITION BY "
        f"{', '.join(columns)}) <= {RARE if name == 'by_name' else CROWD} THEN hash({', '.join(columns)}) END AS {name}"
        for name, columns in BLOCKS.items())
    _run(connection, f"CREATE TABLE records AS SELECT *, {blocks} FROM plain")
    _run(connection, "DROP TABLE plain")


# ── the model ────────────────────────────────────────────────────────────────────────────────────────────────────────


def predict(connection: Any, known: list[str]) -> str:
    """The name of a table of pairs with their probability and how each thing compares."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    blocks = [name for name in BLOCKS if _ask(connection, f"SELECT count({name}) > 1 FROM records")]
    lists = [block_on(name, arrays_to_explode=[name]) for name in LISTS if name in known]
    rules = lists + [block_on(name) for name in blocks]
    if not rules:
        return "(SELECT 0 unique_id_l, 0 unique_id_r, 0.0 match_probability WHERE false)"
    count = _ask(connection, "SELECT count(*) FROM records")
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons(known), blocking_rules_to_generate_predictions=rules,
        probability_two_random_records_match=min(0.01, 0.2 / count), retain_matching_columns=False,
    )
    data = DuckDBAPI(connection).register("records")
    linker = Linker(data, settings, log_level=logging.ERROR)
    if count >= TRAINED_FROM:
        train(linker, known, blocks, lists)
    return linker.inference.predict(threshold_match_probability=LEAST).physical_name


def train(linker: Any, known: list[str], blocks: list[str], lists: list[Any]) -> None:
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    sure = lists + [block_on(name) for name in ("by_place", "by_postal", "by_second_and_day") if name in blocks]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    # Each thing is learned from pairs that have something else in common.
    alike = ["by_name", *(f"{name}[1]" for name in LISTS if name in known), "by_day", "by_street"]
    for name in [name for name in alike if name in blocks or "[" in name][:LESSONS]:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(name), record_sample_proportion=1.0)
        except EMTrainingException:  # no two records have it in common
            continue


def comparisons(known: list[str]) -> list[Any]:
    """How two records are compared, each with what is known of it beforehand: of pairs that are one, and of others."""
    import splink.comparison_level_library as levels
    from splink.comparison_library import CustomComparison

    def likeness(name: str, same: list[Any], m: list[float], u: list[float]) -> CustomComparison:
        graded = [level.configure(m_probability=one, u_probability=other)
                  for level, one, other in zip([*same, levels.ElseLevel()], m, u, strict=True)]
        return CustomComparison(output_column_name=name, comparison_levels=[levels.NullLevel(name), *graded])

    def exact(name: str) -> Any:
        return levels.ExactMatchLevel(name, term_frequency_adjustments=True)

    def words(name: str) -> list[Any]:
        return [exact(name), levels.JaroWinklerLevel(name, 0.92), levels.JaroWinklerLevel(name, 0.8)]

    def near(name: str, distance: int) -> Any:
        return levels.DamerauLevenshteinLevel(name, distance)

    made = {
        "first": likeness("first", words("first"), [0.75, 0.12, 0.06, 0.07], [0.02, 0.01, 0.03, 0.94]),
        "second": likeness("second", words("second"), [0.75, 0.12, 0.06, 0.07], [0.02, 0.01, 0.03, 0.94]),
        "phones": likeness("phones", [levels.ArrayIntersectLevel("phones", 1)], [0.7, 0.3], [1e-5, 1 - 1e-5]),
        "emails": likeness("emails", [levels.ArrayIntersectLevel("emails", 1)], [0.7, 0.3], [1e-5, 1 - 1e-5]),
        "codes": likeness(
            "codes", [levels.ArrayIntersectLevel("codes", 1),
                      levels.PairwiseStringDistanceFunctionLevel("codes", "damerau_levenshtein", 1)],
            [0.85, 0.08, 0.07], [1e-5, 1e-4, 1 - 1.1e-4]),
        "place": likeness("place", [exact("place"), levels.JaroWinklerLevel("place", 0.9)],
                          [0.8, 0.05, 0.15], [0.1, 0.01, 0.89]),
        "street": likeness("street", [exact("street"), levels.JaroWinklerLevel("street", 0.9)],
                           [0.6, 0.2, 0.2], [1e-3, 0.01, 0.989]),
        "postal": likeness("postal", [exact("postal"), near("postal", 1)], [0.8, 0.08, 0.12], [0.01, 0.02, 0.97]),
        "day": likeness("day", [levels.ExactMatchLevel("day"), near("day", 1)], [0.9, 0.06, 0.04],
                        [1e-4, 1e-3, 1 - 1.1e-3]),
    }
    return [comparison for name, comparison in made.items() if name in {"first", "second", *known}]


REASONS = {  # what the likeliest pairs have in common, by code
    "name": "one.first = other.first AND one.second IS NOT DISTINCT FROM other.second",
    "alike": "NOT coalesce(one.first = other.first AND one.second IS NOT DISTINCT FROM other.second, false) "
             "AND jaro_winkler_similarity(one.first, other.first) >= 0.8",
    **{name: f"list_has_any(one.{name}, other.{name})" for name in LISTS},
    **{name: f"one.{name} = other.{name}" for name in FACTS},
}


def write(connection: Any, pairs: str, file: Path) -> None:
    """The likeliest pairs with their reasons."""
    reasons = ", ".join(f"CASE WHEN {condition} THEN '{code}' END" for code, condition in REASONS.items())
    _run(connection, f"""
        COPY (SELECT one.unique_id, other.unique_id, round(pair.match_probability, 6), concat_ws('+', {reasons})
              FROM (SELECT least(unique_id_l, unique_id_r) AS low, greatest(unique_id_l, unique_id_r) AS high,
                           match_probability
                    FROM {pairs} ORDER BY match_probability DESC, 1, 2 LIMIT {MOST}) pair
              JOIN records one ON one.unique_id = low JOIN records other ON other.unique_id = high)
        TO '{file}' (FORMAT csv, HEADER false)""")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
