"""From values to lexemes, and from lexemes to the text of a tsvector or tsquery.

A record's whole entry is one tsvector, so that one index answers every kind of question at once. The first letter of
a lexeme says what it is:

    =  the kind of the record           l  how many words its names have
    t  a token of a name, by its id     w  a word of a text
    p  digits of a phone                r  the same, from the last to the first
    m  an e-mail, or @ and its domain   c  an identifier, letters and digits only
    n  a whole name by its telling words, in any order and either script
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from mudir.kit.arabic.fold import fold
from mudir.kit.arabic.names import name_tokens, telling_tokens
from mudir.kit.arabic.spelling import attested_keys
from mudir.kit.arabic.words import is_arabic
from mudir.kit.phones import digits_of

WORD = re.compile(r"\w+")
LONGEST_WORD = 60
LONGEST_TEXT = 50_000  # letters of one value that are read
LAST_PLACE = 16_383  # of a tsvector
SHORTEST_PREFIX = 3  # a shorter beginning fits too many words to be looked for


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: folded, without the Arabic article."""
    return [plain_word(word) for word in WORD.findall(fold(text[:LONGEST_TEXT]))]


def plain_word(word: str) -> str:
    return (word[2:] if word.startswith("ال") and len(word) >= 5 else word)[:LONGEST_WORD]


def code_of(text: str) -> str:
    """An identifier without spaces, dashes or case."""
    return "".join(WORD.findall(fold(text)))[:LONGEST_WORD]


def of_phone(value: str) -> list[str]:
    digits = digits_of(value)[:20]
    return [f"p{digits}", f"r{digits[::-1]}"] if digits else []


def of_email(value: str) -> list[str]:
    address = value.strip().lower()[:254]
    domain = address.rpartition("@")[2]
    return [f"m{address}", f"m@{domain}"] if address else []


def of_code(value: str) -> list[str]:
    code = code_of(value)
    return [f"c{code}"] if code else []


class Name(NamedTuple):
    """A name taken apart. `whole` is one lexeme for all names with these telling words, or "" where there is none."""

    tokens: list[str]
    telling: list[str]
    whole: str


@lru_cache(maxsize=10_000)  # an import asks for each name of a row three times
def of_name(text: str) -> Name:
    """A Latin name and the Arabic spelling it is best known with are one whole."""
    tokens = name_tokens(text)
    telling = telling_tokens(tokens)
    words = sorted(map(_best_known, telling))
    whole = f"n{blake2b(' '.join(words).encode(), digest_size=8).hexdigest()}" if words else ""
    return Name(tokens, telling, whole)


@lru_cache(maxsize=20_000)
def _best_known(token: str) -> str:
    known = {} if is_arabic(token) else attested_keys(token)
    return max(known, key=known.__getitem__) if known else token


# ── literals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def quoted(lexeme: str) -> str:
    if "'" in lexeme or "\\" in lexeme or "\0" in lexeme:
        lexeme = lexeme.replace("\\", "\\\\").replace("'", "''").replace("\0", "")
    return f"'{lexeme}'"


def vector(lexemes: Iterable[str], weighed: Iterable[tuple[str, str]]) -> str:
    """The text of a tsvector: lexemes as they are, and words with the weight A to D of the value they stand in."""
    parts = [quoted(lexeme) for lexeme in dict.fromkeys(lexemes)]
    parts += [
        f"{quoted(f'w{word}')}:{place}{weight}"
        for place, (word, weight) in zip(range(1, LAST_PLACE), weighed, strict=False)
    ]
    return " ".join(parts)


def either(parts: Iterable[str]) -> str:
    """A tsquery that any of the parts answers."""
    return "(" + " | ".join(parts) + ")"


def every(parts: Iterable[str]) -> str:
    """A tsquery that all of the parts answer."""
    return " & ".join(parts)
