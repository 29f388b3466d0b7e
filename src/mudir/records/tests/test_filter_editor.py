"""The editor of filters: rows, groups, related fields; each step works as a plain form."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from mudir.activities.services import make_task
from mudir.clients.services import create_client
from mudir.records.looks import Look
from mudir.records.query import QuerySpec
from mudir.records.saved_views import save_view

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def three(owner):
    return [create_client(by=owner, name=name, tier=tier) for name, tier in (
        ("Al Amal", "key"), ("Basma", "ordinary"), ("Cedar", "key"))]


def answer(client, user, sent="", path="/clients/filters/", headers=None):
    client.force_login(user)
    return client.get(f"{path}?{sent if isinstance(sent, str) else urlencode(sent, doseq=True)}", headers=headers)


def page(client, user, sent="", path="/clients/filters/") -> str:
    found = answer(client, user, sent, path)
    assert found.status_code == 200, found.content
    return found.content.decode()


def form_of(text: str) -> list[tuple[str, str]]:
    """What a browser sends of the editor, without its button."""
    form = re.search(r'<form class="filter-editor".*?</form>', text, re.DOTALL)[0]
    sent = []
    for tag in re.findall(r"<select.*?</select>|<input[^>]*>", form, re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)[1]
        if tag.startswith("<select"):
            chosen = re.search(r'<option value="([^"]*)" selected', tag) or re.search(r'<option value="([^"]*)"', tag)
            sent.append((name, unescape(chosen[1])))
        elif 'type="checkbox"' not in tag or " checked" in tag:
            value = re.search(r'value="([^"]*)"', tag)
            sent.append((name, unescape(value[1]) if value else ""))
    return sent


@pytest.mark.parametrize("query", [
    "f=tier.is.key", "f=tier.is.corporate%2Ckey&f=city.contains.a%2Cb", "f=owner.is.me%2Cmy_team&f=confidential.is.no",
    "w=or%28tier.is.key%3Bcity.empty%29", "f=stage.is_not.3&w=or%28tier.is.key%3Band%28city.empty%3Bowner.is.me%29%29",
    "f=last_contact_at.within.this_hijri_month&f=stale_date.older_days.0&f=next_step_date.before.today",
    "f=created_at.between.2026-01-01%2C2026-02-01&f=completeness.between.20%2C80&f=head_office.owner.name.starts.S",
    "f=languages.has_all.ar%2Cen&f=team.is.my_team&f=head_office.tier.is.key&sort=-city&columns=name%2Ccity",
])
def test_what_is_shown_is_opened_and_applied_as_it_was(client, owner, three, query):
    sent = form_of(page(client, owner, query))
    applied = answer(client, owner, [*sent, ("do", "apply")])

    assert (applied.status_code, applied.headers["Location"]) == (302, f"/clients/?{query}")
    partial = answer(client, owner, [*sent, ("do", "apply")], headers=FRAGMENT)
    assert partial.headers["HX-Redirect"] == f"/clients/?{query}"


def test_a_record_is_named_by_picking_it(client, owner, three):
    query = f"f=head_office.is.{three[0].pk}"
    sent = form_of(page(client, owner, query))

    assert ("value.0", "Al Amal") in sent and ("value.0_key", str(three[0].pk)) in sent
    assert answer(client, owner, [*sent, ("do", "apply")]).headers["Location"] == f"/clients/?{query}"
    made_up = {"field.0": "head_office", "operator.0": "is", "value.0": "Nobody", "do": "apply"}
    wrong = page(client, owner, made_up)
    assert "There is no “Nobody” here." in wrong


def test_a_hidden_record_is_as_unknown_as_one_that_is_not_there(client, owner, client_of_stranger):
    def refused(text, key):
        sent = {"field.0": "head_office", "operator.0": "is", "value.0": text, "value.0_key": key, "do": "apply"}
        return answer(client, owner, sent, headers=FRAGMENT).content.decode().replace(text, "")

    assert refused("CNRY-Hidden Holding", client_of_stranger.pk) == refused("CNRY-Absent Holding", 987654321)


def test_rows_and_groups_are_added_and_taken_away(client, owner, three):
    sent = form_of(page(client, owner, "f=tier.is.key"))
    one_more = form_of(page(client, owner, [*sent, ("do", "add")]))
    assert [value for name, value in one_more if name.startswith("field")] == ["tier", ""]
    nested = form_of(page(client, owner, [*sent, ("do", "group")]))
    assert [name for name, _value in nested if name.startswith(("field", "joiner"))] == [
        "joiner", "field.0", "joiner.1", "field.1.0", "field.1.1"]
    filled = [(name, {"field.1.0": "city", "field.1.1": "name"}.get(name, value)) for name, value in nested]
    filled = form_of(page(client, owner, [*filled, ("do", "again")]))
    filled = [(name, {"operator.1.0": "empty", "operator.1.1": "starts", "value.1.1": "Ced"}.get(name, value))
              for name, value in filled]
    applied = answer(client, owner, [*filled, ("do", "apply")])
    assert applied.headers["Location"] == "/clients/?f=tier.is.key&w=or%28city.empty%3Bname.starts.Ced%29"
    dropped = form_of(page(client, owner, [*filled, ("do", "drop.1.0")]))
    assert [value for name, value in dropped if name.startswith("field")] == ["tier", "name"]
    dropped = form_of(page(client, owner, [*filled, ("do", "drop.1")]))
    assert [value for name, value in dropped if name.startswith("field")] == ["tier"]
    dropped = form_of(page(client, owner, [*sent, ("do", "drop.0")]))
    assert answer(client, owner, [*dropped, ("do", "apply")]).headers["Location"] == "/clients/?"


def test_it_says_how_many_fit(client, owner, three):
    assert "Fits: 2" in page(client, owner, "f=tier.is.key")
    assert "Fits: 3" in page(client, owner)


def test_fields_of_related_records_are_offered_where_the_person_may_see_them(client, owner, lead):
    def offered(user):
        return set(re.findall(r'<option value="(\w+\.[\w.]+)"', page(client, user, path="/tasks/filters/")))

    assert {"client.tier", "client.owner", "owner.name", "owner.team"} <= offered(owner)
    assert offered(lead) - offered(owner) == {"client.management_note"}
    assert not {name for name in offered(lead) if "password" in name or "email" in name.partition(".")[0]}


def test_a_related_field_is_asked_for(client, owner, three):
    make_task(by=owner, client=three[0], title="Of a key client", due_date="2026-11-25")
    sent = [("field.0", "client.tier"), ("operator.0", "is"), ("value.0", "key"), ("do", "apply")]

    assert answer(client, owner, sent, "/tasks/filters/").headers["Location"] == "/tasks/?f=client.tier.is.key"


def test_changes_are_made_within_the_view(client, owner, three):
    view = save_view(QuerySpec("clients.client"), Look(), by=owner, name="Mine")
    sent = form_of(page(client, owner, f"view={view.pk}"))
    sent = [*(one for one in sent if not one[0].startswith("field")), ("field.0", "tier"), ("value.0", "key")]

    assert answer(client, owner, [*sent, ("do", "apply")]).headers["Location"] == (
        f"/clients/?view={view.pk}&f=tier.is.key")


@pytest.mark.parametrize("sent", [
    {"field.0": "management_note", "operator.0": "empty"}, {"field.0": "nothing", "operator.0": "is", "value.0": "x"},
    {"field.0.1": "tier"}, {"joiner.0.1": "or"}, {"field.99.99.99": "tier"}, {"do": "drop"}, {"do": "drop.7"},
    {"do": "add.3.4"}, {"do": "x"}, {"joiner": "not"}, {"field.0": "tier", "operator.0": "regex", "value.0": "key"},
    {f"field.{number}": "tier" for number in range(99)}, {"field.0": "", "do": "apply"}, {"value.0": "x"},
])
def test_a_form_that_was_made_up_is_drawn_or_applied_as_far_as_it_makes_sense(client, owner, sent):
    assert answer(client, owner, sent).status_code in {200, 302}


@pytest.mark.parametrize(("sent", "said"), [
    ({"field.0": "tier", "operator.0": "is"}, "The filter of “tier” needs a value."),
    ({"field.0": "completeness", "operator.0": "is", "value.0": "x"}, "“x” is not a whole number."),
    ({"field.0": "created_at", "operator.0": "between", "value.0": "today"}, "“Between” takes two values."),
])
def test_what_makes_no_sense_is_said_when_it_is_applied(client, owner, sent, said):
    assert said not in page(client, owner, sent)
    assert said in page(client, owner, sent | {"do": "apply"})


def test_a_group_can_hold_groups_up_to_a_depth(client, owner):
    deep = "w=or(tier.is.key;and(city.empty;or(name.starts.a;and(stage.is.1;owner.is.me))))"
    text = page(client, owner, deep)

    assert text.count("Take the group away") // 2 == 3
    assert 'value="group.1.1.1"' not in text and 'value="group.1.1"' in text
