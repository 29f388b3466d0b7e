"""Reading vCards of any version into a table, one row for each card."""

import csv
import quopri
import re
from collections.abc import Iterator
from typing import Any, TextIO

import vobject
from vobject.base import ParseError, VObjectError

BEGIN, END = re.compile(r"^BEGIN:VCARD\s*$", re.I | re.M), re.compile(r"^END:VCARD\s*$", re.I | re.M)
# Pictures and keys: large, of no use here, and a broken one would cost the whole card.
BINARY = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|X-MS-CARDPICTURE|X-MS-OL-DESIGN)[;:].*(?:\r?\n(?:[ \t].*|(?=\r?\n)|"
    r"[A-Za-z0-9+/]{20,}={0,2}))*", re.I | re.M)
QUOTED = re.compile(r"^([^:\n]*?);(?:ENCODING=)?QUOTED-PRINTABLE([^:\n]*):((?:.*=\n)*.*)$", re.I | re.M)
CHARSET = re.compile(r";CHARSET=([\w-]+)", re.I)
TEXTS = re.compile(r"^((?:FN|ORG|TITLE|NICKNAME|NOTE)\b.*)$", re.I | re.M)
BARE_COMMA = re.compile(r"(?<!\\),")
PHONE_TYPES = (("fax", "fax"), ("cell", "mobile"), ("mobile", "mobile"), ("work", "work"), ("home", "home"))
EMAIL_TYPES = (("work", "work"), ("home", "personal"))
ADDRESS_TYPES = ("work", "home")
MOST_ADDRESSES = 4
PARTS = ("street", "city", "region", "postal_code", "country")

COLUMNS = (  # what each is called in the file that is made of them stands in HEADS
    "name", "name:prefix", "name:given", "name:middle", "name:family", "name:suffix", "nickname", "company",
    "department", "job_title", *(f"phones:{kind}" for kind in ("mobile", "work", "home", "fax", "other")),
    *(f"emails:{kind}" for kind in ("work", "personal", "other")),
    *(f"address {number} {part}" for number in range(1, MOST_ADDRESSES + 1) for part in ("type", *PARTS)),
    "website", "birthday", "languages", "notes", "external_id",
)
HEADS = {
    "name": "FN", "name:prefix": "N prefix", "name:given": "N given", "name:middle": "N middle",
    "name:family": "N family", "name:suffix": "N suffix", "nickname": "NICKNAME", "company": "ORG",
    "department": "ORG unit", "job_title": "TITLE", "website": "URL", "birthday": "BDAY", "languages": "LANG",
    "notes": "NOTE", "external_id": "UID",
} | {column: f"TEL {column.partition(':')[2]}" for column in COLUMNS if column.startswith("phones:")} | {
    column: f"EMAIL {column.partition(':')[2]}" for column in COLUMNS if column.startswith("emails:")
} | {column: f"ADR {column.split()[1]} - {column.split()[2]}" for column in COLUMNS if column.startswith("address ")}


def are_cards(sample: str) -> bool:
    return BEGIN.match(sample.lstrip("\ufeff \r\n\t")) is not None


def write_table(text: str, target: TextIO) -> int:
    """Write the cards as CSV, only the columns that are used; returns how many cards could not be read."""
    made, unread = [], 0
    for card in split(text):
        try:
            made.append(row_of(card))
        except (ParseError, VObjectError, ValueError, LookupError, AttributeError, TypeError):
            unread += 1
            made.append({"notes": card[:1000]})
    used = [column for column in COLUMNS if any(row.get(column) for row in made)]
    writer = csv.writer(target)
    writer.writerow([HEADS[column] for column in used])
    for row in made:
        writer.writerow([row.get(column, "") for column in used])
    return unread


def split(text: str) -> Iterator[str]:
    for piece in BEGIN.split(text)[1:]:
        lines = BINARY.sub("", END.split(piece)[0]).replace("\r\n", "\n").strip("\n")
        # A comma that nobody escaped belongs to the text: vobject would end it there.
        lines = TEXTS.sub(lambda line: BARE_COMMA.sub(r"\\,", line[1]), QUOTED.sub(_unquoted, lines))
        yield f"BEGIN:VCARD\n{lines}\nEND:VCARD\n"


def _unquoted(line: re.Match[str]) -> str:
    """A quoted-printable line as a plain one; a letter that was cut in two becomes U+FFFD."""
    named = CHARSET.search(line[1] + line[2])
    value = quopri.decodestring(line[3].encode()).decode(named[1] if named else "utf-8", "replace")
    text = value.replace("\r\n", "\n").strip("\n").replace("\n", "\\n")
    return f"{CHARSET.sub('', line[1] + line[2])}:{text}"


def row_of(card: str) -> dict[str, str]:
    """What a card says, by column. Several values stand behind each other on lines of their own."""
    parsed = next(vobject.readComponents(card, allowQP=True, ignoreUnreadable=True))
    values: dict[str, list[str]] = {}

    addresses: list[dict[str, str]] = []

    def put(column: str, value: Any) -> None:
        if isinstance(value, dict):
            addresses.append(value)
        elif (text := plain(value)) and text not in values.setdefault(column, []):
            values[column].append(text)

    for line in parsed.lines():
        read = READ.get(line.name)
        if read:
            read(line, put)
    joined = {column: "\n".join(some) for column, some in values.items()}
    for column in ("name", "company", "department", "job_title", "website", "birthday", "external_id", "nickname"):
        joined[column] = values.get(column, [""])[0]
    for number, address in enumerate(addresses[:MOST_ADDRESSES], start=1):
        joined |= {f"address {number} {part}": text for part, text in address.items()}
    return joined


def plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = " ".join(plain(part) for part in value)
    text = str(value or "").strip()
    return text.replace("\\,", ",").replace("\\;", ";").replace("\\:", ":").replace("\\n", "\n").strip()


def types_of(line: Any) -> set[str]:
    found = set()
    for name, some in line.params.items():
        if name == "TYPE":
            found |= {kind.strip().lower() for value in some for kind in value.strip('"').split(",")}
        else:
            found.add(name.lower())
    return found | {name.lower() for name in line.singletonparams}


def kind_of(line: Any, kinds: tuple[tuple[str, str], ...], other: str) -> str:
    types = types_of(line)
    return next((kind for word, kind in kinds if word in types), other)


def _name(line: Any, put: Any) -> None:
    name = line.value
    if isinstance(name, str):  # vobject could not take it apart
        family, given, middle, prefix, suffix, *_rest = [*name.split(";"), "", "", "", "", ""]
    else:
        family, given, middle, prefix, suffix = name.family, name.given, name.additional, name.prefix, name.suffix
    for column, value in zip(("family", "given", "middle", "prefix", "suffix"),
                             (family, given, middle, prefix, suffix), strict=True):
        put(f"name:{column}", value)


def _organisation(line: Any, put: Any) -> None:
    house, *units = line.value if isinstance(line.value, list) else str(line.value).split(";")
    put("company", ", ".join(house) if isinstance(house, list) else house)
    put("department", ", ".join(filter(None, map(plain, units))))


def _phone(line: Any, put: Any) -> None:
    number, _semicolon, extension = str(line.value).removeprefix("tel:").partition(";ext=")
    put(f"phones:{kind_of(line, PHONE_TYPES, 'other')}", f"{number} ext. {extension}" if extension else number)


def _email(line: Any, put: Any) -> None:
    address = plain(line.value).removeprefix("mailto:")
    # Old Android writes the address as a parameter: EMAIL;PREF:…
    put(f"emails:{kind_of(line, EMAIL_TYPES, 'other')}", address)


def _address(line: Any, put: Any) -> None:
    types, value = types_of(line), line.value
    kind = next((kind for kind in ADDRESS_TYPES if kind in types), "other")
    if isinstance(value, str):
        parts = {"street": value.replace(";", ", ").strip(", ")}
    else:
        streets = [" ".join(plain(part).split()) for part in (value.box, value.extended, value.street)]
        parts = {"street": ", ".join(filter(None, streets)), "city": plain(value.city), "region": plain(value.region),
                 "postal_code": plain(value.code), "country": plain(value.country)}
    put("addresses", {"type": kind, **parts})


def _birthday(line: Any, put: Any) -> None:
    text = plain(line.value)
    if match := re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?", text):  # a day without a year says no birthday
        put("birthday", "-".join(match.groups()))


def _simple(column: str) -> Any:
    return lambda line, put: put(column, line.value)


READ = {
    "N": _name, "ORG": _organisation, "TEL": _phone, "EMAIL": _email, "ADR": _address, "BDAY": _birthday,
    "FN": _simple("name"), "NICKNAME": _simple("nickname"), "TITLE": _simple("job_title"), "URL": _simple("website"),
    "LANG": _simple("languages"), "NOTE": _simple("notes"), "UID": _simple("external_id"),
}
