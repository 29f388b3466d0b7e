"""One folded form for every way of writing the same text."""

import re

import pytest

from mudir.kit.arabic import fold as module
from mudir.kit.arabic.fold import FOLD_SQL, digits, fold


@pytest.mark.parametrize(
    ("rule", "written", "folded"),
    [
        ("tashkeel", "مُحَمَّدٌ", "محمد"),
        ("tatweel", "مـــحـمد", "محمد"),
        ("alef forms", "أحمد إحمد آحمد ٱحمد احمد", "احمد احمد احمد احمد احمد"),
        ("dagger alef", "الرحمٰن", "الرحمن"),
        ("alef maqsura", "ليلى", "ليلي"),
        ("taa marbuta", "فاطمة", "فاطمه"),
        ("hamza on waw", "مؤسسة", "موسسه"),
        ("hamza on yaa", "رائد", "رايد"),
        ("hamza on the line", "بهاء", "بها"),
        ("a combining hamza", "ا\u0654حمد", "احمد"),
        ("Arabic-Indic digits", "٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("Persian digits", "۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("full-width digits", "０５０", "050"),
        ("presentation forms", "ﻣﺤﻤﺪ ﷲ ﻻ", "محمد الله لا"),
        ("Persian kaf, gaf and yeh", "کریم گلناز", "كريم كلناز"),
        ("Persian peh, tcheh and zheh", "پرويز چنگيز ژاله", "برويز جنكيز زاله"),
        ("veh", "ڤيكتور", "فيكتور"),
        ("Urdu letters", "ہمایوں ٹیپو ڈار", "همايون تيبو دار"),
        ("heh with yeh above", "خانۀ", "خانه"),
        ("zero width and direction marks", "علی\u200cرضا\u200f\u202b", "عليرضا"),
        ("capitals", "MOHAMMED", "mohammed"),
        ("accents", "Müller Niccolò Çelik Ångström", "muller niccolo celik angstrom"),
        ("letters with a stroke", "Øst Łódź Đorđe", "ost lodz dorde"),
        ("two-letter letters", "Straße Æon Œuvre Þór", "strasse aeon oeuvre thor"),
        ("the Turkish i", "İstanbul Işık", "istanbul isik"),
        ("scholarly Latin", "Muḥammad ʿAlī Ṣāliḥ", "muhammad ali salih"),
        ("apostrophes", "Sa'ad Qur’an O‘Brien", "saad quran obrien"),
        ("the final sigma", "ΟΔΟΣ", "οδοσ"),
        ("spaces", "  محمد \u00a0\t\n علي ", "محمد علي"),
        ("other punctuation stays", "A.B-C, د.", "a.b-c, د."),
        ("nothing", "", ""),
    ],
)
def test_folding(rule, written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize("text", ["مُحَمَّد بْنُ عَبْدِ اللّٰه", "Straße İ ŒÆ", "ﷺ ﷲ", "  ا  ب ", "が 한글 Й"])
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_digits_leaves_letters_alone():
    assert digits("أحمد ٠٥٠-۱۲۳ Ab") == "أحمد 050-123 Ab"


def test_the_two_strings_of_translate_pair_letter_by_letter_and_the_rest_is_deleted():
    letters, plain = re.findall(r"translate\(.*, U&'(.*?)', U&'(.*?)'\)", FOLD_SQL)[0]

    def count(literal: str) -> int:
        return len(re.sub(r"\\[0-9A-F]{4}", "x", literal))

    assert count(letters) - len(module._DELETED) == count(plain) == len(module._ONE_TO_ONE)


@pytest.mark.django_db
def test_postgresql_folds_every_character_as_python_does():
    """Of those both know: Python's and PostgreSQL's editions of Unicode differ by a year or two."""
    import unicodedata

    from django.db import connection

    characters = [chr(code) for code in range(1, 0x1E944) if not 0xD800 <= code < 0xE000]
    characters = [c for c in characters if unicodedata.category(c) != "Cn"]
    with connection.cursor() as cursor:
        cursor.execute(FOLD_SQL)
        cursor.execute(
            "SELECT array_agg(mudir_fold('x' || t || 'y') ORDER BY o) FROM unnest(%s::text[]) WITH ORDINALITY u(t, o)",
            [characters],
        )
        folded = cursor.fetchone()[0]
    different = {hex(ord(c)) for c, sql in zip(characters, folded, strict=True) if fold(f"x{c}y") != sql}
    assert different == set()
