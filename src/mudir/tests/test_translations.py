"""Arabic is complete, agrees with its English, and is written by the rules of docs/glossary.md."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]
OURS = PACKAGE / "locale/ar/LC_MESSAGES/django.po"
LIBRARIES = PACKAGE / "locale/libraries/ar/LC_MESSAGES/django.po"
TEMPLATES_OF_LIBRARIES = [Path(library.__file__).parent for library in (allauth, django)]
SIX_FORMS = [0, 1, 2, 3, 4, 5]

# What a call means by its arguments, in their order.
CALLS = {
    "_": ("text",), "gettext": ("text",), "gettext_lazy": ("text",), "gettext_noop": ("text",),
    "ngettext": ("text", "plural"), "ngettext_lazy": ("text", "plural"),
    "pgettext": ("context", "text"), "pgettext_lazy": ("context", "text"),
    "npgettext": ("context", "text", "plural"), "npgettext_lazy": ("context", "text", "plural"),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sd]|%%|\{\w*\}")
TAG = re.compile(r"<[^>]*>")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_./'-]*")
NAMES = {  # stand in Arabic as they are
    "API", "CSV", "Ctrl-C", "Excel", "Google", "HubSpot", "JSON", "JavaScript", "Linux", "Outlook", "Pipedrive",
    "PostgreSQL", "Python", "Salesforce", "Zoho", "ODS", "TLS", "Thunderbird", "VCF", "XLS", "XLSX", "vCard", "wheel",
    "Asia/Riyadh", "OpenAPI", "name", "example.com", "https",
}
COMMAND_LINE = re.compile(  # words of the terminal: variables, files, options, and what one types
    r"\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b|--[a-z-]+(?: [A-Za-z]+)?|\bmudir(?: [a-z]+)*(?: [A-Z]+)?|\bmake [a-z]+\b"
    r"|\bchmod\b|\btzdata\b"
    r"|docs/[\w.]+|\bpg_trgm\b|\broot\b|'[A-Z0-9.-]+'|\bC\.UTF-8\b|\b(?:ENCODING|LOCALE)\b|\bUTF-8\b|\{\".*?\}"
    r"|\b(?:clients|client_manager)\b"
    # what a program sends: names of headers and members, filters
    r"|«\u2066?[A-Za-z_: …]+\u2069?»|\b(?:If-Match|ETag|Idempotency-Key|application/json|ASCII|UTC|true|false)\b"
    r"|\bor\(\S+\)|\b[a-z_]+(?:\.\w+)+\b|T09:30:00Z",
    re.ASCII,  # an Arabic letter may stand before: وMUDIR_PORT
)
MASDAR_AFTER_TAMM = re.compile(r"\b(?:تم|تمت|يتم|ستتم|سيتم|تتم)\s+(?!الرد\b)[\u0600-\u06ff]")
QAMA_BI = re.compile(r"\b(?:قم|قمت|قام|قامت|يقوم|تقوم|نقوم|القيام)\s+(?:أنت\s+)?ب")
ARABIC_LETTER = r"[\u0620-\u064a\u064b-\u0652]"
FOREIGN_SIGNS = re.compile(rf"{ARABIC_LETTER}\s*[,;?]|[“”\"]{ARABIC_LETTER}|{ARABIC_LETTER}[“”\"]|{ARABIC_LETTER}!")
TANWIN_BEHIND_ALIF = re.compile("اً")
TURNED_DATE = re.compile(r"(?<!\u200e)\b\d{4}-\d\d-\d\d")  # behind Arabic its parts stand from right to left


def entries(path: Path) -> list[polib.POEntry]:
    return list(polib.pofile(str(path)))


def forms(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)] if entry.msgid_plural else [entry.msgstr]


def key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def written(entry: polib.POEntry) -> str:
    """The Arabic of an entry without what is no Arabic: placeholders, tags, and words of the terminal."""
    return COMMAND_LINE.sub(" ", PLACEHOLDER.sub(" ", TAG.sub(" ", " ".join(forms(entry)))))


# ── what the source asks for ─────────────────────────────────────────────────────────────────────────────────────────


def asked_by_python(source: str) -> Iterator[tuple[str | None, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        shape = CALLS.get(name)
        if shape is None:
            continue
        given = dict(zip(shape, (argument.value for argument in node.args if isinstance(argument, ast.Constant)),
                         strict=False))
        if isinstance(given.get("text"), str):
            yield given.get("context"), given["text"]


def asked_by_template(source: str) -> Iterator[tuple[str | None, str]]:
    shown = templatize(source)
    for call in re.finditer(r"(?<!\w)(?:n?p?gettext|_)\(", shown):
        for end in re.finditer(r"\)", shown[call.end():]):
            piece = shown[call.start():call.end() + end.end()]
            try:
                ast.parse(piece)
            except SyntaxError:  # that bracket stands inside the text
                continue
            yield from asked_by_python(piece)
            break


def asked() -> set[tuple[str | None, str]]:
    found: set[tuple[str | None, str]] = set()
    for path in PACKAGE.rglob("*"):
        if {"vendor", "locale"} & set(path.relative_to(PACKAGE).parts):
            continue
        if path.suffix == ".py":
            found |= set(asked_by_python(path.read_text()))
        elif path.suffix in {".html", ".txt"}:
            found |= set(asked_by_template(path.read_text()))
    return found


def test_the_catalogue_holds_exactly_the_texts_of_the_source():
    known, wanted = {key(entry) for entry in entries(OURS) if not entry.obsolete}, asked()

    assert wanted - known == set(), "run: make messages"
    assert known - wanted == set(), "run: make messages"


def test_the_reader_of_sources_finds_every_kind_of_call():
    python = '_("one"), words.gettext("two"), ngettext("%(n)s day", "%(n)s days", 2), pgettext("c", "x"), other("no")'
    template = (
        '{% load i18n %}{% translate "three" %}{% translate "four" context "act" %}{{ x|default:_("five") }}'
        "{% blocktranslate with name=a %}of {{ name }} (100%){% endblocktranslate %}"
        "{% blocktranslate count counter=n %}{{ counter }} row{% plural %}{{ counter }} rows{% endblocktranslate %}"
    )

    assert set(asked_by_python(python)) == {(None, "one"), (None, "two"), (None, "%(n)s day"), ("c", "x")}
    assert set(asked_by_template(template)) == {
        (None, "three"), ("act", "four"), (None, "five"), (None, "of %(name)s (100%%)"), (None, "%(counter)s row"),
    }


def test_the_words_for_libraries_are_words_that_the_libraries_say():
    said = set()
    for library in TEMPLATES_OF_LIBRARIES:
        for catalogue in library.rglob("locale/en/LC_MESSAGES/django.po"):
            said |= {key(entry) for entry in entries(catalogue)}

    assert {key(entry) for entry in entries(LIBRARIES)} - said == set()


def test_a_counted_text_of_a_page_writes_its_number_in_the_readers_digits():
    counts = [(path.name, count) for path in PACKAGE.rglob("templates/**/*.html")
              for count in re.findall(r"{% blocktranslate count (\S+)", path.read_text())]

    assert [(name, count) for name, count in counts if not count.endswith("|counted:request")] == []


# ── each text ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=[OURS, LIBRARIES], ids=["ours", "libraries"])
def catalogue(request) -> list[polib.POEntry]:
    return entries(request.param)


def test_no_text_is_missing_or_guessed(catalogue):
    assert [key(entry) for entry in catalogue if entry.obsolete or entry.fuzzy or not all(forms(entry))] == []


def test_every_plural_has_all_six_forms(catalogue):
    assert [key(entry) for entry in catalogue if entry.msgid_plural and sorted(entry.msgstr_plural) != SIX_FORMS] == []


@pytest.mark.parametrize("part", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_parts_are_those_of_the_english(catalogue, part):
    """Zero, one and two are words: these forms may leave the figure out, and what is drawn around it."""
    wrong = []
    for entry in catalogue:
        wanted = sorted(part.findall(entry.msgid_plural or entry.msgid))
        for number, form in enumerate(forms(entry)):
            found = sorted(part.findall(form))
            may_lack = entry.msgid_plural and number <= 2 and "%d" not in wanted
            if not (found == wanted or may_lack and set(found) < set(wanted)):
                wrong.append((entry.msgid, form))

    assert wrong == []


def test_spaces_around_a_text_are_those_of_the_english(catalogue):
    def edges(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    assert [entry.msgid for entry in catalogue for form in forms(entry) if edges(form) != edges(entry.msgid)] == []


def test_no_english_is_left(catalogue):
    assert {(entry.msgid, word) for entry in catalogue for word in LATIN.findall(written(entry))
            if word.rstrip("./'-") not in NAMES} == set()


@pytest.mark.parametrize(
    "fault", [MASDAR_AFTER_TAMM, QAMA_BI, FOREIGN_SIGNS, TANWIN_BEHIND_ALIF, TURNED_DATE],
    ids=["tamm with a verbal noun", "qama bi", "signs of another script", "tanwin behind the alif", "turned date"],
)
def test_arabic_is_written_by_the_rules_of_the_house(catalogue, fault):
    assert [(entry.msgid, form) for entry in catalogue for form in forms(entry)
            if fault.search(COMMAND_LINE.sub(" ", form))] == []


def test_the_rules_of_the_house_find_what_they_forbid():
    assert MASDAR_AFTER_TAMM.search("تم حفظ السجل") and MASDAR_AFTER_TAMM.search("سيتم الحفظ")
    assert not MASDAR_AFTER_TAMM.search("تم الرد")
    assert QAMA_BI.search("قم بتحديث الصفحة") and not QAMA_BI.search("رقم بريد")
    assert FOREIGN_SIGNS.search("نعم, لا") and FOREIGN_SIGNS.search("\"نعم\"") and not FOREIGN_SIGNS.search("نعم، لا؟")


def test_a_number_chooses_the_form_that_agrees_with_it():
    written = io.BytesIO(polib.pofile(str(OURS)).to_binary())
    arabic = gettext.GNUTranslations(written)
    said = {n: arabic.ngettext("%(count)s day ago", "%(count)s days ago", n) % {"count": n}
            for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)}

    assert said == {
        0: "اليوم", 1: "منذ يوم", 2: "منذ يومين", 3: "منذ 3 أيام", 10: "منذ 10 أيام", 11: "منذ 11 يومًا",
        99: "منذ 99 يومًا", 100: "منذ 100 يوم", 102: "منذ 102 يوم", 103: "منذ 103 أيام", 111: "منذ 111 يومًا",
    }


def test_c15_no_translation_holds_markup_that_its_english_has_not(catalogue):
    """What a translator writes stands in pages as it is: it brings no tag of its own."""
    tags = re.compile(r"<[^>]*>|javascript:|&#?\w+;")
    assert [entry.msgid for entry in catalogue for said in forms(entry)
            if not set(tags.findall(said)) <= set(tags.findall(f"{entry.msgid} {entry.msgid_plural}"))] == []
