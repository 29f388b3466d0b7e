"""Finding records by any spelling, number or word.

Writers call `index`, `index_many` and `forget` in the transaction of the record; readers ask `find` and `match`, and
`duplicates` before a record is made.
"""

from mudir.records.search.duplicates import Candidate, asked_of, duplicate_keys, duplicates
from mudir.records.search.entries import (
    Indexed,
    Prepared,
    forget,
    forget_many,
    index,
    index_many,
    indexed,
    prepare,
    rebuild,
    write_new,
)
from mudir.records.search.finding import Hit, TooBroad, find, match
from mudir.records.search.vocabulary import learn_tokens, spell_tokens

__all__ = [
    "Candidate", "Hit", "Indexed", "Prepared", "TooBroad", "asked_of", "duplicate_keys", "duplicates", "find", "forget",
    "forget_many", "index", "index_many", "indexed", "learn_tokens", "match", "prepare", "rebuild", "spell_tokens",
    "write_new",
]
