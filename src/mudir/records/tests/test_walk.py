"""Through a list record by record: every one once, in order, and the place is kept whatever becomes of a record."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.records.query import Query, QuerySpec
from mudir.records.query.walking import count_before, step
from mudir.records.services import move_to_trash


@pytest.fixture
def several(owner, client_of_stranger):
    """Clients whose last contact is known of some alone."""
    made = [clients.create_client(by=owner, name=f"Client {number}", tier="key" if number % 2 else "ordinary")
            for number in range(7)]
    for number in (1, 2, 4):
        clients.touch_client(made[number], at=timezone.now() - timezone.timedelta(days=number))
    return made


@pytest.mark.parametrize("sort", [("name",), ("-name",), ("last_contact_at",), ("-last_contact_at",),
                                  ("tier", "-last_contact_at"), ("-tier", "name")])
def test_a_walk_meets_every_row_once_in_the_order_of_the_list_and_back(owner, several, sort):
    query = Query(QuerySpec("clients.client", sort=sort), owner)
    listed = [row[0] for row in query.page([]).rows]
    there, place = [], step(query)
    while place:
        assert count_before(query, place.cursor) == len(there)
        there.append(place.key)
        last, place = place, step(query, place.cursor)
    back, place = [last.key], step(query, last.cursor, back=True)
    while place:
        back.append(place.key)
        place = step(query, place.cursor, back=True)

    assert len(listed) == 7
    assert there == listed
    assert back == listed[::-1]


def follow(client, url: str):
    answer = client.get(url)
    return answer, answer.context["walk"]


def test_the_page_tells_the_place_and_leads_on(client, owner, several):
    client.force_login(owner)
    start = client.get("/clients/walk/?f=tier.is.key&sort=name").headers["Location"]
    assert parse_qs(urlsplit(start).query)["walk"] == ["f=tier.is.key&sort=name"]
    page, walk = follow(client, start)
    assert (walk["number"], walk["total"], walk["previous_url"], walk["is_there"]) == ("1", "3", "", True)
    page, walk = follow(client, walk["next_url"])
    page, walk = follow(client, walk["next_url"])

    assert (walk["number"], walk["total"], walk["next_url"]) == ("3", "3", "")
    assert b"That was the last one." in page.content
    assert follow(client, walk["previous_url"])[1]["number"] == "2"


def test_a_record_that_leaves_the_list_keeps_the_place(client, owner, several):
    client.force_login(owner)
    start = client.get("/clients/walk/?f=tier.is.key&sort=name").headers["Location"]
    _page, walk = follow(client, start)
    second = walk["next_url"]
    clients.edit_client(several[3], by=owner, tier="ordinary", name="Zebra")
    _page, walk = follow(client, second)

    assert walk["is_there"] is False
    assert urlsplit(walk["next_url"]).path == f"/clients/{several[5].pk}/"
    assert urlsplit(walk["previous_url"]).path == f"/clients/{several[1].pk}/"


def test_a_form_of_the_page_keeps_the_place(client, owner, several):
    client.force_login(owner)
    start = client.get("/clients/walk/?sort=name").headers["Location"]
    answer = client.post(f"/clients/{several[0].pk}/stage/", {"to": "2"}, follow=True,
                         headers={"Referer": f"http://testserver{start}"})

    assert answer.context["walk"]["number"] == "1"


def test_a_walk_shows_nothing_of_what_the_person_does_not_see(client, owner, several, client_of_stranger):
    client.force_login(owner)
    start = client.get("/clients/walk/?sort=-name").headers["Location"]
    met, url = [], start
    while url:
        met.append(int(urlsplit(url).path.split("/")[2]))
        url = follow(client, url)[1]["next_url"]

    assert met == [one.pk for one in reversed(several)]
    assert client_of_stranger.pk not in met


@pytest.mark.parametrize("query", ["walk=f%3Dnothing.is.x&place=x", "walk=&place=x", "walk=sort%3Dname", "place=x"])
def test_a_made_up_place_is_no_walk(client, owner, several, query):
    client.force_login(owner)
    page = client.get(f"/clients/{several[0].pk}/?{query}")

    assert page.status_code == 200 and page.context["walk"] is None


def test_an_empty_list_is_not_walked(client, owner, several):
    client.force_login(owner)
    for one in several:
        move_to_trash(Client.objects.visible_to(owner).get(pk=one.pk), by=owner)

    assert client.get("/clients/walk/?f=tier.is.key").headers["Location"] == "/clients/?f=tier.is.key"
    assert client.get("/clients/walk/?f=nothing.is.x").status_code == 400
