"""What one folded word is: its script, its article."""

import re

ARTICLE = "ال"
ARABIC_LETTER = re.compile("[\u0620-\u06ff]")


def is_arabic(word: str) -> bool:
    """Whether a folded word has an Arabic letter."""
    return not word.isascii() and ARABIC_LETTER.search(word) is not None


def without_article(word: str) -> str:
    """Return a folded Arabic word without `ال`, where at least three letters remain. `الله` has none.

    Nor do two stay: folded, `ألباني` begins like an article, and so does what stands behind that of `الألباني`.
    """
    while word.startswith(ARTICLE) and len(word) > 4 and word != "الله":
        word = word[2:]
    return word
