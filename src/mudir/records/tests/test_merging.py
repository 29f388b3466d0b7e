"""Two records become one, nothing of them is lost, and they become two again."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models
from django.utils import timezone

from mudir.activities.models import Call, Task
from mudir.activities.services import log_call, make_task
from mudir.clients import services as clients
from mudir.clients.models import Client, Consent, Contact, ContactRole, Email, Phone, Relation
from mudir.conftest import person
from mudir.kit.history import HistoryRow
from mudir.records import registry, search
from mudir.records.custom.indexing import indexes_of
from mudir.records.custom.writing import create_field
from mudir.records.merging import BOTH, CannotUndo, choices_of, merge, merged_into, merges_of, undo_merge
from mudir.records.merging.merger import NEVER
from mudir.records.merging.references import NOT_MOVED, references_to
from mudir.records.models import Event, Merge, MergeRow, Record, Share
from mudir.records.services import Conflict
from mudir.tests.state import changed, state

BESIDE = {Event._meta.db_table, Merge._meta.db_table, MergeRow._meta.db_table}


@pytest.fixture
def first(owner) -> Client:
    return clients.create_client(
        by=owner, name="شركة النخبة للتجارة", sector="Electronics", notes="Pays late.", languages=["ar"],
        phones=[{"raw": "011 234 5678"}, {"raw": "0501234567"}], emails=[{"address": "info@elite.example"}],
        addresses=[{"city": "الرياض", "country": "SA"}],
        consents=[{"channel": "call", "is_granted": True, "given_date": date(2026, 1, 1)}],
    )


@pytest.fixture
def second(owner) -> Client:
    return clients.create_client(
        by=owner, name="Elite Trading LLC", website="https://elite.example", notes="Likes tea.", languages=["en"],
        registration_number="1010123456", phones=[{"raw": "+966112345678"}, {"raw": "0559876543"}],
        emails=[{"address": "sales@elite.example"}],
        consents=[{"channel": "call", "is_granted": False, "given_date": date(2026, 5, 1)}],
    )


def everything() -> dict[str, list[tuple]]:
    """Every row of our tables that a merge may touch, but for history, versions and moments of change."""
    rows = {}
    for model in apps.get_models():
        if model._meta.app_label in {"records", "clients", "activities"} and not issubclass(model, HistoryRow) \
                and model._meta.db_table not in BESIDE:
            columns = [f'"{column.column}"' for column in model._meta.local_concrete_fields
                       if column.name not in {"version", "updated_at"}]
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {', '.join(columns)} FROM {model._meta.db_table}")
                rows[model._meta.label] = sorted(cursor.fetchall(), key=repr)
    return rows


def of(model, pk):
    return model.objects.unscoped("a test looks").filter(pk=pk).first()


# ── every row that points at a record ────────────────────────────────────────────────────────────────────────────────

NO_REFERENCE = {  # numbers of records that do not move, and why
    "records.BulkRow.object_id": "what an act did to that very record; undoing passes over one that is gone",
    "records.DuplicateCandidate.first_id": "a pair of which one is gone is not shown, and the next search looks anew",
    "records.DuplicateCandidate.second_id": "likewise",
    "records.ImportRow.object_id": "what a row of a file was a duplicate of: the address leads on",
    "records.Merge.survivor_id": "the merge itself",
    "records.Merge.merged_id": "the merge itself",
}


def test_every_number_of_a_record_is_known_to_the_merge():
    """Whoever adds a table that names a record by its number either is found by `references_to` or says why not."""
    known = {(reference.model, reference.column) for record_type in registry.all_types()
             for reference in references_to(record_type.model)}
    unknown = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in {"records", "clients", "activities", "api"} or issubclass(model, NOT_MOVED):
            continue
        for column in model._meta.local_concrete_fields:
            names_record = column.is_relation and isinstance(column.related_model, type) \
                and issubclass(column.related_model, Record)
            is_number = isinstance(column, models.BigIntegerField) and column.column.endswith("_id")
            if (names_record or is_number) and (model, column.column) not in known:
                unknown.append(f"{model._meta.label}.{column.column}")

    assert sorted(unknown) == sorted(NO_REFERENCE)


@pytest.mark.parametrize("record_type", [one for one in registry.all_types() if one.merger],
                         ids=lambda record_type: record_type.kind)
def test_every_reference_can_be_moved(record_type):
    for reference in references_to(record_type.model):
        assert "id" in {column.column for column in reference.model._meta.local_concrete_fields}, reference
        assert reference.rules is not None  # a constraint that the merge does not know raises
        assert not [constraint for constraint in reference.model._meta.constraints
                    if isinstance(constraint, models.UniqueConstraint) and constraint.expressions], reference


@pytest.mark.parametrize("record_type", [one for one in registry.all_types() if one.merger],
                         ids=lambda record_type: record_type.kind)
@pytest.mark.django_db
def test_every_column_is_settled_by_somebody(record_type):
    """What no form writes is settled by the kind, is a list or the custom values, or stays the survivor's."""
    writable = {name for name, field in record_type.fields.items() if field.is_editable} | {"custom", "tags"}
    left = [column.name for column in record_type.model._meta.local_concrete_fields
            if column.name not in writable | NEVER | {*record_type.merger.settled, *record_type.merger.picks}]

    assert left == []


# ── one of two ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_the_two_is_lost(owner, first, second):
    call = log_call(by=owner, client=second, notes="Ask again", minutes=5)
    task = make_task(by=owner, client=second, title="Send a list", due_date=timezone.localdate())
    mona = clients.create_contact(by=owner, name="Mona", roles=[{"client": second, "role": "payer"}])
    branch = clients.create_client(by=owner, name="Branch", head_office=second)
    before = Event.objects.filter(kind="clients.client", object_id__in=[first.pk, second.pk]).count()

    merge(first, second, by=owner)

    survivor = of(Client, first.pk)
    assert of(Client, second.pk) is None
    assert (survivor.name, survivor.sector, survivor.website) == (
        "شركة النخبة للتجارة", "Electronics", "https://elite.example")
    assert survivor.registration_number == "1010123456"
    assert survivor.notes == "Pays late.\n\nLikes tea."
    assert survivor.languages == ["ar", "en"]
    assert list(Phone.objects.filter(client=survivor).order_by("pk").values_list("e164", "is_primary")) == [
        ("+966112345678", True), ("+966501234567", False), ("+966559876543", False)]
    assert list(Email.objects.filter(client=survivor).order_by("pk").values_list("address", "is_primary")) == [
        ("info@elite.example", True), ("sales@elite.example", False)]
    assert list(Consent.objects.values_list("client", "is_granted", "given_date")) == [
        (survivor.pk, False, date(2026, 5, 1))]
    assert of(Call, call.pk).client_id == of(Task, task.pk).client_id == survivor.pk
    assert ContactRole.objects.get(contact=mona).client_id == survivor.pk
    assert of(Client, branch.pk).head_office_id == survivor.pk
    assert (survivor.next_step, survivor.last_contact_at) == ("Send a list", of(Client, first.pk).last_contact_at)
    assert survivor.last_contact_at is not None
    assert Event.objects.filter(kind="clients.client", object_id=first.pk).count() == before + 1
    assert not Event.objects.filter(kind="clients.client", object_id=second.pk).exists()
    assert [hit.id for hit in search.find(owner, "0559876543")] == [survivor.pk]
    assert merged_into(registry.for_model(Client), second.pk, owner) == survivor


def test_what_the_person_picks_stands(owner, first, second):
    picks = {"name": second.pk, "notes": first.pk, "languages": BOTH, "phones": second.pk, "stage": second.pk}

    merge(first, second, by=owner, picks=picks)

    survivor = of(Client, first.pk)
    assert (survivor.name, survivor.sort_key) == ("Elite Trading LLC", "elite trading llc")
    assert survivor.notes == "Pays late."
    assert list(Phone.objects.filter(client=survivor).order_by("pk").values_list("e164", flat=True)) == [
        "+966112345678", "+966559876543"]
    assert survivor.phone == "+966112345678"


def test_completeness_and_confirmations_are_those_of_the_survivor(owner, first, second):
    clients.create_contact(by=owner, name="Mona", roles=[{"client": second, "role": "payer"}])
    merge(first, second, by=owner)

    survivor = of(Client, first.pk)
    assert survivor.completeness == 85  # the source and the supplier of today are missing
    assert set(survivor.confirmations) == {"phone", "email", "city", "registration_number"}
    weighed = (survivor.completeness, survivor.stale_date)
    clients.edit_client(survivor, by=owner, notes="Touched")
    again = of(Client, first.pk)
    assert (again.completeness, again.stale_date) == weighed


def test_double_rows_become_one(owner, first, second):
    mona = clients.create_contact(by=owner, name="Mona", roles=[{"client": first, "role": "payer"}])
    clients.link_contact(second, contact=mona, by=owner, role="payer")
    clients.link_contact(second, contact=mona, by=owner, role="decider", is_primary=True)
    third = clients.create_client(by=owner, name="Third")
    clients.relate(first, other=third, kind="partner", by=owner)
    clients.relate(second, other=third, kind="partner", by=owner, note="since 2020")
    clients.relate(first, other=second, kind="group", by=owner)
    clients.relate(second, other=first, kind="supplier", by=owner)

    merge(first, second, by=owner)

    assert set(ContactRole.objects.values_list("client", "contact", "role", "is_primary")) == {
        (first.pk, mona.pk, "payer", False), (first.pk, mona.pk, "decider", True)}
    assert list(Relation.objects.values_list("client", "other", "kind", "note")) == [
        (first.pk, third.pk, "partner", "since 2020")]


def test_a_person_who_was_first_to_call_stays_it(owner, client_of_owner):
    one = clients.create_contact(by=owner, name="محمد الخالدي", roles=[{"client": client_of_owner, "role": "payer"}])
    other = clients.create_contact(
        by=owner, name="Mohammed Al-Khalidi", job_title="Buyer", birthday=date(1980, 5, 1),
        roles=[{"client": client_of_owner, "role": "payer", "is_primary": True}])

    merge(one, other, by=owner)

    assert list(ContactRole.objects.values_list("contact", "role", "is_primary")) == [(one.pk, "payer", True)]
    survivor = of(Contact, one.pk)
    assert (survivor.job_title, survivor.birthday) == ("Buyer", date(1980, 5, 1))


@pytest.mark.parametrize("above", ["first", "second"])
def test_a_head_office_merged_with_its_branch_is_not_its_own(owner, first, second, above):
    high, low = (first, second) if above == "first" else (second, first)
    clients.edit_client(low, by=owner, head_office=high)

    merge(first, second, by=owner)

    assert of(Client, first.pk).head_office_id is None


def test_a_survivor_does_not_stand_below_its_own_branch(owner, first, second):
    between = clients.create_client(by=owner, name="Between", head_office=second)
    clients.edit_client(first, by=owner, head_office=between)

    merge(first, second, by=owner)

    assert of(Client, first.pk).head_office_id is None
    assert of(Client, between.pk).head_office_id == first.pk


def test_three_become_one_in_two_steps_and_three_again(owner, first, second):
    third = clients.create_client(by=owner, name="Elite 3", phones=[{"raw": "0551111111"}])
    before = everything()
    one = merge(second, third, by=owner)
    two = merge(first, second, by=owner)

    assert merged_into(registry.for_model(Client), third.pk, owner).pk == first.pk
    with pytest.raises(CannotUndo, match="merged with “شركة النخبة للتجارة” since: undo that merge first"):
        undo_merge(one, by=owner)

    undo_merge(two, by=owner)
    undo_merge(one, by=owner)
    assert everything() == before
    assert merged_into(registry.for_model(Client), third.pk, owner) is None


def test_of_two_shares_the_wider_holds(owner, teammate, first, second):
    soon, later = (timezone.localdate() + timedelta(days=days) for days in (3, 9))
    clients.share(first, by=owner, user=teammate, until=soon)
    clients.share(second, by=owner, user=teammate, until=later, purpose="illness")
    clients.share(first, by=owner, team=owner.team)
    clients.share(second, by=owner, team=owner.team, until=soon)

    merge(first, second, by=owner)

    assert set(Share.objects.values_list("object_id", "user", "team", "until", "purpose")) == {
        (first.pk, teammate.pk, None, later, "illness"), (first.pk, None, owner.team_id, None, "")}


def test_a_custom_value_and_a_tag_of_either_stand(owner, first, second):
    everyone = Client.objects.unscoped("a test writes what forms do not")
    everyone.filter(pk=first.pk).update(custom={"size": 5, "colour": "blue"}, tags=["vip"])
    everyone.filter(pk=second.pk).update(custom={"size": 9, "note": "tall"}, tags=["vip", "gulf"])

    merge(first, second, by=owner)

    survivor = of(Client, first.pk)
    assert (survivor.custom, survivor.tags) == ({"size": 5, "colour": "blue", "note": "tall"}, ["vip", "gulf"])


def test_each_custom_value_is_chosen_for_itself(administrator, owner, first, second):
    for code, type in (("size", "number"), ("colour", "text"), ("note", "long_text"), ("ranks", "choices"),
                       ("rank", "choice"), ("hidden", "text")):
        given = {"choices": [{"code": one, "en": one} for one in ("a", "b", "c")]} if type.startswith("choice") else {}
        given |= {"seen_by": ["director"]} if code == "hidden" else {}
        create_field("clients.client", by=administrator, type=type, code=code, name_en=code, **given)
    everyone = Client.objects.unscoped("a test writes what forms do not")
    own = {"size": "5", "colour": "blue", "note": "Tall", "ranks": ["a"], "hidden": "H1"}
    others = {"size": "9", "colour": "red", "note": "Wide", "ranks": ["b", "a"], "rank": "c", "hidden": "H2"}
    everyone.filter(pk=first.pk).update(custom=own)
    everyone.filter(pk=second.pk).update(custom=others)
    pair = [of(Client, one.pk) for one in (first, second)]

    proposed = {choice.field.id: choice.proposed for choice in choices_of(*pair, survivor=pair[0], by=owner)
                if choice.field.id.startswith("custom.")}
    assert proposed == {"custom.size": first.pk, "custom.colour": first.pk, "custom.note": BOTH, "custom.ranks": BOTH,
                        "custom.rank": second.pk}
    made = merge(first, second, by=owner, picks={"custom.size": second.pk, "custom.rank": first.pk})

    assert of(Client, first.pk).custom == {
        "size": "9", "colour": "blue", "note": "Tall\n\nWide", "ranks": ["a", "b"], "hidden": "H1"}
    undo_merge(made, by=owner)
    assert [of(Client, one.pk).custom for one in (first, second)] == [own, others]
    with pytest.raises(ValidationError):
        merge(first, second, by=owner, picks={"custom.hidden": second.pk})


def test_a_value_that_may_be_had_once_goes_over_and_comes_back(administrator, owner, first, second):
    made = create_field("clients.client", by=administrator, type="text", code="serial", name_en="Serial",
                        is_unique=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE UNIQUE INDEX {made.unique_index} {indexes_of(made)[made.unique_index]}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    clients.edit_client(second, by=owner, version=second.version, **{"custom.serial": "A-1"})

    merged = merge(first, second, by=owner)
    assert of(Client, first.pk).custom == {"serial": "A-1"}
    undo_merge(merged, by=owner)
    assert [of(Client, one.pk).custom for one in (first, second)] == [{}, {"serial": "A-1"}]


# ── two again ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_undone_merge_leaves_both_exactly_as_they_were(owner, teammate, first, second):
    log_call(by=owner, client=second, notes="Ask again", minutes=5)
    make_task(by=owner, client=first, title="Later", due_date=timezone.localdate() + timedelta(days=9))
    mona = clients.create_contact(by=owner, name="Mona", roles=[{"client": first, "role": "payer", "is_primary": True}])
    clients.link_contact(second, contact=mona, by=owner, role="payer", is_primary=True)
    clients.relate(first, other=second, kind="group", by=owner)
    clients.edit_client(first, by=owner, head_office=second)
    clients.add_nuance(second, by=owner, text="Tea without sugar")
    clients.share(first, by=owner, user=teammate, purpose="holiday")
    clients.share(second, by=owner, user=teammate, purpose="illness")
    events = set(Event.objects.values_list("id", "kind", "object_id", "target_kind", "target_id"))
    before = everything()

    made = merge(first, second, by=owner, picks={"phones": second.pk, "name": second.pk})
    assert everything() != before
    survivor, kept = undo_merge(made, by=owner)

    assert everything() == before
    assert kept == []
    assert events <= set(Event.objects.values_list("id", "kind", "object_id", "target_kind", "target_id"))
    assert merges_of(survivor).count() == 0
    assert [hit.id for hit in search.find(owner, "0559876543")] == [second.pk]
    with pytest.raises(CannotUndo, match="undone already"):
        undo_merge(made, by=owner)


def test_what_was_done_since_stays_with_the_survivor(owner, first, second):
    """The other one comes back as it was; of the survivor only what nobody has touched since."""
    made = merge(first, second, by=owner)
    clients.edit_client(first, by=owner, notes="Pays at once.", phones=[{"raw": "0500000000"}])
    call = log_call(by=owner, client=of(Client, first.pk), notes="Since", minutes=1)

    survivor, kept = undo_merge(made, by=owner)

    assert kept == ["notes"]
    survivor = of(Client, first.pk)
    assert (survivor.notes, survivor.website, survivor.phone) == ("Pays at once.", "", "+966500000000")
    assert of(Call, call.pk).client_id == first.pk
    back = of(Client, second.pk)
    assert (back.notes, back.website, back.phone) == ("Likes tea.", "https://elite.example", "+966112345678")
    assert set(Phone.objects.filter(client=back).values_list("e164", flat=True)) == {"+966112345678", "+966559876543"}


def test_the_history_tells_of_both(owner, first, second):
    merge(first, second, by=owner)

    gone = Client.pgh_event_model.objects.filter(pgh_obj_id=second.pk, pgh_label="delete").get()
    assert gone.name == "Elite Trading LLC"
    assert gone.pgh_context["user"] == owner.pk
    assert set(Event.objects.filter(object_id=first.pk).values_list("verb", flat=True)) == {
        "client.created", "client.merged"}


def test_the_history_of_the_survivor_tells_of_the_merge_and_of_what_it_was(
        client, owner, lead, teammate, first, second):
    clients.edit_client(second, by=owner, sector="CNRY-trade")
    made = merge(first, second, by=owner, picks={"sector": first.pk})
    clients.share(first, by=owner, user=teammate)
    url = f"/clients/{first.pk}/history/"
    client.force_login(owner)
    page, gone = client.get(url).content.decode(), client.get(url, {"of": made.pk}).content.decode()

    assert re.search("merged <bdi>Elite Trading LLC</bdi> into this record", page)
    assert f"?of={made.pk}" in page and "CNRY" not in page and "as it was then" in page
    assert "CNRY-trade" in gone and "as it was then" not in gone and "0559876543" in gone
    client.force_login(lead)
    assert "CNRY-trade" in client.get(url, {"of": made.pk}).content.decode()
    client.force_login(teammate)
    unknown = client.get(url, {"of": 987654321})
    assert client.get(url).status_code == 200 and f"?of={made.pk}" not in client.get(url).content.decode()
    assert (client.get(url, {"of": made.pk}).content, unknown.status_code) == (unknown.content, 404)


def test_before_an_undo_it_is_said_what_would_stay(client, owner, lead, first, second):
    merge(first, second, by=owner)
    clients.edit_client(first, by=lead, notes="Pays at once.", management_note="CNRY-thin")
    client.force_login(owner)

    page = client.get(f"/clients/{first.pk}/merge/").content.decode()
    assert "Changed since, and would stay as it is now: notes</small>" in page


# ── who may, and what they may not see ───────────────────────────────────────────────────────────────────────────────


def refused(error, *args, **kwargs) -> None:
    before = state()
    with pytest.raises(error):
        merge(*args, **kwargs)
    assert changed(before) == []


def test_a17_a_hidden_record_is_as_unknown_as_a_missing_one(owner, first, client_of_stranger):
    refused(Client.DoesNotExist, first, client_of_stranger, by=owner)
    refused(Client.DoesNotExist, client_of_stranger, first, by=owner)
    client_of_stranger.pk = 987654321
    refused(Client.DoesNotExist, first, client_of_stranger, by=owner)


def test_merging_needs_its_permission(owner, staff, first, second):
    for client in (first, second):
        clients.share(client, by=owner, user=staff)

    refused(PermissionDenied, first, second, by=staff)


def test_nobody_takes_a_colleagues_record_by_merging(owner, teammate, first):
    theirs = clients.create_client(by=teammate, name="Elite")
    clients.share(theirs, by=teammate, user=owner)

    refused(PermissionDenied, first, theirs, by=owner)


def test_who_had_the_merged_record_goes_on_seeing_it(owner, teammate, lead, first):
    theirs = clients.create_client(by=teammate, name="Elite")
    before = everything()

    made = merge(first, theirs, by=lead)

    assert Client.objects.visible_to(teammate).filter(pk=first.pk).exists()
    assert of(Client, first.pk).owner == owner
    undo_merge(made, by=lead)
    assert everything() == before
    assert not Share.objects.exists()


def test_the_owner_may_be_picked_with_the_team(owner, lead, teammate, first):
    theirs = clients.create_client(by=teammate, name="Elite")

    merge(first, theirs, by=lead, picks={"owner": theirs.pk})

    assert (of(Client, first.pk).owner, of(Client, first.pk).team) == (teammate, teammate.team)
    assert Client.objects.visible_to(owner).filter(pk=first.pk).exists()


def test_a_confidential_record_goes_up_only_in_one_of_the_same_owner(owner, teammate, director, first, second):
    clients.set_confidential(second, by=owner, confidential=True)
    clients.share(second, by=owner, user=director, purpose="audit", until=timezone.localdate())
    refused(PermissionDenied, first, second, by=director)

    merge(first, second, by=owner)

    assert of(Client, first.pk).confidential


def test_b01_a_hidden_field_is_neither_shown_nor_lost(owner, lead, first, second):
    clients.edit_client(second, by=lead, management_note="CNRY-margin is thin")

    assert "management_note" not in {choice.field.id for choice in choices_of(first, second, survivor=first, by=owner)}
    with pytest.raises(ValidationError) as refusal:
        merge(first, second, by=owner, picks={"management_note": first.pk})
    with pytest.raises(ValidationError) as unknown:
        merge(first, second, by=owner, picks={"no_such_field": first.pk})
    assert str(refusal.value).replace("management_note", "X") == str(unknown.value).replace("no_such_field", "X")

    merge(first, second, by=owner)
    assert of(Client, first.pk).management_note == "CNRY-margin is thin"


@pytest.mark.parametrize("picks", [{"version": 1}, {"owner": "both"}, {"name": 987654321}, {"confidential": "both"}])
def test_b09_what_nobody_may_pick_is_refused(owner, first, second, picks):
    refused(ValidationError, first, second, by=owner, picks=picks)


def test_a_merge_of_what_changed_meanwhile_is_refused(owner, first, second):
    versions = {first.pk: first.version, second.pk: second.version}
    clients.edit_client(second, by=owner, notes="New")

    refused(Conflict, first, second, by=owner, versions=versions)


def test_only_who_made_it_or_directs_the_record_undoes_a_merge(owner, teammate, lead, stranger, first, second):
    made = merge(first, second, by=owner)
    clients.share(of(Client, first.pk), by=owner, user=teammate)
    for who, error in ((teammate, PermissionDenied), (stranger, Client.DoesNotExist)):
        before = state()
        with pytest.raises(error):
            undo_merge(made, by=who)
        assert changed(before) == []

    undo_merge(made, by=lead)
    assert of(Client, second.pk) is not None


def test_a_record_is_not_merged_with_itself(owner, first):
    refused(ValidationError, first, first, by=owner)


def test_the_redirect_tells_nothing_to_who_does_not_see_the_survivor(owner, first, second):
    merge(first, second, by=owner)

    assert merged_into(registry.for_model(Client), second.pk, person("Else", None)) is None


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_the_same_pair_at_once_merge_it_once(owner, first, second):
    """Whichever way round; the one who comes second finds one record gone."""
    ways, meet = [(first, second), (second, first)], Barrier(2)

    def attempt(way: tuple[Client, Client]) -> str:
        try:
            meet.wait()
            merge(*way, by=owner)
        except Client.DoesNotExist:
            return "gone"
        finally:
            connection.close()
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, ways))

    assert outcomes == ["gone", "merged"]
    assert Client.objects.unscoped("a test counts").count() == 1
    assert Merge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_are_edited_and_merged_at_once_and_nobody_waits_for_ever(owner, first):
    """An edit locks the person and then the client, a merge the client first: whoever is let go begins anew."""
    people = [clients.create_contact(by=owner, name=f"Mona {number}", roles=[{"client": first, "role": "payer"}])
              for number in range(8)]
    meet = Barrier(2)

    def edit() -> None:
        try:
            meet.wait()
            for turn in range(4):
                for contact in people[:1] * 2:
                    clients.edit_contact(contact, by=owner, job_title=f"Buyer {turn}", roles=[
                        {"client": first, "role": "payer", "is_primary": turn % 2 == 0}])
        finally:
            connection.close()

    def join() -> None:
        try:
            meet.wait()
            for other in people[1:]:
                merge(people[0], other, by=owner)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(edit), pool.submit(join)]:
            done.result()

    survivor = of(Contact, people[0].pk)
    assert Contact.objects.unscoped("a test counts").count() == 1
    assert survivor.job_title == "Buyer 3" and Merge.objects.count() == 7
