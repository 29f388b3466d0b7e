"""The list of a record kind as a browser asks for it: whole, as a fragment, further rows, filters, columns."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mudir.accounts.models import User
from mudir.clients.models import Client
from mudir.clients.services import create_client, edit_client
from mudir.records.query import asking

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
ADDRESSES = ["", "?f=tier.is.key", "?q=shifa", "?sort=-city", "?columns=name,owner,city", "?size=2",
             "?f=tier.is.key&f=owner.is.me", "?q=nothing+like+it"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(owner) -> list[Client]:
    """Clients of the owner, in the order of their names."""
    made = [("Al Amal", "key", "Dammam"), ("Basma", "ordinary", "Abha"), ("Cedar", "key", "Riyadh"),
            ("Shifa", "corporate", "Jeddah"), ("Zilal", "ordinary", "")]
    return [create_client(by=owner, name=name, tier=tier, addresses=[{"city": city}] if city else [])
            for name, tier, city in made]


def body(client, user: User, path: str, headers: dict | None = None, status: int = 200) -> str:
    client.force_login(user)
    response = client.get(path, headers=headers)
    assert response.status_code == status
    return response.content.decode()


def main_of(page: str) -> str:
    return page.partition('<main id="main"')[2].partition(">")[2].partition("</main>")[0].strip()


def without_tokens(page: str) -> str:
    """The token of a form is another one each time."""
    return re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "", page)


def rows_of(page: str) -> list[str]:
    return re.findall(r'<tr data-id=.*?</tr>', page)


def names_of(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<b><bdi>(.*?)</bdi></b></a></td>", page)]


@pytest.mark.parametrize("query", ADDRESSES)
def test_the_fragment_is_what_a_fresh_load_shows(client, owner, five, query):
    fresh = body(client, owner, f"/clients/{query}")
    fragment = body(client, owner, f"/clients/{query}", FRAGMENT)

    assert without_tokens(fragment).strip() == without_tokens(main_of(fresh))
    assert fragment.strip().startswith('<m-select id="list"')


def test_further_rows_put_in_their_place_are_what_a_longer_page_shows(client, owner, five):
    page = body(client, owner, "/clients/?size=2")
    while further := re.search(r'<tr class="more-rows">.*?</tr>', page):
        address = unescape(re.search(r'hx-get="([^"]+)"', further[0])[1])
        page = page.replace(further[0], body(client, owner, f"/clients/{address}", FRAGMENT))

    whole = body(client, owner, "/clients/")
    assert names_of(page) == ["Al Amal", "Basma", "Cedar", "Shifa", "Zilal"]
    assert rows_of(page) == rows_of(whole)


def test_further_rows_are_a_page_of_their_own_without_script(client, owner, five):
    page = body(client, owner, "/clients/?size=2")
    address = unescape(re.search(r'<a class="link" href="([^"]+)"', page)[1])
    second = body(client, owner, f"/clients/{address}")

    assert names_of(second) == ["Cedar", "Shifa"]
    assert '<a class="link" href="?size=2">From the beginning</a>' in second


def test_further_rows_cost_two_questions_less_than_a_page(client, owner, five):
    address = unescape(re.search(r'hx-get="([^"]+)"', body(client, owner, "/clients/?size=2"))[1])
    with CaptureQueriesContext(connection) as questions:
        client.get(f"/clients/{address}", headers=FRAGMENT)

    about_clients = [one["sql"] for one in questions if 'FROM "clients_client"' in one["sql"]]
    assert len(about_clients) == 1


def test_the_total_is_exact_up_to_a_limit_and_says_so_beyond(client, owner, five, monkeypatch):
    assert "Total <b>5</b>" in body(client, owner, "/clients/")
    monkeypatch.setattr(asking, "COUNTED_EXACTLY", 3)
    assert "Total <b>3+</b>" in body(client, owner, "/clients/?size=4")


def test_a_total_that_takes_long_is_asked_for_when_the_page_stands(client, owner, five, monkeypatch):
    narrowed = "/clients/?f=owner.is.me&size=2"
    assert "Total <b>5</b>" in body(client, owner, narrowed)
    monkeypatch.setattr(asking, "COSTLY", 0)
    page = body(client, owner, narrowed)
    address = "/clients/" + unescape(re.search(r'<a class="link" href="([^"]+)"[^>]*>Count them</a>', page)[1])

    assert "Total" not in page
    assert names_of(page) == ["Al Amal", "Basma"]
    assert client.get(address, headers=FRAGMENT).content.decode() == "<span>Total <b>5</b></span>"
    assert "<span>Total <b>5</b></span>" in body(client, owner, address)  # without script


def test_all_rows_at_hand_are_not_counted_once_more(client, owner, five):
    with CaptureQueriesContext(connection) as questions:
        assert "Total <b>2</b>" in body(client, owner, "/clients/?f=tier.is.key")

    assert not [one for one in questions if "COUNT(*)" in one["sql"] and 'FROM "clients_client"' in one["sql"]]


def test_a_head_sorts_and_turns_round(client, owner, five):
    head = re.compile(r'<th scope="col" data-field="city"(?: data-also="[^"]+")?( aria-sort="\w+")?>'
                      r'<a href="([^"]+)" hx-boost="true">City')

    assert head.search(body(client, owner, "/clients/")).groups() == (None, "?sort=city")
    page = body(client, owner, "/clients/?sort=city")
    assert head.search(page).groups() == (' aria-sort="ascending"', "?sort=-city")
    assert head.search(body(client, owner, "/clients/?sort=-city")).groups() == (
        ' aria-sort="descending"', "?sort=city")


def test_a_filter_is_a_chip_that_can_be_taken_off(client, owner, five):
    page = body(client, owner, "/clients/?f=tier.is.key&f=owner.is.me")

    assert names_of(page) == ["Al Amal", "Cedar"]
    assert "<span>Tier</span><b><bdi>Key</bdi></b>" in page
    assert "<span>Owner</span><b><bdi>me</bdi></b>" in page
    assert 'href="?f=owner.is.me" hx-boost="true" aria-label="Take off the filter “tier”"' in page


def test_the_ready_view_that_is_shown_is_marked(client, owner, five):
    current = re.compile(r'<a href="([^"]+)" aria-current="true">([^<]+)</a>')

    assert current.findall(body(client, owner, "/clients/")) == [("/clients/", "All")]
    assert current.findall(body(client, owner, "/clients/?f=tier.is.key")) == [("?f=tier.is.key", "Key clients")]
    assert current.findall(body(client, owner, "/clients/?f=tier.is.ordinary")) == []


def test_a_list_without_records_says_how_they_get_here(client, owner):
    page = body(client, owner, "/clients/")

    assert "Nothing here yet" in page
    assert 'class="btn primary" href="/clients/new/"' in page


def test_a_list_where_nothing_fits_leads_back_to_all(client, owner, five):
    page = body(client, owner, "/clients/?f=city.is.Nowhere")

    assert "Nothing fits" in page
    assert 'class="btn primary" href="/clients/"' in page


def test_a_query_that_cannot_be_asked_is_refused_in_words(client, owner, five):
    page = body(client, owner, "/clients/?f=nothing.is.x", status=400)

    assert "There is no field “nothing” here." in page
    assert body(client, owner, "/clients/?f=nothing.is.x", FRAGMENT, 400).strip() == main_of(page)


def test_who_may_only_look_is_offered_nothing_more(client, staff, five):
    page = body(client, staff, "/clients/")

    assert names_of(page) == []
    for offer in ("/clients/new/", "/export/", "/imports/"):
        assert offer not in main_of(page)


# ── adding a filter ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_filter_begins_with_its_field(client, owner):
    page = body(client, owner, "/clients/filter/?q=a&sort=-city")

    assert '<button name="field" value="tier">Tier</button>' in page
    assert '<input type="hidden" name="sort" value="-city">' in page
    assert "management_note" not in page


@pytest.mark.parametrize(("field", "asked"), [
    ("tier", '<input type="checkbox" name="value" value="key">'), ("city", '<input type="text" name="value"'),
    ("last_contact_at", '<input type="date" name="value">'), ("completeness", '<input type="number" name="value"'),
    ("owner", '<input type="checkbox" name="value" value="me">'), ("confidential", 'name="value" value="yes">'),
    ("head_office", '<input type="text" name="value" value="" dir="auto"'), ("country", '<input type="text"'),
])
def test_the_value_is_asked_for_as_its_kind_wants(client, owner, field, asked):
    assert asked in body(client, owner, f"/clients/filter/?field={field}", FRAGMENT)


def test_many_choices_are_a_drop_down(client, owner, team, monkeypatch):
    monkeypatch.setattr("mudir.records.views.filters.MOST_CHECKBOXES", 1)

    assert '<select name="value">' in body(client, owner, "/clients/filter/?field=owner", FRAGMENT)


@pytest.mark.parametrize(("sent", "address"), [
    ("field=tier&operator=is&value=key&value=ordinary", "f=tier.is.key%2Cordinary"),
    ("field=city&operator=contains&value=+riy+&f=tier.is.key", "f=tier.is.key&f=city.contains.riy"),
    ("field=last_contact_at&operator=older_days&value=&value=&value=30", "f=last_contact_at.older_days.30"),
    ("field=last_contact_at&operator=between&value=2026-01-01&value=2026-02-01&value=",
     "f=last_contact_at.between.2026-01-01%2C2026-02-01"),
    ("field=city&operator=empty&value=", "f=city.empty"),
    ("field=owner&operator=is&value=my_team", "f=owner.is.my_team"),
    ("field=last_contact_at&operator=within&value=&period=this_week&days=3", "f=last_contact_at.within.this_week"),
    ("field=last_contact_at&operator=next_days&value=&period=today&days=3", "f=last_contact_at.next_days.3"),
])
def test_a_filled_in_condition_leads_back_to_the_list(client, owner, sent, address):
    client.force_login(owner)
    response = client.get(f"/clients/filter/?{sent}")

    assert (response.status_code, response.headers["Location"]) == (302, f"/clients/?{address}")


def test_a_condition_that_makes_no_sense_is_answered_beside_it(client, owner):
    page = body(client, owner, "/clients/filter/?field=last_contact_at&operator=before&value=soon")

    assert "“soon” is not a date." in page
    assert '<option value="before" selected>' in page


def test_another_record_is_named_by_picking_or_typing_it(client, owner, five):
    client.force_login(owner)
    for sent in (f"value=Basma&value_key={five[1].pk}", "value=Basma"):
        response = client.get(f"/clients/filter/?field=head_office&operator=is&{sent}")
        assert response.headers["Location"] == f"/clients/?f=head_office.is.{five[1].pk}"


def test_a_record_that_is_hidden_is_as_unknown_as_one_that_is_not_there(client, owner, client_of_stranger):
    def answer(text, key):
        page = body(client, owner, f"/clients/filter/?field=head_office&operator=is&value={text}&value_key={key}")
        return main_of(page).replace(text, "")

    assert answer("CNRY-Hidden Holding", client_of_stranger.pk) == answer("CNRY-Absent Holding", "987654321")


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_columns_are_chosen_and_stand_in_the_address(client, owner):
    client.force_login(owner)
    page = client.get("/clients/columns/?q=a&columns=name,city,tier").content.decode()

    assert re.findall(r'value="(\w+)" checked', page) == ["city", "tier"]
    response = client.get("/clients/columns/?q=a&columns=name,city,tier&column=owner&column=tier&column=city")
    assert response.headers["Location"] == "/clients/?q=a&columns=name%2Cowner%2Ctier%2Ccity"
    response = client.get("/clients/columns/?columns=name,city&column=city&usual=1")
    assert response.headers["Location"] == "/clients/?"


def test_a_column_that_one_may_not_see_is_not_offered(client, owner, lead):
    assert "management_note" not in body(client, owner, "/clients/columns/")
    assert 'value="management_note"' in body(client, lead, "/clients/columns/")
    assert client.get("/clients/columns/?columns=name,nothing").status_code == 400


def test_the_name_stands_first_whatever_columns_are_chosen(client, owner, five):
    page = body(client, owner, "/clients/?columns=city,tier")

    assert re.findall(r'<th scope="col".*?>(?:<a .*?>)?([\w ]+)<', page) == ["Name", "City", "Tier"]
    assert names_of(page) == [one.name for one in five]


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_people_typed_is_text_in_every_column(client, owner):
    markup = "<b>x</b>'''{0}\"&"
    made = create_client(by=owner, name=markup, name_other=markup, sector=markup, source=markup, notes=markup,
                         present_supplier=markup, external_id=markup, registration_number=markup,
                         addresses=[{"city": markup}], languages=["ar", "x<b>"])
    Client.objects.unscoped("test").filter(pk=made.pk).update(next_step=markup, client_since=timezone.localdate())
    columns = "name,name_other,sector,source,notes,present_supplier,external_id,registration_number,city,languages"
    page = body(client, owner, f"/clients/?columns={columns},next_step,client_since,created_at,owner,team,confidential")

    assert len(rows_of(page)) == 1
    assert "<b>x</b>" not in page
    assert page.count("&lt;b&gt;x&lt;/b&gt;&#x27;&#x27;&#x27;{0}&quot;&amp;") == 11  # ten cells, and the box's label
    assert "x&lt;b&gt;" in page


def test_what_is_empty_is_a_dash(client, owner):
    create_client(by=owner, name="Bare")
    columns = "name,sector,client_since,phone,email,languages,website,team,last_contact_at,head_office,next_step_date"
    User.objects.filter(pk=owner.pk).update(team=None)
    edit_client(Client.objects.unscoped("test").get(), by=owner, name="Bare")
    page = body(client, owner, f"/clients/?columns={columns}")

    assert rows_of(page)[0].count('<span class="dim">—</span>') == 8


def test_suggestions_name_only_what_one_sees(client, owner, stranger, five):
    path = "/clients/suggestions/?q=shifa"

    assert f'data-value="Shifa" data-key="{five[3].pk}"' in body(client, owner, path, FRAGMENT)
    assert body(client, stranger, path, FRAGMENT).strip() == ""


def test_what_no_tab_stands_for_is_offered_to_be_kept(client, owner, client_of_owner):
    words = "Save as a view</a>"

    assert words not in body(client, owner, "/clients/")
    assert words not in body(client, owner, "/clients/?f=tier.is.key")  # a ready view
    assert words in body(client, owner, "/clients/?f=tier.is.key&f=stage.is.2")
