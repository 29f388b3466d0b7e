"""The tokens of a name: what stays the same however a person writes it.

`عبد الرحمٰن`, `عبدالرحمن` and `Abdul Rahman`, `Abd-ar-Rahman`, `Abdurrahman` are one token in each script; `بن` and
`ibn` are left out, `ال` and `al-` are taken off. Tokens of the two scripts meet in their Arabic keys (spelling.py).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from mudir.kit.arabic.fold import fold
from mudir.kit.arabic.spelling import arabic_key
from mudir.kit.arabic.words import ARTICLE, is_arabic, without_article

WORDS = re.compile(r"[^\W_]+")
INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")  # L.L.C., ذ.م.م

CAMEL_ARTICLE = re.compile(r"\b(A[lL]|E[lL])(?=[A-Z][a-z])")  # AlOtaibi, ALOtaibi

DESCENT = frozenset(["بن", "ابن", "بنت", "ابنه", "bin", "ibn", "bint", "bent", "binte", "binti"])
LATIN_ARTICLES = frozenset(["al", "el", "ul"])
SUN_ARTICLES = re.compile("[aeu](sh|th|dh|[dnrstz])")  # ash-Shehri, an-Nahyan: before the same letter only
GOD = "الله"
FAITH = "الدين"
COMPOUND_ENDS = frozenset([GOD, FAITH, "allah", "aldin"])

KUNYA = frozenset(["ابو", "ابي", "ابا"])
LATIN_KUNYA = re.compile("(?:ab(?:u|ou|oo|o|i|a))(l?)")
LATIN_KUNYA_JOINED = re.compile("ab(?:u|ou|oo)(?:[ae]?l(?=[^aeiou]))?([a-z]{3,})")
LATIN_MOTHERS = frozenset(["um", "umm", "oum", "omm"])

SERVANT = "عبد"
LATIN_SERVANT = re.compile("abd(?:[aeiou]{1,2}(l|sh|th|dh|[dnrstz]))?")
LATIN_SERVANT_JOINED = re.compile(r"abd[aeiou]{0,2}(?:l|(sh|th|dh|[dnrstz])(?=\1))?([a-z]{3,})")
LATIN_GOD = re.compile("[aeou]ll[ao]h")
LATIN_GOD_JOINED = re.compile("([a-z]{2,}?)[aeou]ll[ao]h")
LATIN_SERVANT_OF_GOD = re.compile("abd[aeou]{1,2}l+[ao]h?")
LATIN_FAITH = re.compile("(?:[aeiou](?:ll?|d))?d(?:in|ine|een|ien|yn|eine)")
LATIN_FAITH_JOINED = re.compile("([a-z]{2,}?)[aeiou](?:ll?|d)d(?:in|ine|een|ien|yn|eine)")

CHAT_DIGIT = re.compile("(?<![0-9])[235679](?![0-9])")  # 7assan, sa3eed
CHAT_LETTERS = {"5": "kh", "6": "t", "7": "h", "9": "s"}

# fmt: off
WEAK_TOKENS = frozenset([
    "شركه", "موسسه", "مجموعه", "مصنع", "مصانع", "مكتب", "محل", "محلات", "مركز", "فرع", "شركا", "شركاه", "شركايه",
    "قابضه", "محدوده", "مسووليه", "مسيوليه", "ذات", "مساهمه", "مقفله", "تضامن", "ذمم", "شذمم", "شمم",
    "دكتور", "دكتوره", "مهندس", "مهندسه", "استاذ", "استاذه",
    "company", "co", "corporation", "corp", "incorporated", "inc", "limited", "ltd", "llc", "llp", "lp", "plc", "est",
    "establishment", "group", "holding", "holdings", "enterprise", "enterprises", "office", "factory", "branch",
    "partners", "sons", "bros", "gmbh", "ag", "sa", "sal", "sarl", "sas", "srl", "spa", "bv", "nv", "ab", "oy", "as",
    "fze", "fzc", "fzco", "wll", "bsc", "saoc", "saog", "pjsc", "jsc", "psc", "ksc", "cjsc",
    "and", "the", "of", "for", "mr", "mrs", "ms", "dr", "eng", "prof", "ben", "von", "van", "de",
])
# fmt: on


def is_weak(token: str) -> bool:
    """Whether a token says little about who is meant: a legal form, a title, an initial."""
    return token in WEAK_TOKENS or len(token) == 1


def telling_tokens(tokens: Iterable[str]) -> list[str]:
    """Tokens of a name that say who is meant, each once; all of them where none does."""
    once = list(dict.fromkeys(tokens))
    return [token for token in once if not is_weak(token)] or once


def name_tokens(text: str) -> list[str]:
    """Return the folded tokens of a name in their order; one token stays one, whatever it is.

    A token of Arabic letters is its own Arabic key. Tokens may repeat.
    """
    folded = fold(CAMEL_ARTICLE.sub(r"\1-", text))
    folded = INITIALS.sub(lambda found: found[0].replace(".", ""), folded)
    words = [_without_chat_digits(word) for word in WORDS.findall(folded)]
    tokens: list[str] = []
    start = 0
    while start < len(words):
        read = _arabic_token if is_arabic(words[start]) else _latin_token
        token, start = read(words, start)
        if token in COMPOUND_ENDS and tokens and is_arabic(tokens[-1]) == is_arabic(token):
            tokens[-1] = _joined(tokens[-1], token)  # نصر الله, نور الدين
        elif token:
            tokens.append(token)
    return tokens or words


def typed_prefixes(word: str) -> list[str]:
    """Return what tokens a half-typed word may be the beginning of: `القح` is that of `القح…` and of `قح…`."""
    tokens = name_tokens(word)
    if not tokens:
        return []
    last = tokens[-1]
    forms = [last]
    for article in (ARTICLE, "al", "el"):
        for front in ("", SERVANT, "ابو", "abd", "abu"):
            if last.startswith(front + article) and len(last) > len(front + article):
                forms.append(front + last[len(front + article) :])
    return forms


def _joined(first: str, second: str) -> str:
    """Return both as one token: `ضيا` and `الدين` share their alef in writing (ضياء الدين, ضياالدين)."""
    return first + second[1:] if first.endswith(("ا", "a")) and len(first) > 2 else first + second


def _arabic_token(words: list[str], start: int) -> tuple[str, int]:
    """Return the token that begins at `start` ("" for none) and where the next one begins."""
    word = words[start]
    following = words[start + 1] if start + 1 < len(words) else ""
    if not following:
        return _arabic_word(word), start + 1
    if word in DESCENT or word == ARTICLE:
        return "", start + 1
    if is_arabic(following) and following not in DESCENT:
        if word == SERVANT:
            return _arabic_word(word + following), start + 2
        if word in KUNYA:
            return "ابو" + without_article(following), start + 2
        if word == "ام":
            return word + without_article(following), start + 2
    return _arabic_word(word, inside=start > 0), start + 1


@lru_cache(maxsize=20_000)  # an import reads the same few thousand words again and again
def _arabic_word(word: str, inside: bool = True) -> str:
    if word in (GOD, FAITH):
        return word
    for front in (SERVANT, "ابو"):
        rest = word[len(front) :]
        if word.startswith(front) and rest.startswith(ARTICLE) and rest != GOD:
            return front + without_article(rest)
    for ending in (GOD, FAITH):
        if word.endswith("ا" + ending):
            return word[: -len(ending)] + ending[1:]
    if inside and word.startswith("لل") and len(word) > 4:
        return word[2:]  # للتجارة
    if inside and word.startswith("وال") and len(word) > 6:
        return word[3:]  # والمقاولات
    return without_article(word)


def _latin_token(words: list[str], start: int) -> tuple[str, int]:
    word = words[start]
    following = words[start + 1] if start + 1 < len(words) else ""
    if not following or is_arabic(following):
        return _latin_word(word), start + 1
    if word in DESCENT or (word == "ben" and start):
        return "", start + 1
    if _is_article(word, following):
        return ("aldin", start + 2) if LATIN_FAITH.fullmatch(following) and start else ("", start + 1)
    servant, kunya = LATIN_SERVANT.fullmatch(word), LATIN_KUNYA.fullmatch(word)
    if servant or kunya or word in LATIN_MOTHERS:
        next_one = start + 1
        if next_one + 1 < len(words) and _is_article(following, words[next_one + 1]):
            next_one += 1
        rest = words[next_one]
        if servant and (not servant[1] or servant[1] == "l" or rest.startswith(servant[1])):
            return _servant(rest), next_one + 1
        if kunya:
            return "abu" + _without_latin_article(rest), next_one + 1
        if word in LATIN_MOTHERS:
            return "umm" + _without_latin_article(rest), next_one + 1
    return _latin_word(word), start + 1


def _servant(rest: str) -> str:
    return "abdallah" if rest == "lah" or LATIN_GOD.fullmatch(rest) else "abd" + _without_latin_article(rest)


def _is_article(word: str, following: str) -> bool:
    sun = SUN_ARTICLES.fullmatch(word)
    return word in LATIN_ARTICLES or bool(sun and following.startswith(sun[1]))


@lru_cache(maxsize=20_000)
def _latin_word(word: str) -> str:
    if LATIN_SERVANT_OF_GOD.fullmatch(word):
        return "abdallah"
    if LATIN_GOD.fullmatch(word):
        return "allah"
    if LATIN_FAITH.fullmatch(word) and len(word) > 4:
        return "aldin"
    if found := LATIN_SERVANT_JOINED.fullmatch(word):
        return "abd" + found[2]
    if found := LATIN_KUNYA_JOINED.fullmatch(word):
        return "abu" + found[1]
    if found := LATIN_GOD_JOINED.fullmatch(word):
        return _joined(found[1], "allah")
    if found := LATIN_FAITH_JOINED.fullmatch(word):
        return _joined(found[1], "aldin")
    return _without_latin_article(word)


def _without_latin_article(word: str) -> str:
    """Take `al` or `el` off a joined word (alqahtani) where the rest is written in Arabic as with it.

    Elena and Alexander are left whole: their rest alone would be written otherwise.
    """
    rest = word[2:]
    if word[:2] in LATIN_ARTICLES and len(rest) >= 3 and word.isascii() and arabic_key(word) == arabic_key(rest):
        return rest
    return word


def _without_chat_digits(word: str) -> str:
    """Return a Latin word with the digits that stand for Arabic letters in chats as Latin letters (7assan, sa3d)."""
    if word.isalpha() or not word.isascii() or sum(map(str.isalpha, word)) < 3:
        return word

    def letters(found: re.Match[str]) -> str:
        if found[0] in CHAT_LETTERS:
            return CHAT_LETTERS[found[0]]
        # A hamza or an ain is heard as a vowel, and written as one unless a vowel follows.
        return "" if word[found.end() : found.end() + 1] in ("a", "e", "i", "o", "u", "y") else "a"

    return CHAT_DIGIT.sub(letters, word)
