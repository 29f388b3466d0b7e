"""Records that may be the one somebody is about to make."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from mudir.accounts.models import Team, User
from mudir.clients.services import create_client
from mudir.records import search

CLIENT = "clients.client"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def owner():
    return User.objects.create_user(email="sara@mudir.example", name="Sara", team=Team.objects.create(name="Riyadh"),
                                    language="en")


@pytest.fixture
def elite(owner):
    return create_client(by=owner, name="شركة النخبة للتجارة", phones=[{"raw": "0112345678"}],
                         emails=[{"address": "info@elite.example"}], registration_number="1010-123456")


@pytest.fixture
def khalidi(owner):
    return create_client(by=owner, name="محمد الخالدي", kind="individual")


def told(actor, **given):
    return [(candidate.id, candidate.reasons) for candidate in search.duplicates(actor, CLIENT, **given)]


@pytest.mark.parametrize("name", [
    "محمد الخالدى", "Mohammed Al-Khalidi", "Muhammad Alkhalidi", "خالدي محمد", "محمد خالدى",
])
def test_the_same_person_is_told_in_any_spelling(owner, khalidi, elite, name):
    assert [pk for pk, _reasons in told(owner, name=name)] == [khalidi.pk]


def test_the_same_name_is_told_apart_from_a_similar_one(owner, khalidi):
    assert told(owner, name="محمد الخالدي") == [(khalidi.pk, ("Same name",))]
    assert told(owner, name="Mohammed Al-Khalidi") == [(khalidi.pk, ("Similar name",))]


def test_the_name_in_the_other_script_counts_too(owner, khalidi):
    assert told(owner, name="xyz", name_other="محمد الخالدي") == [(khalidi.pk, ("Same name",))]


@pytest.mark.parametrize(("given", "reason"), [
    ({"phones": ["+966 11 234 5678"]}, "Same phone"),
    ({"emails": ["INFO@elite.example"]}, "Same e-mail"),
    ({"codes": ["1010123456"]}, "Same registration number"),
])
def test_a_shared_number_is_told_whatever_the_name(owner, elite, given, reason):
    assert told(owner, name="Other", **given) == [(elite.pk, (reason,))]


def test_a_legal_form_makes_no_duplicate(owner, elite):
    assert told(owner, name="شركة الديوان") == []
    assert [pk for pk, _reasons in told(owner, name="مؤسسة النخبة للتجارة")] == [elite.pk]


def test_the_record_being_edited_is_not_its_own_duplicate(owner, elite):
    assert told(owner, name=elite.name, exclude=elite.pk) == []


def test_the_surest_comes_first(owner, elite, khalidi):
    found = search.duplicates(owner, CLIENT, name="Mohammed Al-Khalidi", phones=["0112345678"])

    assert [candidate.id for candidate in found] == [elite.pk, khalidi.pk]
    assert found[0].score >= 1 > found[1].score


def test_nothing_given_nothing_told(owner, elite):
    assert told(owner) == told(owner, name="  ") == told(owner, name="%%%") == []


def test_a_batch_is_answered_row_by_row(owner, elite, khalidi):
    rows = [
        {"name": "Mohammed Al-Khalidi"},
        {"name": "Nobody", "phones": ["+966112345678"]},
        {"name": "شركة النخبة للتجارة", "emails": ["info@elite.example"], "codes": ["1010 123456"]},
        {"name": "Zebra"},
        {},
    ]

    assert search.duplicate_keys(owner, CLIENT, [search.asked_of(row, "SA") for row in rows]) == [
        [(khalidi.pk, ("name",))],
        [(elite.pk, ("phone",))],
        [(elite.pk, ("email", "code", "name"))],
        [],
        [],
    ]


def test_a_batch_costs_the_same_queries_as_a_row(owner, elite):
    rows = [search.asked_of({"name": f"Name {place}", "phones": ["0112345678"]}, "SA") for place in range(200)]

    def asked(some) -> int:
        search.duplicate_keys(owner, CLIENT, some)  # the teams of the person are read once
        with CaptureQueriesContext(connection) as queries:
            assert all(search.duplicate_keys(owner, CLIENT, some))
        return len(queries)

    assert asked(rows) == asked(rows[:1]) <= 6
