import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mudir.activities.models import Call, Note, Task
from mudir.activities.services import (
    complete_task,
    edit_call,
    edit_note,
    edit_task,
    log_call,
    make_task,
    postpone_task,
    put_back,
    remove,
    reopen_task,
    take_back_postponement,
    write_note,
)
from mudir.clients.models import Client, Contact
from mudir.clients.services import create_client, create_contact, share
from mudir.records.models import Event
from mudir.records.search import find
from mudir.records.services import Conflict


def fresh(record):
    return type(record).objects.unscoped("test").get(pk=record.pk)


def verbs(record):
    kind = record._meta.label_lower
    return list(Event.objects.filter(kind=kind, object_id=record.pk).order_by("id").values_list("verb", flat=True))


def days(count):
    return timezone.localdate() + timedelta(days=count)


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answered_call_is_contact_with_the_client_and_the_person(owner, client_of_owner, contact_of_owner):
    call = log_call(by=owner, client=client_of_owner, contact=contact_of_owner, notes=" Wants the catalogue ")

    assert (call.owner, call.created_by, call.outcome, call.notes) == (owner, owner, "reached", "Wants the catalogue")
    assert fresh(client_of_owner).last_contact_at == call.started_at
    assert fresh(contact_of_owner).last_contact_at == call.started_at
    assert Event.objects.get(verb="call.logged", kind="clients.client").target_id == call.pk
    assert Event.objects.get(verb="call.logged", kind="clients.contact").object_id == contact_of_owner.pk


@pytest.mark.parametrize("outcome", ["no_answer", "call_back"])
def test_a_call_that_reached_nobody_is_not_contact(owner, client_of_owner, outcome):
    log_call(by=owner, client=client_of_owner, outcome=outcome)

    assert fresh(client_of_owner).last_contact_at is None
    assert Call.objects.visible_to(owner).get().outcome == outcome


def test_an_older_call_logged_late_does_not_move_the_last_contact_back(owner, client_of_owner):
    recent = log_call(by=owner, client=client_of_owner)
    log_call(by=owner, client=client_of_owner, started_at=timezone.now() - timedelta(days=9))

    assert fresh(client_of_owner).last_contact_at == recent.started_at


def test_a_next_step_becomes_a_task_of_the_caller_and_the_clients_next_step(owner, client_of_owner, contact_of_owner):
    call = log_call(by=owner, client=client_of_owner, contact=contact_of_owner, next_step="Send the offer",
                    next_step_date=days(2))

    task = Task.objects.visible_to(owner).get()
    assert (task.title, task.due_date, task.owner, task.call, task.contact) == (
        "Send the offer", days(2), owner, call, contact_of_owner)
    client = fresh(client_of_owner)
    assert (client.next_step, client.next_step_date, client.version) == ("Send the offer", days(2), 1)


def test_who_asked_to_be_called_back_is_a_task_for_the_next_working_day(owner, client_of_owner, contact_of_owner):
    log_call(by=owner, client=client_of_owner, contact=contact_of_owner, outcome="call_back")

    task = Task.objects.visible_to(owner).get()
    assert task.title == "Call محمد الخالدي back"
    assert task.due_date > timezone.localdate()
    assert task.due_date.weekday() not in {4, 5}


def test_the_same_form_sent_twice_logs_one_call_and_one_task(owner, client_of_owner):
    token = uuid.uuid4()
    sent = {"by": owner, "client": client_of_owner, "notes": "Hello", "next_step": "Write", "next_step_date": days(1)}
    first = log_call(token=token, **sent)
    again = log_call(token=token, **sent)

    assert again == first
    assert (Call.objects.visible_to(owner).count(), Task.objects.visible_to(owner).count()) == (1, 1)
    assert Event.objects.filter(verb="call.logged", kind="clients.client").count() == 1


def test_the_same_form_with_other_words_is_another_call(owner, client_of_owner):
    token = uuid.uuid4()
    log_call(by=owner, client=client_of_owner, notes="Hello", token=token)
    log_call(by=owner, client=client_of_owner, notes="Hello again", token=token)

    assert Call.objects.visible_to(owner).count() == 2


def test_a_call_still_to_come_is_refused(owner, client_of_owner):
    with pytest.raises(ValidationError) as refusal:
        log_call(by=owner, client=client_of_owner, started_at=timezone.now() + timedelta(hours=1))

    assert list(refusal.value.message_dict) == ["started_at"]
    assert not Call.objects.unscoped("test").exists()


def test_a_stranger_cannot_log_a_call(stranger, client_of_owner):
    with pytest.raises(Client.DoesNotExist):
        log_call(by=stranger, client=client_of_owner)

    assert not Call.objects.unscoped("test").exists()
    assert fresh(client_of_owner).last_contact_at is None


def test_who_only_reads_a_shared_client_writes_nothing_about_it(owner, staff, client_of_owner):
    share(client_of_owner, by=owner, user=staff)
    for write in (
        lambda: log_call(by=staff, client=client_of_owner),
        lambda: write_note(by=staff, client=client_of_owner, text="Mine"),
        lambda: make_task(by=staff, client=client_of_owner, title="Mine", due_date=days(1)),
    ):
        with pytest.raises(PermissionDenied):
            write()
    assert not any(model.objects.unscoped("test").exists() for model in (Call, Note, Task))


def test_a_contact_of_another_client_and_an_unseen_one_are_equally_unknown(
    owner, stranger, client_of_owner, client_of_stranger
):
    elsewhere = create_contact(by=owner, name="Somebody", roles=[
        {"client": create_client(by=owner, name="Basma"), "role": "user"}])
    hidden = create_contact(by=stranger, name="CNRY-Person", roles=[{"client": client_of_stranger, "role": "user"}])
    said = []
    for contact in (elsewhere, hidden):
        with pytest.raises(ValidationError) as refusal:
            log_call(by=owner, client=client_of_owner, contact=contact)
        said.append(refusal.value.message_dict)

    assert said == [{"contact": ["This client has no such contact."]}] * 2


def test_a_call_corrected_to_no_answer_takes_its_contact_back(owner, client_of_owner):
    earlier = log_call(by=owner, client=client_of_owner, started_at=timezone.now() - timedelta(days=5))
    call = log_call(by=owner, client=client_of_owner)
    edited = edit_call(call, by=owner, version=1, outcome="no_answer")

    assert (edited.outcome, edited.version) == ("no_answer", 2)
    assert fresh(client_of_owner).last_contact_at == earlier.started_at
    assert verbs(call) == ["call.logged", "call.edited"]


def test_two_people_changing_a_call_do_not_overwrite_each_other(owner, lead, client_of_owner):
    call = log_call(by=owner, client=client_of_owner, notes="First")
    edit_call(call, by=lead, version=1, notes="Of the lead")
    with pytest.raises(Conflict) as conflict:
        edit_call(call, by=owner, version=1, notes="Of the owner")

    assert conflict.value.current.notes == "Of the lead"


def test_a_call_keeps_its_client(owner, client_of_owner):
    call = log_call(by=owner, client=client_of_owner)
    with pytest.raises(ValidationError):
        edit_call(call, by=owner, client=create_client(by=owner, name="Basma"))

    assert fresh(call).client == client_of_owner


def test_a_removed_call_takes_its_contact_and_its_open_next_step_along_and_brings_them_back(owner, client_of_owner):
    call = log_call(by=owner, client=client_of_owner, next_step="Send the offer", next_step_date=days(1))
    remove(call, by=owner)

    client = fresh(client_of_owner)
    assert (client.last_contact_at, client.next_step, client.next_step_date) == (None, "", None)
    assert not Call.objects.visible_to(owner).exists()
    assert not Task.objects.visible_to(owner).exists()
    assert find(owner, "offer") == []

    put_back(call, by=owner)
    client = fresh(client_of_owner)
    assert (client.last_contact_at, client.next_step) == (call.started_at, "Send the offer")
    assert (Call.objects.visible_to(owner).count(), Task.objects.visible_to(owner).count()) == (1, 1)
    assert verbs(client_of_owner)[-2:] == ["call.removed", "call.put_back"]


def test_a_removed_call_leaves_what_was_done_since(owner, client_of_owner):
    call = log_call(by=owner, client=client_of_owner, next_step="Send the offer", next_step_date=days(1))
    complete_task(Task.objects.visible_to(owner).get(), by=owner)
    remove(call, by=owner)

    assert Task.objects.visible_to(owner).get().done_at is not None


def test_a_removed_call_can_be_logged_again_with_its_form(owner, client_of_owner):
    token = uuid.uuid4()
    remove(log_call(by=owner, client=client_of_owner, token=token), by=owner)
    again = log_call(by=owner, client=client_of_owner, token=token)

    assert Call.objects.visible_to(owner).get() == again


def test_a_colleague_who_shares_the_client_removes_nothing_of_the_owner(owner, teammate, client_of_owner):
    share(client_of_owner, by=owner, user=teammate)
    call = log_call(by=owner, client=client_of_owner)
    with pytest.raises(PermissionDenied):
        remove(call, by=teammate)

    assert fresh(call).trashed_at is None


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_note_is_found_by_its_words(owner, stranger, client_of_owner):
    note = write_note(by=owner, client=client_of_owner, text="يفضّل التوريد قبل رمضان")

    assert [(hit.kind, hit.id) for hit in find(owner, "رمضان")] == [("activities.note", note.pk)]
    assert find(stranger, "رمضان") == []


def test_a_note_sent_twice_is_written_once_and_an_empty_one_never(owner, client_of_owner):
    token = uuid.uuid4()
    write_note(by=owner, client=client_of_owner, text="Likes mornings", token=token)
    write_note(by=owner, client=client_of_owner, text="Likes mornings", token=token)
    with pytest.raises(ValidationError):
        write_note(by=owner, client=client_of_owner, text="  ")

    assert Note.objects.visible_to(owner).count() == 1


def test_a_note_is_changed_and_found_by_the_new_words(owner, client_of_owner):
    note = write_note(by=owner, client=client_of_owner, text="Likes mornings")
    edit_note(note, by=owner, version=1, text="Likes evenings")

    assert find(owner, "mornings") == []
    assert [hit.id for hit in find(owner, "evenings")] == [note.pk]


# ── tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_clients_next_step_is_the_earliest_open_task(owner, client_of_owner):
    late = make_task(by=owner, client=client_of_owner, title="Later", due_date=days(9))
    soon = make_task(by=owner, client=client_of_owner, title="Sooner", due_date=days(2))
    steps = [fresh(client_of_owner).next_step]
    complete_task(soon, by=owner)
    steps.append(fresh(client_of_owner).next_step)
    reopen_task(soon, by=owner)
    steps.append(fresh(client_of_owner).next_step)
    postpone_task(soon, by=owner, to=days(20))
    steps.append(fresh(client_of_owner).next_step)
    edit_task(late, by=owner, version=1, title="Later still")
    steps.append(fresh(client_of_owner).next_step)
    remove(late, by=owner)
    steps.append(fresh(client_of_owner).next_step)
    complete_task(soon, by=owner)
    steps.append(fresh(client_of_owner).next_step)

    assert steps == ["Sooner", "Later", "Sooner", "Later", "Later still", "Sooner", ""]
    assert fresh(client_of_owner).next_step_date is None


def test_a_task_ticked_twice_is_done_once(owner, client_of_owner):
    task = make_task(by=owner, client=client_of_owner, title="Write", due_date=days(1))
    done = complete_task(task, by=owner)
    again = complete_task(task, by=owner)

    assert again.done_at == done.done_at
    assert Event.objects.filter(verb="task.done", kind="clients.client").count() == 1


def test_postponing_is_counted_and_the_same_day_twice_counts_once(owner, client_of_owner):
    task = make_task(by=owner, client=client_of_owner, title="Write", due_date=days(1))
    postpone_task(task, to=days(3), by=owner)
    postpone_task(task, to=days(3), by=owner)

    assert (fresh(task).due_date, fresh(task).postponed) == (days(3), 1)
    take_back_postponement(task, to=days(1), by=owner)
    assert (fresh(task).due_date, fresh(task).postponed) == (days(1), 0)


@pytest.mark.parametrize("to", [-1, 0, 1])
def test_a_task_is_not_postponed_to_a_past_day_or_an_earlier_one(owner, client_of_owner, to):
    task = make_task(by=owner, client=client_of_owner, title="Write", due_date=days(1))
    with pytest.raises(ValidationError):
        postpone_task(task, to=days(to), by=owner)

    assert (fresh(task).due_date, fresh(task).postponed) == (days(1), 0)


def test_a_task_of_ones_own_is_seen_by_nobody_else(owner, lead, director):
    task = make_task(by=owner, title="Renew my passport", due_date=days(1))

    assert [Task.objects.visible_to(who).count() for who in (owner, lead, director)] == [1, 0, 0]
    with pytest.raises(Task.DoesNotExist):
        complete_task(task, by=lead)


def test_a_lead_gives_a_task_to_who_sees_the_client(owner, teammate, lead, client_of_owner):
    task = make_task(by=lead, client=client_of_owner, title="Call today", due_date=days(0), owner=owner)
    assert (task.owner, task.created_by) == (owner, lead)
    with pytest.raises(ValidationError):
        make_task(by=lead, client=client_of_owner, title="Call today", due_date=days(0), owner=teammate)
    with pytest.raises(PermissionDenied):
        make_task(by=owner, client=client_of_owner, title="Call today", due_date=days(0), owner=lead)

    assert Task.objects.unscoped("test").count() == 1


def test_a_task_without_client_sent_twice_is_planned_once(owner):
    token = uuid.uuid4()
    for _time in range(2):
        make_task(by=owner, title="Renew my passport", due_date=days(1), token=token)

    assert Task.objects.visible_to(owner).count() == 1


def test_tasks_of_a_client_that_left_the_sight_are_gone_with_it(owner, stranger, client_of_owner):
    task = make_task(by=owner, client=client_of_owner, title="Write", due_date=days(1))
    Client.objects.unscoped("test").update(owner=stranger, team=stranger.team)

    assert not Task.objects.visible_to(owner).exists()
    with pytest.raises((Task.DoesNotExist, Client.DoesNotExist)):
        complete_task(task, by=owner)


def test_the_name_of_a_contact_that_left_the_sight_is_not_told(
    owner, stranger, client_of_owner, client_of_stranger, contact_of_owner
):
    log_call(by=owner, client=client_of_owner, contact=contact_of_owner)
    assert Call.objects.visible_to(owner).get().contact_name == "محمد الخالدي"
    contact_of_owner.roles.update(client=client_of_stranger)
    Contact.objects.unscoped("test").update(owner=stranger)

    assert Call.objects.visible_to(owner).get().contact_name is None
