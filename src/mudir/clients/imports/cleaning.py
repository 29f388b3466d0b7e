"""From the cells of a file to values as the services keep them, each with the reason where it is none."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import override

from mudir.clients.languages import LANGUAGES
from mudir.clients.models import Email
from mudir.kit.arabic.fold import fold
from mudir.kit.forms import read_day
from mudir.kit.phones import Number, digits_of, parse_phone

SPACES = re.compile(r"[ \t\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
LINES = re.compile(r"\s*\n\s*")
PARTS = re.compile(r"\n|;|\s:::\s|\s\|\s")
PHONE_PARTS = re.compile(r"\n|;|\s:::\s|\s\|\s|\s*[/,،]\s*(?=[+\d٠-٩(])")
MONTH_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*")

# Beside the words of the choices themselves, in either language.
SAME_CHOICE: dict[str, dict[str, str]] = {
    "kind": {
        "person": "individual", "people": "individual", "b2c": "individual", "شخص": "individual", "b2b": "company",
        "organization": "company", "organisation": "company", "business": "company", "منشاه": "company",
        "موسسه": "company",
    },
    "lifecycle": {
        "lead": "prospect", "subscriber": "prospect", "new": "prospect", "marketingqualifiedlead": "prospect",
        "marketing qualified lead": "prospect", "salesqualifiedlead": "prospect", "sales qualified lead": "prospect",
        "محتمل": "prospect", "عميل محتمل": "prospect", "opportunity": "negotiating", "customer": "client",
        "active": "client", "evangelist": "repeat", "returning customer": "repeat", "inactive": "dormant",
    },
    "tier": {"normal": "ordinary", "standard": "ordinary", "strategic": "key", "vip": "key", "enterprise": "corporate"},
}
SAME_COUNTRY = {
    "usa": "US", "u s a": "US", "united states of america": "US", "america": "US", "uk": "GB", "great britain": "GB",
    "england": "GB", "ksa": "SA", "kingdom of saudi arabia": "SA", "saudi": "SA", "السعوديه": "SA",
    "المملكه العربيه السعوديه": "SA", "uae": "AE", "u a e": "AE", "emirates": "AE", "الامارات": "AE",
    "korea": "KR", "south korea": "KR", "russian federation": "RU", "holland": "NL", "the netherlands": "NL",
    "دوله الكويت": "KW", "سلطنه عمان": "OM", "مملكه البحرين": "BH", "دوله قطر": "QA", "جمهوريه مصر العربيه": "EG",
    "المملكه الاردنيه الهاشميه": "JO", "czech republic": "CZ", "viet nam": "VN", "ivory coast": "CI",
}


class Unfit(Exception):
    """A value that cannot be kept. `code` and `params` are worded by records/importing/reasons.py."""

    def __init__(self, code: str, **params: Any):
        super().__init__(code)
        self.code, self.params = code, params


def tidy(text: str) -> str:
    """A cell on one line, without spaces and marks that nobody sees."""
    return text if text.isascii() and text.isalnum() else LINES.sub(", ", SPACES.sub(" ", text).strip())


def tidy_lines(text: str) -> str:
    return SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


# ── one kind of value after another ──────────────────────────────────────────────────────────────────────────────────


def text_value(column: models.Field) -> Callable[[str], str]:
    most = column.max_length

    def value(cell: str) -> str:
        text = tidy(cell) if most else tidy_lines(cell)
        if most and len(text) > most:
            raise Unfit("long", most=most)
        return text

    return value


def choice_value(column: models.Field) -> Callable[[str], Any]:
    known = dict(SAME_CHOICE.get(column.name, {}))
    for language in ("en", "ar"):
        with override(language):
            known |= {fold(str(label)): code for code, label in column.flatchoices}
    known |= {fold(str(code)): code for code, _label in column.flatchoices}

    def value(cell: str) -> Any:
        try:
            return known[fold(tidy(cell))]
        except KeyError:
            raise Unfit("choice", field=column.name) from None

    return value


def link_value(column: models.Field) -> Callable[[str], str]:
    def value(cell: str) -> str:
        link = tidy(cell)
        if "://" not in link:
            link = f"https://{link}"
        try:
            column.run_validators(link)
        except ValidationError:
            raise Unfit("link") from None
        return link

    return value


def read_date(cell: str, *, month_first: bool = False) -> date:
    """A day as files have it: as forms take it, as a moment, or month first where the column is written so."""
    text = tidy(cell)
    if match := MOMENT.fullmatch(text):
        text = match[1]
    if month_first and (match := MONTH_FIRST.fullmatch(text)):
        text = f"{match[4]}-{match[1]}-{match[3]}"
    try:
        return read_day(text)
    except ValueError:
        pass
    for written in ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d"):
        try:
            return datetime.strptime(text, written).date()
        except ValueError:
            continue
    raise Unfit("day")


def is_month_first(cells: list[str]) -> bool:
    """Whether a column of days has the month before the day: something above 12 stands second, nothing first."""
    seconds = firsts = 0
    for cell in cells:
        if match := MONTH_FIRST.fullmatch(tidy(cell)):
            firsts += int(match[1]) > 12
            seconds += int(match[3]) > 12
    return seconds > 0 and firsts == 0


@lru_cache(maxsize=20_000)
def _number(raw: str, country: str) -> Number:
    return parse_phone(raw, country)


def phone_row(raw: str, kind: str, country: str) -> dict[str, Any]:
    """A phone as `services.reach` keeps it."""
    if len(raw) > 60:
        raise Unfit("long", most=60)
    number = _number(raw, country)
    e164 = number.e164 or digits_of(raw)[:20]
    return {"raw": raw, "e164": e164, "extension": number.extension[:12], "type": kind}


def phones_in(cell: str) -> list[str]:
    """The numbers of a cell, which may hold several."""
    parts = [tidy(part) for part in PHONE_PARTS.split(cell)]
    return [part for part in parts if part]


EMAIL_COLUMN = Email._meta.get_field("address")


def email_address(text: str) -> str:
    address = text.strip(" <>").removeprefix("mailto:").lower()
    try:
        EMAIL_COLUMN.run_validators(address)
    except ValidationError:
        raise Unfit("email") from None
    return address


def emails_in(cell: str) -> list[str]:
    return [part for part in (tidy(part) for part in re.split(r"[\s;,،|]+|:::", cell)) if part]


@cache
def countries() -> Mapping[str, str]:
    known = dict(SAME_COUNTRY)
    for language in ("ar", "en", "fr"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                known.setdefault(fold(name), code)
                known.setdefault(fold(code), code)
    return known


def country_code(cell: str) -> str:
    try:
        return countries()[fold(tidy(cell).replace(".", ""))]
    except KeyError:
        raise Unfit("country") from None


@cache
def languages() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for language in ("ar", "en"):
        known |= {fold(name): code for code, name in Locale.parse(language).languages.items() if len(code) <= 3}
        with override(language):
            known |= {fold(str(name)): code for code, name in LANGUAGES.items()}
    return known | {code: code for code in Locale.parse("en").languages if len(code) <= 3}


def language_codes(cell: str) -> list[str]:
    codes = []
    for part in re.split(r"[;,،/|\n]", cell):
        word = fold(tidy(part))
        code = languages().get(word) or languages().get(word.partition("-")[0].partition("_")[0])
        if word and code is None:
            raise Unfit("language")
        if word and code not in codes:
            codes.append(code)
    return codes
