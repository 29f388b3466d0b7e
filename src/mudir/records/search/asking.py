"""What somebody typed, as a question to the entries: words of names and texts, a number, an e-mail, an identifier."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import phonenumbers

from mudir.accounts.models import User
from mudir.kit.arabic.fold import digits, fold
from mudir.kit.arabic.names import is_weak, name_tokens, typed_prefixes
from mudir.kit.phones import digits_of, parse_phone
from mudir.records.fields import ValueType
from mudir.records.registry import RecordType
from mudir.records.search import lexemes
from mudir.records.search.vocabulary import Meanings, Typed, meanings_of

LONGEST = 200  # letters of a question that are read
MOST_TERMS = 8
# Digits with what people put between them, and perhaps an extension.
NUMBER = re.compile(
    r"[+(\d][\d\s().+/\-\u200e\u200f\u202a-\u202e]{2,}(?:\s*(?:x|ext\.?|تحويلة|تحويله|داخلي)\s*\d{1,6})?"
)
MAIL = re.compile(r"[^\s@]*@[^\s@]*")
FEWEST_DIGITS = 4  # of the end of a number
FEWEST_LEADING = 7  # of its beginning: fewer are shared by half of the country


ABOUT_AS_SURE = 1.0  # the likeliest spelling in the other script is among them
NOTHING = lexemes.quoted("nothing")  # a lexeme that no record has
Exact = tuple[str, bool]  # a lexeme, and whether one that begins with it answers too


@dataclass(frozen=True)
class Term:
    """One thing asked for; any of its lexemes answers it."""

    token: str = ""  # where it may be a name
    starts: tuple[str, ...] = ()  # what the name may begin with, where it may still be being typed
    words: tuple[str, ...] = ()  # the same in a text
    exact: tuple[Exact, ...] = ()  # a phone, an e-mail, an identifier
    meanings: Meanings = field(default_factory=Meanings)

    @property
    def is_weak(self) -> bool:
        return bool(self.token) and is_weak(self.token)

    def query(self, *, named: bool, closed: str = "") -> str:
        parts = [lexemes.quoted(f"t{token}") for token in self.meanings.costs] if named else []
        parts += [lexemes.quoted(lexeme) + (":*" if is_open else "") for lexeme, is_open in self.exact
                  if lexeme[0] not in closed]
        if self.words and "w" not in closed:
            parts.append("(" + lexemes.every(self.word_queries()) + ")")
        return lexemes.either(parts or [NOTHING])

    def surest(self) -> "Term":
        if not self.meanings.costs:
            return self
        least = min(self.meanings.costs.values())
        return Term(token=self.token, meanings=Meanings(
            {token: cost for token, cost in self.meanings.costs.items() if cost <= least + ABOUT_AS_SURE}))

    def answered_by(self, lexemes_of_value: list[str]) -> bool:
        return any(
            value == lexeme or (is_open and value.startswith(lexeme))
            for value in lexemes_of_value for lexeme, is_open in self.exact
        )

    def word_queries(self) -> list[str]:
        if not self.words:
            return []
        *whole, last = (lexemes.quoted(f"w{word}") for word in self.words)
        is_open = self.starts and len(self.words[-1]) >= lexemes.SHORTEST_PREFIX
        return [*whole, last + (":*" if is_open else "")]


@dataclass(frozen=True)
class Question:
    terms: tuple[Term, ...]

    def required(self) -> list[Term]:
        """Terms that every answer has: legal forms and titles only where nothing else was asked."""
        return [term for term in self.terms if not term.is_weak] or list(self.terms)

    def without_words(self) -> "Question":
        """The same without what it asks of texts."""
        return Question(tuple(replace(term, words=()) for term in self.terms))

    def text_query(self) -> str:
        """The tsquery of the words alone, to weigh texts by."""
        return " | ".join(part for term in self.required() for part in term.word_queries())

    def surest_queries(self, record_type: RecordType) -> list[str]:
        """The same for only what the words most likely mean: first of names of just as many words, then of any."""
        surest = Question(tuple(term.surest() for term in self.terms))
        if not has_names(record_type) or not all(term.token for term in self.required()):
            return []
        length = lexemes.quoted(f"l{len(self.required())}")
        return [surest.query(record_type, length), surest.query(record_type)]

    def query(self, record_type: RecordType, *extra: str, closed: str = "") -> str:
        """The tsquery of the question over the records of a kind, without lexemes of the sorts `closed`."""
        named = has_names(record_type)
        terms = [term.query(named=named, closed=closed) for term in self.required()]
        return lexemes.every([lexemes.quoted(f"={record_type.kind}"), *extra, *terms])


SORTS = {ValueType.PHONE: "pr", ValueType.EMAIL: "m", ValueType.CODE: "c"}


def closed_to(actor: User | None, record_type: RecordType) -> str:
    """The sorts of lexemes that a reader is not answered by, for one of them is of a field that their role hides.

    An entry does not tell which field a word stands in: who does not see the notes finds by no text at all.
    """
    if actor is None:
        return ""
    hidden = record_type.hidden_from(actor) & record_type.search.keys()
    return "".join(sorted({SORTS.get(record_type.fields[name].type, "w") for name in hidden}))


def has_names(record_type: RecordType) -> bool:
    return any(record_type.fields[name].type is ValueType.NAME for name in record_type.search)


def read(text: str, country: str, *, is_open: bool = True) -> Question:
    """Understand what was typed; `country` is that of a phone without code. An open question may end in half a word."""
    terms = list(_terms(text.replace("\0", "")[:LONGEST], country, is_open=is_open))[:MOST_TERMS]
    named = [term for term in terms if term.token]
    meanings = iter(meanings_of([Typed(term.token, term.starts) for term in named]))
    return Question(tuple(replace(term, meanings=next(meanings)) if term.token else term for term in terms))


def _terms(text: str, country: str, *, is_open: bool) -> Iterator[Term]:
    plain = digits(text)
    rest = ""
    place = 0
    for found in re.finditer(f"(?P<mail>{MAIL.pattern})|(?P<number>{NUMBER.pattern})", plain):
        if found["number"] and len(digits_of(found[0])) < FEWEST_DIGITS:
            continue
        rest += plain[place : found.start()] + " "
        place = found.end()
        if found["mail"]:
            yield Term(exact=((f"m{found[0].lower()}", True),))
        else:
            yield number_term(found[0], country)
    rest += plain[place:]
    yield from _names(rest, is_open=is_open and place < len(plain))


def number_term(text: str, country: str) -> Term:
    """A number: a phone or its beginning or end, an identifier, a number in a text."""
    written = digits_of(text)
    exact = [(f"c{written}", True)]
    whole = digits_of(parse_phone(text, country).e164)
    if whole:
        exact.append((f"p{whole}", False))
    code = str(phonenumbers.country_code_for_region(country) or "")
    national = written.lstrip("0")
    leading = {written.removeprefix("00") if "+" in text or written.startswith("00") else code + national}
    if not written.startswith("0"):
        leading.add(written)
    exact += [(f"p{start}", True) for start in sorted(leading) if len(start) >= FEWEST_LEADING]
    if len(national) >= FEWEST_DIGITS:
        exact.append((f"r{national[::-1]}", True))
    return Term(words=tuple(lexemes.words_of(text)), exact=tuple(exact))


def spans(text: str) -> Iterator[tuple[str, str]]:
    """A text in pieces with the gap behind each: one word, or those that make one token of a name together."""
    words = list(re.finditer(r"\S+", text))
    place = 0
    while place < len(words):
        reach = 1
        for more in (3, 2):
            if place + more <= len(words):
                together = text[words[place].start() : words[place + more - 1].end()]
                if len(name_tokens(together)) == 1:
                    reach = more
                    break
        end = words[place + reach - 1].end()
        following = words[place + reach].start() if place + reach < len(words) else len(text)
        yield text[words[place].start() : end], text[end:following]
        place += reach


def _names(text: str, *, is_open: bool) -> Iterator[Term]:
    pieces = [piece for piece, _gap in spans(text) if lexemes.WORD.search(fold(piece))]
    for place, piece in enumerate(pieces, 1):
        starts = tuple(dict.fromkeys(typed_prefixes(piece))) if is_open and place == len(pieces) else ()
        tokens = name_tokens(piece)
        written = tuple(lexemes.words_of(piece))
        code = lexemes.code_of(piece)
        exact = ((f"c{code}", True),) if len(code) >= 3 and any(letter.isdecimal() for letter in code) else ()
        if "." in piece.strip("."):
            exact += ((f"m{piece.lower()}", True),)
        if len(tokens) == 1:
            yield Term(token=tokens[0], starts=starts, words=written, exact=exact)
            continue
        for token in tokens:
            yield Term(token=token, starts=starts if token == tokens[-1] else (), words=(token,), exact=exact)
