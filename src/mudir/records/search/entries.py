"""Writing what records are found by, in the same transaction as the records themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, models

from mudir.kit.bulk import insert
from mudir.records import registry
from mudir.records.fields import Field, ValueType
from mudir.records.models import Attachment, SearchEntry
from mudir.records.registry import RecordType
from mudir.records.search import lexemes
from mudir.records.search.vocabulary import learn_tokens

AT_ONCE = 2000
WEIGHT_OF_FILES = "D"  # their names: behind everything that is said of the record itself
REASON = "what records are found by; every answer is narrowed to the reader"


class Indexed(NamedTuple):
    """A field that records are found by. It travels to a process that has no registration at hand."""

    id: str
    type: ValueType
    weight: str


@dataclass(slots=True)
class Prepared:
    """What a record is found by but for the numbers of its tokens, which only the database knows."""

    names: list[list[str]]  # the tokens of each name
    rest: str  # the text of a tsvector


def index(record: models.Model) -> None:
    """Write what the record, just saved, is found by. One of own columns alone is not read again."""
    record_type = registry.for_model(type(record))
    fields = [field for field, _weight in indexed_fields(record_type)]
    columns = {column.name for column in record._meta.concrete_fields if not column.is_relation}
    if record.trashed_at is None and all(field.path.partition("__")[0] in columns for field in fields):
        values = [_listed(field.value_of(record)) for field in fields]
        files = file_names(record_type.kind, [record.pk])[record.pk]
        _write(record_type.kind, {record.pk: _prepared(record_type.kind, indexed(record_type), values, files)})
    else:
        index_many(record_type.kind, [record.pk])


def index_many(kind: str, ids: Sequence[int]) -> None:
    """The same for many records of a kind; records that are gone or in the trash are taken out.

    A fixed number of statements for every 2,000.
    """
    record_type = registry.for_kind(kind)
    fields, named = indexed_fields(record_type), indexed(record_type)
    for start in range(0, len(ids), AT_ONCE):
        some = list(ids[start : start + AT_ONCE])
        values = _read(record_type, fields, some)
        files = file_names(kind, some)
        _write(kind, {pk: _prepared(kind, named, row, files[pk]) for pk, row in values.items()})
        forget_many(kind, [pk for pk in some if pk not in values])


def prepare(kind: str, fields: Sequence[Indexed], values: Mapping[str, Any]) -> Prepared:
    """What a record with these values, by field, is found by. Asks the database nothing."""
    return _prepared(kind, fields, [_listed(values.get(field.id)) for field in fields])


def forget(record: models.Model) -> None:
    """Take the record out of the search."""
    forget_many(record._meta.label_lower, [record.pk])


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
            if record_type.fields[name].is_seen_by_all]


def indexed(record_type: RecordType) -> tuple[Indexed, ...]:
    return tuple(Indexed(field.id, field.type, weight) for field, weight in indexed_fields(record_type))


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


def file_names(kind: str, ids: Iterable[int]) -> dict[int, list[str]]:
    """What the files of each record are called."""
    found: dict[int, list[str]] = defaultdict(list)
    present = Attachment.objects.filter(kind=kind, object_id__in=list(ids), removed_at__isnull=True)
    for object_id, name in present.values_list("object_id", "name"):
        found[object_id].append(name)
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def write_new(kind: str, records: Mapping[int, Prepared]) -> None:
    """Write what many records that were made just now are found by.

    New Latin names are found in Latin at once and in Arabic after the job `spell_names`.
    """
    insert(SearchEntry, ({"object_id": pk, "tokens": tokens, "words": words}
                         for pk, tokens, words in _with_tokens(records, spell=False)), kind=kind)
    # Whoever looks for duplicates of the next ones asks thousands of times: a list of entries that are still to be
    # sorted in is read each time.
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('entries_by_words')")


def _write(kind: str, records: Mapping[int, Prepared]) -> None:
    if not records:
        return
    keys, tokens, words = zip(*_with_tokens(records), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO records_searchentry AS entry (kind, object_id, tokens, words)
            SELECT %s, given.id, given.tokens::bigint[], given.words::tsvector
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given (id, tokens, words) ORDER BY given.id
            ON CONFLICT (kind, object_id) DO UPDATE SET tokens = excluded.tokens, words = excluded.words
            WHERE (entry.tokens, entry.words) IS DISTINCT FROM (excluded.tokens, excluded.words)
            """,
            [kind, list(keys), list(tokens), list(words)],
        )


def _with_tokens(records: Mapping[int, Prepared], *, spell: bool = True) -> Iterable[tuple[int, str, str]]:
    """For each record its key, the numbers of its tokens as an array, and the text of its whole tsvector."""
    tokens = {token for prepared in records.values() for name in prepared.names for token in name}
    ids = learn_tokens(tokens, spell=spell)
    for pk, prepared in records.items():
        own = list(dict.fromkeys(ids[token[:100]] for name in prepared.names for token in name))
        yield pk, "{" + ",".join(map(str, own)) + "}", " ".join([prepared.rest, *(f"t{token}" for token in own)])


def _prepared(
    kind: str, fields: Sequence[Indexed], values: Iterable[list[Any]], files: Iterable[str] = ()
) -> Prepared:
    names: list[list[str]] = []
    exact = [f"={kind}"]
    weighed: list[tuple[str, str]] = []
    for (_id, value_type, weight), some in zip(fields, values, strict=True):
        for value in some:
            match value_type:
                case ValueType.NAME:
                    name = lexemes.of_name(value)
                    names.append(name.tokens)
                    exact += [f"l{len(name.telling)}", *([name.whole] if name.whole else ())]
                case ValueType.PHONE:
                    exact += lexemes.of_phone(value)
                case ValueType.EMAIL:
                    exact += lexemes.of_email(value)
                case ValueType.CODE:
                    exact += lexemes.of_code(value)
                case _:
                    weighed += [(word, weight) for word in lexemes.words_of(str(value))]
    weighed += [(word, WEIGHT_OF_FILES) for name in files for word in lexemes.words_of(name)]
    return Prepared(names, lexemes.vector(exact, weighed))


def forget_many(kind: str, ids: list[int]) -> None:
    if ids:
        SearchEntry.objects.filter(kind=kind, object_id__in=ids).delete()
