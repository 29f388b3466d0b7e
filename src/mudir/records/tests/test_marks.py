"""Favourites and the records that one looked at last: only what one still sees, only one's own."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mudir.clients.models import Client
from mudir.clients.services import create_client, share, unshare
from mudir.records import comments, marks, notifications
from mudir.records.models import Favourite, Visit
from mudir.records.views.search import recent

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def titles(user) -> list[str]:
    return [hit.title for hit in marks.favourites_of(user)]


def test_a_star_puts_a_record_into_the_side_bar_of_who_gave_it(client, owner, lead, client_of_owner):
    client.force_login(owner)
    client.post(f"/clients/{client_of_owner.pk}/star/", {"on": "yes"})

    assert titles(owner) == [client_of_owner.name] and titles(lead) == []
    assert '<div id="favourites"><h2>' in client.get("/tasks/").content.decode()
    client.post(f"/clients/{client_of_owner.pk}/star/", {"on": "no"})
    assert titles(owner) == []


def test_the_star_put_in_its_place_is_that_of_a_fresh_page(client, owner, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/"
    headers = PART | {"HX-Current-URL": f"http://testserver{url}"}
    answer = client.post(f"{url}star/", {"on": "yes"}, headers=headers).content.decode()

    page = client.get(url).content.decode()
    assert 'aria-pressed="true"' in answer and 'aria-pressed="true"' in page
    assert answer[answer.index('<div id="favourites">'):answer.index("</hx-partial>")].strip() in page


def test_a_second_star_changes_nothing(owner, client_of_owner):
    for _time in range(2):
        marks.star(client_of_owner, by=owner)

    assert Favourite.objects.count() == 1


def test_who_does_not_see_a_record_gives_it_no_star(client, stranger, client_of_owner):
    with pytest.raises(Client.DoesNotExist):
        marks.star(client_of_owner, by=stranger)
    client.force_login(stranger)

    assert client.post(f"/clients/{client_of_owner.pk}/star/").status_code == 404
    assert client.post(f"/clients/{client_of_owner.pk}/visit/").status_code == 404
    assert not Favourite.objects.exists() and not Visit.objects.exists()


def test_what_one_does_not_see_any_more_is_named_nowhere(client, owner, stranger, client_of_owner):
    given = share(client_of_owner, by=owner, user=stranger)
    marks.star(client_of_owner, by=stranger)
    marks.visit(client_of_owner, by=stranger)
    assert titles(stranger) == [client_of_owner.name]
    unshare(client_of_owner, by=owner, share=given)

    client.force_login(stranger)
    for url in ("/", "/favourites/", "/search/"):
        assert client_of_owner.name not in client.get(url).content.decode()
    assert titles(stranger) == [] and recent(stranger) == []


def test_favourites_stand_in_the_order_of_their_owner(client, owner):
    made = [create_client(by=owner, name=name) for name in ("Alef", "Basma", "Jadid")]
    for one in made:
        marks.star(one, by=owner)
    client.force_login(owner)
    client.post("/favourites/", {"kind": "clients.client", "id": made[2].pk, "move": "up"})
    assert titles(owner) == ["Alef", "Jadid", "Basma"]

    client.post("/favourites/", {"kind": "clients.client", "id": made[0].pk, "move": "up"})
    assert titles(owner) == ["Alef", "Jadid", "Basma"]
    assert client.post("/favourites/", {"kind": "clients.client", "id": 987654321, "move": "up"}).status_code == 404


def test_there_is_an_end_to_favourites(owner, client_of_owner, monkeypatch):
    monkeypatch.setattr(marks, "MOST_FAVOURITES", 1)
    marks.star(client_of_owner, by=owner)

    with pytest.raises(ValidationError, match="Fifty"):
        marks.star(create_client(by=owner, name="Basma"), by=owner)


def test_the_latest_records_are_kept_and_no_more(owner, monkeypatch):
    monkeypatch.setattr(marks, "VISITS_KEPT", 3)
    made = [create_client(by=owner, name=f"Number {number}") for number in range(5)]
    for number, one in enumerate(made):
        marks.visit(one, by=owner)
        Visit.objects.filter(object_id=one.pk).update(at=timezone.now() - timedelta(hours=10 - number))
    marks.visit(made[2], by=owner)

    assert marks.visits_of(owner) == [("clients.client", made[number].pk) for number in (2, 4, 3)]


def test_a_visit_is_one_statement_beside_the_page(owner, client_of_owner):
    marks.visit(client_of_owner, by=owner)
    with CaptureQueriesContext(connection) as asked:
        marks.visit(client_of_owner, by=owner)

    assert len(asked) == 1


def test_looking_at_a_record_reads_what_tells_of_it(client, owner, lead, client_of_owner):
    other = create_client(by=owner, name="Basma")
    for one in (client_of_owner, other):
        comments.write_comment(one, by=owner, text="@Huda")
    client.force_login(lead)
    answer = client.post(f"/clients/{client_of_owner.pk}/visit/", headers=PART)

    assert notifications.unread_count(lead) == 1
    assert "1 unread notification" in answer.content.decode()
    assert client.post(f"/clients/{client_of_owner.pk}/visit/", headers=PART).status_code == 204


def test_records_that_one_looked_at_stand_where_nothing_is_typed(client, owner, lead, client_of_owner):
    other = create_client(by=owner, name="Basma")
    client.force_login(lead)
    client.post(f"/clients/{client_of_owner.pk}/visit/")
    client.post(f"/clients/{other.pk}/visit/")

    assert [hit.title for hit in recent(lead)] == ["Basma", client_of_owner.name]
    marks.star(other, by=lead)
    page = client.get("/search/", headers=PART).content.decode()
    assert client.get("/search/").status_code == 200  # the side bar has favourites of its own
    assert page.index("Favourites") < page.index("Basma") < page.index("Lately") and page.count("Basma") == 1


def test_favourites_cost_the_same_for_one_and_for_many(client, owner):
    made = [create_client(by=owner, name=f"Number {number}") for number in range(9)]
    client.force_login(owner)
    costs = []
    for some in (made[:1], made):
        for one in some:
            marks.star(one, by=owner)
        with CaptureQueriesContext(connection) as asked:
            client.get("/tasks/")
        costs.append(len(asked))

    assert costs[0] == costs[1]
