import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client

from mudir.accounts.models import User
from mudir.accounts.services import (
    activate_user,
    create_user,
    deactivate_user,
    edit_user,
    send_password_letter,
)
from mudir.conftest import person


@pytest.fixture
def second(team):
    return person("Bandar", team, "administrator")


def test_a_user_is_made_and_chooses_the_password_by_letter(client, administrator, team, mailoutbox):
    client.force_login(administrator)
    answer = client.post("/users/new/", {"name": "ريم الدوسري", "email": "Reem@Mudir.example", "language": "ar",
                                         "role": "client_manager", "team": team.pk})

    reem = User.objects.get(email="reem@mudir.example")
    assert answer.headers["Location"] == "/users/"
    assert (reem.name, reem.role, reem.team, reem.has_usable_password()) == (
        "ريم الدوسري", "client_manager", team, False)
    letter, = mailoutbox
    assert letter.to == ["reem@mudir.example"]
    visitor = Client()
    link = next(line for line in letter.body.splitlines() if "/password/reset/key/" in line)
    assert link.startswith("http://localhost:8000/account/password/reset/key/")
    form = visitor.get(link.removeprefix("http://localhost:8000"))
    visitor.post(form.headers["Location"], {"password1": "sunrise over dunes", "password2": "sunrise over dunes"})
    assert visitor.post("/account/login/", {"login": "reem@mudir.example", "password": "sunrise over dunes"}
                        ).headers["Location"] == "/"
    assert visitor.get(link.removeprefix("http://localhost:8000")).status_code == 200  # said to be used up
    assert visitor.get(form.headers["Location"]).context["token_fail"]


def test_an_e_mail_belongs_to_one_user(administrator, owner):
    with pytest.raises(ValidationError) as refused:
        create_user(by=administrator, name="Other", email="SARA@mudir.example", role="client_manager")
    assert set(refused.value.error_dict) >= {"email"}
    with pytest.raises(ValidationError):
        edit_user(administrator, by=administrator, email="Sara@mudir.example")
    assert User.objects.filter(email__iexact="sara@mudir.example").get() == owner


@pytest.mark.parametrize("field", ["is_active", "password", "last_login", "id", "theme"])
def test_only_what_the_form_shows_is_written(administrator, owner, field):
    with pytest.raises(ValidationError):
        edit_user(owner, by=administrator, **{field: "x"})


@pytest.mark.parametrize("act", [
    lambda by, user: create_user(by=by, name="X", email="x@mudir.example", role="administrator"),
    lambda by, user: edit_user(user, by=by, name="X"),
    lambda by, user: deactivate_user(user, by=by),
    lambda by, user: activate_user(user, by=by),
    lambda by, user: send_password_letter(user, by=by),
])
@pytest.mark.parametrize("who", ["lead", "director", "owner", "staff"])
def test_nobody_but_an_administrator_changes_people(request, teammate, mailoutbox, who, act):
    by, before = request.getfixturevalue(who), User.objects.count()
    with pytest.raises(PermissionDenied):
        act(by, teammate)

    teammate.refresh_from_db()
    assert (User.objects.count(), teammate.name, teammate.is_active, mailoutbox) == (before, "Omar", True, [])


def test_an_administrator_who_is_one_no_more_changes_nothing(administrator, second, owner):
    stale = User.objects.get(pk=administrator.pk)
    edit_user(administrator, by=second, role="client_manager")

    with pytest.raises(PermissionDenied):
        edit_user(owner, by=stale, role="director")
    owner.refresh_from_db()
    assert owner.role == "client_manager"


def test_nobody_changes_the_own_role_or_closes_the_own_account(administrator, second):
    with pytest.raises(PermissionDenied):
        edit_user(administrator, by=administrator, role="director")
    with pytest.raises(PermissionDenied):
        deactivate_user(administrator, by=administrator)

    administrator.refresh_from_db()
    assert (administrator.role, administrator.is_active) == ("administrator", True)


def test_the_page_of_oneself_keeps_role_and_team_whatever_is_sent(client, administrator, team):
    client.force_login(administrator)
    client.post(f"/users/{administrator.pk}/", {"name": "Aziza", "email": administrator.email, "language": "en",
                                                "role": "director", "team": team.pk})

    administrator.refresh_from_db()
    assert administrator.role == "administrator"
    assert administrator.team.name == "Jeddah"


def test_one_chooses_the_own_team_only_where_there_is_none(administrator, team):
    with pytest.raises(PermissionDenied):
        edit_user(administrator, by=administrator, team=team)
    lonely = person("Lama", None, "administrator")
    assert edit_user(lonely, by=lonely, team=team).team == team


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_unseat_each_other():
    first, second = (person(name, None, "administrator") for name in ("Aziza", "Bandar"))
    said, ready = [], threading.Barrier(2)

    def unseat(by, user):
        ready.wait()
        try:
            deactivate_user(user, by=by)
            said.append("done")
        except PermissionDenied:
            said.append("refused")
        connection.close()

    threads = [threading.Thread(target=unseat, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["done", "refused"]
    assert User.objects.filter(role="administrator", is_active=True).count() == 1


def test_a_closed_account_is_out_at_once(client, enter, administrator, owner):
    theirs = enter(owner, browser=Client())
    assert theirs.get("/settings/").status_code == 200

    client.force_login(administrator)
    client.post(f"/users/{owner.pk}/deactivation/")

    assert theirs.get("/settings/").status_code == 302
    refused = theirs.post("/account/login/", {"login": owner.email, "password": "a long enough secret"})
    assert "_auth_user_id" not in theirs.session
    assert refused.headers["Location"] == "/account/inactive/"


def test_closing_an_account_can_be_undone_but_its_sessions_are_gone(client, enter, administrator, owner):
    theirs = enter(owner, browser=Client())
    client.force_login(administrator)
    client.post(f"/users/{owner.pk}/deactivation/")
    page = client.get("/users/").content.decode()
    assert f'action="/users/{owner.pk}/activation/"' in page

    client.post(f"/users/{owner.pk}/activation/")

    owner.refresh_from_db()
    assert owner.is_active
    assert theirs.get("/settings/").status_code == 302


def test_no_letter_goes_to_a_closed_account(administrator, owner, mailoutbox):
    deactivate_user(owner, by=administrator)

    with pytest.raises(PermissionDenied):
        send_password_letter(owner, by=administrator)
    assert mailoutbox == []


def test_a_new_e_mail_by_the_administrator_is_told_to_the_old_one(
    administrator, owner, mailoutbox, django_capture_on_commit_callbacks
):
    EmailAddress.objects.create(user=owner, email="begun@mudir.example")
    with django_capture_on_commit_callbacks(execute=True):
        edit_user(owner, by=administrator, email="Sara.Q@mudir.example")

    letter, = mailoutbox
    assert letter.to == ["sara@mudir.example"]
    assert "sara.q@mudir.example" in letter.body
    assert list(EmailAddress.objects.filter(user=owner).values_list("email", "verified", "primary")) == [
        ("sara.q@mudir.example", True, True)]


def test_the_history_names_who_changed_the_role(administrator, owner):
    edit_user(owner, by=administrator, role="team_lead")

    last = User.pgh_event_model.objects.filter(pgh_obj_id=owner.pk).order_by("pgh_id").last()
    assert (last.role, last.pgh_context["user"]) == ("team_lead", administrator.pk)
    assert not hasattr(last, "password")


def test_the_list_finds_people_by_name_and_mail_and_role(client, administrator, owner, lead):
    client.force_login(administrator)

    def names(query):
        return [user.name for user in client.get(f"/users/?{query}").context["page"]]

    assert names("") == ["Aziza", "Huda", "Sara"]
    assert names("q=SAR") == ["Sara"]
    assert names("q=huda@") == ["Huda"]
    assert names("role=team_lead") == ["Huda"]
    assert names("q=%25") == []
    assert names("role=nonsense&page=99") == ["Aziza", "Huda", "Sara"]


def test_the_list_costs_the_same_for_one_and_for_thirty(client, administrator, django_assert_num_queries):
    client.force_login(administrator)
    client.get("/users/")
    with django_assert_num_queries(7):  # session, reader, roles, fields without code, what is at hand, count, who
        client.get("/users/")
    for number in range(30):
        person(f"P{number}", administrator.team)
    with django_assert_num_queries(7):
        client.get("/users/")


def test_roles_are_told_with_their_sentence_and_how_many_have_them(client, administrator, owner, teammate):
    client.force_login(administrator)
    page = client.get("/users/roles/")

    assert [(one["role"].code, one["people"]) for one in page.context["roles"]] == [
        ("client_manager", 2), ("key_account_manager", 0), ("team_lead", 0), ("director", 0), ("department_staff", 0),
        ("administrator", 1)]
    assert "Works on their own clients and on those shared with them." in page.content.decode()
