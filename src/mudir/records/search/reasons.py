"""Why a record was found, in words, and what of its title matched."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.kit.arabic.fold import fold
from mudir.kit.arabic.names import name_tokens
from mudir.kit.phones import display
from mudir.records.fields import Field, ValueType
from mudir.records.projection import read_values
from mudir.records.registry import RecordType
from mudir.records.search import lexemes
from mudir.records.search.asking import Question, Term, spans
from mudir.records.search.entries import file_names

Part = tuple[str, bool]  # a piece of text, and whether it matched
Row = Mapping[str, Any]  # field id -> value

EXCERPT = 70  # letters of a text shown around what matched
FILES = "files:"  # beside the fields of a row, whose names have no colon
BESIDE = 3  # facts beside a title
BESIDE_TYPES = {ValueType.TEXT, ValueType.CHOICE, ValueType.RECORD, ValueType.NAME}


def beside(record_type: RecordType) -> list[str]:
    """Fields that stand beside a title to tell records of one name apart."""
    fields = record_type.fields
    return [name for name in record_type.columns
            if name != record_type.title and fields[name].type in BESIDE_TYPES and not fields[name].is_many][:BESIDE]


def read_rows(record_type: RecordType, ids: list[int], actor: User, *, whole: bool) -> dict[int, Row]:
    """Title and what stands beside it of each record the actor sees; with `whole`, all that it may be found by.

    One query, with `whole` one more for each field of several values and for the files.
    """
    visible = record_type.visible_fields(actor)
    found_by = [name for name in record_type.search if name in visible
                and (whole or visible[name].type is ValueType.NAME)]
    names = [record_type.title, *beside(record_type), *found_by]
    fields = [visible[name] for name in dict.fromkeys(names) if name in visible]
    rows = read_values(record_type, ids, [field for field in fields if not field.is_many], actor)
    found = {pk: dict(zip((field.id for field in fields if not field.is_many), values, strict=True))
             for pk, values in rows.items()}
    seen = record_type.model.objects.unscoped("rows that were just narrowed to the reader").filter(pk__in=list(found))
    for field in fields:
        if field.is_many and found:
            for row in found.values():
                row[field.id] = []
            for pk, value in seen.filter(**{f"{field.path}__isnull": False}).values_list("pk", field.path):
                found[pk][field.id].append(value)
    if whole:
        for pk, names_of_files in file_names(record_type.kind, found).items():
            found[pk][FILES] = names_of_files
    return found


def shown(field: Field, value: Any) -> str:
    return str(field.choices.get(value, value) if field.type is ValueType.CHOICE else value or "")


def title_of(record_type: RecordType, row: Row) -> str:
    return shown(record_type.fields[record_type.title], row.get(record_type.title, ""))


def subtitle_of(record_type: RecordType, row: Row) -> str:
    facts = (shown(record_type.fields[name], row[name]) for name in beside(record_type) if row.get(name))
    return " · ".join(fact for fact in facts if fact)


# ── what matched ─────────────────────────────────────────────────────────────────────────────────────────────────────


def answers_word(term: Term, word: str) -> bool:
    return word in term.words or bool(term.starts and term.words and word.startswith(term.words[-1]))


def answers_text(term: Term, text: str) -> bool:
    return bool(term.words) and any(answers_word(term, word) for word in lexemes.words_of(text))


def answers_name(meant: set[str], name: str) -> bool:
    return not meant.isdisjoint(name_tokens(name))


def title_parts(title: str, question: Question, meant: Sequence[set[str]]) -> tuple[Part, ...]:
    """The title in pieces, those that answer a term marked."""
    parts: list[Part] = []
    for some, gap in spans(title):
        matched = any(
            answers_name(tokens, some) or answers_text(term, some)
            for term, tokens in zip(question.terms, meant, strict=True)
        )
        parts.append((some, matched))
        if gap:
            parts.append((gap, False))
    return tuple(parts)


def reason_of(record_type: RecordType, row: Row, question: Question, meant: Sequence[set[str]]) -> str:
    """What matched beside the title, for each term that the title does not answer; empty when it answers all."""
    title = title_of(record_type, row)
    reasons: list[str] = []
    for term, tokens in zip(question.terms, meant, strict=True):
        if term.is_weak or answers_name(tokens, title) or answers_text(term, title):
            continue
        for name in record_type.search:
            if name == record_type.title or name not in row:
                continue
            reason = _reason(record_type.fields[name], row[name], term, tokens)
            if reason:
                reasons.append(reason)
                break
        else:
            reasons += [_("File %(name)s") % {"name": name} for name in row.get(FILES, ())
                        if answers_text(term, name)][:1]
    return " · ".join(dict.fromkeys(reasons))


def _reason(field: Field, value: Any, term: Term, meant: set[str]) -> str:
    for one in value if isinstance(value, list) else [value]:
        if not one:
            continue
        match field.type:
            case ValueType.NAME:
                if answers_name(meant, one):
                    return _("Also written %(name)s") % {"name": one}
            case ValueType.PHONE:
                if term.answered_by(lexemes.of_phone(one)):
                    return _("Phone %(number)s") % {"number": display(one)}
            case ValueType.EMAIL:
                if term.answered_by(lexemes.of_email(one)):
                    return _("E-mail %(address)s") % {"address": one}
            case ValueType.CODE:
                if term.answered_by(lexemes.of_code(one)):
                    return _("%(field)s %(value)s") % {"field": _capital(field.label), "value": one}
            case _:
                if answers_text(term, str(one)):
                    return _("%(field)s: %(excerpt)s") % {
                        "field": _capital(field.label), "excerpt": excerpt(str(one), term)
                    }
    return ""


def _capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]


def excerpt(text: str, term: Term) -> str:
    """The part of a text around the first word that answers the term."""
    text = " ".join(text.split())
    if len(text) <= EXCERPT:
        return text
    place = 0
    for word in text.split(" "):
        if any(answers_word(term, lexemes.plain_word(part)) for part in lexemes.WORD.findall(fold(word))):
            break
        place += len(word) + 1
    start = max(0, min(place - EXCERPT // 3, len(text) - EXCERPT))
    start = text.find(" ", start - 1) + 1 if start else 0
    end = start + EXCERPT
    if end < len(text):
        end = max(text.rfind(" ", start, end), min(place + len(word), len(text)))
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
