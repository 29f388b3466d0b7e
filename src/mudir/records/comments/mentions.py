"""Mentions: typed as @Name, kept as the key of the user, whose name may change."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mudir.accounts.models import User
from mudir.kit.arabic.fold import fold
from mudir.records.models import Record

SUGGESTED = 8
LOOKED_AT = 40  # people whose sight of the record is asked for, one by one
OPEN, CLOSE = "\ue000", "\ue001"  # around a key; of the private use area, hence in no text that a person types
MENTION = re.compile(f"{OPEN}(\\d{{1,18}}){CLOSE}")
MARKS = str.maketrans("", "", OPEN + CLOSE)


@dataclass(frozen=True)
class Read:
    """A text as it is kept, whom it mentions, and the names of those who do not see the record."""

    text: str
    people: list[User]
    blind: list[str]


def sees(person: User, record: Record) -> bool:
    return type(record).objects.visible_to(person).filter(pk=record.pk).exists()


def suggestions(record: Record, words: str, *, by: User) -> list[User]:
    """People who see the record and whose name, in either language, has words beginning so; never who asks."""
    begun = fold(words).split()
    likely = [
        key for key, *names in _names() if key != by.pk
        and all(any(word.startswith(part) for name in names for word in fold(name).split()) for part in begun)
    ]
    people = User.objects.in_bulk(likely[:LOOKED_AT])
    found = []
    for key in likely[:LOOKED_AT]:
        if sees(people[key], record):
            found.append(people[key])
        if len(found) == SUGGESTED:
            break
    return found


def read(text: str, record: Record) -> Read:
    """Find the names behind each @. Who does not see the record is not mentioned: the name stays plain text."""
    text = text.translate(MARKS).strip()
    if "@" not in text:
        return Read(text, [], [])
    known: dict[str, list[int]] = {}
    for key, *names in _names():
        for name in filter(None, names):
            known.setdefault(name.casefold(), []).append(key)
    longest_first = sorted(known, key=len, reverse=True)
    kept, place, people, blind = [], 0, {}, []
    for at in re.finditer(r"(?<![\w.@])@", text):
        behind = text[at.end():].casefold()
        name = next((name for name in longest_first if behind.startswith(name)
                     and not behind[len(name):len(name) + 1].isalnum()), None)
        if name is None or at.start() < place:
            continue
        person = _seeing(known[name], record)
        end = at.end() + len(name)
        if person is None:
            blind.append(text[at.end():end])
            continue
        people[person.pk] = person
        kept += [text[place:at.start()], f"{OPEN}{person.pk}{CLOSE}"]
        place = end
    return Read("".join([*kept, text[place:]]), list(people.values()), list(dict.fromkeys(blind)))


def as_typed(text: str) -> str:
    """The text as a person would type it, to be changed."""
    names = names_in([text])
    return MENTION.sub(lambda found: f"@{names.get(int(found[1]), '')}", text)


def names_in(texts: Iterable[str]) -> dict[int, str]:
    """Names of everybody mentioned in the texts, by key."""
    keys = {int(key) for text in texts for key in MENTION.findall(text)}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def _names() -> list[tuple[int, str, str]]:
    return list(User.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name", "name_other"))


def _seeing(keys: list[int], record: Record) -> User | None:
    """The first of several people of one name who sees the record."""
    return next((person for person in User.objects.filter(pk__in=keys).order_by("pk") if sees(person, record)), None)
