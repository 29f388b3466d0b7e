"""People at clients. One person may have a role at several."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.clients.models.client import PRESENT, TRASHED, Client
from mudir.kit.scope import scoped_manager
from mudir.records.models import Record
from mudir.records.models.tag import tags_index
from mudir.records.scope import RecordQuerySet, Written, hanging, present


class ContactQuerySet(RecordQuerySet):
    """A person is seen where one of their clients is; one without a client by the owner."""

    hangs_on = "clients"

    @classmethod
    def reach(cls, model: type[models.Model], actor: User, row: str) -> Written:
        """In the form that is fast for the actor's reach: beside `alone` the database cannot choose it.

        Of few clients the people are gathered first; where nearly all are seen, each person is looked up.
        """
        condition, values = present(Client, actor, "seen")
        roles = f"""SELECT {{}} FROM {ContactRole._meta.db_table} role
            JOIN {Client._meta.db_table} seen ON seen.id = role.client_id WHERE {condition}"""
        with_role = f"{roles} AND role.contact_id = {row}.id"
        match actor.rights.reach_of(Act.VIEW, Client._meta.label_lower):
            case Reach.ALL:
                at_seen = f"({with_role.format('role.id')} LIMIT 1) IS NOT NULL"
            case Reach.TEAM | Reach.FILTER:
                at_seen = f"EXISTS({with_role.format('')})"
            case _:
                at_seen = f"{row}.id = ANY(ARRAY({roles.format('role.contact_id')}))"
        nowhere = f"NOT EXISTS(SELECT FROM {ContactRole._meta.db_table} any_role WHERE any_role.contact_id = {row}.id)"
        limit, limit_values = hanging(model, actor, row)
        return f"{limit}({at_seen} OR {row}.owner_id = %s AND {nowhere})", [*limit_values, *values, actor.pk]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["sort_key"])
class Contact(Record):
    name = models.CharField(_("name"), max_length=200)
    name_other = models.CharField(_("name in the other script"), max_length=200, blank=True)
    sort_key = models.CharField(max_length=200, editable=False, default="")
    title = models.CharField(_("form of address"), max_length=60, blank=True, help_text=_("Such as Mr, Dr or Eng."))
    job_title = models.CharField(_("job title"), max_length=160, blank=True)
    department = models.CharField(_("department"), max_length=160, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=5), verbose_name=_("languages"), default=list, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    external_id = models.CharField(_("number in another system"), max_length=120, blank=True)

    phone = models.CharField(_("phone"), max_length=40, blank=True, editable=False)
    email = models.CharField(_("e-mail"), max_length=254, blank=True, editable=False)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)

    clients = models.ManyToManyField(Client, through="ContactRole", related_name="contacts")
    objects = scoped_manager(ContactQuerySet)

    class Meta:
        verbose_name = pgettext_lazy("one record", "contact")
        verbose_name_plural = _("contacts")
        indexes = [
            tags_index("contacts_by_tag"),
            models.Index(fields=["sort_key", "id"], condition=PRESENT, name="contacts_by_name"),
            models.Index(fields=["last_contact_at", "id"], condition=PRESENT, name="contacts_by_last_contact"),
            models.Index(fields=["owner"], name="contacts_of_owner"),
            models.Index(fields=["trashed_at", "id"], condition=TRASHED, name="contacts_in_trash"),
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="contacts_by_external_id"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ContactRole(models.Model):
    """What a person is for a client: who decides, who uses, who pays, who lets through."""

    class Role(models.TextChoices):
        DECIDER = "decider", _("Decider")
        INFLUENCER = "influencer", _("Influencer")
        USER = "user", _("User")
        PAYER = "payer", _("Payer")
        GATEKEEPER = "gatekeeper", _("Gatekeeper")
        SIGNATORY = "signatory", _("Signatory")
        OTHER = "other", pgettext_lazy("role", "Contact")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="roles", verbose_name=_("contact"))
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="contact_roles", verbose_name=_("client"))
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.OTHER)
    is_primary = models.BooleanField(_("first to call"), default=False)

    class Meta:
        verbose_name = _("role of a contact")
        constraints = [
            models.UniqueConstraint(fields=["contact", "client", "role"], name="one_role_of_a_kind_per_client"),
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(is_primary=True), name="one_primary_contact_per_client"
            ),
        ]
