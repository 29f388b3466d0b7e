"""What finds what: names in any spelling and script, phones, e-mails, identifiers, texts; and for whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from mudir.accounts.models import Team, User
from mudir.clients.models import Client, Contact
from mudir.clients.services import create_client, create_contact, edit_client
from mudir.records import custom, search, services
from mudir.records.models import NameToken, SearchEntry, Share, TokenKey
from mudir.records.search import TooBroad, finding, vocabulary

CLIENT, CONTACT = "clients.client", "clients.contact"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def person(name: str, team: Team, role: str = "client_manager") -> User:
    return User.objects.create_user(email=f"{name.lower()}@mudir.example", name=name, team=team, role=role,
                                    language="en", country="SA")


@pytest.fixture
def team():
    return Team.objects.create(name="Riyadh")


@pytest.fixture
def owner(team):
    return person("Sara", team)


@pytest.fixture
def teammate(team):
    return person("Omar", team)


@pytest.fixture
def lead(team):
    return person("Huda", team, "team_lead")


@pytest.fixture
def stranger():
    return person("Nora", Team.objects.create(name="Jeddah"))


@pytest.fixture
def director():
    return person("Fahad", Team.objects.create(name="All"), "director")


def titles(actor: User, text: str, **more) -> list[str]:
    return [hit.title for hit in search.find(actor, text, **more)]


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SPELLINGS = [
    ("مُحَمَّد", "محمد"),  # tashkeel
    ("محـــمد", "محمد"),  # tatweel
    ("أحمد", "احمد"), ("إبراهيم", "ابراهيم"), ("آمنة", "امنة"), ("ٱلخالدي", "الخالدي"),  # forms of alef
    ("هدى", "هدي"),  # alef maqsura
    ("فاطمة", "فاطمه"),  # taa marbuta
    ("مؤمن", "مومن"), ("رائد", "رايد"), ("علاء", "علا"),  # carriers of hamza
    ("فرع ٣٤٥", "فرع 345"), ("فرع ۳۴۵", "فرع 345"),  # digits
    ("الخالدي", "خالدي"), ("خالدي", "الخالدي"), ("الألباني", "ألباني"), ("إلمان", "الإلمان"),  # article
    ("عبد الله", "عبدالله"), ("عبدﷲ", "عبد الله"), ("عبد الرحمن", "عبدالرحمن"), ("عبد الرحمٰن", "عبد الرحمن"),
    ("خالد بن سعيد", "خالد سعيد"), ("خالد ابن سعيد", "خالد بن سعيد"),
    ("أبو بكر", "ابوبكر"), ("أبي بكر", "أبو بكر"),
    ("ﻣﺤﻤﺪ", "محمد"),  # presentation forms
    ("کریم", "كريم"),  # Persian letters
    ("Müller", "MULLER"), ("Al-Khalidi", "khalidi"), ("Abdul Rahman", "abdurrahman"),
]


@pytest.mark.parametrize(("kept", "typed"), SPELLINGS)
def test_a_spelling_finds_the_other_and_back(owner, kept, typed):
    create_client(by=owner, name=kept)
    create_client(by=owner, name=typed + " xyz")

    assert kept in titles(owner, typed)
    assert typed + " xyz" in titles(owner, kept)


@pytest.mark.parametrize(("arabic", "latin"), [
    ("محمد الخالدي", "Mohammed Al-Khalidi"), ("محمد الخالدي", "muhammad khalidi"), ("فيصل", "Faisal"),
    ("عبد الرحمن القحطاني", "Abdulrahman Alqahtani"), ("يوسف", "Yousef"), ("نورة", "Noura"), ("شيخة", "Sheikha"),
    ("مريم", "Maryam"), ("خديجة", "Khadija"), ("جورج", "George"), ("حسين", "Hussain"),
])
def test_a_name_is_found_in_the_other_script_and_back(owner, arabic, latin):
    create_client(by=owner, name=arabic)
    create_client(by=owner, name=latin)
    create_client(by=owner, name="Zebra Stationery")

    assert set(titles(owner, latin)) == {arabic, latin}
    assert set(titles(owner, arabic)) == {arabic, latin}


def test_the_same_spelling_comes_before_the_other_script(owner):
    create_client(by=owner, name="محمد")
    create_client(by=owner, name="Mohammed")

    assert titles(owner, "Mohammed") == ["Mohammed", "محمد"]
    assert titles(owner, "محمد") == ["محمد", "Mohammed"]


def test_the_shorter_name_comes_first(owner):
    create_client(by=owner, name="Nukhba Trading of Riyadh")
    create_client(by=owner, name="Nukhba")

    assert titles(owner, "nukhba") == ["Nukhba", "Nukhba Trading of Riyadh"]


@pytest.mark.parametrize("typed", ["nuk", "nukhb", "NUKHBA TR", "القح", "قحط", "عبد الرح"])
def test_the_last_word_may_be_half_typed(owner, typed):
    create_client(by=owner, name="Nukhba Trading")
    create_client(by=owner, name="عبد الرحمن القحطاني")

    assert len(titles(owner, typed)) == 1


@pytest.mark.parametrize("typed", ["samsnug", "samsumg", "smasung", "القحطني", "قحطاتي"])
def test_a_slip_of_the_finger_still_finds(owner, typed):
    create_client(by=owner, name="Samsung Electronics")
    create_client(by=owner, name="سعد القحطاني")

    assert len(titles(owner, typed)) == 1


def test_every_word_must_be_there(owner):
    create_client(by=owner, name="Nukhba Trading")

    assert titles(owner, "nukhba zebra") == []


def test_a_legal_form_may_be_missing(owner):
    create_client(by=owner, name="النخبة للتجارة")

    assert titles(owner, "شركة النخبة") == ["النخبة للتجارة"]


def test_a_legal_form_alone_finds_those_that_have_it(owner):
    create_client(by=owner, name="شركة النخبة")
    create_client(by=owner, name="مطعم الديوان")

    assert titles(owner, "شركة") == ["شركة النخبة"]


def test_a_name_and_a_fact_find_together(owner):
    create_client(by=owner, name="النخبة", addresses=[{"city": "الرياض"}])
    create_client(by=owner, name="النخبة", addresses=[{"city": "جدة"}])

    hits = search.find(owner, "النخبه الرياض")

    assert [hit.reason for hit in hits] == ["City: الرياض"]


# ── phones, e-mails, identifiers, texts ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", [
    "0501234567", "050 123 4567", "+966 50 123 4567", "00966501234567", "966501234567", "501234567",
    "٠٥٠ ١٢٣ ٤٥٦٧", "۰۵۰۱۲۳۴۵۶۷", "050-123-4567", "(050) 1234567", "+966 (0)50 123 4567", "050.123.4567",
    "\u202a+966501234567\u202c", "050123", "96650123", "4567", "34567", "1234567",
])
def test_a_phone_is_found_however_it_is_written(owner, typed):
    create_client(by=owner, name="Nukhba", phones=[{"raw": "+966 50 123 4567"}])
    create_client(by=owner, name="Zebra", phones=[{"raw": "+966 55 987 6543"}])

    assert [(hit.title, hit.reason) for hit in search.find(owner, typed)] == [("Nukhba", "Phone +966 50 123 4567")]


@pytest.mark.parametrize("typed", ["m.khalidi@nukhba.example", "M.Khalidi@NUKHBA", "m.khal", "@nukhba.example"])
def test_an_email_is_found_by_what_is_known_of_it(owner, typed):
    create_client(by=owner, name="Elite", emails=[{"address": "m.khalidi@nukhba.example"}])

    hits = search.find(owner, typed)

    assert [(hit.title, hit.reason) for hit in hits] == [("Elite", "E-mail m.khalidi@nukhba.example")]


@pytest.mark.parametrize("typed", ["1010-123456", "1010123456", "1010 123456", "١٠١٠١٢٣٤٥٦", "10101"])
def test_an_identifier_is_found_with_and_without_its_dashes(owner, typed):
    create_client(by=owner, name="Elite", registration_number="1010-123456")

    assert [hit.reason for hit in search.find(owner, typed)] == ["Registration number 1010-123456"]


def test_a_word_of_a_note_is_found_with_the_words_around_it(owner):
    long = "نبدأ بعد العيد إن شاء الله بعد أن يوافق مجلس الإدارة على الميزانية الجديدة. " * 3
    create_client(by=owner, name="Elite", notes=f"{long} اتفقنا على توريد الأثاث إلى فروع القصيم. {long}")

    (hit,) = search.find(owner, "اثاث")

    assert hit.title == "Elite"
    assert hit.reason.startswith("Notes: … ") and hit.reason.endswith(" …")
    assert "توريد الأثاث إلى" in hit.reason
    assert len(hit.reason) < 100


def test_the_other_name_is_told_when_it_matched(owner):
    create_client(by=owner, name="شركة النخبة", name_other="Elite Trading")

    assert [hit.reason for hit in search.find(owner, "elite")] == ["Also written Elite Trading"]
    assert [hit.reason for hit in search.find(owner, "nukhba")] == [""]


def test_what_matched_of_the_title_is_marked(owner):
    create_client(by=owner, name="شركة النُّخبة للتجارة")

    (hit,) = search.find(owner, "nukhba")

    assert [text for text, matched in hit.parts if matched] == ["النُّخبة"]
    assert "".join(text for text, _matched in hit.parts) == hit.title


@pytest.mark.parametrize("typed", [
    "", "   ", "%%%", "''", "\\", "&|!():*<->", "\0", "'; DROP TABLE x; --", "ـــ", "\u202e",
])
def test_signs_alone_find_nothing_and_break_nothing(owner, typed):
    create_client(by=owner, name="Nukhba")

    assert titles(owner, typed) == []


def test_ten_thousand_words_are_cut_to_a_question(owner):
    create_client(by=owner, name="Nukhba")

    assert titles(owner, "nukhba " * 10_000) == ["Nukhba"]
    assert titles(owner, "n" * 100_000) == []


# ── what changes ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_renamed_client_is_found_by_the_new_name_only(owner):
    client = create_client(by=owner, name="Nukhba")

    edit_client(client, by=owner, version=client.version, name="Zebra")

    assert titles(owner, "zebra") == ["Zebra"]
    assert titles(owner, "nukhba") == []


def test_a_client_in_the_trash_is_not_found_and_restored_is(owner, lead):
    client = create_client(by=owner, name="Nukhba")

    services.move_to_trash(client, by=lead)
    assert titles(owner, "nukhba") == []

    services.restore_from_trash(client, by=lead)
    assert titles(owner, "nukhba") == ["Nukhba"]


def test_a_rebuilt_index_is_the_same(owner):
    client = create_client(by=owner, name="Nukhba", phones=[{"raw": "0501234567"}], notes="Chairs")
    before = SearchEntry.objects.values_list("tokens", "words").get(object_id=client.pk)
    SearchEntry.objects.all().delete()
    SearchEntry.objects.create(kind=CLIENT, object_id=client.pk + 1, tokens=[])

    assert search.rebuild(CLIENT) == 1

    assert SearchEntry.objects.values_list("tokens", "words").get() == before


# ── for whom ─────────────────────────────────────────────────────────────────────────────────────────────────────────

HIDDEN = [
    "cnryhidden", "كنريهيدن", "0507654321", "7654321", "cnry@hidden.example", "@hidden.example", "7070-99",
    "secretword",
]


@pytest.fixture
def hidden_client(owner):
    return create_client(by=owner, name="Cnryhidden", phones=[{"raw": "0507654321"}], registration_number="7070-99",
                         emails=[{"address": "cnry@hidden.example"}], notes="secretword")


@pytest.mark.parametrize("typed", HIDDEN)
def test_A04_what_one_does_not_see_one_does_not_find(hidden_client, owner, teammate, stranger, lead, typed):
    assert [hit.id for hit in search.find(owner, typed)] == [hidden_client.pk]
    assert [hit.id for hit in search.find(lead, typed)] == [hidden_client.pk]
    assert search.find(teammate, typed) == []
    assert search.find(stranger, typed) == []


def test_A04_a_confidential_client_is_found_by_its_owner_and_by_grant(owner, lead, director):
    client = create_client(by=owner, name="Cnryhidden")
    Client.objects.unscoped("test").filter(pk=client.pk).update(confidential=True)

    assert (titles(owner, "cnryhidden"), titles(lead, "cnryhidden"), titles(director, "cnryhidden")) == (
        ["Cnryhidden"], [], [])
    Share.objects.create(kind=CLIENT, object_id=client.pk, user=lead, confidential=True, granted_by=owner)
    assert titles(lead, "cnryhidden") == ["Cnryhidden"]


def test_A04_among_many_of_others_ones_own_is_found(owner, stranger, monkeypatch):
    monkeypatch.setattr(finding, "CANDIDATES", 20)
    for place in range(45):
        create_client(by=stranger, name=f"Nukhba {place}")
    create_client(by=owner, name="Nukhba mine")
    for place in range(45):
        create_client(by=stranger, name=f"Nukhba {place + 100}")

    assert titles(owner, "nukhba") == ["Nukhba mine"]
    assert titles(owner, "nukhba mine") == ["Nukhba mine"]


def test_A04_among_many_confidential_ones_the_others_are_found(owner, director):
    for place in range(100):
        create_client(by=owner, name=f"Nukhba {place}")
    Client.objects.unscoped("test").update(confidential=True)
    create_client(by=owner, name="Nukhba of Riyadh and Jeddah")

    assert titles(director, "nukhba") == ["Nukhba of Riyadh and Jeddah"]


def test_A04_nothing_tells_that_something_is_hidden(hidden_client, stranger):
    with CaptureQueriesContext(connection):
        assert search.find(stranger, "cnryhidden") == search.find(stranger, "nosuchname") == []


def test_A05_the_quick_filter_offers_only_what_one_sees(hidden_client, owner, stranger):
    for typed in HIDDEN:
        assert list(search.match(Client.objects.visible_to(owner), typed)) == [hidden_client]
        assert list(search.match(Client.objects.visible_to(stranger), typed)) == []


def test_A16_a_duplicate_is_told_only_to_who_sees_it(hidden_client, owner, stranger):
    given = {"name": "Cnryhidden", "phones": ["0507654321"], "emails": ["cnry@hidden.example"], "codes": ["7070-99"]}

    assert [candidate.id for candidate in search.duplicates(owner, CLIENT, **given)] == [hidden_client.pk]
    assert search.duplicates(stranger, CLIENT, **given) == []
    assert search.duplicate_keys(stranger, CLIENT, [search.asked_of(given, "SA")]) == [[]]


def test_B06_a_field_that_some_may_not_see_is_not_searched(owner, lead):
    client = create_client(by=lead, owner=owner, name="Nukhba", management_note="CNRYSECRET")

    assert titles(owner, "cnrysecret") == []
    assert "cnrysecret" not in str(SearchEntry.objects.values_list("words", flat=True).get(object_id=client.pk))


def test_a_contact_is_found_where_one_of_its_clients_is_seen(owner, stranger):
    client = create_client(by=owner, name="Elite")
    create_contact(by=owner, name="محمد الخالدي", roles=[{"client": client, "role": "other"}])

    assert titles(owner, "khalidi") == ["محمد الخالدي"]
    assert titles(stranger, "khalidi") == []


def test_M03_a_question_that_takes_too_long_is_refused_in_words(owner, monkeypatch):
    monkeypatch.setattr(finding, "TIMEOUT_SECONDS", 0.05)
    with pytest.raises(TooBroad) as refusal, finding._in_time(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")

    assert str(refusal.value) == "That finds too much to look through. Add a word, or more digits of the number."
    assert titles(owner, "nukhba") == []


# ── how much it asks ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["nukhba", "0501", "50123", "chairs"])
def test_one_hit_and_thirty_cost_the_same_queries(director, typed):
    def add(count: int) -> None:
        for place in range(count):
            client = create_client(by=director, name=f"Nukhba {place}", phones=[{"raw": f"05012345{place:02d}"}],
                                   notes="Chairs")
            create_contact(by=director, name=f"Nukhba {place}", notes="Chairs",
                           roles=[{"client": client, "role": "other"}])

    def asked() -> int:
        with custom.fresh(), CaptureQueriesContext(connection) as queries:  # as in a request: the fields once
            assert search.find(User.objects.get(pk=director.pk), typed, limit=50) or typed == "0501"
        return len(queries)

    add(12)
    few = asked()
    add(18)
    assert asked() == few <= 23  # of both kinds: rows, phones, e-mails, what to keep in mind, files; around them 13


def test_indexing_many_costs_the_same_queries_as_one(owner):
    ids = [create_client(by=owner, name=f"Nukhba {place}", phones=[{"raw": "0501234567"}]).pk for place in range(20)]

    def asked(some: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries:
            search.index_many(CLIENT, some)
        return len(queries)

    assert asked(ids) == asked(ids[:1]) <= 8


def test_the_best_are_read_of_very_many(director, monkeypatch):
    monkeypatch.setattr(finding, "CANDIDATES", 20)
    for place in range(50):
        create_client(by=director, name=f"محمد علي السعيد {place}")
    create_client(by=director, name="محمد علي")

    assert titles(director, "محمد علي")[0] == "محمد علي"


# ── the list's quick filter ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_quick_filter_is_never_cut_short(director, monkeypatch):
    monkeypatch.setattr(finding, "CANDIDATES", 5)
    for place in range(12):
        create_client(by=director, name=f"محمد {place}")
    create_client(by=director, name="Zebra")

    seen = Client.objects.visible_to(director)

    assert search.match(seen, "mohammed").count() == 12
    assert search.match(seen, "").count() == 13
    assert search.match(seen, "%%").count() == 0
    assert search.match(Contact.objects.visible_to(director), "mohammed").count() == 0


# ── the vocabulary ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_learned_once():
    first = search.learn_tokens(["khalidi", "خالدي"])

    assert search.learn_tokens(["خالدي", "khalidi", "khalidi"]) == first
    assert set(NameToken.objects.values_list("token", flat=True)) == {"khalidi", "خالدي"}
    assert TokenKey.objects.filter(token=first["خالدي"]).count() == 1


def test_a_known_name_learned_in_haste_is_found_in_the_other_script_at_once():
    ids = search.learn_tokens(["khalidi", "mohammed"], spell=False)

    meanings = vocabulary.meanings_of([vocabulary.Typed("خالدي"), vocabulary.Typed("محمد")], alike=False)

    assert [set(meaning.costs) for meaning in meanings] == [{ids["khalidi"]}, {ids["mohammed"]}]


def test_a_token_learned_in_haste_is_found_in_the_other_script_after_the_job():
    ids = search.learn_tokens(["zukhruf"], spell=False)

    def meant() -> set[int]:
        return set(vocabulary.meanings_of([vocabulary.Typed("زوكروف")], alike=False)[0].costs)

    assert meant() == set()
    assert vocabulary.spell_tokens() is True
    assert vocabulary.spell_tokens() is False
    assert meant() == set(ids.values())
