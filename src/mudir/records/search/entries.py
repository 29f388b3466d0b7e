"""Writing what records are found by, in the same transaction as the records themselves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from mudir.kit.arabic.names import name_tokens
from mudir.records import registry
from mudir.records.fields import Field, ValueType
from mudir.records.models import SearchEntry
from mudir.records.registry import RecordType
from mudir.records.search import lexemes
from mudir.records.search.vocabulary import learn_tokens, telling_tokens

AT_ONCE = 2000
REASON = "what records are found by; every answer is narrowed to the reader"


def index(record: models.Model) -> None:
    """Write what the record, just saved, is found by. One of own columns alone is not read again."""
    fields = [field for field, _weight in indexed_fields(registry.for_model(type(record)))]
    columns = {column.name for column in record._meta.concrete_fields if not column.is_relation}
    given = None
    if record.trashed_at is None and all(field.path in columns for field in fields):
        given = {record.pk: {field.id: getattr(record, field.path) for field in fields}}
    index_many(record._meta.label_lower, [record.pk], given=given)


def index_many(
    kind: str, ids: Sequence[int], *, spell: bool = True, given: Mapping[int, Mapping[str, Any]] | None = None
) -> None:
    """The same for many records of a kind; records that are gone or in the trash are taken out.

    A fixed number of statements for every 2,000. With `spell=False` new Latin names are found in Latin at once and in
    Arabic after the job `spell_names`. `given` are the values of each record by field, in the hand of whoever has just
    written them: they are not read again.
    """
    record_type = registry.for_kind(kind)
    fields = indexed_fields(record_type)
    for start in range(0, len(ids), AT_ONCE):
        some = list(ids[start : start + AT_ONCE])
        values = _read(record_type, fields, some) if given is None else {
            pk: [_listed(given[pk].get(field.id)) for field, _weight in fields] for pk in some}
        _write(kind, fields, values, spell=spell)
        _forget(kind, [pk for pk in some if pk not in values])


def forget(record: models.Model) -> None:
    """Take the record out of the search."""
    _forget(record._meta.label_lower, [record.pk])


def rebuild(kind: str | None = None) -> int:
    """Index every record of a kind, or of all kinds, anew; returns how many there are."""
    count = 0
    for record_type in registry.all_types() if kind is None else [registry.for_kind(kind)]:
        everything = record_type.model.objects.unscoped(REASON)
        SearchEntry.objects.filter(kind=record_type.kind).exclude(object_id__in=everything.values("pk")).delete()
        ids = list(everything.order_by("pk").values_list("pk", flat=True))
        index_many(record_type.kind, ids)
        count += len(ids)
    return count


def indexed_fields(record_type: RecordType) -> list[tuple[Field, str]]:
    """What a record is found by, each with its weight; a field that some readers do not see is not among it."""
    return [(record_type.fields[name], weight) for name, weight in record_type.search.items()
            if not record_type.fields[name].permission]


def _read(record_type: RecordType, fields: list[tuple[Field, str]], ids: list[int]) -> dict[int, list[list[Any]]]:
    """For each record, the values of each field."""
    everything = record_type.model.objects.unscoped(REASON).filter(pk__in=ids)
    paths = [field.value_paths[-1 if field.type in {ValueType.PERSON, ValueType.RECORD} else 0]
             for field, _weight in fields]
    single = [place for place, (field, _weight) in enumerate(fields) if not field.is_many]
    present = everything.filter(trashed_at__isnull=True).order_by()
    found: dict[int, list[list[Any]]] = {}
    for pk, *row in present.values_list("pk", *(paths[place] for place in single)):
        values: list[list[Any]] = [[] for _field in fields]
        for place, value in zip(single, row, strict=True):
            if value:
                values[place] = [value]
        found[pk] = values
    for place, (field, _weight) in enumerate(fields):
        if field.is_many and found:
            for pk, value in everything.filter(**{f"{paths[place]}__isnull": False}).values_list("pk", paths[place]):
                if pk in found and value:
                    found[pk][place].append(value)
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _write(
    kind: str, fields: list[tuple[Field, str]], records: dict[int, list[list[Any]]], *, spell: bool
) -> None:
    if not records:
        return
    named: dict[int, list[list[str]]] = {
        pk: [name_tokens(value) for (field, _weight), some in zip(fields, values, strict=True)
             if field.type is ValueType.NAME for value in some]
        for pk, values in records.items()
    }
    ids = learn_tokens({token for names in named.values() for name in names for token in name}, spell=spell)
    columns: dict[str, list] = defaultdict(list)
    for pk, values in records.items():
        names = [[ids[token[:100]] for token in name] for name in named[pk]]
        tokens = list(dict.fromkeys(token for name in names for token in name))
        telling = [telling_tokens(name) for name in named[pk]]
        columns["id"].append(pk)
        columns["tokens"].append("{" + ",".join(map(str, tokens)) + "}")
        columns["words"].append(_vector(kind, names, telling, fields, values))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO records_searchentry AS entry (kind, object_id, tokens, words)
            SELECT %s, given.id, given.tokens::bigint[], given.words::tsvector
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given (id, tokens, words) ORDER BY given.id
            ON CONFLICT (kind, object_id) DO UPDATE SET tokens = excluded.tokens, words = excluded.words
            WHERE (entry.tokens, entry.words) IS DISTINCT FROM (excluded.tokens, excluded.words)
            """,
            [kind, columns["id"], columns["tokens"], columns["words"]],
        )


def _vector(
    kind: str, names: list[list[int]], telling: list[list[str]], fields: list[tuple[Field, str]],
    values: list[list[Any]],
) -> str:
    exact = [f"={kind}"]
    exact += [f"t{token}" for name in names for token in name]
    exact += [f"l{len(name)}" for name in telling]
    exact += [lexeme for name in telling for lexeme in lexemes.of_name(name)]
    weighed: list[tuple[str, str]] = []
    for (field, weight), some in zip(fields, values, strict=True):
        for value in some:
            match field.type:
                case ValueType.NAME:
                    pass
                case ValueType.PHONE:
                    exact += lexemes.of_phone(value)
                case ValueType.EMAIL:
                    exact += lexemes.of_email(value)
                case ValueType.CODE:
                    exact += lexemes.of_code(value)
                case _:
                    weighed += [(word, weight) for word in lexemes.words_of(str(value))]
    return lexemes.vector(exact, weighed)


def _forget(kind: str, ids: list[int]) -> None:
    if ids:
        SearchEntry.objects.filter(kind=kind, object_id__in=ids).delete()
