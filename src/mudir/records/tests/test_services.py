"""Every write: permission on the locked row, one transaction, a known author, no silent overwriting, an event."""

import threading

import pghistory
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from pghistory.models import Event as HistoryRow

from mudir.accounts.models import Team
from mudir.clients import services as clients
from mudir.clients.models import Client, ContactRole, Phone
from mudir.conftest import person
from mudir.records import registry, rules, search, services
from mudir.records.models import Event, Share
from mudir.records.services import Conflict, service
from mudir.tests.state import changed, state


def history_tables() -> list[type]:
    return [model for model in apps.get_models() if issubclass(model, HistoryRow) and not model._meta.proxy]


def authors_of(table: type) -> list[int | None]:
    """The author of each kept version, in their order."""
    return [(context or {}).get("user")
            for context in table.objects.order_by("pgh_id").values_list("pgh_context", flat=True)]


@pytest.fixture
def generic(monkeypatch, client_of_owner):
    """Clients as a kind that has no services of its own."""
    record_type = registry.for_model(Client)
    for name in ("create", "edit", "trash", "restore"):
        monkeypatch.setattr(record_type, name, None)
    return record_type


# ── making ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_record_belongs_to_who_makes_it_and_to_their_team(owner, generic):
    made = services.create_of(generic)(by=owner, name="Basma", sector="Food")

    made.refresh_from_db()
    assert (made.name, made.sector, made.owner, made.team, made.created_by, made.version, made.confidential) == (
        "Basma", "Food", owner, owner.team, owner, 1, False)
    assert [(event.verb, event.actor, event.details) for event in Event.objects.filter(object_id=made.pk)] == [
        ("client.created", owner, {})]
    assert [hit.id for hit in search.find(owner, "Basma")] == [made.pk]


def test_who_may_not_make_records_makes_none(staff, generic):
    before = state()
    with pytest.raises(PermissionDenied):
        services.create_record(Client, by=staff, name="CNRY-new")

    assert changed(before) == []


def test_a_record_that_is_not_valid_is_not_made(owner, generic):
    before = state()
    with pytest.raises(ValidationError):
        services.create_record(Client, by=owner, name="x" * 201)

    assert changed(before) == []


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_raises_the_version_and_names_what_changed(owner, client_of_owner, generic):
    edited = services.edit_of(generic)(client_of_owner, by=owner, version=1, sector="Food", name=client_of_owner.name)

    assert (edited.sector, edited.version) == ("Food", 2)
    event = Event.objects.latest("at")
    assert (event.verb, event.actor, event.details) == ("client.edited", owner, {"fields": ["sector"]})


def test_an_edit_that_changes_nothing_is_no_event(owner, client_of_owner, generic):
    services.edit_record(client_of_owner, by=owner, version=1, name=client_of_owner.name)

    assert not Event.objects.filter(verb="client.edited").exists()


def test_a_second_writer_learns_of_the_first_and_overwrites_nothing(owner, lead, client_of_owner, generic):
    services.edit_record(client_of_owner, by=owner, version=1, sector="Food")
    before = state()
    with pytest.raises(Conflict) as conflict:
        services.edit_record(client_of_owner, by=lead, version=1, sector="Cars")

    assert (conflict.value.current.sector, conflict.value.current.version) == ("Food", 2)
    assert changed(before) == []


def test_what_nobody_showed_is_neither_edited_nor_named(stranger, client_of_owner, generic):
    before = state()
    with pytest.raises(Client.DoesNotExist):
        services.edit_record(client_of_owner, by=stranger, version=1, sector="CNRY")

    assert changed(before) == []


def test_what_is_shown_to_read_is_not_edited(owner, staff, client_of_owner, generic):
    clients.share(client_of_owner, by=owner, user=staff)
    before = state()
    with pytest.raises(PermissionDenied):
        services.edit_record(client_of_owner, by=staff, version=1, sector="CNRY")

    assert changed(before) == []


@pytest.mark.parametrize("data", [
    {"owner": "stranger"}, {"team": None}, {"confidential": True}, {"created_at": None},
    {"created_by": None}, {"trashed_at": None}, {"sort_key": "a"}, {"id": 7}, {"no_such_field": 1},
    {"management_note": "CNRY"}, {"phones": []}, {"completeness": 100},
])
def test_an_edit_writes_no_field_that_is_not_for_editing(owner, stranger, client_of_owner, generic, data):
    data = {name: stranger if value == "stranger" else value for name, value in data.items()}
    before = state()
    with pytest.raises(ValidationError):
        services.edit_record(client_of_owner, by=owner, version=1, **data)
    with pytest.raises(ValidationError):
        services.create_record(Client, by=owner, **({"name": "New"} | data))

    assert changed(before) == []


def test_permission_is_asked_of_the_row_as_it_stands_not_as_it_was_read(owner, stranger, lead, client_of_owner):
    """I16: the right is gone between the look and the write."""
    read_before = Client.objects.visible_to(owner).get(pk=client_of_owner.pk)
    clients.assign(client_of_owner, by=lead, owner=stranger)
    before = state()
    with pytest.raises(Client.DoesNotExist):
        clients.edit_client(read_before, by=owner, sector="CNRY")

    assert changed(before) == []


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_make_one_change_and_one_conflict(owner, lead, client_of_owner):
    outcomes, ready = [], threading.Barrier(2)

    def write(actor, sector):
        try:
            ready.wait(10)
            clients.edit_client(client_of_owner, by=actor, version=1, sector=sector)
            outcomes.append(sector)
        except Conflict as conflict:
            outcomes.append(conflict.current.sector)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=pair) for pair in ((owner, "Food"), (lead, "Cars"))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)

    client_of_owner.refresh_from_db()
    assert outcomes == [client_of_owner.sector] * 2
    assert client_of_owner.version == 2
    assert Event.objects.filter(verb="client.edited").count() == 1


# ── the trash ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_two_writes_that_wait_for_each_other_are_both_done(owner):
    """The database lets one of them go; it begins anew, with all that it was given."""
    one, other = (clients.create_client(by=owner, name=name) for name in ("One", "Other"))
    meet, begun = threading.Barrier(2), []

    @service
    def edit_both(*, by, order, changes):
        begun.append(order)
        for client, change in zip(order, changes, strict=True):
            clients.edit_client(client, by=by, **change)
            if len(begun) <= 2 and client is order[0]:
                meet.wait(10)

    def write(order, **change):
        try:
            edit_both(by=owner, order=order, changes=(change for _one in order))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[[one, other]], kwargs={"notes": "Tea"}),
               threading.Thread(target=write, args=[[other, one]], kwargs={"sector": "Food"})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for client in (one, other):
        client.refresh_from_db()

    assert len(begun) > 2 and (one.version, other.version) == (3, 3)
    assert {(client.notes, client.sector) for client in (one, other)} == {("Tea", "Food")}


def test_a_record_goes_to_the_trash_and_comes_back_whole(owner, client_of_owner, generic):
    services.trash_of(generic)(client_of_owner, by=owner)
    assert not Client.objects.visible_to(owner).exists()
    assert search.find(owner, "Elite") == []

    services.restore_of(generic)(client_of_owner, by=owner)
    restored = Client.objects.visible_to(owner).get()
    assert (restored.pk, restored.name, restored.trashed_at) == (client_of_owner.pk, client_of_owner.name, None)
    assert [hit.id for hit in search.find(owner, "Elite")] == [client_of_owner.pk]
    verbs = Event.objects.order_by("at", "id").values_list("verb", flat=True)
    assert list(verbs) == ["client.created", "client.trashed", "client.restored"]


def test_the_trash_is_for_owners_and_whoever_directs(owner, lead, stranger, teammate, client_of_owner, generic):
    clients.share(client_of_owner, by=owner, user=stranger)
    before = state()
    with pytest.raises(PermissionDenied):
        services.move_to_trash(client_of_owner, by=stranger)
    with pytest.raises(Client.DoesNotExist):
        services.move_to_trash(client_of_owner, by=teammate)
    assert changed(before) == []

    services.move_to_trash(client_of_owner, by=lead)
    before = state()
    with pytest.raises(PermissionDenied):
        services.restore_from_trash(client_of_owner, by=stranger)
    with pytest.raises(Client.DoesNotExist):
        services.restore_from_trash(client_of_owner, by=teammate)
    assert changed(before) == []


def test_what_is_not_in_the_trash_does_not_come_out_of_it(owner, client_of_owner, generic):
    with pytest.raises(Client.DoesNotExist):
        services.restore_from_trash(client_of_owner, by=owner)


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("who", "may"), [
    ("owner", {"create", "edit", "delete", "assign", "export", "import"}),
    ("teammate", {"create", "edit", "export", "import"}),
    ("lead", {"create", "edit", "delete", "assign", "export", "import"}),
    ("director", {"create", "edit", "delete", "assign", "export", "import"}),
    ("administrator", {"create", "edit", "delete", "assign", "export", "import"}),
    ("staff", set()),
])
def test_what_each_role_may_do_with_a_client_that_it_sees(request, client_of_owner, who, may):
    user = request.getfixturevalue(who)
    allowed = {
        "create": rules.can_create(user, Client), "edit": rules.can_edit(user, client_of_owner),
        "delete": rules.can_delete(user, client_of_owner), "assign": rules.can_assign(user, client_of_owner),
        "export": rules.can_export(user, Client), "import": rules.can_import(user),
    }

    assert {name for name, is_allowed in allowed.items() if is_allowed} == may
    user.is_active = False
    assert not rules.can_create(user, Client) and not rules.can_edit(user, client_of_owner)


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_of_a_record_is_kept_in_history():
    kept = {table.pgh_tracked_model for table in history_tables()}
    ours = {model for app in ("clients", "activities") for model in apps.get_app_config(app).get_models()}

    assert {model._meta.label for model in ours if not issubclass(model, HistoryRow)} <= {
        model._meta.label for model in kept}


def test_every_service_leaves_its_author_in_history(owner, lead, stranger, client_of_owner, contact_of_owner):
    other = clients.create_client(by=owner, name="Other")
    clients.edit_client(other, by=owner, phones=[{"raw": "0501234567"}], emails=[{"address": "a@b.example"}])
    clients.edit_client(other, by=owner, phones=[], consents=[
        {"channel": "email", "is_granted": True, "given_date": timezone.localdate(), "evidence": "form"}])
    clients.confirm_facts(client_of_owner, facts=["phone"], by=owner)
    clients.move_stage(other, to=2, by=owner)
    relation = clients.relate(other, other=client_of_owner, kind="partner", by=owner)
    removal = clients.unrelate(other, relation=relation, by=owner)
    clients.put_back(kind="relation", removal=removal, by=owner)
    nuance = clients.add_nuance(other, by=owner, text="Coffee")
    clients.edit_nuance(other, nuance=nuance, by=owner, text="Tea")
    clients.remove_nuance(other, nuance=nuance, by=owner)
    clients.link_contact(other, contact=contact_of_owner, by=owner)
    clients.unlink_contact(other, role=ContactRole.objects.get(client=other), by=owner)
    clients.edit_contact(contact_of_owner, by=owner, job_title="Head of buying")
    clients.set_confidential(other, by=owner, confidential=True)
    services.move_to_trash(other, by=owner)
    services.restore_from_trash(other, by=owner)

    tables = {table: authors_of(table) for table in history_tables()}
    filled = {table.pgh_tracked_model._meta.label for table, authors in tables.items() if authors}
    assert filled >= {"clients.Client", "clients.Contact", "clients.Phone", "clients.Email", "clients.Consent",
                      "clients.Nuance", "clients.Relation", "clients.ContactRole"}
    for table, authors in tables.items():
        if table.pgh_tracked_model._meta.app_label == "clients":
            assert set(authors) <= {owner.pk}, table

    clients.assign(other, by=owner, owner=stranger)
    assert authors_of(Client.pgh_event_model)[-1] == owner.pk


def test_history_keeps_what_was_before_and_every_way_of_writing(owner, client_of_owner):
    """L02: each row of an update in bulk, in SQL or in a cascade is kept."""
    table = Client.pgh_event_model
    seen = Client.objects.unscoped("to write past the services")
    start = table.objects.count()
    with pghistory.context(user=owner.pk):
        seen.filter(pk=client_of_owner.pk).update(sector="bulk")
        Client.objects.bulk_create([Client(name="In bulk", owner=owner), Client(name="In bulk too", owner=owner)])
        changed_rows = list(seen.filter(name__startswith="In bulk"))
        for row in changed_rows:
            row.sector = "bulk"
        seen.bulk_update(changed_rows, ["sector"])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clients_client SET sector = 'sql' WHERE id = %s", [client_of_owner.pk])
            cursor.execute("UPDATE clients_client SET sector = sector WHERE id = %s", [client_of_owner.pk])
        seen.filter(pk=client_of_owner.pk).delete()

    rows = list(table.objects.order_by("pgh_id").values_list("pgh_label", "sector", "id")[start:])
    pk, (one, two) = client_of_owner.pk, sorted(row.pk for row in changed_rows)
    assert rows[:1] == [("update", "bulk", pk)]
    assert sorted(rows[1:3]) == [("insert", "", one), ("insert", "", two)]
    assert sorted(rows[3:5]) == [("update", "bulk", one), ("update", "bulk", two)]
    assert rows[5:] == [("update", "sql", pk), ("delete", "sql", pk)]
    assert authors_of(table)[start:] == [owner.pk] * 7
    assert authors_of(Phone.pgh_event_model)[-1] == owner.pk  # gone with its client


def test_a_service_that_fails_leaves_nothing(owner, client_of_owner, monkeypatch):
    before = state()

    def broken(*args, **kwargs):
        raise RuntimeError("after the write")

    monkeypatch.setattr(search, "index", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        clients.edit_client(client_of_owner, by=owner, sector="Food", phones=[{"raw": "0501234567"}])

    assert changed(before) == []


def test_no_history_keeps_a_secret(owner):
    owner.set_password("a very long secret")
    owner.save()

    names = {field.name for table in history_tables() for field in table._meta.get_fields()}
    assert not names & {"password", "last_login", "secret", "data"}


# ── access kernel beside the records ─────────────────────────────────────────────────────────────────────────────────


def test_a_share_is_with_one_person_or_one_team_whatever_writes_it(owner, stranger, client_of_owner):
    from django.db import IntegrityError

    of = {"kind": "clients.client", "object_id": client_of_owner.pk, "granted_by": owner}
    for terms in ({}, {"user": stranger, "team": Team.objects.create(name="x")}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Share.objects.create(**of, **terms)

    assert not Share.objects.exists()


def test_an_inactive_person_writes_nothing(owner, client_of_owner):
    owner.is_active = False
    before = state()
    with pytest.raises(Client.DoesNotExist):
        clients.edit_client(client_of_owner, by=owner, sector="CNRY")
    with pytest.raises(PermissionDenied):
        clients.create_client(by=person("Gone", owner.team, is_active=False), name="CNRY")

    assert set(changed(before)) <= {"accounts_user", "accounts_userhistoryrow", "account_emailaddress"}
