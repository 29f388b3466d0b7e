"""One folded form of a text, the same in Python and in PostgreSQL.

Both are generated from the tables below: NFKD, lower case, letters spelled with two letters, letter by letter, marks
deleted, spaces squeezed. Decomposing takes the accents off Latin letters and the hamza and madda off their carriers,
and turns presentation forms (ﷲ, ﻣﺤﻤﺪ, full width) into plain letters.
"""

import re
import unicodedata

LETTERS = {
    "ٱ": "ا",
    "ىیېےۍێۑ": "ي",
    "ةەھہۃ": "ه",
    "کڪگګݣڭ": "ك",
    "پ": "ب",
    "چ": "ج",
    "ژ": "ز",
    "ڤ": "ف",
    "ڨ": "ق",
    "ٹټ": "ت",
    "ڈډ": "د",
    "ڑړڕ": "ر",
    "ںڼ": "ن",
    "ڵ": "ل",
    "ۆۇۈۋ": "و",
    "ı": "i",
    "øɵ": "o",
    "łƚ": "l",
    "đð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ə": "e",
    "ς": "σ",
    "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029": " ",
} | {f"{chr(0x660 + digit)}{chr(0x6F0 + digit)}": str(digit) for digit in range(10)}

PAIRS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}

# Apostrophes stand for a hamza or an ain in names (Sa'ad, Qurʾan) and are left out as often as they are written.
APOSTROPHES = "'`‘’‛ʹʻʼʽʾʿˈ"
MARKS = [
    (0x0300, 0x036F),  # combining accents
    (0x0610, 0x061A),  # honorifics
    (0x061C, 0x061C),  # Arabic letter mark
    (0x0621, 0x0621),  # hamza on the line
    (0x0640, 0x0640),  # tatweel
    (0x064B, 0x065F),  # tashkeel, hamza and madda taken off their carriers
    (0x0670, 0x0670),  # dagger alef
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E8),
    (0x06EA, 0x06ED),
    (0x08D3, 0x08FF),  # marks of the Quran and of African orthographies
    (0x200B, 0x200F),  # zero width, direction marks
    (0x202A, 0x202E),
    (0x2060, 0x2069),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),
]

_ONE_TO_ONE = {letter: plain for letters, plain in LETTERS.items() for letter in letters}
_DELETED = APOSTROPHES + "".join(chr(code) for first, last in MARKS for code in range(first, last + 1))
_TABLE = str.maketrans(_ONE_TO_ONE | PAIRS | dict.fromkeys(_DELETED, ""))
_SPACES = re.compile("  +")
_DIGITS = str.maketrans({letter: plain for letter, plain in _ONE_TO_ONE.items() if plain.isdigit()})


def fold(text: str) -> str:
    """Return the form of `text` that search and sorting compare: `Müller` and `MULLER`, `أحمَد` and `احمد` are one.

    Words keep their order and punctuation other than apostrophes. Equal to `mudir_fold(text)` in the database.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return _SPACES.sub(" ", text.lower().translate(_TABLE)).strip(" ")


def digits(text: str) -> str:
    """Return `text` with Arabic-Indic and Persian digits as 0–9; everything else stays."""
    return text.translate(_DIGITS)


def _quoted(text: str) -> str:
    """Return a PostgreSQL literal in ASCII, so that no editor or shell can reorder or lose a mark."""
    return "U&'" + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):04X}" for c in text) + "'"


def fold_sql() -> str:
    """Return the statement that creates `mudir_fold(text)`, for `RunSQL` and generated columns."""
    letters, plain = "".join(_ONE_TO_ONE), "".join(_ONE_TO_ONE.values())
    # translate() pairs the two strings by place and deletes what is left over: a different length shifts letters
    # without an error.
    assert len(letters) == len(plain) == len(_ONE_TO_ONE)
    assert not set(letters) & set(_DELETED)
    folded = "lower(normalize($1, NFKD))"
    for letter, pair in PAIRS.items():
        folded = f"replace({folded}, {_quoted(letter)}, '{pair}')"
    folded = f"translate({folded}, {_quoted(letters + _DELETED)}, {_quoted(plain)})"
    return (
        "CREATE OR REPLACE FUNCTION mudir_fold(text) RETURNS text\n"
        "LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$\n"
        f"SELECT btrim(regexp_replace({folded}, '  +', ' ', 'g'), ' ')\n"
        "$$"
    )


FOLD_SQL = fold_sql()
DROP_FOLD_SQL = "DROP FUNCTION IF EXISTS mudir_fold(text)"
