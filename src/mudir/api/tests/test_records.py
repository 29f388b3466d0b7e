"""Reading and writing records as a program."""

from mudir.clients.models import Client
from mudir.records.custom.writing import create_field


def test_a_list_answers_plain_values(program, client_of_owner):
    answer = program.get("/clients?columns=name,tier,owner,created_at")

    assert answer.status_code == 200, answer.content
    client_of_owner.refresh_from_db()
    assert answer.json() == {"next": None, "records": [{
        "id": client_of_owner.pk, "version": 1, "name": client_of_owner.name, "tier": "ordinary",
        "owner": {"id": client_of_owner.owner_id, "name": "Sara"},
        "created_at": client_of_owner.created_at.isoformat().replace("+00:00", "Z"),
    }]}


def test_a_record_is_made_read_changed_trashed_and_restored(program, owner):
    made = program.post("/clients", {"name": "Elite", "tier": "key", "phones": [{"raw": "0501234567"}]})
    assert made.status_code == 201, made.content
    url = made.headers["Location"].removeprefix("/api/v1")
    assert made.json()["phone"] == "+966501234567"
    read = program.get(url)
    assert (read.status_code, read.json()) == (200, made.json())
    assert read.headers["ETag"] == '"1"'

    changed = program.patch(url, {"version": 1, "name": "Elite Trading"})
    assert (changed.status_code, changed.json()["version"], changed.json()["tier"]) == (200, 2, "key")
    assert program.delete(url).status_code == 204
    assert program.get(url).status_code == 404
    assert program.post(f"{url}/restoration").json()["name"] == "Elite Trading"
    assert Client.objects.visible_to(owner).get().name == "Elite Trading"


def test_who_saves_second_is_told_how_the_record_stands(program, client_of_owner):
    url = f"/clients/{client_of_owner.pk}"
    program.patch(url, {"version": 1, "sector": "Steel"})
    answer = program.patch(url, {"version": 1, "sector": "Wood"})

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["current"]["sector"] == "Steel"
    assert program.patch(url, {"sector": "Wood"}).status_code == 428
    assert program.patch(url, {"sector": "Wood"}, If_Match='"2"').json()["sector"] == "Wood"


def test_the_timeline_says_what_happened(program, client_of_owner, owner):
    answer = program.get(f"/clients/{client_of_owner.pk}/timeline").json()

    assert [(entry["verb"], entry["text"]) for entry in answer["entries"]] == [
        ("client.created", f"Sara added {client_of_owner.name}")]


def test_a_whole_query_is_asked_as_an_object(program, client_of_owner):
    answer = program.post("/clients/query", {
        "where": {"or": [{"field": "tier", "operator": "is", "values": ["key"]},
                         {"field": "owner", "operator": "is", "values": ["me"]}]}, "columns": ["name"]})
    totals = program.post("/clients/totals", {"group": "tier", "aggregates": ["count"]})

    assert [row["id"] for row in answer.json()["records"]] == [client_of_owner.pk]
    assert totals.json() == {"groups": [{"value": "ordinary", "measures": {"count": 1}}]}


def test_a_calculated_field_is_read_and_asked_and_never_written(program, owner, administrator):
    for code in ("price", "cost"):
        create_field("clients.client", by=administrator, type="money", code=code, name_en=code)
    for code, formula in (("margin", "price - cost"), ("share", "percent(margin / price)")):
        create_field("clients.client", by=administrator, type="computed", code=code, name_en=code, digits=2,
                     formula=formula)
    made = program.post("/clients", {"name": "Elite", "custom.price": {"amount": "80", "currency": "SAR"},
                                     "custom.cost": {"amount": "60.5", "currency": "SAR"}}).json()
    mixed = program.post("/clients", {"name": "Noor", "custom.price": {"amount": "80", "currency": "SAR"},
                                      "custom.cost": {"amount": "2", "currency": "KWD"}}).json()

    assert made["custom.margin"] == {"amount": "19.50", "currency": "SAR"}
    assert made["custom.share"] == "24.38"
    assert mixed["custom.margin"] == mixed["custom.share"] == {"problem": "different_currencies"}
    found = program.get("/clients?columns=name&f=custom.margin.at_least.10&sort=-custom.share").json()["records"]
    assert [row["name"] for row in found] == ["Elite"]
    for answer in (program.patch(f"/clients/{made['id']}", {"version": 1, "custom.margin": None}),
                   program.post("/clients", {"name": "Third", "custom.share": "5"})):
        assert (answer.status_code, "There is no field “custom." in answer.content.decode()) == (400, True)
