"""Section G of the security cases: what somebody tries who is not the person."""

import re
import threading
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.core.cache import cache
from django.db import connection
from django.test import Client

from mudir.accounts import hashing
from mudir.accounts.hashing import TooMany
from mudir.accounts.models import User
from mudir.accounts.tests.conftest import PASSWORD
from mudir.conftest import person
from mudir.host import supervisor
from mudir.tests.jobs import wait_for

NEW = "sunrise over the dunes"
ENGLISH = {"accept-language": "en"}


def comparable(answer, address):
    """An answer without the e-mail it was asked about, its token and its date."""
    body = answer.content.decode().replace(address, "ADDRESS")
    return answer.status_code, answer.headers.get("Location"), re.sub(r'value="\w{64}"', "TOKEN", body)


def link_in(letter):
    return next(word for word in letter.body.split() if word.startswith(f"{settings.BASE_URL}/account/"))


def path_in(letter):
    return link_in(letter).removeprefix(settings.BASE_URL)


def ask_for_password(client, email):
    return client.post("/account/password/reset/", {"email": email})


def choose_password(client, path, password=NEW):
    """Follows the link of a letter; the form's answer, or the page that says it is of no use."""
    opened = client.get(path)
    if opened.status_code != 302:
        return opened
    return client.post(opened.headers["Location"], {"password1": password, "password2": password})


# ── who is a user is not told (G01) ──────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_password_and_an_unknown_e_mail_are_answered_alike(client, owner):
    owner.set_password(PASSWORD)
    owner.save()
    emails = (owner.email, "nobody@mudir.example")
    answers = [client.post("/account/login/", {"login": email, "password": "not it at all"}, headers=ENGLISH)
               for email in emails]
    known, unknown = map(comparable, answers, emails)

    assert known == unknown
    assert "E-mail and password do not belong together." in known[2]


def test_asking_for_a_new_password_tells_nothing(client, owner, mailoutbox):
    known, unknown = (
        comparable(ask_for_password(client, email), email) for email in (owner.email, "nobody@mudir.example"))

    assert known == unknown == (302, "/account/password/reset/done/", "")
    assert [letter.to for letter in mailoutbox] == [[owner.email], ["nobody@mudir.example"]]
    assert "/password/reset/key/" not in mailoutbox[1].body


# ── trying many (G02) ────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_five_wrong_passwords_even_the_right_one_waits(client, owner):
    owner.set_password(PASSWORD)
    owner.save()
    for _number in range(5):
        client.post("/account/login/", {"login": owner.email, "password": "not it at all"})

    answer = client.post("/account/login/", {"login": owner.email, "password": PASSWORD}, headers=ENGLISH)

    assert "Too many tries." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_one_address_cannot_try_a_password_on_many_users(client, owner):
    owner.set_password(PASSWORD)
    owner.save()
    for number in range(10):
        client.post("/account/login/", {"login": f"user{number}@mudir.example", "password": PASSWORD})

    client.post("/account/login/", {"login": owner.email, "password": PASSWORD})

    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_counted_one_by_one():
    user = person("Sara", None)
    ready, said = threading.Barrier(12), []

    def wrong():
        ready.wait()
        page = Client(headers=ENGLISH).post("/account/login/", {"login": user.email, "password": "not it at all"})
        said.append("Too many tries." in page.content.decode())
        connection.close()

    threads = [threading.Thread(target=wrong) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said.count(False) <= 5
    cache.clear()


# ── the session (G05, G07, J08) ──────────────────────────────────────────────────────────────────────────────────────


def test_the_session_is_a_new_one_after_signing_in(client, enter, owner):
    client.get("/account/login/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted

    enter(owner)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert other.get("/settings/").status_code == 302


def test_a_changed_password_ends_every_other_session(client, enter, owner, mailoutbox):
    enter(owner)
    other = Client()
    other.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    assert other.get("/settings/").status_code == 200

    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert client.get("/settings/").status_code == 200
    assert other.get("/settings/").status_code == 302
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        ([owner.email], "Your password for Mudir was changed")]


def test_signing_out_every_other_device_keeps_this_one(client, enter, owner):
    enter(owner)
    other = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"})
    other.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    page = client.get("/account/sessions/").content.decode()
    assert "Firefox, Windows" in page and "This device" in page

    client.post("/account/sessions/")

    assert client.get("/settings/").status_code == 200
    assert other.get("/settings/").status_code == 302


# ── links in letters (G07, G08) ──────────────────────────────────────────────────────────────────────────────────────


def test_a_link_for_a_new_password_works_once(client, owner, mailoutbox):
    ask_for_password(client, owner.email)
    path = path_in(mailoutbox[0])

    assert choose_password(client, path).headers["Location"] == "/account/password/reset/key/done/"

    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert choose_password(Client(), path, "another long secret").context["token_fail"]
    owner.refresh_from_db()
    assert owner.check_password(NEW)


def test_a_link_for_a_new_password_dies_after_an_hour(client, owner, mailoutbox, settings):
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    ask_for_password(client, owner.email)
    settings.PASSWORD_RESET_TIMEOUT = 0
    time.sleep(1.1)

    assert choose_password(client, path_in(mailoutbox[0])).context["token_fail"]


@pytest.mark.parametrize("meanwhile", ["password", "sign in", "e-mail"])
def test_a_link_for_a_new_password_dies_when_the_account_changes(client, enter, owner, mailoutbox, meanwhile):
    owner.set_password(PASSWORD)
    owner.save()
    ask_for_password(client, owner.email)
    if meanwhile == "password":
        owner.set_password("another long secret")
        owner.save()
    elif meanwhile == "sign in":
        client.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    else:
        owner.email = "sara.new@mudir.example"
        owner.save()
        owner.confirm_mailbox()
    owner.refresh_from_db()
    before = owner.password

    assert choose_password(Client(), path_in(mailoutbox[0])).context["token_fail"]
    owner.refresh_from_db()
    assert owner.password == before


def test_the_link_for_one_user_is_of_no_use_for_another(client, owner, teammate, mailoutbox):
    ask_for_password(client, owner.email)
    path = path_in(mailoutbox[0]).replace(f"/key/{user_pk_to_url_str(owner)}-", f"/key/{user_pk_to_url_str(teammate)}-")

    assert choose_password(client, path).context["token_fail"]


def test_the_secret_of_a_link_never_stands_in_an_address_with_a_form(client, owner, mailoutbox):
    ask_for_password(client, owner.email)
    path = path_in(mailoutbox[0])
    opened = client.get(path)

    assert (opened.status_code, opened.headers["Referrer-Policy"]) == (302, "same-origin")
    assert path.rpartition("-")[2].strip("/") not in opened.headers["Location"]


def test_a_forged_host_reaches_no_letter(client, owner, mailoutbox):
    assert client.post("/account/password/reset/", {"email": owner.email}, headers={"host": "evil.example"}
                       ).status_code == 400
    client.post("/account/password/reset/", {"email": owner.email},
                headers={"host": "127.0.0.1", "x-forwarded-host": "evil.example"})

    letter, = mailoutbox
    assert link_in(letter).startswith(f"{settings.BASE_URL}/account/password/reset/key/")
    assert "evil.example" not in letter.body and "127.0.0.1" not in letter.body


# ── a new e-mail (G13) ───────────────────────────────────────────────────────────────────────────────────────────────


def change_email(client, email):
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client.post("/account/email/", {"email": email, "action_add": ""})


def test_an_e_mail_changes_only_when_the_new_one_answers_and_the_old_one_learns(client, enter, owner, mailoutbox):
    enter(owner)
    assert change_email(client, "Sara.New@mudir.example").status_code == 302
    owner.refresh_from_db()
    assert owner.email == "sara@mudir.example"
    letter, = mailoutbox
    assert letter.to == ["sara.new@mudir.example"]
    assert client.get(path_in(letter)).status_code == 200
    owner.refresh_from_db()
    assert owner.email == "sara@mudir.example"

    client.post(path_in(letter))

    owner.refresh_from_db()
    assert owner.email == "sara.new@mudir.example"
    assert [told.to for told in mailoutbox[1:]] == [["sara@mudir.example"]]
    assert list(EmailAddress.objects.filter(user=owner).values_list("email", flat=True)) == ["sara.new@mudir.example"]


def test_changing_the_e_mail_asks_who_it_is_first(client, enter, owner, mailoutbox):
    enter(owner)

    answer = client.post("/account/email/", {"email": "sara.new@mudir.example", "action_add": ""})

    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert mailoutbox == []


def test_a_change_called_off_keeps_the_old_e_mail(client, enter, owner, mailoutbox):
    enter(owner)
    change_email(client, "sara.new@mudir.example")
    client.post("/account/email/", {"email": "sara.new@mudir.example", "action_remove": ""})
    client.post("/account/email/", {"email": owner.email, "action_remove": ""})

    client.post(path_in(mailoutbox[0]))

    owner.refresh_from_db()
    assert owner.email == "sara@mudir.example"


def test_a_user_whom_allauth_does_not_know_yet_keeps_the_e_mail(client, enter, owner):
    EmailAddress.objects.all().delete()
    enter(owner)
    client.get("/account/email/")
    change_email(client, "sara.new@mudir.example")

    owner.refresh_from_db()
    assert owner.email == "sara@mudir.example"


@pytest.mark.parametrize("variant", ["omar@mudir.example", "OMAR@Mudir.example"])
def test_nobody_takes_over_the_e_mail_of_another(client, enter, owner, teammate, mailoutbox, variant):
    enter(owner)
    change_email(client, variant)
    for letter in mailoutbox:
        client.post(path_in(letter))

    assert User.objects.get(email="omar@mudir.example") == teammate
    owner.refresh_from_db()
    assert owner.email == "sara@mudir.example"


# ── the second factor (G10, B10) ─────────────────────────────────────────────────────────────────────────────────────


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def secret(client, enter, owner):
    """Of the code app that the owner sets up by the pages."""
    enter(owner)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    found = re.search(r'class="ltr strong">(\w{32})<', client.get("/account/2fa/totp/activate/").content.decode())
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(found[1])})
    assert answer.headers["Location"] == "/account/2fa/recovery-codes/"
    return found[1]


def test_a_password_alone_no_longer_signs_in(owner, secret):
    browser = Client(headers=ENGLISH)
    asked = browser.post("/account/login/", {"login": owner.email, "password": PASSWORD})

    assert asked.headers["Location"] == "/account/2fa/authenticate/"
    assert browser.get("/account/2fa/authenticate/").status_code == 200
    assert browser.get("/settings/").status_code == 302
    wrong = browser.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert browser.get("/settings/").status_code == 302


def test_a_code_signs_in_once(owner, secret):
    code, browsers = code_of(secret), [Client(), Client()]
    for browser in browsers:
        browser.post("/account/login/", {"login": owner.email, "password": PASSWORD})
        browser.post("/account/2fa/authenticate/", {"code": code})

    assert [browser.get("/settings/").status_code for browser in browsers] == [200, 302]


def test_a_recovery_code_signs_in_once(client, owner, secret):
    code = client.get("/account/2fa/recovery-codes/").context["unused_codes"][0]
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post("/account/login/", {"login": owner.email, "password": PASSWORD})
        browser.post("/account/2fa/authenticate/", {"code": code})

    assert [browser.get("/settings/").status_code for browser in browsers] == [200, 302]


def test_a_new_password_by_letter_does_not_pass_the_second_factor(owner, secret, mailoutbox):
    browser = Client()
    ask_for_password(browser, owner.email)
    choose_password(browser, path_in(mailoutbox[-1]))

    browser.post("/account/login/", {"login": owner.email, "password": NEW})

    assert browser.get("/settings/").status_code == 302


def test_the_database_alone_does_not_tell_the_secret(owner, secret):
    kept = Authenticator.objects.get(user=owner, type="totp").data["secret"]

    assert secret not in kept


def test_every_page_of_a_guarded_account_opens(client, secret, owner):
    for path in ("/account/2fa/", "/account/2fa/recovery-codes/", "/account/2fa/recovery-codes/generate/",
                 "/account/2fa/recovery-codes/download/", "/account/2fa/totp/deactivate/",
                 "/account/2fa/reauthenticate/"):
        assert client.get(path).status_code == 200, path
    client.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=owner, type="totp").exists()


# ── passwords (G22) ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("weak", ["short", "password123", "1234567890123", "sara@mudir.example", "qwertyuiop",
                                  "MuDir-2026-!", "مُديرٌ 1234567"])
def test_a_weak_password_is_refused(client, enter, owner, weak):
    enter(owner)
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})

    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


@pytest.mark.parametrize("strong", ["كثبان الرمل عند الغروب", " spaces are kept ", "x1 " * 40])
def test_a_long_password_of_any_letters_is_taken_as_it_is(client, enter, owner, strong):
    enter(owner)
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": strong, "password2": strong})

    owner.refresh_from_db()
    assert owner.check_password(strong)


def test_passwords_are_kept_by_argon2(owner):
    owner.set_password(PASSWORD)

    assert owner.password.startswith("argon2$argon2id$")


# ── forms of other sites (J01), reading that writes (J02) ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [
    "/account/login/", "/account/logout/", "/account/password/reset/", "/account/password/change/", "/account/email/",
    "/account/2fa/authenticate/", "/account/2fa/webauthn/login/", "/account/sessions/", "/settings/", "/language/",
    "/users/new/", "/teams/",
])
def test_a_form_without_our_token_is_refused(administrator, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(administrator)

    answer = browser.post(path, {"theme": "dark", "next": "/", "name": "X", "language": "en"})

    assert answer.status_code == 403
    administrator.refresh_from_db()
    assert administrator.theme == "auto"


@pytest.mark.parametrize("path", ["/settings/", "/users/", "/users/new/", "/users/roles/", "/teams/",
                                  "/account/email/", "/account/password/change/", "/account/2fa/",
                                  "/account/sessions/", "/account/logout/"])
def test_reading_a_page_changes_nothing(client, enter, administrator, path):
    enter(administrator)
    client.get("/settings/")

    def state():
        return [list(model.objects.order_by("pk").values()) for model in (User, EmailAddress, Authenticator)]

    before = state()
    assert client.get(path).status_code == 200
    assert state() == before


# ── many passwords at once (M09) ─────────────────────────────────────────────────────────────────────────────────────


def test_m09_two_passwords_are_looked_at_at_once_and_the_others_are_told_to_wait(client, owner, monkeypatch):
    """One in each of the two processes that serve pages, with one behind it; the other threads are for the pages."""
    monkeypatch.setattr(hashing, "LONGEST_WAIT", 30)
    begun, go_on, at_once, most = threading.Event(), threading.Event(), [], []

    def slow(hasher, password, salt):
        at_once.append(password)
        most.append(len(at_once))
        begun.set()
        go_on.wait(30)
        at_once.remove(password)
        return "argon2$x"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    threads = [threading.Thread(target=make_password, args=[password]) for password in ("first", "second")]
    for thread in threads:
        thread.start()
    begun.wait(30)
    wait_for(lambda: hashing._in_line._value == 0)
    page = client.post("/account/login/", {"login": "nobody@mudir.example", "password": "x"}, headers=ENGLISH)
    others = client.get("/account/login/").status_code
    go_on.set()
    for thread in threads:
        thread.join(30)

    assert (most, supervisor.web().command[supervisor.web().command.index("--workers") + 1]) == ([1, 1], "2")
    assert (page.status_code, page.headers["Retry-After"], others) == (503, "3", 200)
    assert "Very many sign in just now" in page.content.decode()
    make_password("the next one")


def test_a_password_that_waits_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(hashing, "LONGEST_WAIT", 0.05)
    with hashing._turn(), pytest.raises(TooMany):
        make_password("waits")
    assert check_password("gets its turn", make_password("gets its turn"))


# ── passkeys (G11) ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("answer", [
    "[" * 100_000, '{"a":' * 50_000, "[" * 5000, '{"a":' * 900, '"\\ud800"', "9" * 5000, "null", "[]", "7", "x",
    '{"id": 1}', '{"id":"\\ud800","rawId":"x","type":"public-key","response":{}}',
    '{"response": {"clientDataJSON": "x"}}', '{"response": {"userHandle": "eA"}}',
    '{"id":"eA","rawId":"eA","type":"public-key","response":{"userHandle":"eA",'
    '"clientDataJSON":"eA","authenticatorData":"eA","signature":"eA","attestationObject":"eA"}}',
], ids=range(15))
def test_g11_what_is_no_answer_of_a_passkey_is_a_wrong_one(client, enter, owner, answer):
    addresses = ["/account/2fa/webauthn/login/"]
    assert client.post(addresses[0], {"credential": answer}).status_code in {200, 302}
    assert "_auth_user_id" not in client.session
    enter(owner)
    for path in ("webauthn/add", "webauthn/reauthenticate", "reauthenticate"):
        asked = client.post(f"/account/2fa/{path}/", {"credential": answer, "name": "x", "code": answer[:20]})
        assert asked.status_code in {200, 302}, path
    assert not Authenticator.objects.filter(user=owner, type=Authenticator.Type.WEBAUTHN).exists()
