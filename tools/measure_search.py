"""Measure the search: does a name in one script find its twin in the other, and how long does a search take.

    python tools/measure_search.py names DATA_DIR           recall@10 on pairs that the model was not learned from
    python tools/measure_search.py spellings DATA_DIR [N]   recall@10 of every Arabic way to write N such names
    python tools/measure_search.py speed DATA_DIR [CLIENTS] latency with CLIENTS, half as many contacts again, and three
                                                            activities for each
    python tools/measure_search.py ask [CLIENTS]            latency again on what `speed` left

DATABASE_URL names an empty database that may be filled; it must be migrated. DATA_DIR holds `wd_arabic_64.tsv`,
`wd_arabic_16.tsv` and `ar2en-eval.txt`. Prints one JSON object.
"""

import json
import os
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from itertools import islice
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mudir.settings")
os.environ.setdefault("MUDIR_DEBUG", "1")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from mudir.accounts.models import Team, User  # noqa: E402
from mudir.activities.models import Call, Note, Task  # noqa: E402
from mudir.clients.models import Client, Contact, ContactRole, Email, Phone  # noqa: E402
from mudir.kit.arabic.fold import fold  # noqa: E402
from mudir.kit.arabic.names import name_tokens  # noqa: E402
from mudir.records import registry, search  # noqa: E402
from mudir.records.search import vocabulary  # noqa: E402

SENTENCES = (
    "اتفقنا على توريد الأثاث إلى فروع القصيم على مرحلتين",
    "طلب العميل عرض سعر جديدا للأجهزة المكتبية",
    "لم يرد على الهاتف وسنعاود الاتصال غدا صباحا",
    "وافق المدير المالي على شروط الدفع خلال ستين يوما",
    "Asked for a discount on the second order of chairs",
    "Sent the catalogue and agreed to meet next week",
    "The warehouse manager prefers deliveries before noon",
    "شكوى من تأخر الشحنة الأخيرة إلى مستودع جدة",
)
CITIES = ["الرياض", "جدة", "الدمام", "مكة", "المدينة", "الطائف", "تبوك", "أبها", "حائل", "بريدة", "الخبر", "الجبيل"]
TRADES = ["للتجارة", "للمقاولات", "للأثاث", "الغذائية", "الطبية", "للنقل"]


def read_pairs(path: Path) -> list[tuple[str, str, int]]:
    """Return Latin, Arabic, times seen."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        first, second, *seen = line.split("\t")
        latin, arabic = (first, second) if path.suffix == ".tsv" else (second, first)
        pairs.append((latin, arabic.replace(" ", ""), int(seen[0]) if seen else 1))
    return pairs


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def measure_names(folder: Path) -> dict:
    """Every name of every file joins the vocabulary; a hit is any spelling of the other script seen with the name."""
    files = ("wd_arabic_64.tsv", "wd_arabic_16.tsv", "ar2en-eval.txt")
    pairs = {name: read_pairs(folder / name) for name in files}
    twins: dict[str, set[str]] = defaultdict(set)
    for latin, arabic, _seen in (pair for some in pairs.values() for pair in some):
        ours, theirs = name_tokens(latin), name_tokens(arabic)
        if len(ours) == len(theirs) == 1:
            twins[ours[0]].add(theirs[0])
            twins[theirs[0]].add(ours[0])
    started = time.perf_counter()
    names = iter(sorted(twins))
    while some := list(islice(names, 2000)):
        vocabulary.learn_tokens(some)
    answers: dict = {"names": len(twins), "learn_s": round(time.perf_counter() - started, 1)}
    learned = {fold(latin) for latin, _arabic, _seen in pairs[files[0]]}
    learned |= {fold(arabic) for _latin, arabic, _seen in pairs[files[0]]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, token FROM records_nametoken")
        written = dict(cursor.fetchall())
    for name in files[1:]:
        asked = [pair for pair in pairs[name] if fold(pair[0]) not in learned or fold(pair[1]) not in learned]
        random.Random(7).shuffle(asked)
        for title, side in (("latin_to_arabic", 0), ("arabic_to_latin", 1)):
            answers[f"{name} {title}"] = _recall([pair[side] for pair in asked[:1500]], twins, written)
    return answers


def _recall(queries: list[str], twins: dict[str, set[str]], written: dict[int, str]) -> dict:
    first = tenth = count = 0
    times = []
    for query in queries:
        tokens = name_tokens(query)
        if len(tokens) != 1 or not twins[tokens[0]]:
            continue
        started = time.perf_counter()
        meanings = vocabulary.meanings_of([vocabulary.Typed(tokens[0])])[0]
        times.append((time.perf_counter() - started) * 1000)
        is_other = str.isascii if not tokens[0].isascii() else lambda text: not text.isascii()
        best = [written[token] for token in sorted(meanings.costs, key=meanings.costs.get) if is_other(written[token])]
        count += 1
        first += not twins[tokens[0]].isdisjoint(best[:1])
        tenth += not twins[tokens[0]].isdisjoint(best[:10])
    return {
        "queries": count,
        "recall_at_1": round(first / count, 3),
        "recall_at_10": round(tenth / count, 3),
        "median_ms": round(statistics.median(times), 2),
    }


# ── spellings ────────────────────────────────────────────────────────────────────────────────────────────────────────

MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
ALEFS = "اأإآٱ"
SERVANTS = ("الله", "الرحمن", "العزيز", "الكريم", "المجيد", "اللطيف", "القادر", "السلام")


def compose(tokens: list[str], count: int, chance: random.Random) -> list[str]:
    """Names of people and houses as they are written, of names that the model has not seen."""
    shapes = (
        "{a} {b}", "{a} بن {b}", "{a} ابن {b}", "{a} ال{b}", "عبد {s} {a}", "{a} عبد{s} {b}",
        "أبو {a} {b}", "{a} أبو {b}", "ال{a} {b}", "{a} {b} فرع {n}", "مؤسسة {a} {b}", "{a} بن {b} ال{c}",
    )
    made = (chance.choice(shapes).format(
        a=chance.choice(tokens), b=chance.choice(tokens), c=chance.choice(tokens), s=chance.choice(SERVANTS),
        n=chance.randrange(100, 999)) for _name in range(count))
    return list(dict.fromkeys(made))


def ways(name: str, chance: random.Random) -> dict[str, str]:
    """The name by each rule of folding, and by all of them at once; those that change nothing are left out."""
    def each(letters: str, others: str, text: str) -> str:
        return "".join(chance.choice(others) if letter in letters else letter for letter in text)

    def by_word(change, text: str) -> str:
        return " ".join(change(word) for word in text.split())

    def article(word: str) -> str:
        if word.startswith("ال") and len(word) > 4 and word != "الله":
            return word[2:]
        stays = word in {"بن", "ابن", "أبو", "عبد", "فرع"} or word.startswith(("عبد", "ال")) or word.isdigit()
        return word if stays else f"ال{word}"

    rules = {
        "tashkeel": lambda text: "".join(
            letter + (chance.choice(MARKS) if letter.isalpha() and chance.random() < 0.6 else "") for letter in text),
        "tatweel": lambda text: re.sub(r"(?<=[بتثجحخسشصضطظعغفقكلمنهي])(?=[\u0621-\u064a])",
                                       lambda _at: "ـ" * chance.randrange(3), text),
        "alef forms": lambda text: each(ALEFS, ALEFS, text),
        "alef maqsura": lambda text: by_word(lambda word: re.sub("[يى]$", chance.choice("يى"), word), text),
        "taa marbuta": lambda text: by_word(lambda word: re.sub("[ةه]$", chance.choice("ةه"), word), text),
        "carriers of hamza": lambda text: text.replace("ؤ", "و").replace("ئ", "ي").replace("ء", ""),
        "digits": lambda text: text.translate(str.maketrans("0123456789", chance.choice(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))),
        "article": lambda text: by_word(article, text),
        "servant of": lambda text: text.replace("عبد ", "عبد") if "عبد " in text else re.sub("عبد(?=ال)", "عبد ", text),
        "son of": lambda text: re.sub(" (بن|ابن) ", chance.choice([" بن ", " ابن ", " "]), text),
        "father of": lambda text: re.sub("أبو ", chance.choice(["ابو ", "أبي ", "ابا ", "أبو", "ابو"]), text),
    }
    found = {title: change(name) for title, change in rules.items()}
    everything = name
    for title, change in rules.items():
        if title not in {"article", "alef forms"}:
            everything = change(everything)
    found["all at once"] = everything
    return {title: text for title, text in found.items() if text != name}


def measure_spellings(folder: Path, count: int) -> dict:
    """Clients with composed names; of each, every other way to write it must find it among the first ten."""
    chance = random.Random(11)
    learned = {fold(arabic) for _latin, arabic, _seen in read_pairs(folder / "wd_arabic_64.tsv")}
    held_out = {arabic for name in ("wd_arabic_16.tsv", "ar2en-eval.txt") for _latin, arabic, _seen in
                read_pairs(folder / name) if len(arabic) > 2 and fold(arabic) not in learned and arabic.isalpha()}
    names = compose(sorted(held_out), count, chance)
    team = Team.objects.create(name="All")
    director = User.objects.create(email="director@example.com", name="Director", role="director", team=team)
    at = timezone.now()
    copy_rows(Client, ({"name": name, "sort_key": fold(name)} for name in names), owner_id=director.pk,
              team_id=team.pk, created_at=at, updated_at=at, created_by_id=director.pk)
    search.rebuild("clients.client")
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for title, written in ways(name, chance).items():
            hits = [hit.title for hit in search.find(director, written, limit=10)]
            tally[title][0] += name in hits
            tally[title][1] += 1
            if name not in hits and len(missed[title]) < 8:
                missed[title].append(f"{name} | {written}")
    recall = {title: {"queries": asked, "recall": round(found / asked, 4)}
              for title, (found, asked) in sorted(tally.items())}
    return {"names": len(names), "held_out": len(held_out), "recall_at_10": recall, "missed": missed}


# ── speed ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def copy_rows(model, rows, **constant) -> None:
    """Write rows (dicts) by COPY; what they leave out is the field's default."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            row = constant | row
            copy.write_row(
                [
                    row[field.attname]
                    if field.attname in row
                    else connection.ops.adapt_json_value({}, None)
                    if field.get_internal_type() == "JSONField"
                    else field.get_default()
                    if field.has_default()
                    else None
                    if field.null
                    else timezone.now()
                    if getattr(field, "auto_now", False)
                    else ""
                    for field in fields
                ]
            )


def fill(folder: Path, clients: int) -> list[str]:
    chance = random.Random(1)
    pairs = read_pairs(folder / "wd_arabic_64.tsv")
    weights = [seen for _latin, _arabic, seen in pairs]
    arabic, latin = [pair[1] for pair in pairs], [pair[0].title() for pair in pairs]

    def names(count: int) -> list[str]:
        first = chance.choices(range(len(pairs)), weights, k=2 * count)
        made = []
        for place in range(count):
            script = arabic if chance.random() < 0.7 else latin
            name = f"{script[first[2 * place]]} {script[first[2 * place + 1]]}"
            made.append(f"شركة {name} {chance.choice(TRADES)}" if place % 3 == 0 and script is arabic else name)
        return made

    team = Team.objects.create(name="All")
    director = User.objects.create(email="director@example.com", name="Director", role="director", team=team)
    owners = [
        User.objects.create(email=f"m{n}@example.com", name=f"M{n}", role="client_manager", team=team)
        for n in range(clients // 500 + 1)
    ]
    at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no history of what is only measured
    own = [owner.pk for owner in owners]
    written = names(clients)
    copy_rows(
        Client,
        (
            {
                "name": name,
                "sort_key": fold(name),
                "owner_id": own[place % len(own)],
                "city": chance.choice(CITIES),
                "registration_number": f"10{place:08d}",
            }
            for place, name in enumerate(written)
        ),
        team_id=team.pk,
        created_at=at,
        updated_at=at,
        created_by_id=director.pk,
    )
    first_client = Client.objects.unscoped("measuring").order_by("pk").values_list("pk", flat=True)[0]
    people = names(clients * 3 // 2)
    copy_rows(
        Contact,
        (
            {"name": name, "sort_key": fold(name), "owner_id": own[place % len(own)]}
            for place, name in enumerate(people)
        ),
        team_id=team.pk,
        created_at=at,
        updated_at=at,
    )
    first_contact = Contact.objects.unscoped("measuring").order_by("pk").values_list("pk", flat=True)[0]
    copy_rows(
        ContactRole,
        (
            {"contact_id": first_contact + place, "client_id": first_client + place % clients}
            for place in range(len(people))
        ),
    )
    copy_rows(
        Phone,
        (
            {"client_id": first_client + place, "raw": f"05{place:08d}", "e164": f"+9665{place * 37 % 100_000_000:08d}"}
            for place in range(clients)
        ),
        is_primary=True,
    )
    copy_rows(
        Email,
        (
            {"contact_id": first_contact + place, "address": f"{place}@c{place % 5000}.example"}
            for place in range(len(people))
        ),
        is_primary=True,
    )

    def activities(count: int):
        for place in range(count):
            yield {
                "client_id": first_client + place * 7 % clients,
                "owner_id": own[place % len(own)],
                "text": f"{chance.choice(SENTENCES)} {place}",
                "notes": chance.choice(SENTENCES),
                "title": chance.choice(SENTENCES)[:40],
                "due_date": at.date(),
            }

    for model, count in ((Note, clients * 3 // 2), (Call, clients), (Task, clients // 2)):
        copy_rows(model, activities(count), team_id=team.pk, created_at=at, updated_at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    return written


def measure_speed(folder: Path, clients: int) -> dict:
    fill(folder, clients)
    answers: dict = {}
    for record_type in registry.all_types():
        if record_type.search:
            started = time.perf_counter()
            count = search.rebuild(record_type.kind)
            answers[f"index {record_type.kind}"] = {
                "rows": count,
                "rows_per_s": round(count / (time.perf_counter() - started)),
            }
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return answers | ask(clients)


def ask(clients: int) -> dict:
    chance = random.Random(3)
    some = chance.sample(range(clients), 40)
    ids = Client.objects.unscoped("measuring").order_by("pk").values_list("pk", flat=True)
    first = ids[0]
    written = list(
        Client.objects.unscoped("measuring")
        .filter(pk__in=[first + place for place in some])
        .values_list("name", flat=True)
    )
    words = [name.split()[1 if name.startswith("شركة") else 0] for name in written]
    questions = {
        "full name": written,
        "one word": words,
        "half a word": [word[:4] for word in words],
        "mistyped": [word[:2] + word[3:] if len(word) > 4 else word for word in words],
        "phone": [f"05{place * 37 % 100_000_000:08d}" for place in some],
        "end of a phone": [f"{place * 37 % 100_000_000:08d}"[-5:] for place in some],
        "e-mail": [f"{place}@c{place % 5000}.ex" for place in some],
        "number": [f"10{place:08d}" for place in some],
        "text": ["توريد الأثاث", "discount chairs", "تأخر الشحنة", "المدير المالي"],
        "most common": ["محمد", "mohammed", "شركة", "john", "علي", "moh", "مح", "%%%"],
    }
    answers = {}
    for role, actor in (
        ("director", User.objects.get(email="director@example.com")),
        ("manager", User.objects.get(email="m1@example.com")),
    ):
        every = []
        for title, texts in questions.items():
            times = []
            hits = refused = 0
            for text in texts:
                started = time.perf_counter()
                try:
                    hits += bool(search.find(User.objects.get(pk=actor.pk), text))
                except search.TooBroad:
                    refused += 1
                times.append((time.perf_counter() - started) * 1000)
            every += times
            answers[f"{role}: {title}"] = {
                "median_ms": round(statistics.median(times), 1),
                "worst_ms": round(max(times), 1),
                "found": f"{hits}/{len(texts)}",
            }
        answers[f"{role}: all"] = {"median_ms": round(statistics.median(every), 1)}
    return answers


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["names", folder]:
            result = measure_names(Path(folder))
        case ["spellings", folder, *rest]:
            result = measure_spellings(Path(folder), int(rest[0]) if rest else 2000)
        case ["speed", folder, *rest]:
            result = measure_speed(Path(folder), int(rest[0]) if rest else 100_000)
        case ["ask", *rest]:
            result = ask(int(rest[0]) if rest else 100_000)
        case _:
            sys.exit(__doc__)
    print(json.dumps(result, indent=1, ensure_ascii=False))
