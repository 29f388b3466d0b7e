"""What happened with a client, and what is to happen."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mudir.accounts.models import User
from mudir.clients.models import Client, Contact
from mudir.clients.models.client import PRESENT, TRASHED
from mudir.kit.scope import scoped_manager
from mudir.records.models import Record
from mudir.records.models.tag import tags_index
from mudir.records.scope import DependentQuerySet, OfRow, present


class SeenContactName(OfRow):
    """The name of the person of an activity. Who sees the client sees its people; only those who left it are looked
    for among all that the actor sees."""

    NAME = """
        CASE WHEN {row}.contact_id IS NOT NULL THEN COALESCE(
            (SELECT person.name FROM clients_contact person
             JOIN clients_contactrole place ON place.contact_id = person.id
             WHERE person.id = {row}.contact_id AND person.trashed_at IS NULL AND place.client_id = {row}.client_id
             LIMIT 1),
            (SELECT person.name FROM clients_contact person WHERE person.id = {row}.contact_id AND {seen})) END"""

    def write(self, row: str) -> tuple[str, list]:
        seen, values = present(Contact, self.actor, "person")
        return self.NAME.format(row=row, seen=seen), values


class ActivityQuerySet(DependentQuerySet):
    """Seen exactly when the client is; `contact_name` is empty where the reader does not see that person as well."""

    def narrowed_to(self, actor: User) -> "ActivityQuerySet":
        return self.present_to(actor).annotate(contact_name=SeenContactName(self.model, actor, models.CharField()))


class Activity(Record):
    """Something about a client, and perhaps about one of its people."""

    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="%(class)s_rows", verbose_name=_("client")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="%(class)s_rows",
        verbose_name=_("contact"),
    )
    # What the form that made it was sent with: the same form sent twice writes once.
    token = models.UUIDField(null=True, unique=True, editable=False)
    objects = scoped_manager(ActivityQuerySet)

    class Meta:
        abstract = True

    def validate_unique(self, exclude: set[str] | None = None) -> None:
        """The database alone refuses a token twice: looking first would be a read of all rows, and too early."""
        super().validate_unique({*(exclude or ()), "token"})

    @property
    def about(self) -> str:
        """What lists of calls and notes know one by: the name of its client."""
        return str(self.client or "")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["token"])
class Call(Activity):
    class Direction(models.TextChoices):
        OUTGOING = "outgoing", _("Outgoing")
        INCOMING = "incoming", _("Incoming")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Answered")
        NO_ANSWER = "no_answer", _("No answer")
        CALL_BACK = "call_back", _("Call back")

    planned: "Task | None" = None  # the next step, on a call that was logged just now

    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.OUTGOING)
    outcome = models.CharField(_("result"), max_length=10, choices=Outcome, default=Outcome.REACHED)
    notes = models.TextField(_("what was said"), blank=True)
    phone = models.CharField(_("number"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(fields=["trashed_at", "id"], condition=TRASHED, name="calls_in_trash"),
            tags_index("calls_by_tag"),
            models.Index(fields=["client", "-started_at"], name="calls_of_client"),
            models.Index(fields=["started_at", "id"], condition=PRESENT, name="calls_by_start"),
            models.Index(fields=["owner", "started_at", "id"], condition=PRESENT, name="calls_of_owner"),
        ]

    def __str__(self) -> str:
        return _("Call with %(client)s") % {"client": self.client}


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["token"])
class Note(Activity):
    text = models.TextField(_("note"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["created_at", "id"], condition=PRESENT, name="notes_by_age"),
            models.Index(fields=["trashed_at", "id"], condition=TRASHED, name="notes_in_trash"),
            tags_index("notes_by_tag"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["token"])
class Task(Activity):
    """Something to do by a day, perhaps for a client."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, null=True, blank=True, related_name="task_rows",
                               verbose_name=_("client"))
    title = models.CharField(_("what to do"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    due_date = models.DateField(_("due"))
    due_time = models.TimeField(_("at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    postponed = models.PositiveSmallIntegerField(_("times postponed"), default=0, editable=False)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="next_steps",
                             editable=False, verbose_name=_("agreed in the call"))

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            tags_index("tasks_by_tag"),
            models.Index(fields=["owner", "due_date"], condition=Q(done_at__isnull=True), name="open_tasks_of_owner"),
            models.Index(fields=["client", "due_date"], condition=Q(done_at__isnull=True), name="open_tasks_of_client"),
            models.Index(fields=["due_date", "id"], condition=PRESENT, name="tasks_by_due_date"),
            models.Index(fields=["trashed_at", "id"], condition=TRASHED, name="tasks_in_trash"),
        ]

    def __str__(self) -> str:
        return self.title
