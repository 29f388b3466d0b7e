"""What one folded word is: its script, its article."""

ARTICLE = "ال"


def is_arabic(word: str) -> bool:
    """Whether a folded word has an Arabic letter."""
    return not word.isascii() and any("\u0620" <= letter <= "\u06ff" for letter in word)


def without_article(word: str) -> str:
    """Return a folded Arabic word without `ال`, where at least three letters remain. `الله` has none."""
    if word.startswith(ARTICLE) and len(word) > 4 and word != "الله":
        return word[2:]
    return word
