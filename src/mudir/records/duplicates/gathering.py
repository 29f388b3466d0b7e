"""What the search for duplicates is given: plain files of a kind's records, streamed out of the database."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from mudir.kit.arabic.names import name_tokens
from mudir.kit.arabic.spelling import arabic_key
from mudir.records.fields import Field, ValueType
from mudir.records.models import NameToken, SearchEntry
from mudir.records.registry import RecordType
from mudir.records.search.entries import indexed_fields

REASON = "what duplicates are looked for by; each pair is shown only to who sees both"
LISTS = {ValueType.PHONE: "phones", ValueType.EMAIL: "emails", ValueType.CODE: "codes"}
BLANK = ("", None)


def gather(record_type: RecordType, folder: Path) -> None:
    """Write `names.csv`, `tokens.csv` and `values.csv` (duplicates/matching.py) of every record outside the trash.

    Nothing that only some readers see is among it: who reads the reasons of a pair would learn of it.
    """
    with connection.cursor() as cursor:
        _copy(cursor, f"SELECT id, token, akey FROM {NameToken._meta.db_table}", [], folder / "tokens.csv")
        houses, parameters = "false", []
        if record_type.merger.houses is not None:
            rows = record_type.model.objects.unscoped(REASON).filter(record_type.merger.houses)
            inner, parameters = rows.order_by().values("pk").query.sql_with_params()
            houses = f"object_id IN ({inner})"
        _copy(cursor, f"SELECT object_id, tokens, {houses} FROM {SearchEntry._meta.db_table} WHERE kind = %s",
              [*parameters, record_type.kind], folder / "names.csv")
    with (folder / "values.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for field, what in evidence_of(record_type):
            writer.writerows(_values(record_type, field, what))


def evidence_of(record_type: RecordType) -> Iterator[tuple[Field, str]]:
    """Each field that tells something, with what it is."""
    for field, _weight in indexed_fields(record_type):
        if field.type in LISTS:
            yield field, LISTS[field.type]
    for name, what in record_type.merger.evidence.items():
        if not record_type.fields[name].permission:
            yield record_type.fields[name], what


def _values(record_type: RecordType, field: Field, what: str) -> Iterator[tuple[int, str, str]]:
    everyone = record_type.model.objects.unscoped(REASON).filter(trashed_at__isnull=True)
    rows = everyone.filter(**{f"{field.path}__isnull": False}).order_by().values_list("pk", field.path)
    keys: dict[str, str] = {}
    for pk, value in rows.iterator(chunk_size=10_000):
        if value in BLANK:
            continue
        text = str(value)
        if what == "codes":
            text = f"{field.id} {text}"  # a number of one register is none of another
        elif what == "place":
            text = keys[text] if text in keys else keys.setdefault(text, _place_key(text))
        yield pk, what, text


def _place_key(text: str) -> str:
    """A place as its spellings in both scripts meet: Riyadh is الرياض."""
    tokens = name_tokens(text)
    return " ".join(arabic_key(token) or token for token in tokens)


def _copy(cursor: Any, statement: str, parameters: list, file: Path) -> None:
    """Write the rows of a statement as they come: a million of them are never in memory."""
    filled = psycopg.ClientCursor(connection.connection).mogrify(statement, parameters)
    with file.open("wb") as target, cursor.cursor.copy(f"COPY ({filled}) TO STDOUT (FORMAT csv)") as rows:
        for block in rows:
            target.write(block)
