"""What a list shows and how: order and widths of columns, several sorts, groups, sums; remembered by its view."""

import re
from datetime import date
from html import unescape

import pytest
from django.http import QueryDict
from django.utils import timezone

from mudir.clients.models import Client
from mudir.clients.services import create_client
from mudir.records.looks import Look
from mudir.records.query import Query, QuerySpec, SpecError, asking
from mudir.records.saved_views import save_view

pytestmark = pytest.mark.django_db
CLIENT = "clients.client"
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def five(owner) -> list[Client]:
    made = [("Al Amal", "key", "Dammam"), ("Basma", "ordinary", "Abha"), ("Cedar", "key", "Riyadh"),
            ("Shifa", "corporate", "Jeddah"), ("Zilal", "ordinary", "")]
    clients = [create_client(by=owner, name=name, tier=tier, addresses=[{"city": city}] if city else [])
               for name, tier, city in made]
    rows = Client.objects.unscoped("values to sum up")
    for place, client in enumerate(clients):
        rows.filter(pk=client.pk).update(completeness=place * 10, client_since=date(2026, 10 + place % 2, 5))
    return clients


def page(client, user, path: str, status: int = 200, headers: dict | None = None) -> str:
    client.force_login(user)
    answer = client.get(f"/clients/{path}", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def moved(client, user, path: str) -> str:
    client.force_login(user)
    answer = client.get(f"/clients/columns/{path}")
    assert answer.status_code == 302, answer.content
    return answer.headers["Location"].removeprefix("/clients/")


def names_of(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<b><bdi>(.*?)</bdi></b></a></td>", text)]


def groups_of(text: str) -> list[tuple[str, str]]:
    return re.findall(r"<b><bdi>([^<]*)</bdi></b></a><span class=\"count\">(\d+)</span>", text)


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("sent", "address"), [
    ("?column=city&column=tier", "?columns=name%2Ccity%2Ctier"),
    ("?columns=name,city&column=city&more=head_office.tier", "?columns=name%2Ccity%2Chead_office.tier"),
    ("?columns=name,city&resize=name:240,city:90", "?columns=name%2Ccity&width=name%3A240%2Ccity%3A90"),
    ("?resize=name:9", "?width=name%3A40"), ("?width=name:240&usual=1", "?"),
    ("?pinned_columns=2&density_of_list=roomy", "?density=roomy&pinned=2"), ("?pinned=2&pinned_columns=1", "?"),
    ("?sort_field=tier&sort_way=up&sort_field=city&sort_way=down&sort_field=&sort_way=up", "?sort=tier%2C-city"),
    ("?sort=tier&sort_field=&sort_way=up", "?"), ("?group_field=tier", "?group=tier"),
    ("?group=tier&group_field=", "?"),
    ("?measure=sum.completeness&measure=&measure=max.client_since",
     "?aggregates=sum.completeness%2Cmax.client_since"),
])
def test_what_is_chosen_stands_in_the_address(client, owner, five, sent, address):
    assert moved(client, owner, sent) == address


@pytest.mark.parametrize("sent", [
    "?column=nothing", "?column=management_note", "?column=phones", "?more=head_office.management_note",
    "?resize=name:x", "?resize=name", "?pinned_columns=x", "?sort_field=languages&sort_way=up", "?group_field=phones",
    "?group_field=management_note", "?measure=sum.tier", "?measure=sum.management_note", "?measure=count.name",
])
def test_what_a_list_cannot_show_is_refused(client, owner, five, sent):
    page(client, owner, f"columns/{sent}", 400)


def test_columns_are_moved_by_buttons_without_a_script(client, owner, five):
    text = page(client, owner, "columns/?columns=name,city,tier,owner&do=up.owner")
    assert re.findall(r'value="(\w+)" checked', text) == ["city", "owner", "tier"]
    text = page(client, owner, "columns/?columns=name,city,tier,owner&do=down.city")
    assert re.findall(r'value="(\w+)" checked', text) == ["tier", "city", "owner"]


def test_columns_stand_in_the_order_that_was_sent(client, owner, five):
    text = page(client, owner, moved(client, owner, "?column=owner&column=city"))

    assert re.findall(r'<th scope="col" data-field="(\w+)"', text) == ["name", "owner", "city"]


def test_widths_stand_in_the_table_and_in_the_view(client, owner, five):
    text = page(client, owner, "?columns=name,city,tier&width=name:240,city:90&pinned=2")
    assert re.findall(r'<col width="(\d+)">', text) == ["40", "240", "90", "150"]
    assert 'data-pinned="2"' in text and 'class="table pin-2 sized' in text
    assert "pin-2" not in page(client, owner, "?pinned=0")
    view = save_view(QuerySpec(CLIENT), Look(widths=(("name", 300),)), by=owner, name="Wide")
    assert '<col width="300">' in page(client, owner, f"?view={view.pk}")
    assert moved(client, owner, f"?view={view.pk}&resize=name:200") == f"?view={view.pk}&width=name%3A200"


# ── sort ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_head_also_sorts_behind_the_others(client, owner, five):
    def head(text: str, name: str) -> tuple[str, str, str]:
        found = re.search(rf'<th scope="col" data-field="{name}"(?: data-also="([^"]+)")?.*?(?: aria-sort="(\w+)")?>'
                          rf'<a href="[^"]+" hx-boost="true">[^<]+<svg.*?</svg>(?:<small>(\d)</small>)?', text)
        return tuple(unescape(part or "") for part in found.groups())

    assert head(page(client, owner, "?sort=tier"), "city") == ("?sort=tier%2Ccity", "", "")
    text = page(client, owner, "?sort=-tier,city")
    assert head(text, "tier") == ("?sort=tier%2Ccity", "descending", "1")
    assert head(text, "city") == ("?sort=-tier%2C-city", "ascending", "2")
    assert names_of(text) == ["Zilal", "Basma", "Al Amal", "Cedar", "Shifa"]


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_in_groups_shows_their_heads_with_counts_and_sums(client, owner, five):
    text = page(client, owner, "?group=tier&aggregates=sum.completeness,max.client_since")

    assert groups_of(text) == [("Ordinary", "2"), ("Corporate", "1"), ("Key", "2")]
    assert names_of(text) == []
    assert re.findall(r'Completeness · sum <b>(\d+)</b>', text) == ["50", "30", "20"]


def test_a_group_brings_its_rows(client, owner, five):
    text = page(client, owner, "?group=tier&f=city.not_empty")
    addresses = [unescape(url) for url in re.findall(r'hx-get="(\?[^"]+rows=1)"', text)]

    assert [names_of(page(client, owner, url, headers=FRAGMENT)) for url in addresses] == [
        ["Basma"], ["Shifa"], ["Al Amal", "Cedar"]]
    first = page(client, owner, addresses[2].replace("size=20", "size=1"), headers=FRAGMENT)
    further = unescape(re.search(r'hx-get="([^"]+)" hx-trigger="click"', first)[1])
    assert names_of(page(client, owner, further, headers=FRAGMENT)) == ["Cedar"]
    plain = unescape(re.search(r'<a href="([^"]+)" hx-boost="true"><b><bdi>Key', text)[1])
    assert names_of(page(client, owner, plain)) == ["Al Amal", "Cedar"]


@pytest.mark.parametrize("name", ["city", "owner", "head_office", "confidential", "client_since", "created_at",
                                  "completeness", "stage", "team", "head_office.tier", "owner.name", "next_step_date"])
def test_the_rows_of_all_groups_are_the_list(owner, five, name):
    query = Query(QuerySpec(CLIENT, group=name, aggregates=("count",)), owner)
    found = []
    for value, count in query.groups():
        condition = query.group_condition(value)
        rows = Query(QuerySpec.from_query(CLIENT, QueryDict(mutable=True)).with_condition(condition), owner)
        keys = list(rows.keys())
        assert len(keys) == count, (value, condition)
        found += keys

    assert sorted(found) == sorted(client.pk for client in five)


def test_days_and_moments_are_grouped_by_month_in_the_zone_of_the_reader(owner, five):
    Client.objects.unscoped("a moment").update(last_contact_at="2026-10-31T22:30:00+00:00")
    with timezone.override("Asia/Riyadh"):
        query = Query(QuerySpec(CLIENT, group="last_contact_at", aggregates=("count",)), owner)
        assert query.groups() == [(date(2026, 11, 1), 5)]
    assert Query(QuerySpec(CLIENT, group="client_since", aggregates=("count",)), owner).groups() == [
        (date(2026, 10, 1), 3), (date(2026, 11, 1), 2)]


def test_a_group_that_is_hidden_is_without_value(client, owner, five, client_of_stranger):
    Client.objects.unscoped("a hidden head office").filter(pk=five[0].pk).update(head_office=client_of_stranger)
    text = page(client, owner, "?group=head_office")

    assert groups_of(text) == [("Without", "5")] and "CNRY" not in text


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sums_are_worked_out_over_every_row_when_they_are_asked_for(client, owner, five, client_of_stranger):
    address = "?columns=name,completeness,client_since,city&size=2" \
              "&aggregates=sum.completeness,avg.completeness,min.client_since,filled.city"
    text = page(client, owner, address)
    assert "Work out the sums" in text
    url = unescape(re.search(r'<tfoot hx-get="([^"]+)"', text)[1])
    for shown in (page(client, owner, url, headers=FRAGMENT), page(client, owner, url)):
        assert re.findall(r'<span class="measure">([\w ]+) <b>([^<]+)</b>', shown) == [
            ("sum", "100"), ("average", "20"), ("least", "5 Oct 2026"), ("filled in", "4")]


def test_what_takes_too_long_is_given_up_in_words(owner, five, monkeypatch):
    monkeypatch.setattr(asking, "Count", lambda *args, **kwargs: asking.Max(Slow()))
    monkeypatch.setattr(asking, "MOST_SECONDS", 1)
    with pytest.raises(SpecError, match="would take too long"):
        Query(QuerySpec(CLIENT, aggregates=("count",)), owner).groups()
    assert Client.objects.visible_to(owner).count() == 5


class Slow(asking.F):
    """Something that the database sleeps over."""

    def __init__(self):
        super().__init__("pk")

    def resolve_expression(self, *args, **kwargs):
        from django.db.models import Func, TextField
        from django.db.models.functions import Cast

        return Cast(Func(2, function="pg_sleep"), TextField()).resolve_expression(*args, **kwargs)
