"""Roles that an administrator changes and makes: they hold at once, and nobody locks the house out."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from mudir.accounts.models import SavedRole, User
from mudir.accounts.roles import EVERY_KIND, ROLES, Act, Reach
from mudir.accounts.services import (
    RoleChanged,
    all_roles,
    create_role,
    edit_role,
    edit_user,
    last_change,
    remove_role,
    said_by,
    take_back_change,
)
from mudir.conftest import person

KIND = "clients.client"


def with_acts(role: str, **acts: str) -> dict:
    """What a role says, with some of its acts with clients changed."""
    said = said_by(all_roles()[role])
    row = {act: all_roles()[role].reach_of(act, KIND) for act in Act}
    return said["kinds"] | {KIND: row | acts}


@pytest.mark.parametrize("code", ROLES)
@pytest.mark.django_db
def test_a_role_of_the_house_says_the_same_when_it_is_saved(administrator, code):
    before = ROLES[code]
    edit_role(code, by=administrator, sentence="Ours")
    after = all_roles()[code]

    assert after.permissions == before.permissions
    for kind in (KIND, "some.other"):
        assert {act: after.reach_of(act, kind) for act in Act} == {act: before.reach_of(act, kind) for act in Act}
    assert after.reach_of(Act.VIEW, "some.note", hangs=True) is Reach.ALL


def test_a_changed_role_holds_with_the_next_request(client, administrator, owner, client_of_owner):
    client.force_login(owner)
    assert client.get(f"/clients/{client_of_owner.pk}/edit/").status_code == 200
    edit_role("client_manager", by=administrator, kinds=with_acts("client_manager", edit="none"))

    assert client.get(f"/clients/{client_of_owner.pk}/edit/").status_code == 403
    assert client.post(f"/clients/{client_of_owner.pk}/edit/", {"name": "X", "version": "1"}).status_code == 403
    assert client.get(f"/clients/{client_of_owner.pk}/").status_code == 200


def test_a_role_of_ones_own_is_made_given_and_taken_away(administrator, owner):
    made = create_role(by=administrator, name="مبيعات الخليج", kinds=with_acts("team_lead", delete="none"))
    edit_user(owner, by=administrator, role=made.code)
    owner = User.objects.get(pk=owner.pk)

    assert owner.rights.name == "مبيعات الخليج"
    assert (owner.rights.reach_of(Act.VIEW, KIND), owner.rights.reach_of(Act.DELETE, KIND)) == (Reach.TEAM, Reach.NONE)
    with pytest.raises(ValidationError):
        remove_role(made.code, by=administrator)
    edit_user(owner, by=administrator, role="client_manager")
    remove_role(made.code, by=administrator)
    assert made.code not in all_roles()


def test_a_role_that_is_none_is_given_to_nobody(administrator, owner):
    with pytest.raises(ValidationError) as refused:
        edit_user(owner, by=administrator, role="king")
    assert set(refused.value.error_dict) == {"role"}


def test_who_has_a_role_that_is_no_more_sees_and_does_nothing(owner, client_of_owner):
    User.objects.filter(pk=owner.pk).update(role="gone")
    owner = User.objects.get(pk=owner.pk)

    assert owner.rights.permissions == frozenset()
    assert {owner.rights.reach_of(act, KIND) for act in Act} == {Reach.NONE, Reach.OWN}  # only giving away one's own


@pytest.mark.parametrize("data", [
    {"kinds": {}}, {"kinds": {EVERY_KIND: {"view": "all"}}}, {"powers": ["root"]}, {"code": "administrator"},
    {"kinds": {EVERY_KIND: dict.fromkeys(Act, "everything")}}, {"fields": {KIND: {"notes": "write"}}}, {"name": ""},
])
def test_what_is_no_right_is_refused_and_nothing_is_written(administrator, data):
    with pytest.raises(ValidationError):
        create_role(by=administrator, **{"name": "X"} | data)

    assert not SavedRole.objects.exists()


@pytest.mark.parametrize("who", ["lead", "director", "owner", "staff"])
def test_g19_nobody_but_an_administrator_changes_roles(request, administrator, who):
    by = request.getfixturevalue(who)
    for act in (lambda: create_role(by=by, name="X"), lambda: edit_role(by.role, by=by, powers=["users.manage"]),
                lambda: remove_role("team_lead", by=by)):
        with pytest.raises(PermissionDenied):
            act()

    assert not SavedRole.objects.exists()


def test_g19_an_administrator_cannot_lock_the_house_out(administrator):
    with pytest.raises(ValidationError):
        edit_role("administrator", by=administrator, powers=[])
    made = create_role(by=administrator, name="Second", powers=["users.manage"])
    second = person("Bandar", administrator.team, made.code)
    edit_role("administrator", by=second, powers=[])

    with pytest.raises(PermissionDenied):
        edit_role(made.code, by=administrator, powers=[])
    with pytest.raises(ValidationError):
        edit_role(made.code, by=second, powers=[])


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_unseat_each_other_leave_one(team):
    first = person("Aziza", team, "administrator")
    made = create_role(by=first, name="Second", powers=["users.manage"])
    second = person("Bandar", team, made.code)
    ready, answers = threading.Barrier(2), []

    def unseat(by, code):
        try:
            ready.wait()
            edit_role(code, by=by, powers=[])
            answers.append("done")
        except PermissionDenied:
            answers.append("refused")
        finally:
            connection.close()

    both = [threading.Thread(target=unseat, args=given) for given in ((first, made.code), (second, "administrator"))]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(answers) == ["done", "refused"]
    assert sum(user.has_permission("users.manage") for user in User.objects.all()) == 1


def test_who_saves_a_role_that_changed_meanwhile_is_told(administrator):
    edit_role("team_lead", by=administrator, version=0, sentence="First")
    with pytest.raises(RoleChanged) as changed:
        edit_role("team_lead", by=administrator, version=0, sentence="Second")

    assert changed.value.current.sentence == "First"
    assert all_roles()["team_lead"].sentence == "First"


def test_every_change_of_a_role_is_taken_back_exactly(administrator):
    edit_role("team_lead", by=administrator, sentence="First")
    edit_role("team_lead", by=administrator, sentence="Second", kinds=with_acts("team_lead", export="none"))
    take_back_change(last_change("team_lead"), by=administrator)
    assert all_roles()["team_lead"].sentence == "First"
    assert all_roles()["team_lead"].reach_of(Act.EXPORT, KIND) is Reach.ALL

    remove_role("team_lead", by=administrator)
    assert all_roles()["team_lead"] == ROLES["team_lead"]
    gone = last_change("team_lead")
    take_back_change(gone, by=administrator)
    assert all_roles()["team_lead"].sentence == "First"
    with pytest.raises(RoleChanged):
        take_back_change(gone, by=administrator)


def test_an_administrator_changes_a_role_on_its_page(client, administrator, owner, client_of_owner):
    client.force_login(administrator)
    page = client.get("/users/roles/client_manager/")
    sent = {cell.name: cell.value for line in page.context["lines"] for cell in line.cells}
    assert sent["clients.client:view"] == "own" and sent["activities.note:view"] == "all"
    answer = client.post("/users/roles/client_manager/", sent | {
        "version": "0", "name": "Client manager", "sentence": "Exports nothing.", "clients.client:export": "none"})

    assert answer.status_code == 302
    owner = User.objects.get(pk=owner.pk)
    client.force_login(owner)
    assert client.get("/clients/export/").status_code == 403
    assert client.get("/contacts/export/").status_code == 200
    client.force_login(administrator)
    assert client.post(f"/users/roles/changes/{last_change('client_manager')}/undoing/").status_code == 302
    assert all_roles()["client_manager"] == ROLES["client_manager"]


@pytest.mark.parametrize(("sent", "status"), [
    ({"clients.client:view": "everything"}, 422), ({"clients.client:view": ""}, 422), ({"name": ""}, 422),
    ({"name": "x" * 500}, 422), ({"version": "7"}, 409), ({"power": ["root"]}, 422),
])
def test_a_form_that_says_what_is_no_right_changes_nothing(client, administrator, sent, status):
    client.force_login(administrator)
    page = client.get("/users/roles/team_lead/")
    whole = {cell.name: cell.value for line in page.context["lines"] for cell in line.cells}
    answer = client.post("/users/roles/team_lead/", whole | {"version": "0", "name": "Lead"} | sent)

    assert answer.status_code == status
    assert not SavedRole.objects.exists()


def test_an_export_reaches_as_far_as_the_role_says(client, administrator, lead, client_of_owner, team):
    edit_role("team_lead", by=administrator, kinds=with_acts("team_lead", export="own"))
    client.force_login(lead)
    assert client_of_owner.name in client.get("/clients/").content.decode()

    answer = client.get("/clients/export/")
    assert client_of_owner.name not in b"".join(answer.streaming_content).decode()
