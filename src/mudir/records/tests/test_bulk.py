"""One act on many records: each by its own rules, and the whole taken back."""

import pytest
from pghistory.models import Context

from mudir.clients import services as clients
from mudir.clients.models import Client
from mudir.records import registry, search
from mudir.records.bulk import running
from mudir.records.bulk.acts import DOINGS
from mudir.records.models import BulkAct, BulkRow, Event, Tag
from mudir.tests.state import changed, state
from mudir.tests.world import make

State = BulkAct.State


@pytest.fixture
def three(owner) -> list[Client]:
    return [clients.create_client(by=owner, name=f"Zanzibar {number}", sector="Food") for number in range(3)]


def act(client, act, records, slug="clients", **given):
    chosen = [record.pk for record in records]
    return client.post(f"/{slug}/bulk/", {
        "act": act, "answered": "1", "id": chosen, "back": "/clients/?f=tier.is.key"} | given)


def fresh(records) -> list[Client]:
    rows = {row.pk: row for row in type(records[0]).objects.unscoped("test").filter(
        pk__in=[record.pk for record in records])}
    return [rows[record.pk] for record in records]


def test_several_fields_of_several_records_are_changed_at_once(as_owner, owner, three):
    answer = act(as_owner, "edit", three, field=["tier", "sector"], tier="key", sector="Toys", source="not ticked")

    assert (answer.status_code, answer["Location"]) == (302, "/clients/?f=tier.is.key")
    assert [(one.tier, one.sector, one.source, one.version) for one in fresh(three)] == [("key", "Toys", "", 2)] * 3
    assert Event.objects.filter(verb="client.edited", details={"fields": ["sector", "tier"]}).count() == 3
    assert {hit.id for hit in search.find(owner, "Toys")} == {one.pk for one in three}


def test_it_writes_what_the_service_of_one_record_writes(as_owner, owner, three):
    """Set-based or one by one: completeness, confirmations and the day of staleness are the same."""
    single, *_rest = three
    clients.edit_client(single, by=owner, sector="", present_supplier="Dar", name="الظلال")
    act(as_owner, "edit", three[1:], field=["sector", "present_supplier", "name"], sector="", present_supplier="Dar",
        name="الظلال")
    names = [column.attname for column in Client._meta.concrete_fields
             if column.attname not in {"id", "created_at", "updated_at"}]
    rows = [[getattr(one, name) for name in names] for one in fresh(three)]

    assert rows[1] == rows[0] == rows[2]


def test_of_records_that_are_like_that_already_nothing_is_written(as_owner, three):
    act(as_owner, "edit", three, field="tier", tier="key")
    before = state()
    act(as_owner, "edit", three, field="tier", tier="key")

    assert set(changed(before)) <= {"records_bulkact", "django_session"}


def test_a_field_that_is_not_ticked_may_be_blank_in_the_browser_too(as_owner, three):
    asked = as_owner.post("/clients/bulk/", {"act": "edit", "id": three[0].pk}).content.decode()

    assert 'action="/clients/bulk/" novalidate' in asked and f'name="id" value="{three[0].pk}"' in asked


def test_what_does_not_fit_is_said_on_the_form_and_nothing_is_written(as_owner, three):
    before = state()
    for given, said in (({"field": "tier", "tier": "gold"}, "Select a valid choice"), ({}, "Tick what is to be"),
                        ({"field": "nothing", "nothing": "x"}, "Tick what"),
                        ({"field": "owner", "owner": "1"}, "Tick what")):
        answer = act(as_owner, "edit", three, **given)
        assert answer.status_code == 422 and said in answer.content.decode(), given
    assert act(as_owner, "nonsense", three).status_code == 403
    assert changed(before) == []


def test_a_record_that_the_person_does_not_see_is_not_touched(as_owner, three, client_of_stranger):
    act(as_owner, "edit", [*three, client_of_stranger], field="tier", tier="key")

    assert fresh([client_of_stranger])[0].tier == "ordinary"
    assert BulkAct.objects.get().keys == [one.pk for one in three]


def test_all_that_match_are_changed_whichever_were_ticked(as_owner, three):
    act(as_owner, "edit", three[:1], field="tier", tier="key", all="1", f="name.contains.Zanzibar")

    assert [one.tier for one in fresh(three)] == ["key"] * 3


def test_who_may_not_hand_a_record_on_is_told_of_each(client, owner, teammate, lead, three):
    for one in three[:2]:
        clients.share(one, by=owner, user=teammate)
    own = clients.create_client(by=teammate, name="Own")
    client.force_login(teammate)
    answer = act(client, "assign", [*three[:2], own], owner=lead.pk)

    job = BulkAct.objects.get()
    assert answer["Location"] == f"/acts/{job.pk}/"
    assert (job.changed, job.refused) == (1, 2)
    page = client.get(f"/acts/{job.pk}/").content.decode()
    assert page.count("You may not do this to it.") == 2 and "Zanzibar 0" in page
    assert [one.owner for one in fresh([*three[:2], own])] == [owner, owner, lead]


@pytest.mark.parametrize("what", ["edit", "blank", "assign", "tag", "trash"])
def test_the_whole_is_undone_but_for_records_changed_since(client, lead, owner, teammate, three, what):
    client.force_login(lead)
    given = {"edit": {"field": ["tier", "head_office"], "tier": "key", "head_office": ""}, "trash": {},
             "blank": {"field": ["source", "notes", "languages"], "source": "Fair", "notes": "x", "languages": ["ar"]},
             "assign": {"owner": teammate.pk}, "tag": {"add": "vip، جديد"}}[what]
    names = [column.attname for column in Client._meta.concrete_fields
             if column.attname not in {"version", "updated_at"}]
    before = [[getattr(one, name) for name in names] for one in fresh(three)]
    act(client, what.replace("blank", "edit"), three, **given)
    after = [[getattr(one, name) for name in names] for one in fresh(three)]
    assert all(now != then for now, then in zip(after, before, strict=True))
    job = BulkAct.objects.get()
    if what != "trash":
        clients.edit_client(three[2], by=lead, present_supplier="Later")
    answer = client.post(f"/acts/{job.pk}/undoing/")

    job.refresh_from_db()
    back = [[getattr(one, name) for name in names] for one in fresh(three)]
    assert (job.state, job.kept) == (State.UNDONE, int(what != "trash"))
    assert back[:2] == before[:2] and (back[2] == before[2]) == (what == "trash")
    assert answer["Location"] == (job.back if what == "trash" else f"/acts/{job.pk}/")
    assert client.post(f"/acts/{job.pk}/undoing/").status_code == 302  # twice is once
    assert [[getattr(one, name) for name in names] for one in fresh(three)] == back


@pytest.mark.parametrize("kind", [record_type.kind for record_type in registry.all_types()])
def test_every_kind_is_tagged_and_trashed_and_comes_back(as_owner, owner, client_of_owner, kind):
    record_type = registry.for_kind(kind)
    records = [make(kind, by=owner, words=f"Zanzibar {number}", client=client_of_owner) for number in range(2)]
    act(as_owner, "tag", records, slug=record_type.slug, add="Vip")
    assert [one.tags for one in fresh(records)] == [["Vip"]] * 2
    assert {hit.id for hit in search.find(owner, "Vip") if hit.kind == kind} == (
        {one.pk for one in records} if record_type.search else set())
    assert as_owner.get(f"/{record_type.slug}/?f=tags.has.Vip&columns=tags").content.decode().count(">Vip<") >= 2
    act(as_owner, "trash", records, slug=record_type.slug)
    assert {one.trashed_at is None for one in fresh(records)} == {False}
    as_owner.post(f"/acts/{BulkAct.objects.latest('pk').pk}/undoing/")
    assert {one.trashed_at for one in fresh(records)} == {None}


def test_one_tag_however_it_is_spelled(as_owner, three):
    act(as_owner, "tag", three[:1], add="مؤجّل, VIP")
    act(as_owner, "tag", three, add="موجل,vip")

    assert [one.tags for one in fresh(three)] == [["مؤجّل", "VIP"]] * 3
    assert Tag.objects.count() == 2
    act(as_owner, "tag", three, remove="VIP")
    assert [one.tags for one in fresh(three)] == [["مؤجّل"]] * 3
    assert act(as_owner, "tag", three, add="x" * 61).status_code == 422


def test_a_killed_worker_goes_on_where_it_was(owner, three, monkeypatch):
    """Batches are whole or not there; what is behind is not done twice."""
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "AT_ONCE", 0)
    from django.http import QueryDict

    doing = DOINGS["edit"](registry.for_kind("clients.client"), owner, QueryDict("field=tier&tier=key"))
    job = running.begin(doing, "edit", keys=[one.pk for one in three], by=owner, back="/clients/")
    working = running._do
    monkeypatch.setattr(running, "_do", lambda job, doing, keys: working(job, doing, keys) if job.done < 1 else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        running.work_on(job)
    BulkAct.objects.update(state=State.RUNNING)  # as a killed worker leaves it
    monkeypatch.setattr(running, "_do", working)
    job = running.work_on(BulkAct.objects.get())

    assert (job.state, job.done, job.changed) == (State.DONE, 3, 3)
    assert [(one.tier, one.version) for one in fresh(three)] == [("key", 2)] * 3
    assert BulkRow.objects.count() == 3
    assert running.work_on(job).changed == 3


@pytest.mark.parametrize(("what", "given", "said"), [
    ("edit", {"field": "tier", "tier": "key"}, "3 records changed."), ("trash", {}, "3 records are in the trash."),
])
def test_a_toast_says_what_was_done(as_owner, three, what, given, said):
    act(as_owner, what, three, **given)

    assert said in as_owner.get("/clients/").content.decode()


def test_many_are_done_beside_the_pages(as_owner, three, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    answer = act(as_owner, "edit", three, field="tier", tier="key")

    job = BulkAct.objects.get()
    assert (answer["Location"], job.state, job.changed) == (f"/acts/{job.pk}/", State.RUNNING, 0)
    assert "<progress" in as_owner.get(f"/acts/{job.pk}/").content.decode()
    running.work_on(job)
    assert "3 records changed" in as_owner.get(f"/acts/{job.pk}/").content.decode()


def test_an_act_is_its_makers_alone(as_owner, client, lead, three):
    act(as_owner, "edit", three, field="tier", tier="key")
    client.force_login(lead)
    before = state()

    job = BulkAct.objects.get()
    assert client.get(f"/acts/{job.pk}/").status_code == 404
    assert client.post(f"/acts/{job.pk}/undoing/").status_code == 404
    assert changed(before) == []


def test_who_edits_nothing_is_offered_nothing(client, owner, staff, three):
    clients.share(three[0], by=owner, user=staff)
    client.force_login(staff)

    for what in ("edit", "assign", "tag", "trash"):
        assert act(client, what, three[:1], add="x", field="tier", tier="key", owner=staff.pk).status_code == 403
    assert 'value="trash"' not in client.get("/clients/").content.decode()


def test_the_way_back_leads_nowhere_else(as_owner, three):
    for back in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert act(as_owner, "edit", three, field="tier", tier="key", back=back)["Location"] == "/clients/"


def test_every_version_has_its_author(as_owner, owner, three):
    act(as_owner, "edit", three, field="tier", tier="key")
    keys = Client.pgh_event_model.objects.filter(version=2).values_list("pgh_context_id", flat=True)

    assert len(keys) == 3
    assert [(one.metadata["user"], one.metadata["door"]) for one in Context.objects.filter(pk__in=set(keys))] == [
        (owner.pk, "job")]
