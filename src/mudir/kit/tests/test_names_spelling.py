"""How a Latin name is written in Arabic, learned from pairs."""

import time

import pytest

from mudir.kit.arabic.names import name_tokens
from mudir.kit.arabic.spelling import arabic_key, asked_keys, attested, attested_keys, model, spellings, stored_keys

# Common names, written by hand for this test.
FULL_NAMES = [
    ("Mohammed bin Salman Al Saud", "محمد بن سلمان آل سعود"),
    ("Muhammad Abdulaziz Alqahtani", "محمد عبد العزيز القحطاني"),
    ("Abdullah Al-Otaibi", "عبدالله العتيبي"),
    ("Noura Al Dosari", "نورة الدوسري"),
    ("Khaled Hassan", "خالد حسن"),
    ("Fatima Al-Zahrani", "فاطمة الزهراني"),
    ("Yousef Ibrahim", "يوسف إبراهيم"),
    ("Sultan Al-Harbi", "سلطان الحربي"),
    ("Abu Bakr Siddiq", "أبو بكر صديق"),
    ("Ali Mahmoud", "علي محمود"),
    ("Salah El-Din Mostafa", "صلاح الدين مصطفى"),
    ("Hassan Nasrallah", "حسن نصر الله"),
    ("Omar Abdelrahman", "عمر عبد الرحمن"),
    ("Alaa Eddine Saleh", "علاء الدين صالح"),
    ("Ahmed Zaki", "أحمد زكي"),
    ("3ali 7assan", "علي حسان"),
]


@pytest.mark.parametrize(("latin", "arabic"), FULL_NAMES)
def test_every_token_of_a_latin_name_has_the_arabic_token_among_its_keys(latin, arabic):
    asked = [{key for key, _ in asked_keys(token)} for token in name_tokens(latin)]
    assert [token in keys for token, keys in zip(name_tokens(arabic), asked, strict=True)] == [True] * len(asked)


@pytest.mark.parametrize(("latin", "arabic"), FULL_NAMES)
def test_the_stored_keys_of_a_latin_name_hold_the_arabic_token_too(latin, arabic):
    stored = [{key for key, _ in stored_keys(token)} for token in name_tokens(latin)]
    assert [token in keys for token, keys in zip(name_tokens(arabic), stored, strict=True)] == [True] * len(stored)


def test_spellings_come_best_first_without_repeats():
    found = spellings("mohammed")
    assert found[0][0] == "محمد"
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert len({key for key, _ in found}) == len(found) == 20


@pytest.mark.parametrize(
    "token", ["diaaldin", "nasrallah", "abdallah", "abdrahman", "abubakr", "ummkulthum", "alotaibi"]
)
def test_keys_of_a_compound_do_not_repeat(token):
    keys = [key for key, _ in asked_keys(token)]
    assert len(set(keys)) == len(keys) > 1


def test_limit_bounds_the_spellings():
    assert spellings("mohammed", 3) == spellings("mohammed")[:3]
    assert len(spellings("mohammed", 30)) == 30


def test_a_spelling_has_no_article():
    assert arabic_key("alqahtani") == arabic_key("qahtani") == arabic_key("القحطاني") == "قحطاني"


@pytest.mark.parametrize("token", ["2024", "иван", "b2b", "", "müller"])
def test_a_token_with_anything_but_plain_letters_has_no_spelling(token):
    assert spellings(token) == []
    assert arabic_key(token) == ""
    assert stored_keys(token) == [(token, 0.0)]


def test_an_arabic_token_is_its_own_only_key():
    assert stored_keys("محمد") == asked_keys("محمد") == [("محمد", 0.0)]


def test_a_latin_token_is_its_own_best_key():
    assert stored_keys("fahad")[0] == asked_keys("fahad")[0] == ("fahad", 0.0)
    assert len(stored_keys("fahad")) == 21
    assert len(asked_keys("fahad")) == 31


def test_every_chain_of_the_model_has_a_probability_and_a_row_sums_to_one():
    chunks = range(len(model().arabic))
    for before in (0, 1, len(chunks) - 1):
        assert sum(model().probability(before, after) for after in chunks) == pytest.approx(1)


def test_shares_of_attested_spellings_sum_to_one():
    assert all(sum(attested_keys(latin).values()) == pytest.approx(1) for latin in attested())


def test_a_common_name_is_spelled_as_usual_first():
    names = {"mohamed": "محمد", "ali": "علي", "khaled": "خالد", "hussain": "حسين", "saud": "سعود", "fahad": "فهد"}
    assert {latin: arabic_key(latin) for latin in names} == names


def test_a_token_of_any_length_is_spelled_in_a_bounded_time():
    spellings("warm")
    started = time.perf_counter()
    spellings("x" * 5000)
    spellings("abdulrahmanalqahtani" * 50)
    assert time.perf_counter() - started < 1
