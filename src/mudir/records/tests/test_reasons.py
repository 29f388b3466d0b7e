"""Why somebody sees a record or does not: told as the scope answers, and to those who may ask."""

from datetime import timedelta

from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.accounts.services import deactivate_user, edit_role, said_by
from mudir.accounts.services.role import all_roles
from mudir.activities.services import make_task, write_note
from mudir.clients.services import create_client, set_confidential, share
from mudir.kit.formatting import Formatter
from mudir.records import reasons
from mudir.records.models import Share

CLIENT = "clients.client"


def told(record, person: User, by: User) -> tuple[bool, list[str]]:
    """The verdict, and each sentence with a sign for what it does."""
    answer = reasons.why(record, person, by=by, formatter=Formatter("en"))
    signs = {"grants": "+", "refuses": "-", "nothing": "."}
    return answer.sees, [signs[one.weight] + str(one.text) % one.said for one in answer.reasons]


def test_a_stranger_is_told_each_way_in_that_is_not_theirs(owner, stranger, client_of_owner):
    assert told(client_of_owner, stranger, owner) == (False, [
        f".It belongs to {owner.name}, not to {stranger.name}.",
        ".The role “Client manager” sees the own records.",
        f".It is not shared with {stranger.name} or a team of theirs.",
    ])


def test_a_lead_is_told_of_the_team(owner, lead, client_of_owner):
    sees, sentences = told(client_of_owner, lead, owner)

    assert sees
    assert sentences[1] == "+The role “Team lead” sees the records of the own team and of every team below it."
    assert sentences[2] == f".It stands with the team {client_of_owner.team}, and {lead.name} is in {lead.team}."


def test_a_share_is_told_with_its_end_and_when_it_has_ended(owner, stranger, client_of_owner):
    today = timezone.localdate()
    share(client_of_owner, by=owner, user=stranger, purpose="the visit", until=today)
    assert told(client_of_owner, stranger, owner)[0] is True
    assert any(one.startswith(f"+{owner.name} shared it with {stranger.name} until") and one.endswith("the visit.")
               for one in told(client_of_owner, stranger, owner)[1])
    Share.objects.update(until=today - timedelta(days=1))

    sees, sentences = told(client_of_owner, stranger, owner)
    assert not sees
    assert any(one.startswith(".It was shared with") for one in sentences)


def test_what_is_confidential_is_refused_though_the_role_sees_all(owner, director, client_of_owner):
    closed = set_confidential(client_of_owner, by=owner, confidential=True)
    sees, sentences = told(closed, director, owner)

    assert not sees
    assert sentences[-1].startswith("-It is confidential: besides")


def test_a_closed_account_sees_nothing(owner, administrator, lead, client_of_owner):
    deactivate_user(lead, by=administrator)
    sees, sentences = told(client_of_owner, User.objects.get(pk=lead.pk), owner)

    assert not sees
    assert sentences[0] == f"-The account of {lead.name} is closed; nobody enters with it."


def test_what_hangs_on_a_client_is_told_with_the_client(owner, lead, stranger, client_of_owner):
    note = write_note(by=owner, client=client_of_owner, text="Said")
    for person, sees in ((lead, True), (stranger, False)):
        answer = reasons.why(note, person, by=owner, formatter=Formatter("en"))
        assert (answer.sees, [(one.record, one.sees) for one in answer.above]) == (sees, [(client_of_owner, sees)])
    alone = make_task(by=owner, title="Alone", due_date=timezone.localdate())

    assert told(alone, lead, owner) == (False, [f".It stands by itself: only its owner {owner.name} sees it."])


def test_of_a_record_that_the_reader_does_not_see_only_that_is_told(owner, stranger, contact_of_owner):
    hidden = create_client(by=stranger, name="CNRY hidden")
    contact_of_owner.clients.add(hidden, through_defaults={"role": "other"})
    sees, sentences = told(contact_of_owner, stranger, owner)

    assert (sees, sentences) == (True, [f"+{stranger.name} sees it with a record that you do not see."])


def test_the_sentences_and_the_scope_are_one_policy_for_every_reach(administrator, owner, lead, client_of_owner):
    note = write_note(by=owner, client=client_of_owner, text="Said")
    people = list(User.objects.order_by("pk"))
    for reach in ("none", "own", "team", "all"):
        for kind, record in ((CLIENT, client_of_owner), ("activities.note", note)):
            now = all_roles()["team_lead"]
            row = {act: now.reach_of(act, kind, hangs=kind != CLIENT) for act in Act} | {Act.VIEW: reach}
            edit_role("team_lead", by=administrator, kinds=said_by(now)["kinds"] | {kind: row})
            for person in people:
                person = User.objects.get(pk=person.pk)
                seen = type(record).objects.visible_to(person).filter(pk=record.pk).exists()
                assert told(record, person, owner)[0] == seen, (kind, reach, person)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_asks_for_themselves_and_who_directs_for_others(
    client, owner, lead, staff, administrator, client_of_owner
):
    share(client_of_owner, by=owner, user=staff)
    url = f"/clients/{client_of_owner.pk}/why/"
    for reader, person, status in (
        (staff, None, 200), (staff, staff, 200), (staff, owner, 403), (owner, staff, 200), (lead, staff, 200),
        (administrator, owner, 200), (owner, 987_654_321, 404), (owner, "x", 404),
    ):
        client.force_login(reader)
        key = getattr(person, "pk", person)
        assert client.get(url if key is None else f"{url}?person={key}").status_code == status, (reader, person)


def test_a20_nobody_is_told_of_a_record_that_they_do_not_see(client, stranger, client_of_owner):
    client.force_login(stranger)
    answer = client.get(f"/clients/{client_of_owner.pk}/why/?person={stranger.pk}")

    assert answer.status_code == 404
    assert client_of_owner.name.encode() not in answer.content


def test_b01_a_field_that_the_reader_does_not_see_is_not_named(client, administrator, owner, lead, client_of_owner):
    edit_role("client_manager", by=administrator, fields={CLIENT: {"sector": "hidden", "source": "read"}})
    client.force_login(lead)
    page = client.get(f"/clients/{client_of_owner.pk}/why/?person={owner.pk}")
    assert "sector" in [str(one) for one in page.context["limits"].hidden]
    assert "source" in [str(one) for one in page.context["limits"].read]
    edit_role("team_lead", by=administrator, fields={CLIENT: {"sector": "hidden"}})

    page = client.get(f"/clients/{client_of_owner.pk}/why/?person={owner.pk}")
    assert "sector" not in [str(one) for one in page.context["limits"].hidden]


def test_an_administrator_reads_what_a_person_sees_and_finds_a_record(
    client, administrator, owner, stranger, client_of_owner
):
    client.force_login(administrator)
    for person, sees in ((owner, True), (stranger, False)):
        page = client.get(f"/users/{person.pk}/sight/", {"q": client_of_owner.name})
        assert [(hit.id, seen) for hit, seen in page.context["found"]] == [(client_of_owner.pk, sees)]
        assert f"/clients/{client_of_owner.pk}/why/?person={person.pk}" in page.content.decode()


def test_an_administrator_finds_nothing_confidential_by_asking_for_its_owner(
    client, administrator, owner, client_of_owner
):
    set_confidential(client_of_owner, by=owner, confidential=True)
    client.force_login(administrator)

    assert client.get(f"/users/{owner.pk}/sight/", {"q": client_of_owner.name}).context["found"] == []
