"""Comments: said by whoever sees the record, told to whoever sees it, changed by nobody but who said it."""

import re
import uuid
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mudir.clients.models import Client
from mudir.clients.services import share
from mudir.conftest import person
from mudir.records import comments
from mudir.records.comments.drawing import html_of
from mudir.records.models import Comment, Event

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def say(record, by, text: str) -> Comment:
    return comments.write_comment(record, by=by, text=text)[0]


def words(client, user, url: str, headers=PART) -> str:
    client.force_login(user)
    html = client.get(url, headers=headers).content.decode()
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def test_a_comment_stands_on_the_timeline_and_among_the_comments_alone(client, owner, client_of_owner):
    say(client_of_owner, owner, "Ask for the new price list.")

    assert "Ask for the new price list." in words(client, owner, f"/clients/{client_of_owner.pk}/timeline/")
    shown = words(client, owner, f"/clients/{client_of_owner.pk}/timeline/?show=comments")
    assert "Ask for the new price list." in shown and "added" not in shown


def test_who_sees_a_record_without_being_able_to_change_it_may_answer(owner, staff, client_of_owner):
    share(client_of_owner, by=owner, user=staff)

    assert say(client_of_owner, staff, "Delivered on Sunday.").author == staff


def test_who_does_not_see_the_record_says_nothing(stranger, client_of_owner):
    with pytest.raises(Client.DoesNotExist):
        say(client_of_owner, stranger, "CNRY")

    assert not Comment.objects.exists()


def test_the_same_form_sent_twice_says_it_once(owner, client_of_owner):
    token = uuid.uuid4()
    for _time in range(2):
        comments.write_comment(client_of_owner, by=owner, text="Once", token=token)

    assert Comment.objects.count() == 1
    assert Event.objects.filter(verb="comment.written").count() == 1


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001])
def test_nothing_and_too_much_are_refused(owner, client_of_owner, text):
    with pytest.raises(ValidationError):
        say(client_of_owner, owner, text)


def test_a_comment_is_changed_and_taken_back_by_its_author_alone(owner, lead, client_of_owner):
    said = say(client_of_owner, owner, "CNRY-first")
    with pytest.raises(PermissionDenied):
        comments.edit_comment(said, by=lead, text="mine")
    with pytest.raises(PermissionDenied):
        comments.remove_comment(said, by=lead)

    changed, _blind = comments.edit_comment(said, by=owner, text="second")
    assert changed.text == "second" and changed.edited_at is not None


def test_a_comment_that_was_taken_back_is_gone_until_undo(client, owner, client_of_owner):
    said = say(client_of_owner, owner, "Never mind")
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/comments/{said.pk}/"
    client.post(f"{url}removal/")

    assert "Never mind" not in words(client, owner, f"/clients/{client_of_owner.pk}/timeline/")
    assert client.get(url).status_code == 404
    client.post(f"{url}restoration/")
    assert "Never mind" in words(client, owner, f"/clients/{client_of_owner.pk}/timeline/")


def test_a_comment_is_reached_only_through_its_own_record(client, owner, client_of_owner, contact_of_owner):
    said = say(client_of_owner, owner, "CNRY-of-the-client")
    client.force_login(owner)

    assert client.get(f"/contacts/{contact_of_owner.pk}/comments/{said.pk}/").status_code == 404
    assert client.post(f"/contacts/{contact_of_owner.pk}/comments/{said.pk}/removal/").status_code == 404
    assert Comment.objects.filter(removed_at=None).count() == 1


# ── mentions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_behind_an_at_mentions_who_sees_the_record(owner, lead, team, client_of_owner):
    other = person("Huda Ali", team, "team_lead")
    read = comments.mentions.read("@Huda Ali and @huda: look. huda@mudir.example", client_of_owner)

    assert read.people == [other, lead]
    assert comments.as_typed(read.text) == "@Huda Ali and @Huda: look. huda@mudir.example"


def test_who_may_not_see_the_record_is_not_mentioned_and_the_writer_learns_it(client, owner, stranger, client_of_owner):
    client.force_login(owner)
    page = client.post(f"/clients/{client_of_owner.pk}/comments/", {"text": "@Nora what do you think?"}, follow=True)

    assert "Not told, because the record is not open to them: Nora." in unescape(page.content.decode())
    assert Comment.objects.get().text == "@Nora what do you think?"


def test_a_name_is_that_of_today(owner, lead, client_of_owner):
    said = say(client_of_owner, owner, "@Huda please")
    lead.name = "Huda Saleh"
    lead.save()

    assert comments.with_html([said])[0].html == '<b class="mention"><bdi>@Huda Saleh</bdi></b> please'


def test_a05_only_who_sees_the_record_is_offered(
    client, owner, lead, teammate, stranger, administrator, client_of_owner
):
    shown = words(client, owner, f"/clients/{client_of_owner.pk}/mentions/?q=")

    assert shown == "Aziza Huda"
    assert words(client, owner, f"/clients/{client_of_owner.pk}/mentions/?q=nor") == ""
    assert client.get("/clients/987654321/mentions/?q=").status_code == 404


def test_a_name_is_found_by_the_beginning_of_any_word_in_either_language(owner, team, client_of_owner):
    huda = person("Huda", team, "team_lead", name_other="هدى الأحمد")

    for begun in ("hu", "الاحمد", "هدى ال"):
        assert comments.suggestions(client_of_owner, begun, by=owner) == [huda]


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_c05_what_a_person_typed_is_text():
    assert html_of("<script>alert(1)</script>\n&", {}) == "&lt;script&gt;alert(1)&lt;/script&gt;<br>&amp;"
    assert html_of("javascript:alert(1)", {}) == "javascript:alert(1)"
    assert "<a" not in html_of("data:text/html,x ftp://x.example", {})


def test_an_address_is_a_link_without_the_end_of_the_sentence():
    assert html_of("See https://a.example/b?c=1&d=2.", {}) == (
        'See <a class="link" href="https://a.example/b?c=1&amp;d=2" rel="noopener noreferrer nofollow">'
        '<bdi class="ltr">https://a.example/b?c=1&amp;d=2</bdi></a>.')
    assert html_of('https://a.example/"onclick=x', {}).count("<a ") == 1 and 'onclick=x"' not in html_of(
        'https://a.example/"onclick=x', {})


def test_nobody_writes_the_key_of_a_person_by_hand(owner, lead, client_of_owner):
    said = say(client_of_owner, owner, f"\ue000{lead.pk}\ue001 hello")

    assert said.text == f"{lead.pk} hello"


def test_many_comments_cost_as_much_as_one(client, owner, lead, client_of_owner):
    client.force_login(owner)
    url = f"/clients/{client_of_owner.pk}/timeline/?show=comments"
    costs = []
    for count in (1, 12):
        for number in range(count):
            say(client_of_owner, owner, f"@Huda number {number}")
        with CaptureQueriesContext(connection) as asked:
            client.get(url, headers=PART)
        costs.append(len(asked))

    assert costs[0] == costs[1]
