import pytest

from mudir.accounts.models import User
from mudir.accounts.tests.conftest import PASSWORD
from mudir.conftest import person

SETTINGS = ["/settings/", "/account/password/change/", "/account/email/", "/account/2fa/", "/account/2fa/webauthn/",
            "/account/sessions/", "/account/logout/"]
GUARDED = ["/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"]  # after proving once more who it is
MANAGEMENT = ["/users/", "/users/new/", "/users/roles/", "/teams/"]
ENTRANCE = ["/account/login/", "/account/password/reset/", "/account/password/reset/done/",
            "/account/password/reset/key/1-abc-def/", "/account/password/reset/key/done/", "/account/inactive/",
            "/account/signup/", "/account/confirm-email/", "/account/confirm-email/MQ:abc:def/"]


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("path", ENTRANCE)
def test_every_page_before_signing_in_opens_in_both_languages(client, owner, path, language):
    page = client.get(path, headers={"accept-language": language})

    assert page.status_code == 200
    assert page.headers["Content-Language"] == language
    assert f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("path", SETTINGS)
def test_every_page_of_the_settings_opens_in_both_languages(client, enter, team, path, language):
    enter(person("Mona", team, language=language))

    page = client.get(path, headers={"accept-language": "fr"})

    assert page.status_code == 200
    assert page.headers["Content-Language"] == language


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("path", GUARDED)
def test_access_is_changed_only_after_showing_once_more_who_it_is(client, enter, team, path, language):
    enter(person("Mona", team, language=language))

    asked = client.get(path)
    assert asked.headers["Location"].startswith("/account/reauthenticate/?next=")
    assert client.get(asked.headers["Location"]).status_code == 200
    wrong = client.post(asked.headers["Location"], {"password": "something else"})
    assert wrong.status_code == 200
    proven = client.post(asked.headers["Location"], {"password": PASSWORD})
    assert proven.headers["Location"] == path
    assert client.get(path).headers["Content-Language"] == language


@pytest.mark.parametrize("path", MANAGEMENT)
def test_an_administrator_alone_manages_people(client, administrator, lead, path):
    client.force_login(administrator)
    assert client.get(path).status_code == 200

    client.force_login(lead)
    assert client.get(path).status_code == 403


def test_a_page_asks_for_a_sign_in_and_comes_back(client, owner):
    answer = client.get("/users/?q=a")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/users/%3Fq%3Da"


def test_a_fragment_is_never_the_sign_in_page(client, owner):
    answer = client.get("/users/", headers={
        "HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://testserver/clients/?q=x"})

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["HX-Redirect"] == "/account/login/?next=%2Fclients%2F%3Fq%3Dx"


def test_signing_in_goes_to_the_page_asked_for_and_nowhere_else(client, owner):
    for wish, place in [("/users/", "/users/"), ("//evil.example/", "/"), ("https:evil.example", "/"),
                        (r"\/evil.example", "/"), ("https://localhost/clients/", "/"), ("javascript:alert(1)", "/")]:
        client.logout()
        owner.set_password(PASSWORD)
        owner.save(update_fields=["password"])
        answer = client.post("/account/login/", {
            "login": owner.email, "password": PASSWORD, "next": wish})
        assert (answer.status_code, answer.headers["Location"]) == (302, place)


def test_signing_out_leaves_nothing_in_the_browser(client, enter, owner):
    enter(owner)

    answer = client.post("/account/logout/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/settings/").status_code == 302


def test_nobody_signs_up(client, owner):
    client.post("/account/signup/", {
        "email": "new@mudir.example", "password1": PASSWORD, "password2": PASSWORD})

    assert not User.objects.filter(email="new@mudir.example").exists()


def test_a_visitor_chooses_the_language_of_the_sign_in(client, owner):
    chosen = client.post("/language/", {"language": "ar", "next": "/account/login/"})

    assert chosen.headers["Location"] == "/account/login/"
    assert client.get("/account/login/", headers={"accept-language": "en"}).headers["Content-Language"] == "ar"
    assert client.post("/language/", {"language": "tlh"}).status_code == 400
    assert client.post("/language/", {"language": "en", "next": "//evil.example"}).headers["Location"] == "/"
