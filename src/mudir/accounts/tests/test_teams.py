import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from mudir.accounts.models import Team
from mudir.accounts.services import create_team, edit_team, remove_team, restore_team
from mudir.accounts.tree import below, flat, team_tree
from mudir.conftest import person


@pytest.fixture
def below_riyadh(team):
    return Team.objects.create(name="Key accounts", parent=team)


def test_the_tree_is_read_from_the_top_by_name(owner, teammate, other_team, below_riyadh):
    assert [(branch.path, branch.people) for branch in flat(team_tree())] == [
        ("Jeddah", 0), ("Riyadh", 2), ("Riyadh › Key accounts", 0)]


def test_the_page_makes_renames_and_moves_teams(client, administrator, team, below_riyadh):
    client.force_login(administrator)
    client.post("/teams/", {"name": "التجزئة", "name_other": "Retail", "parent": below_riyadh.pk})
    retail = Team.objects.get(name="التجزئة")
    assert (retail.name_other, retail.parent) == ("Retail", below_riyadh)

    client.post(f"/teams/{retail.pk}/", {"name": "قطاع التجزئة", "parent": ""})

    retail.refresh_from_db()
    assert (retail.name, retail.name_other, retail.parent) == ("قطاع التجزئة", "", None)
    assert "قطاع التجزئة" in client.get("/teams/").content.decode()


def test_a_team_is_never_below_itself(client, administrator, team, below_riyadh):
    for under in (team, below_riyadh):
        with pytest.raises(ValidationError):
            edit_team(team, by=administrator, parent=under)
    client.force_login(administrator)
    answer = client.post(f"/teams/{team.pk}/", {"name": "Riyadh", "parent": below_riyadh.pk})

    team.refresh_from_db()
    assert (answer.status_code, team.parent) == (422, None)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_ring():
    administrator = person("Aziza", None, "administrator")
    riyadh, jeddah = (Team.objects.create(name=name) for name in ("Riyadh", "Jeddah"))
    ready = threading.Barrier(2)

    def move(team, parent):
        ready.wait()
        try:
            edit_team(team, by=administrator, parent=parent)
        except ValidationError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in ((riyadh, jeddah), (jeddah, riyadh))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(team.parent_id is None for team in Team.objects.all()) == [False, True]


def test_only_an_empty_team_is_removed(administrator, owner, team, other_team, below_riyadh, client_of_owner):
    with pytest.raises(ValidationError, match="people"):
        remove_team(team, by=administrator)
    owner.team = other_team
    owner.save()
    with pytest.raises(ValidationError, match="below"):
        remove_team(team, by=administrator)
    remove_team(below_riyadh, by=administrator)
    with pytest.raises(ValidationError, match="Records"):
        remove_team(team, by=administrator)
    assert set(Team.objects.values_list("name", flat=True)) == {"Riyadh", "Jeddah"}


def test_a_removed_team_comes_back_as_it_was(client, administrator, below_riyadh, team):
    client.force_login(administrator)
    client.post(f"/teams/{below_riyadh.pk}/removal/")
    assert not Team.objects.filter(pk=below_riyadh.pk).exists()
    assert f'action="/teams/{below_riyadh.pk}/restoration/"' in client.get("/teams/").content.decode()

    assert client.post(f"/teams/{below_riyadh.pk}/restoration/").status_code == 302

    back = Team.objects.get(pk=below_riyadh.pk)
    assert (back.name, back.parent) == ("Key accounts", team)
    assert client.post(f"/teams/{below_riyadh.pk}/restoration/").status_code == 404
    assert client.post("/teams/987654321/restoration/").status_code == 404


def test_a_refused_removal_says_why_on_the_page(client, administrator, owner, team):
    client.force_login(administrator)
    answer = client.post(f"/teams/{team.pk}/removal/")

    assert answer.status_code == 422
    assert "There are people in “Riyadh”. Give them another team first." in answer.content.decode()


@pytest.mark.parametrize("act", [
    lambda by, team: create_team(by=by, name="X"),
    lambda by, team: edit_team(team, by=by, name="X"),
    lambda by, team: remove_team(team, by=by),
    lambda by, team: restore_team(team.pk, by=by),
])
def test_nobody_but_an_administrator_changes_teams(director, below_riyadh, act):
    with pytest.raises(PermissionDenied):
        act(director, below_riyadh)

    assert set(Team.objects.values_list("name", flat=True)) == {"Riyadh", "Jeddah", "Key accounts"}


def test_only_name_and_place_of_a_team_are_written(administrator, team):
    with pytest.raises(ValidationError):
        edit_team(team, by=administrator, id=7)


def test_below_holds_the_team_and_all_under_it(team, other_team, below_riyadh):
    assert below(team.pk, [team, other_team, below_riyadh]) == {team.pk, below_riyadh.pk}
    assert below(other_team.pk, [team, other_team, below_riyadh]) == {other_team.pk}
