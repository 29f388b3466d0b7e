"""Views that people save: what they keep, who sees them, how a list shows that it was changed."""

import re
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict

from mudir.accounts.models import Team
from mudir.clients.services import create_client
from mudir.conftest import person
from mudir.records.looks import Look
from mudir.records.models import SavedView
from mudir.records.query import Query, QuerySpec, SpecError
from mudir.records.saved_views import keep_changes, put_back_view, remove_view, save_view, set_up_view, views_of

pytestmark = pytest.mark.django_db
CLIENT = "clients.client"
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def spec(address: str = "f=tier.is.key&sort=-city") -> QuerySpec:
    return QuerySpec.from_query(CLIENT, QueryDict(address))


def saved(by, name="Mine", address="f=tier.is.key&sort=-city", **given) -> SavedView:
    return save_view(spec(address), given.pop("look", Look()), by=by, name=name, **given)


def names(actor) -> list[str]:
    return [view.name for view in views_of(actor, CLIENT)]


@pytest.fixture
def three(owner) -> None:
    for name, tier, city in (("Al Amal", "key", "Dammam"), ("Basma", "ordinary", "Abha"), ("Cedar", "key", "Riyadh")):
        create_client(by=owner, name=name, tier=tier, addresses=[{"city": city}])


# ── services ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_view_keeps_the_question_and_the_look_but_not_what_was_typed(owner):
    look = Look(widths=(("name", 260), ("city", 90)), pinned=2, density="roomy")
    address = "f=tier.is.key&w=or(city.empty;stage.is.3)&q=amal&sort=-city,name&columns=name,city&size=20"
    view = saved(owner, address=address, look=look)

    view.refresh_from_db()
    assert view.spec == {
        "where": {"and": [{"field": "tier", "operator": "is", "values": ["key"]},
                          {"or": [{"field": "city", "operator": "empty"},
                                  {"field": "stage", "operator": "is", "values": ["3"]}]}]},
        "sort": ["-city", "name"], "columns": ["name", "city"]}
    assert view.look == {"widths": {"name": 260, "city": 90}, "pinned": 2, "density": "roomy"}
    assert (view.layout, view.settings, view.version, view.audience) == ("table", {}, 1, "private")


def test_only_a_question_that_the_person_may_ask_is_kept(owner):
    with pytest.raises(SpecError, match="There is no field"):
        saved(owner, address="f=management_note.empty")
    with pytest.raises(ValidationError):
        saved(owner, name="   ")
    assert not SavedView.objects.unscoped("to see that there is none").exists()


def test_a_view_is_seen_by_whom_it_is_for(owner, teammate, lead, director, stranger, administrator):
    saved(owner, "Private")
    saved(owner, "Team", audience="team")
    saved(director, "Company", audience="company")

    assert [names(user) for user in (owner, teammate, lead, stranger)] == [
        ["Private", "Team", "Company"], ["Company", "Team"], ["Company", "Team"], ["Company"]]


def test_a_view_of_a_team_reaches_the_teams_below(owner, team):
    below = person("Below", Team.objects.create(name="North", parent=team))
    saved(owner, "Team", audience="team")

    assert names(below) == ["Team"]


@pytest.mark.parametrize(("who", "audience", "may"), [
    ("owner", "team", True), ("owner", "company", False), ("lead", "company", True), ("director", "company", True),
    ("staff", "private", True), ("staff", "team", False), ("staff", "company", False),
    ("administrator", "company", True),
])
def test_who_may_share_a_view(request, who, audience, may):
    user = request.getfixturevalue(who)
    if may:
        assert saved(user, audience=audience).audience == audience
    else:
        with pytest.raises(PermissionDenied):
            saved(user, audience=audience)
        assert names(user) == []


def test_who_is_in_no_team_shares_with_none(db):
    with pytest.raises(PermissionDenied):
        saved(person("Lost", None), audience="team")


def test_only_its_owner_changes_a_view_and_who_publishes_one_of_everybody(owner, teammate, director, lead):
    shared, published = saved(owner, audience="team"), saved(director, audience="company")
    for view, by in ((shared, teammate), (shared, lead), (published, owner)):
        for act in (lambda v, u: keep_changes(v, spec(""), Look(), by=u, version=1), lambda v, u: remove_view(v, by=u),
                    lambda v, u: set_up_view(v, by=u, name="Taken", audience="private")):
            with pytest.raises(PermissionDenied):
                act(view, by)

    assert set_up_view(published, by=lead, name="Renamed", audience="company").name == "Renamed"
    assert names(owner) == ["Mine", "Renamed"]


def test_a_private_view_of_another_is_not_there(owner, teammate, director):
    view = saved(owner)
    for by in (teammate, director):
        for act in (lambda u: keep_changes(view, spec(""), Look(), by=u, version=1), lambda u: remove_view(view, by=u),
                    lambda u: put_back_view(view, by=u)):
            with pytest.raises(SavedView.DoesNotExist):
                act(by)


def test_the_second_of_two_who_change_a_view_is_told(director, lead):
    view = saved(director, audience="company")
    keep_changes(view, spec("f=tier.is.corporate"), Look(), by=director, version=1)
    with pytest.raises(ValidationError, match="changed meanwhile"):
        keep_changes(view, spec("f=tier.is.ordinary"), Look(), by=lead, version=1)

    view.refresh_from_db()
    assert (view.spec, view.version) == (spec("f=tier.is.corporate").to_json(), 2)


def test_a_view_that_was_removed_comes_back(owner):
    view = saved(owner)
    remove_view(view, by=owner)
    assert names(owner) == []
    put_back_view(view, by=owner)
    assert names(owner) == ["Mine"]


def test_a_list_opens_with_one_view_for_each(owner, director, lead):
    first, second = saved(owner, "First", opens_for_owner=True), saved(owner, "Second", opens_for_owner=True)
    first.refresh_from_db()
    assert (first.opens_for_owner, second.opens_for_owner) == (False, True)

    one = saved(director, "One", audience="company", opens_for=["client_manager", "team_lead"])
    saved(lead, "Two", audience="company", opens_for=["client_manager"])
    one.refresh_from_db()
    assert one.opens_for == ["team_lead"]


@pytest.mark.parametrize("given", [{"audience": "private", "opens_for": ["director"]},
                                   {"audience": "team", "opens_for": ["director"]},
                                   {"audience": "company", "opens_for": ["emperor"]}])
def test_a_list_opens_for_a_role_only_with_what_that_role_sees(director, given):
    with pytest.raises(ValidationError):
        saved(director, **given)


def test_who_does_not_publish_sets_no_view_for_a_role(owner):
    with pytest.raises(PermissionDenied):
        saved(owner, audience="team", opens_for=["client_manager"])


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def body(client, user, path: str, status: int = 200, headers: dict | None = None) -> str:
    client.force_login(user)
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def rows(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<b><bdi>(.*?)</bdi></b></a></td>", page)]


def current(page: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)" aria-current="true">', page)


def test_a_view_is_a_tab_and_its_address_is_short(client, owner, three):
    view = saved(owner)
    page = body(client, owner, f"/clients/?view={view.pk}")

    assert rows(page) == ["Cedar", "Al Amal"]
    assert current(page) == [f"/clients/?view={view.pk}"]
    assert "Changed" not in page
    assert f'href="?view={view.pk}&amp;f=" hx-boost="true" aria-label="Take off the filter' not in page
    assert 'aria-label="Take off the filter “tier”"' in page


def test_changes_are_shown_and_can_be_kept_or_dropped(client, owner, three):
    view = saved(owner)
    page = body(client, owner, f"/clients/?view={view.pk}")
    without = unescape(re.search(r'<a href="([^"]+)" hx-boost="true" aria-label="Take off the filter “tier”', page)[1])
    changed = body(client, owner, f"/clients/{without}")

    assert rows(changed) == ["Cedar", "Al Amal", "Basma"]
    assert current(changed) == [f"/clients/?view={view.pk}"]
    assert f'<a class="btn small quiet" href="/clients/?view={view.pk}" hx-boost="true">Drop</a>' in changed
    action = unescape(re.search(r'<form method="post" action="([^"]+changes/[^"]+)"', changed)[1])
    answer = client.post(action, {"version": "1"}, follow=True)
    assert answer.redirect_chain == [(f"/clients/?view={view.pk}", 302)]
    assert rows(answer.content.decode()) == ["Cedar", "Al Amal", "Basma"]
    assert "Drop" not in answer.content.decode()
    undo = unescape(re.search(r'<form method="post" action="(/clients/views/[^"]+)"', answer.content.decode())[1])
    assert client.post(undo).status_code == 302
    view.refresh_from_db()
    assert (view.spec, view.version) == (spec().to_json(), 3)


def test_nothing_at_all_can_be_asked_in_the_place_of_a_view(client, owner, three):
    view = saved(owner, address="f=tier.is.key")
    page = body(client, owner, f"/clients/?view={view.pk}&f=")

    assert rows(page) == ["Al Amal", "Basma", "Cedar"]
    assert "Drop" in page


def test_the_quick_search_is_no_change_and_pages_stay_in_the_view(client, owner, three):
    view = saved(owner, address="f=tier.is.key")
    page = body(client, owner, f"/clients/?view={view.pk}&q=cedar&size=1")
    assert rows(page) == ["Cedar"] and "Drop" not in page
    first = body(client, owner, f"/clients/?view={view.pk}&size=1")
    following = unescape(re.search(r'hx-get="([^"]+)"', first)[1])
    assert following.startswith(f"?view={view.pk}&after=")
    assert rows(body(client, owner, f"/clients/{following}", headers=FRAGMENT)) == ["Cedar"]


def test_filters_and_columns_are_changed_within_the_view(client, owner, three):
    view = saved(owner, address="f=tier.is.key")
    client.force_login(owner)

    answer = client.get(f"/clients/filter/?view={view.pk}&field=city&operator=empty")
    assert answer.headers["Location"] == f"/clients/?view={view.pk}&f=tier.is.key&f=city.empty"
    answer = client.get(f"/clients/columns/?view={view.pk}&column=city&column=owner")
    assert answer.headers["Location"] == f"/clients/?view={view.pk}&f=tier.is.key&columns=name%2Ccity%2Cowner"


@pytest.mark.parametrize("named", ["0", "x", "-1", "²", "9" * 18, "9" * 30, "1.5"])
def test_a_view_that_is_not_there_is_not_found(client, owner, named):
    assert "CNRY" not in body(client, owner, f"/clients/?view={named}", 404)


def test_a_private_view_of_another_is_not_found_in_any_way(client, owner, teammate):
    view = saved(teammate, "CNRY-view", address="f=city.is.CNRY")
    unseen = [body(client, owner, url, 404) for url in (
        f"/clients/?view={view.pk}", f"/clients/views/{view.pk}/",
        f"/clients/filter/?view={view.pk}&field=city&operator=empty",
        f"/clients/columns/?view={view.pk}", f"/clients/views/?view={view.pk}")]

    assert not any("CNRY" in page for page in unseen)
    assert "CNRY" not in body(client, owner, "/clients/")


def test_a_view_of_another_list_is_not_found(client, owner):
    assert body(client, owner, f"/contacts/?view={saved(owner).pk}", 404)


def test_a_view_is_saved_from_what_is_shown(client, owner, three):
    client.force_login(owner)
    answer = client.post("/clients/views/?f=tier.is.key&columns=name,city&q=x&pinned=2", {
        "name": "Key ones", "audience": "private", "opens_for_owner": "on"})
    view, = views_of(owner, CLIENT)

    assert answer.headers["Location"] == f"/clients/?view={view.pk}"
    assert (view.name, view.look, view.opens_for_owner) == ("Key ones", {"pinned": 2}, True)
    assert rows(body(client, owner, "/clients/")) == ["Al Amal", "Cedar"]
    whole = body(client, owner, "/clients/?view=all")
    assert rows(whole) == ["Al Amal", "Basma", "Cedar"]
    assert current(whole) == ["/clients/?view=all"]


def test_a_form_that_asks_for_too_much_is_refused(client, owner):
    client.force_login(owner)

    assert client.post("/clients/views/?f=tier.is.key", {"name": "", "audience": "private"}).status_code == 422
    assert client.post("/clients/views/?f=tier.is.key", {"name": "x", "audience": "company"}).status_code == 422
    assert client.post("/clients/views/?f=nothing.empty", {"name": "x", "audience": "private"}).status_code == 400
    assert names(owner) == []


def test_a_view_is_renamed_shared_removed_and_put_back(client, owner, teammate):
    view = saved(owner)
    client.force_login(owner)
    url = f"/clients/views/{view.pk}/"
    assert client.post(url, {"name": "Ours", "audience": "team"}).headers["Location"] == f"/clients/?view={view.pk}"
    assert names(teammate) == ["Ours"]
    assert client.post(f"{url}removal/").status_code == 302
    assert (names(owner), client.get(f"/clients/?view={view.pk}").status_code) == ([], 404)
    assert client.post(f"{url}restoration/").status_code == 302
    assert names(owner) == ["Ours"]
    client.force_login(teammate)
    assert "Sara keeps this view." in client.get(url).content.decode()
    assert client.post(url, {"name": "Taken", "audience": "team"}).status_code == 403


def test_a_shared_view_with_a_field_that_the_reader_may_not_see_is_refused_like_any(client, director, owner):
    view = saved(director, audience="company", address="f=management_note.empty")

    assert "There is no field “management_note” here." in body(client, owner, f"/clients/?view={view.pk}", 400)


def test_a_view_shows_rows_by_the_right_of_who_looks(client, owner, director, stranger, three, client_of_stranger):
    view = saved(director, audience="company", address="sort=name")

    assert rows(body(client, stranger, f"/clients/?view={view.pk}")) == ["CNRY-Hidden Holding"]
    assert Query(spec(""), stranger).total().count == 1


@pytest.mark.parametrize("look", ["pinned=x", "pinned=-1", "width=name:x", "density=tiny", "layout=cube", "width=name"])
def test_a_look_that_no_list_has_is_refused(client, owner, look):
    assert "A list has no such look." in body(client, owner, f"/clients/?{look}", 400)


def test_a_list_costs_one_question_more_for_its_views(client, owner, three, django_assert_max_num_queries):
    for number in range(5):
        saved(owner, f"View {number}")
    client.force_login(owner)
    with django_assert_max_num_queries(12):
        client.get("/clients/")


@pytest.mark.parametrize("stored", [
    {"where": {"and": [{"field": "name__regex", "operator": "is", "values": [".*"]}]}},
    {"where": {"and": [{"field": "name", "operator": "is') OR 1=1 --", "values": ["x"]}]}},
    {"where": {"and": [{"field": "owner__password", "operator": "contains", "values": ["a"]}]}},
    {"where": {"_connector": "OR"}}, {"where": {"and": [{"and": [{"or": [{"and": [{"or": []}]}]}]}]}},
    {"sort": ["owner__password"]}, {"sort": "name"}, {"columns": ["name; DROP TABLE x"]}, {"sql": "SELECT 1"},
    [], "x", 7, {"where": {"and": [{"field": "city", "operator": "is", "values": [None]}]}}, {"group": "id) --"},
    {"aggregates": ["sum.owner"]}, {"text": 5},
])
def test_d03_a_stored_view_is_read_as_strictly_as_an_address(client, owner, three, stored):
    """Whatever came to stand in the database: it is refused in words, and nothing of it is run."""
    view = saved(owner)
    SavedView.objects.unscoped("a row that somebody changed").filter(pk=view.pk).update(spec=stored)
    client.force_login(owner)

    assert client.get(f"/clients/?view={view.pk}").status_code == 400
