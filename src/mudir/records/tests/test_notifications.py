"""Notifications: what a person is told of, in the program and by mail, as long as they may see it."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from html import unescape
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mudir.accounts.models import User
from mudir.activities.services import complete_task, edit_task, make_task, tell_what_is_due
from mudir.clients.services import assign, create_client, set_confidential, share, unshare
from mudir.records import comments, notifications
from mudir.records.models import Mail, Notification, NotificationChoice, Reason
from mudir.records.notifications.choices import Way

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 7:30 in Riyadh


def told(user) -> list[str]:
    return [one.plain_sentence for one in notifications.page_of(user)[0]]


def words(response) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_given_a_record_is_told(owner, lead, teammate, client_of_owner):
    assign(client_of_owner, by=owner, owner=teammate)

    assert told(teammate) == [f"Sara gave you {client_of_owner}"]
    assert told(owner) == told(lead) == []


def test_a_record_made_for_somebody_is_given_to_them(lead, teammate):
    create_client(by=lead, name="Basma", owner=teammate)

    assert told(teammate) == ["Huda gave you Basma"]


def test_work_planned_for_somebody_is_given_to_them_and_so_is_work_handed_on(lead, owner, director, client_of_owner):
    task = make_task(by=lead, client=client_of_owner, title="Send samples", due_date=timezone.localdate(), owner=owner)
    edit_task(task, by=owner, title="Send two samples")
    edit_task(task, by=director, owner=lead)

    assert told(owner) == ["Huda gave you Send two samples"]
    assert told(lead) == ["Fahad gave you Send two samples"]


def test_nobody_is_told_of_what_they_did_themselves(owner):
    create_client(by=owner, name="Basma")

    assert not Notification.objects.exists()


def test_a_person_and_everybody_of_a_team_are_told_of_a_share(owner, stranger, staff, other_team, client_of_owner):
    share(client_of_owner, by=owner, user=stranger)
    share(client_of_owner, by=owner, team=other_team)

    assert told(staff) == [f"Sara shared {client_of_owner} with you"]
    assert len(told(stranger)) == 2


def test_who_is_mentioned_reads_what_was_said(owner, lead, client_of_owner):
    comments.write_comment(client_of_owner, by=owner, text="@Huda what price?")

    (one,), _further = notifications.page_of(lead)
    assert one.plain_sentence == f"Sara mentioned you on {client_of_owner}"
    assert (one.plain_said, one.url) == ("@Huda what price?", f"/clients/{client_of_owner.pk}/?show=comments")


def test_what_is_due_is_told_once_in_the_morning_of_the_reader(owner, client_of_owner):
    today = MORNING.date()
    for title, due in (("Today", today), ("Tomorrow", today + timedelta(days=1)), ("Done", today)):
        task = make_task(by=owner, client=client_of_owner, title=title, due_date=due)
        type(task).objects.visible_to(owner).filter(pk=task.pk).update(created_at=MORNING - timedelta(days=2))
        if title == "Done":
            complete_task(task, by=owner)
    for hours in (-3, 0, 1, 12):
        tell_what_is_due(MORNING + timedelta(hours=hours))

    assert told(owner) == ["Due today: Today"]
    owner.time_zone = "America/Toronto"
    owner.save()
    Notification.objects.all().delete()
    tell_what_is_due(MORNING)
    assert told(owner) == []


# ── what may be read ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notification_tells_nothing_that_its_reader_does_not_see_any_more(client, owner, stranger, client_of_owner):
    given = share(client_of_owner, by=owner, user=stranger)
    assert notifications.unread_count(stranger) == 1
    unshare(client_of_owner, by=owner, share=given)

    client.force_login(stranger)
    assert told(stranger) == [] and notifications.unread_count(stranger) == 0
    assert str(client_of_owner) not in client.get("/notifications/").content.decode()


def test_a_confidential_record_goes_from_the_list_of_who_directs_its_team(owner, lead, client_of_owner):
    comments.write_comment(client_of_owner, by=owner, text="@Huda CNRY")
    set_confidential(client_of_owner, by=owner, confidential=True)

    assert told(lead) == []


def test_a_comment_that_was_taken_back_is_not_told_of(owner, lead, client_of_owner):
    said, _blind = comments.write_comment(client_of_owner, by=owner, text="@Huda CNRY")
    comments.remove_comment(said, by=owner)
    assert told(lead) == []

    comments.put_back_comment(said, by=owner)
    assert len(told(lead)) == 1


def test_further_ones_are_read_past_those_that_are_hidden(owner, lead, client_of_owner, monkeypatch):
    monkeypatch.setattr("mudir.records.notifications.reading.PAGE", 3)
    hidden = create_client(by=owner, name="CNRY")
    for number in range(4):
        comments.write_comment(client_of_owner, by=owner, text=f"@Huda {number}")
        comments.write_comment(hidden, by=owner, text="@Huda")
    set_confidential(hidden, by=owner, confidential=True)

    first, further = notifications.page_of(lead)
    second, end = notifications.page_of(lead, before=further)
    assert [one.plain_said for one in [*first, *second]] == ["@Huda 3", "@Huda 2", "@Huda 1", "@Huda 0"]
    assert (len(first), end) == (3, None)


# ── read and unread ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bell_counts_what_is_unread(client, owner, lead, client_of_owner):
    client.force_login(lead)
    for _number in range(2):
        comments.write_comment(client_of_owner, by=owner, text="@Huda")
    assert "2 unread notifications" in words(client.get("/notifications/bell/"))

    first = Notification.objects.filter(user=lead).first()
    client.post("/notifications/reading/", {"id": first.pk})
    assert "1 unread notification" in words(client.get("/"))
    client.post("/notifications/unreading/", {"id": first.pk})
    assert notifications.unread_count(lead) == 2


def test_all_read_is_undone_for_what_it_marked_alone(client, owner, lead, client_of_owner):
    for _number in range(3):
        comments.write_comment(client_of_owner, by=owner, text="@Huda")
    client.force_login(lead)
    client.post("/notifications/reading/", {"id": Notification.objects.first().pk})
    page = client.post("/notifications/reading/", {"all": "1"}, follow=True).content.decode()
    assert notifications.unread_count(lead) == 0

    client.post(unescape(re.search(r'action="(/notifications/unreading/\?[^"]+)"', page)[1]))
    assert notifications.unread_count(lead) == 2


def test_nobody_marks_what_another_is_told(client, owner, lead, client_of_owner):
    comments.write_comment(client_of_owner, by=owner, text="@Huda")
    client.force_login(owner)
    client.post("/notifications/reading/", {"id": Notification.objects.get().pk})
    client.post("/notifications/reading/", {"all": "1"})

    assert Notification.objects.get().read_at is None


def test_what_was_read_long_ago_is_thrown_away(owner, lead, client_of_owner):
    for _number in range(2):
        comments.write_comment(client_of_owner, by=owner, text="@Huda")
    Notification.objects.filter(pk=Notification.objects.first().pk).update(
        read_at=timezone.now() - timedelta(days=200))

    assert notifications.throw_away_old() == 1
    assert Notification.objects.count() == 1


def test_a_list_of_many_costs_as_much_as_one_of_few(client, owner, lead, client_of_owner):
    client.force_login(lead)
    comments.write_comment(client_of_owner, by=owner, text="@Huda")
    costs = []
    for count in (0, 20):
        for _number in range(count):
            comments.write_comment(client_of_owner, by=owner, text="@Huda")
        with CaptureQueriesContext(connection) as asked:
            client.get("/notifications/")
        costs.append(len(asked))

    assert costs[0] == costs[1]


# ── choices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_does_not_want_to_be_told_is_not(client, owner, lead, client_of_owner):
    client.force_login(lead)
    form = {f"{reason}-mail": "never" for reason in Reason} | {"share-page": "on"}
    assert client.post("/notifications/preferences/", form).status_code == 302
    comments.write_comment(client_of_owner, by=owner, text="@Huda")

    assert not Notification.objects.exists()
    assert NotificationChoice.objects.filter(user=lead).count() == len(Reason)


def test_who_wants_letters_alone_has_nothing_at_the_bell(owner, lead, client_of_owner):
    notifications.save_choices(by=lead, ways={Reason.MENTION: Way(False, Mail.DAILY)})
    comments.write_comment(client_of_owner, by=owner, text="@Huda")

    assert told(lead) == [] and notifications.unread_count(lead) == 0
    assert Notification.objects.get().mail == Mail.DAILY


def test_a_choice_that_is_none_is_refused(client, lead):
    client.force_login(lead)
    form = {f"{reason}-mail": "hourly" for reason in Reason}

    assert client.post("/notifications/preferences/", form).status_code == 422
    assert not NotificationChoice.objects.exists()


# ── letters ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Mailbox(ThreadingTCPServer):
    """A mail server of our own: it takes every letter, or refuses all of them."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.letters: list = []
        self.refuses = False


class Session(StreamRequestHandler):
    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline().strip():
            command = line[:4].upper()
            if command in (b"EHLO", b"HELO", b"RSET", b"NOOP"):
                self.say("250 good")
            elif command == b"MAIL":
                self.say("451 later" if self.server.refuses else "250 good")
            elif command == b"RCPT":
                self.say("250 good")
            elif command == b"DATA":
                self.say("354 go on")
                content = b""
                while (row := self.rfile.readline()) != b".\r\n":
                    content += row.removeprefix(b".") if row.startswith(b"..") else row
                self.server.letters.append(message_from_bytes(content, policy=default))
                self.say("250 taken")
            elif command == b"QUIT":
                self.say("221 bye")
                return

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mailbox(settings):
    with Mailbox() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.MAILERS = {"default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": server.server_address[1], "timeout": 5},
        }}
        yield server
        server.shutdown()


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content()


def test_a_mention_leaves_at_once_and_once(owner, lead, client_of_owner, mailbox, settings):
    settings.BASE_URL = "https://mudir.example"
    comments.write_comment(client_of_owner, by=owner, text="@Huda <b>what</b> price?")

    assert (notifications.send_letters(), notifications.send_letters()) == (1, 0)
    (letter,) = mailbox.letters
    assert letter["To"] == "huda@mudir.example"
    assert letter["Subject"] == f"Sara mentioned you on {client_of_owner}"
    assert "@Huda <b>what</b> price?" in text_of(letter)
    assert f"https://mudir.example/clients/{client_of_owner.pk}/?show=comments" in text_of(letter)
    marked_up = letter.get_body(("html",)).get_content()
    assert "&lt;b&gt;what&lt;/b&gt;" in marked_up and '<html lang="en" dir="ltr">' in marked_up


def test_a_daily_letter_waits_for_the_morning_and_tells_everything_in_the_readers_language(owner, teammate, mailbox):
    teammate.language = "ar"
    teammate.save()
    for name in ("النخبة", "Basma"):
        client = create_client(by=owner, name=name)
        assign(client, by=owner, owner=teammate)
    Notification.objects.update(at=MORNING - timedelta(hours=10))

    assert notifications.send_letters(MORNING - timedelta(hours=1)) == 0
    assert notifications.send_letters(MORNING) == 1
    (letter,) = mailbox.letters
    assert letter["Subject"] == "أمران لك في مُدير"
    assert "سلّمك Sara النخبة" in text_of(letter) and "سلّمك Sara Basma" in text_of(letter)
    assert '<html lang="ar" dir="rtl">' in letter.get_body(("html",)).get_content()


def test_what_comes_after_the_morning_waits_for_the_next_one(owner, teammate, client_of_owner, mailbox):
    assign(client_of_owner, by=owner, owner=teammate)
    Notification.objects.update(at=MORNING)

    assert notifications.send_letters(MORNING + timedelta(hours=20)) == 0
    assert notifications.send_letters(MORNING + timedelta(hours=24)) == 1


def test_no_letter_tells_what_was_read_or_may_not_be_seen_any_more(owner, lead, client_of_owner, mailbox):
    for text in ("@Huda CNRY-read", "@Huda CNRY-hidden"):
        comments.write_comment(client_of_owner, by=owner, text=text)
    notifications.mark_read(by=lead, ids=[Notification.objects.order_by("pk").first().pk])
    set_confidential(client_of_owner, by=owner, confidential=True)

    assert notifications.send_letters() == 0
    assert mailbox.letters == []
    assert not Notification.objects.exclude(mail="").exists()


def test_nobody_who_has_left_is_written_to(owner, lead, client_of_owner, mailbox):
    comments.write_comment(client_of_owner, by=owner, text="@Huda CNRY")
    lead.is_active = False
    lead.save()

    assert notifications.send_letters() == 0 and mailbox.letters == []


def test_a_letter_that_was_not_taken_is_sent_again(owner, lead, client_of_owner, mailbox, caplog):
    comments.write_comment(client_of_owner, by=owner, text="@Huda")
    mailbox.refuses = True
    assert notifications.send_letters() == 0

    mailbox.refuses = False
    assert notifications.send_letters() == 1
    assert len(mailbox.letters) == 1


def test_m05_a_letter_that_cannot_be_written_keeps_nobody_from_theirs(owner, lead, client_of_owner, mailbox, caplog):
    comments.write_comment(client_of_owner, by=owner, text="@Huda")
    comments.write_comment(client_of_owner, by=lead, text="@Sara")
    User.objects.filter(pk=owner.pk).update(time_zone="Mars/Olympus")

    assert notifications.send_letters() == 1
    assert [letter["To"] for letter in mailbox.letters] == [lead.email]
    assert "cannot be written" in caplog.text


def test_d11_a_name_of_several_lines_stays_in_its_own_header(lead, teammate, mailbox):
    client = create_client(by=lead, name="Basma", owner=teammate)
    type(client).objects.visible_to(lead).filter(pk=client.pk).update(name="Basma\r\nBcc: x@evil.example")
    Notification.objects.update(mail=Mail.AT_ONCE)

    assert notifications.send_letters() == 1
    assert mailbox.letters[0]["Bcc"] is None
    assert mailbox.letters[0]["Subject"] == "Huda gave you Basma Bcc: x@evil.example"
