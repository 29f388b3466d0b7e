"""Comments, tags and saved views, by a program."""

import pytest

from mudir.api.tests.conftest import Program
from mudir.clients.services import create_client
from mudir.records.looks import Look
from mudir.records.models import Comment, Notification
from mudir.records.query import Condition, Group, QuerySpec
from mudir.records.saved_views import save_view


@pytest.fixture
def url(client_of_owner) -> str:
    return f"/clients/{client_of_owner.pk}"


# ── comments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_comment_is_written_read_changed_removed_and_put_back(program, url, owner):
    made = program.post(f"{url}/comments", {"text": "They pay late"})
    assert (made.status_code, made.json()["not_told"]) == (201, [])
    said = {name: value for name, value in made.json().items() if name != "not_told"}
    assert said["author"] == {"id": owner.pk, "name": "Sara"}
    assert program.get(f"{url}/comments").json() == {"comments": [said], "before": None}

    one = f"{url}/comments/{said['id']}"
    assert program.patch(one, {"text": "They pay in time"}).json()["text"] == "They pay in time"
    assert program.delete(one).status_code == 204
    assert program.get(f"{url}/comments").json()["comments"] == []
    assert program.delete(one).status_code == 404
    assert program.post(f"{one}/restoration").json()["text"] == "They pay in time"


def test_a_mention_tells_a_colleague_and_names_who_does_not_see_the_record(program, url, lead, stranger):
    made = program.post(f"{url}/comments", {"text": f"@{lead.name} and @{stranger.name}, look"}).json()

    assert (made["text"], made["not_told"]) == (f"@{lead.name} and @{stranger.name}, look", [stranger.name])
    assert list(Notification.objects.values_list("user_id", flat=True)) == [lead.pk]


def test_the_comment_of_somebody_else_is_read_and_not_changed(program, url, lead):
    pk = program.post(f"{url}/comments", {"text": "CNRY"}).json()["id"]
    other = Program(lead)

    assert other.get(f"{url}/comments").json()["comments"][0]["text"] == "CNRY"
    assert other.patch(f"{url}/comments/{pk}", {"text": "x"}).status_code == 403
    assert other.delete(f"{url}/comments/{pk}").status_code == 403
    assert Comment.objects.get().text == "CNRY"


def test_comments_come_in_pages(program, url, monkeypatch):
    monkeypatch.setattr("mudir.api.remarks.PAGE", 2)
    keys = [program.post(f"{url}/comments", {"text": f"{number}"}).json()["id"] for number in range(3)]
    first = program.get(f"{url}/comments").json()
    second = program.get(f"{url}/comments?before={first['before']}").json()

    assert [[one["id"] for one in page["comments"]] for page in (first, second)] == [keys[:0:-1], keys[:1]]
    assert second["before"] is None
    assert [program.get(f"{url}/comments?before={text}").status_code for text in ("x", "0", "9" * 40)] == [400] * 3


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_tags_are_set_in_the_spelling_that_is_known(program, url):
    assert program.ask("PUT", f"{url}/tags", {"tags": ["معرض الرياض"]}).json()["tags"] == ["معرض الرياض"]
    assert program.ask("PUT", f"{url}/tags", {"tags": ["معرضُ  الرياض", "Fair"]}).json()["tags"] == [
        "معرض الرياض", "Fair"]
    assert program.ask("PUT", f"{url}/tags", {"tags": ["x" * 61]}).status_code == 422
    assert program.ask("PUT", f"{url}/tags", {"tags": []}, If_Match='"1"').status_code == 409
    assert program.ask("PUT", f"{url}/tags", {"tags": []}).json()["tags"] == []


def test_known_tags_come_in_pages(program, url, monkeypatch):
    monkeypatch.setattr("mudir.api.remarks.MOST_TAGS", 2)
    program.ask("PUT", f"{url}/tags", {"tags": ["c", "a", "b"]})

    assert program.get("/tags").json() == {"tags": ["a", "b"], "next": "b"}
    assert program.get("/tags?after=b").json() == {"tags": ["c"], "next": None}


# ── saved views ──────────────────────────────────────────────────────────────────────────────────────────────────────


def view(by, operator: str, value: str, field: str = "tier", **beside) -> int:
    where = Group("and", (Condition(field, operator, (value,)),))
    spec = QuerySpec("clients.client", where=where, columns=("name", "tier"))
    return save_view(spec, Look(), by=by, name="Key clients", **beside).pk


def test_a_saved_view_is_listed_read_and_run(program, owner, client_of_owner):
    key = view(owner, "is", "key")
    wanted = create_client(by=owner, name="Elite", tier="key")
    told = {"id": key, "name": "Key clients", "owner": {"id": owner.pk, "name": "Sara"}, "audience": "private",
            "version": 1, "query": {"where": {"and": [{"field": "tier", "operator": "is", "values": ["key"]}]},
                                    "columns": ["name", "tier"]}}

    assert program.get("/clients/views").json() == {"views": [told]}
    assert program.get(f"/clients/views/{key}").json() == told
    assert program.get(f"/clients/views/{key}/records?total=yes").json() == {
        "records": [{"id": wanted.pk, "version": 1, "name": "Elite", "tier": "key"}], "next": None,
        "total": {"count": 1, "is_exact": True}}
    assert program.get(f"/clients/views/{key}/records?f=tier.is.key").status_code == 400


def test_a02_a_view_shows_whom_it_is_shared_with_what_they_see(owner, director, stranger, client_of_stranger):
    key = view(director, "not_empty", "", field="name", audience="company")
    rows = [Program(who).get(f"/clients/views/{key}/records").json()["records"] for who in (owner, stranger)]

    assert [[row["id"] for row in found] for found in rows] == [[], [client_of_stranger.pk]]


def test_b01_a_view_does_not_tell_what_it_asks_of_a_field_that_the_reader_does_not_see(owner, director):
    key = view(director, "contains", "CNRY", field="management_note", audience="company")
    program = Program(owner)

    answers = [program.get(f"/clients/views{path}") for path in ("", f"/{key}", f"/{key}/records")]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert all(b"CNRY" not in answer.content for answer in answers)
    assert answers[1].json()["query"] is None


def test_the_private_view_of_somebody_else_is_unknown(program, lead):
    key = view(lead, "is", "key")

    assert program.get(f"/clients/views/{key}").status_code == 404
    assert program.get(f"/clients/views/{key}/records").status_code == 404


# ── what is chosen ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_fields_related_records_and_lists_are_chosen(program, owner, client_of_owner, url):
    branch = create_client(by=owner, name="Branch", head_office=client_of_owner)
    one = program.get(f"/clients/{branch.pk}?columns=name,head_office.name,phones").json()
    many = program.get("/clients?columns=name&include=phones,emails").json()["records"]

    assert one == {"id": branch.pk, "version": 1, "name": "Branch", "head_office.name": client_of_owner.name,
                   "phones": []}
    assert [[mail["address"] for mail in row["emails"]] for row in many if row["id"] == client_of_owner.pk] == [
        ["info@elite.example"]]
    assert [sorted(row) for row in many] == [["emails", "id", "name", "phones", "version"]] * 2
    for path in (f"{url}?columns=management_note", f"{url}?columns=nothing", "/clients?include=nothing",
                 f"{url}?include=phones"):
        assert program.get(path).status_code == 400
