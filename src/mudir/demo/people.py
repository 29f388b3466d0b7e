"""Invented people and companies in any number, for measurements and for files to import.

Three of four names come from the common Arabic ones; the rest from the long tail of names that the model of spellings
was learned from, so that a million of them have as many different words as real ones do.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mudir.kit.arabic.spelling import attested

# Arabic and Latin, the likelier the earlier: so they are drawn.
MEN = (
    "محمد Mohammed", "عبدالله Abdullah", "أحمد Ahmed", "خالد Khalid", "فهد Fahad", "سعد Saad", "عبدالرحمن Abdulrahman",
    "سلطان Sultan", "علي Ali", "عمر Omar", "ناصر Nasser", "عبدالعزيز Abdulaziz", "إبراهيم Ibrahim", "يوسف Yousef",
    "فيصل Faisal", "تركي Turki", "بندر Bandar", "ماجد Majed", "سلمان Salman", "صالح Saleh", "حسن Hassan",
    "حسين Hussein", "مشعل Mishal", "نايف Naif", "سعود Saud", "بدر Badr", "ياسر Yasser", "طارق Tariq", "وليد Waleed",
    "هشام Hisham", "سامي Sami", "رامي Rami", "رائد Raed", "زياد Ziad", "أنس Anas", "أسامة Osama", "أيمن Ayman",
    "باسم Basem", "بلال Bilal", "حمزة Hamza", "خليل Khalil", "طلال Talal", "عادل Adel", "عصام Essam", "عماد Imad",
    "غازي Ghazi", "فارس Fares", "فواز Fawaz", "كريم Karim", "مازن Mazen", "مروان Marwan", "معاذ Muath", "منصور Mansour",
    "مهند Muhannad", "موسى Musa", "نادر Nader", "نبيل Nabil", "نواف Nawaf", "هاني Hani", "هيثم Haitham",
)
WOMEN = (
    "سارة Sara", "نورة Noura", "فاطمة Fatima", "ريم Reem", "مريم Maryam", "عائشة Aisha", "هند Hind", "منى Mona",
    "ليلى Layla", "هدى Huda", "لطيفة Latifa", "أمل Amal", "جواهر Jawaher", "رنا Rana", "دانة Dana", "هيفاء Haifa",
    "عبير Abeer", "أسماء Asma", "إيمان Iman", "نجلاء Najla", "وفاء Wafa", "غادة Ghada", "لينا Lina", "مها Maha",
    "ندى Nada", "نوف Nouf", "زينب Zainab", "خديجة Khadija", "سلمى Salma", "آمنة Amna",
)
FAMILIES = (
    "العتيبي Al-Otaibi", "القحطاني Al-Qahtani", "الدوسري Al-Dosari", "الشمري Al-Shammari", "الزهراني Al-Zahrani",
    "الغامدي Al-Ghamdi", "الحربي Al-Harbi", "المطيري Al-Mutairi", "العنزي Al-Anazi", "الشهري Al-Shehri",
    "السبيعي Al-Subaie", "العسيري Al-Asiri", "المالكي Al-Malki", "السهلي Al-Sahli", "الرشيدي Al-Rashidi",
    "الشهراني Al-Shahrani", "البلوي Al-Balawi", "الجهني Al-Juhani", "العمري Al-Omari", "السالم Al-Salem",
    "الحكيم Al-Hakim", "حداد Haddad", "خوري Khoury", "النجار Al-Najjar", "المصري Al-Masri", "البغدادي Al-Baghdadi",
    "الهاشمي Al-Hashemi", "الحسيني Al-Husseini", "التميمي Al-Tamimi", "الخليفي Al-Khalifi", "الخالدي Al-Khalidi",
    "اليامي Al-Yami", "القرني Al-Qarni", "الأحمدي Al-Ahmadi", "الثبيتي Al-Thubaiti", "السلمي Al-Sulami",
    "الفيفي Al-Faifi", "العجمي Al-Ajmi", "البقمي Al-Baqami", "الشريف Al-Sharif", "الصالح Al-Saleh", "العلي Al-Ali",
    "الحمد Al-Hamad", "الناصر Al-Nasser", "المنصور Al-Mansour", "درويش Darwish", "منصور Mansour", "يوسف Yousef",
    "سليمان Suleiman", "حسن Hassan",
)
PLACES = (
    ("الرياض", "11"), ("جدة", "12"), ("الدمام", "13"), ("مكة المكرمة", "12"), ("المدينة المنورة", "14"),
    ("الخبر", "13"), ("الطائف", "12"), ("بريدة", "16"), ("تبوك", "14"), ("أبها", "17"), ("حائل", "16"),
    ("الجبيل", "13"), ("الأحساء", "13"), ("نجران", "17"), ("جازان", "17"), ("ينبع", "14"),
)
TRADES = (
    ("للتجارة", "Trading"), ("للمقاولات", "Contracting"), ("للأثاث", "Furniture"), ("للأغذية", "Foods"),
    ("الطبية", "Medical"), ("للنقل", "Transport"), ("للتقنية", "Technology"), ("للتغليف", "Packaging"),
    ("للضيافة", "Hospitality"), ("الزراعية", "Agricultural"), ("للتعليم", "Education"), ("للصيانة", "Maintenance"),
)
JOBS = ("مدير المشتريات", "المدير المالي", "مدير المستودعات", "المدير العام", "مدير التشغيل", "محاسب", "مشرف الفروع")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    name_other: str  # in the other script
    phone: str  # as people write it: 05 and eight digits
    email: str
    city: str
    job_title: str


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    name_other: str
    phone: str  # 01 and eight digits
    email: str
    city: str
    registration_number: str


def people(count: int, seed: int = 1) -> Iterator[Person]:
    """So many people, the same ones for the same seed; no phone or e-mail twice. Seven of ten are written in Arabic."""
    chance = random.Random(seed)
    for number, (arabic, latin) in enumerate(_names(chance, count)):
        yield Person(
            *((arabic, latin) if chance.random() < 0.7 else (latin, arabic)),
            phone=f"05{_scattered(number + seed * 7919, 10**8):08d}",
            email=f"{latin.split()[0].lower()}.{number}@mail{number % 97}.example",
            city=chance.choice(PLACES)[0], job_title=chance.choice(JOBS),
        )


def companies(count: int, seed: int = 2) -> Iterator[Company]:
    """So many companies named after families, on the same terms."""
    chance = random.Random(seed)
    for number, (arabic, latin) in enumerate(_names(chance, count)):
        trade, trade_in_latin = chance.choice(TRADES)
        family, family_in_latin = arabic.rpartition(" ")[2], latin.rpartition(" ")[2]
        first, first_in_latin = arabic.partition(" ")[0], latin.partition(" ")[0]
        names = (f"شركة {first} {family} {trade}", f"{first_in_latin} {family_in_latin} {trade_in_latin} Co.")
        city, area = chance.choice(PLACES)
        yield Company(
            *(names if chance.random() < 0.7 else names[::-1]),
            phone=f"0{area}{_scattered(number + seed * 7919, 10**7):07d}",
            email=f"info@{family_in_latin.lower().replace('-', '')}{number}.example",
            city=city, registration_number=f"{10**9 + _scattered(number, 10**9)}",
        )


def _names(chance: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Names of two or three words, in Arabic and in Latin letters."""
    men, women, families, rare = _pairs(MEN), _pairs(WOMEN), _pairs(FAMILIES), _rare_names()
    for _number in range(count):
        first = _drawn(chance, men if chance.random() < 0.7 else women)
        words = [first if chance.random() < 0.9 else chance.choice(rare)]
        if chance.random() < 0.4:
            words.append(_drawn(chance, men))
        words.append(_drawn(chance, families) if chance.random() < 0.6 else chance.choice(rare))
        yield " ".join(word[0] for word in words), " ".join(word[1] for word in words)


def _drawn(chance: random.Random, pairs: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """One of them, the earlier the likelier."""
    return pairs[int(len(pairs) * chance.random() ** 2)]


def _scattered(number: int, size: int) -> int:
    """A number below `size`, a different one for each of `size` numbers in a row; size is a power of ten."""
    return number * 7_654_321 % size


def _pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(arabic, latin) for arabic, latin in (name.split() for name in names)]


@cache
def _rare_names() -> list[tuple[str, str]]:
    """Forty thousand names, most of them rare, as they were seen in both scripts."""
    return [(keys.partition(" ")[0].partition(":")[0], latin.title())
            for latin, keys in attested().items() if len(latin) >= 4]
