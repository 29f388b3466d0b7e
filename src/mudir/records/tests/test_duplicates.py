"""Duplicates in bulk: found across scripts, judged by people, shown only to who sees both."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

import mudir
from mudir.clients import services as clients
from mudir.clients.models import Client, Contact
from mudir.records.duplicates import looking
from mudir.records.duplicates.judging import dismiss, pairs_for, take_back_dismissal
from mudir.records.models import DuplicateCandidate, DuplicateSearch
from mudir.records.registry import for_model
from mudir.records.services import move_to_trash
from mudir.tests.state import changed, state

KIND = "clients.client"


def pair(first, second, **fields) -> DuplicateCandidate:
    low, high = sorted((first.pk, second.pk))
    given = {"kind": KIND, "score": 0.97, "reasons": ["alike", "phones"], "found_at": "2026-01-01T00:00Z"} | fields
    return DuplicateCandidate.objects.create(first_id=low, second_id=high, **given)


@pytest.fixture
def first(owner) -> Client:
    return clients.create_client(by=owner, name="شركة محمد القحطاني للتجارة", phones=[{"raw": "0501234567"}],
                                 addresses=[{"city": "الرياض"}])


@pytest.fixture
def second(owner) -> Client:
    return clients.create_client(by=owner, name="Mohammed Al-Qahtani Trading Co.", phones=[{"raw": "+966501234567"}],
                                 addresses=[{"city": "Riyadh"}])


# ── found ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_one_house_in_two_scripts_is_found_with_its_reasons(owner, first, second):
    clients.create_client(by=owner, name="شركة سالم الدوسري للنقل", phones=[{"raw": "0507654321"}],
                          addresses=[{"city": "جدة"}])
    search = looking.look(KIND)

    found = list(DuplicateCandidate.objects.values_list("kind", "first_id", "second_id", "reasons"))
    assert found == [(KIND, first.pk, second.pk, ["name", "phones", "place"])]
    assert DuplicateCandidate.objects.get().score > 0.95
    assert search.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_one_person_is_found_by_name_and_birthday_across_scripts(owner):
    people = [clients.create_contact(by=owner, name=name, birthday=day) for name, day in (
        ("محمد بن عبدالله الزهراني", date(1981, 5, 6)), ("Mohammed Al-Zahrani", date(1981, 5, 6)),
        ("Noura Al-Shehri", date(1981, 5, 6)), ("محمد الحربي", date(1990, 1, 1)))]
    looking.look("clients.contact")

    found = DuplicateCandidate.objects.values_list("first_id", "second_id")
    assert list(found) == [(people[0].pk, people[1].pk)]


@pytest.mark.django_db(transaction=True)
def test_looking_again_keeps_what_was_dismissed_and_forgets_what_is_no_more(owner, first, second):
    third = clients.create_client(by=owner, name="نورة الشهري", phones=[{"raw": "0509999999"}])
    fourth = clients.create_client(by=owner, name="Noura Al-Shehri", phones=[{"raw": "0509999999"}])
    looking.look(KIND)
    assert DuplicateCandidate.objects.count() == 2
    dismiss(DuplicateCandidate.objects.get(first_id=first.pk), by=owner)
    move_to_trash(fourth, by=owner)

    looking.look(KIND)

    kept = DuplicateCandidate.objects.get()
    assert (kept.first_id, kept.second_id, kept.dismissed_by) == (first.pk, second.pk, owner)
    assert third.pk not in (kept.first_id, kept.second_id)
    assert DuplicateSearch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_search_of_nothing_and_of_one_record_finds_nothing(owner):
    looking.look(KIND)
    clients.create_client(by=owner, name="Alone")
    looking.look(KIND)

    assert not DuplicateCandidate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_search_that_came_to_no_end_says_so_and_changes_nothing(owner, first, second, monkeypatch):
    pair(first, second)
    monkeypatch.setattr(looking, "LONGEST", 0.001)
    with pytest.raises(Exception, match="timed out"):
        looking.look(KIND)

    assert DuplicateSearch.objects.get().has_failed
    assert DuplicateCandidate.objects.count() == 1


@pytest.mark.django_db
def test_what_only_some_may_see_is_not_compared():
    from mudir.records.duplicates.gathering import evidence_of

    for model in (Client, Contact):
        assert not [field.id for field, _what in evidence_of(for_model(model)) if field.permission]


# ── judged ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a16_a_pair_is_shown_only_to_who_sees_both(as_owner, owner, lead, first, client_of_stranger, second):
    hidden, seen = pair(first, client_of_stranger), pair(first, second, score=0.91)

    assert [one.pk for one in pairs_for(owner, for_model(Client))] == [seen.pk]
    body = as_owner.get("/clients/duplicates/").content.decode()
    assert "Mohammed Al-Qahtani" in body
    assert "91%" in body
    assert "Same phone" in body
    assert "CNRY" not in body
    before = state()
    for page in ("dismissal/", "dismissal/removal/"):
        assert as_owner.post(f"/duplicates/{hidden.pk}/{page}").status_code == 404
    with pytest.raises(DuplicateCandidate.DoesNotExist):
        dismiss(hidden, by=owner)
    assert changed(before) == []


def test_not_the_same_is_said_and_taken_back(as_owner, owner, first, second):
    one = pair(first, second)

    answer = as_owner.post(f"/duplicates/{one.pk}/dismissal/", follow=True).content.decode()
    assert "They are not proposed again." in answer
    assert f'action="/duplicates/{one.pk}/dismissal/removal/"' in answer
    assert "No two records look like one" in answer

    answer = as_owner.post(f"/duplicates/{one.pk}/dismissal/removal/", follow=True).content.decode()
    assert "Mohammed Al-Qahtani" in answer
    one.refresh_from_db()
    assert (one.dismissed_by, one.dismissed_at) == (None, None)
    take_back_dismissal(one, by=owner)  # twice is once


def test_who_may_not_merge_does_not_judge(client, owner, staff, first, second):
    one = pair(first, second)
    for record in (first, second):
        clients.share(record, by=owner, user=staff)
    client.force_login(staff)

    assert client.get("/clients/duplicates/").status_code == 403
    with pytest.raises(PermissionDenied):
        dismiss(one, by=staff)


def test_a_merged_pair_is_gone(as_owner, owner, first, second):
    from mudir.records.merging import merge

    pair(first, second)
    merge(first, second, by=owner)

    assert "No two records look like one" in as_owner.get("/clients/duplicates/").content.decode()


def test_while_a_search_is_under_way_nobody_is_told_that_there_are_none(as_owner):
    search = DuplicateSearch.objects.create(kind=KIND)
    page = as_owner.get("/clients/duplicates/").content.decode()
    assert ("A search is under way" in page, "No two records look like one" in page) == (True, False)
    assert 'hx-trigger="every 4s"' in page
    DuplicateSearch.objects.filter(pk=search.pk).update(finished_at=timezone.now())
    page = as_owner.get("/clients/duplicates/").content.decode()
    assert ("No two records look like one" in page, 'hx-trigger="every 4s"' in page) == (True, False)


def test_looking_anew_is_for_who_directs_a_team(as_owner, client, lead):
    assert as_owner.post("/clients/duplicates/").status_code == 403
    client.force_login(lead)
    assert client.post("/clients/duplicates/").status_code == 302
    assert client.post("/clients/duplicates/").status_code == 302  # one waits already
    assert client.get("/tasks/duplicates/").status_code == 404


def test_further_pairs_stand_on_further_pages(as_owner, owner, first, monkeypatch):
    from mudir.records.views import duplicates as page

    monkeypatch.setattr(page, "LENGTH", 2)
    others = [clients.create_client(by=owner, name=f"Other {number}") for number in range(5)]
    for number, other in enumerate(others):
        pair(first, other, score=0.9 if number < 3 else 0.95)
    seen, url = [], "/clients/duplicates/"
    while url:
        body = as_owner.get(url).content.decode()
        seen += [one for one in range(5) if f">Other {one}<" in body]
        _before, more, rest = body.partition('href="?after=')
        url = f"/clients/duplicates/?after={rest.partition(chr(34))[0]}" if more else ""

    assert seen == [3, 4, 0, 1, 2]
    assert as_owner.get("/clients/duplicates/?after=x~y").status_code == 200


# ── measured ─────────────────────────────────────────────────────────────────────────────────────────────────────────


SHARED = Path(__file__).parents[5] / "shared/data/duplicates"  # sets that nobody here made, where there are any


@pytest.mark.skipif(not SHARED.exists(), reason="the set is not here")
def test_febrl_1_is_found_as_it_was_measured():
    tool = runpy.run_path(Path(mudir.__file__).parents[2] / "tools/measure_duplicates.py")

    whose, found = tool["matched"](tool["febrl"](SHARED / "dataset1.csv"))

    assert len(whose) == 1000
    assert tool["accuracy"](whose, {pair for pair, score in found.items() if score >= 0.9})[2] >= 0.97


def test_both_scripts_a_lost_letter_and_a_lost_phone_are_found():
    tool = runpy.run_path(Path(mudir.__file__).parents[2] / "tools/measure_duplicates.py")

    whose, found = tool["matched"](tool["twice"](3000))

    precision, recall, _f1 = tool["accuracy"](whose, {pair for pair, score in found.items() if score >= 0.9})
    assert precision > 0.9
    assert recall > 0.8
