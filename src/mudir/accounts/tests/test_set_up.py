import threading

import pytest
from django.db import connection
from django.test import Client

from mudir.accounts.models import User
from mudir.accounts.services import AlreadySetUp, set_up

FIRST = {"name": "سارة القحطاني", "email": "Sara@Mudir.example", "password": "sunrise over dunes", "language": "ar",
         "country": "KW"}


@pytest.mark.parametrize("path", ["/", "/clients/", "/account/login/", "/users/"])
def test_a_house_without_users_asks_for_its_administrator(client, db, path):
    assert client.get(path).headers["Location"] == "/welcome/"


def test_the_health_of_a_house_without_users_is_still_told(client, db):
    assert client.get("/healthz").status_code == 200


def test_the_first_user_is_the_administrator_and_signed_in(client, db):
    assert client.get("/welcome/").status_code == 200

    answer = client.post("/welcome/", FIRST)

    user = User.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert (user.email, user.role, user.language) == ("sara@mudir.example", "administrator", "ar")
    assert (user.country, user.time_zone) == ("KW", "Asia/Kuwait")
    assert user.check_password("sunrise over dunes")
    assert client.get("/users/").status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "1234567890"}, {"password": "sara@mudir.example"}, {"email": "sara"},
                                   {"country": "XX"}, {"language": "fr"}, {"name": ""}])
def test_a_form_that_is_wrong_makes_nobody(client, db, wrong):
    answer = client.post("/welcome/", FIRST | wrong)

    assert answer.status_code == 422
    assert not User.objects.exists()


def test_the_page_of_the_first_user_is_gone_afterwards(client, owner):
    assert client.get("/welcome/").status_code == 404
    assert client.post("/welcome/", FIRST).status_code == 404
    assert User.objects.get() == owner
    with pytest.raises(AlreadySetUp):
        set_up(**FIRST)


@pytest.mark.django_db(transaction=True)
def test_two_first_users_at_once_make_one():
    answers, ready = [], threading.Barrier(2)

    def begin(email):
        ready.wait()
        answers.append(Client().post("/welcome/", FIRST | {"email": email}).status_code)
        connection.close()

    threads = [threading.Thread(target=begin, args=[f"{name}@mudir.example"]) for name in ("sara", "omar")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [302, 404]
    assert User.objects.count() == 1
