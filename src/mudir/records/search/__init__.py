"""Finding records by any spelling, number or word.

Writers call `index`, `index_many` and `forget` in the transaction of the record; readers ask `find` and `match`, and
`duplicates` before a record is made.
"""

from mudir.records.search.duplicates import Candidate, duplicate_keys, duplicates
from mudir.records.search.entries import forget, index, index_many, rebuild
from mudir.records.search.finding import Hit, TooBroad, find, match
from mudir.records.search.vocabulary import learn_tokens, spell_tokens

__all__ = [
    "Candidate", "Hit", "TooBroad", "duplicate_keys", "duplicates", "find", "forget", "index", "index_many",
    "learn_tokens", "match", "rebuild", "spell_tokens",
]
