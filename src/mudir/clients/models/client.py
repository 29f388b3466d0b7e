"""The client: a company or an individual, in one of the ten stages of the cycle."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mudir.kit.scope import scoped_manager
from mudir.records.models import Record
from mudir.records.models.tag import tags_index
from mudir.records.scope import OwnedQuerySet

PRESENT = models.Q(trashed_at__isnull=True)
TRASHED = models.Q(trashed_at__isnull=False)


class Tier(models.TextChoices):
    ORDINARY = "ordinary", pgettext_lazy("tier", "Ordinary")
    CORPORATE = "corporate", pgettext_lazy("tier", "Corporate")
    KEY = "key", pgettext_lazy("tier", "Key")


class Lifecycle(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    NEGOTIATING = "negotiating", _("Negotiating")
    CLIENT = "client", pgettext_lazy("lifecycle", "Client")
    REPEAT = "repeat", _("Repeat client")
    DORMANT = "dormant", _("Dormant")
    LOST = "lost", _("Lost")


class Stage(models.IntegerChoices):
    """The ten stages of the cycle, in order."""

    BASE = 1, pgettext_lazy("stage", "Client base")
    APPOINTMENT = 2, pgettext_lazy("stage", "Appointment")
    PREPARATION = 3, pgettext_lazy("stage", "Preparation")
    CONTACT = 4, pgettext_lazy("stage", "Contact")
    NEEDS = 5, pgettext_lazy("stage", "Needs")
    PRESENTATION = 6, pgettext_lazy("stage", "Presentation")
    OBJECTIONS = 7, pgettext_lazy("stage", "Objections")
    DEAL = 8, pgettext_lazy("stage", "Deal")
    SUPPORT = 9, pgettext_lazy("stage", "Support")
    REFERRAL = 10, pgettext_lazy("stage", "Referral")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["sort_key"])
class Client(Record):
    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        INDIVIDUAL = "individual", _("Individual")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(_("name"), max_length=200)
    name_other = models.CharField(
        _("name in the other script"), max_length=200, blank=True,
        help_text=_("In Latin letters when the name is Arabic, or the other way round."),
    )
    # Orders names the Arabic way, without hamza, article or case: the database itself sorts by code point.
    sort_key = models.CharField(max_length=200, editable=False, default="")
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    sector = models.CharField(_("sector"), max_length=120, blank=True)
    website = models.URLField(_("website"), blank=True)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.ORDINARY)
    lifecycle = models.CharField(_("relationship"), max_length=12, choices=Lifecycle, default=Lifecycle.PROSPECT)
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage, default=Stage.BASE)
    stage_at = models.DateTimeField(_("in the stage since"), null=True, blank=True, editable=False)
    client_since = models.DateField(_("client since"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=120, blank=True)
    languages = ArrayField(models.CharField(max_length=5), verbose_name=_("languages"), default=list, blank=True)
    present_supplier = models.CharField(
        _("supplied by"), max_length=160, blank=True, help_text=_("The competitor who supplies them today.")
    )
    head_office = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="branches",
        verbose_name=_("head office"),
    )
    notes = models.TextField(_("notes"), blank=True)
    management_note = models.TextField(
        _("management note"), blank=True, help_text=_("Seen by team leads and directors only.")
    )
    external_id = models.CharField(_("number in another system"), max_length=120, blank=True)

    # Copies of the primary of each kind, so that a list of a million rows reads one table. Written by the services.
    phone = models.CharField(_("phone"), max_length=40, blank=True, editable=False)
    email = models.CharField(_("e-mail"), max_length=254, blank=True, editable=False)
    city = models.CharField(_("city"), max_length=120, blank=True, editable=False)
    country = models.CharField(_("country"), max_length=2, blank=True, editable=False)

    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    next_step = models.CharField(_("next step"), max_length=200, blank=True, editable=False)
    next_step_date = models.DateField(_("next step due"), null=True, blank=True, editable=False)

    completeness = models.PositiveSmallIntegerField(_("completeness"), default=0, editable=False)  # percent
    confirmations = models.JSONField(default=dict, editable=False)  # key fact -> ISO day of the last confirmation
    stale_date = models.DateField(_("facts go stale on"), null=True, blank=True, editable=False)

    objects = scoped_manager(OwnedQuerySet)

    class Meta:
        verbose_name = pgettext_lazy("one record", "client")
        verbose_name_plural = _("clients")
        constraints = [
            models.CheckConstraint(condition=models.Q(stage__gte=1, stage__lte=10), name="client_stage_is_one_of_ten"),
            models.CheckConstraint(
                condition=~models.Q(head_office=models.F("id")), name="client_is_not_its_own_head_office",
                violation_error_message=_("A client cannot be its own head office."),
            ),
        ]
        # What the list sorts and filters by, outside the trash; each ends in the key, so that a page can begin in it.
        indexes = [
            tags_index("clients_by_tag"),
            models.Index(fields=["sort_key", "id"], condition=PRESENT, name="clients_by_name"),
            models.Index(fields=["owner", "sort_key", "id"], condition=PRESENT, name="clients_of_owner"),
            models.Index(fields=["team", "sort_key", "id"], condition=PRESENT, name="clients_of_team"),
            # What the scope asks, so that a list is counted without reading its rows.
            models.Index(fields=["confidential", "owner"], include=["id"], condition=PRESENT, name="clients_to_count"),
            models.Index(fields=["last_contact_at", "id"], condition=PRESENT, name="clients_by_last_contact"),
            models.Index(fields=["owner", "last_contact_at", "id"], condition=PRESENT, name="contact_of_owner"),
            models.Index(fields=["next_step_date", "id"], condition=PRESENT, name="clients_by_next_step"),
            models.Index(fields=["stage", "id"], condition=PRESENT, name="clients_by_stage"),
            models.Index(fields=["stale_date", "id"], condition=PRESENT, name="clients_by_stale_date"),
            models.Index(fields=["completeness", "id"], condition=PRESENT, name="clients_by_completeness"),
            models.Index(fields=["city", "id"], condition=PRESENT, name="clients_by_city"),
            models.Index(fields=["created_at", "id"], condition=PRESENT, name="clients_by_age"),
            models.Index(fields=["tier", "sort_key", "id"], condition=PRESENT & ~models.Q(tier="ordinary"),
                         name="clients_above_ordinary"),
            models.Index(fields=["head_office"], condition=models.Q(head_office__isnull=False),
                         name="branches_of_client"),
            models.Index(fields=["trashed_at", "id"], condition=TRASHED, name="clients_in_trash"),
            models.Index(fields=["registration_number"], condition=~models.Q(registration_number=""),
                         name="clients_by_registration"),
            models.Index(fields=["external_id"], condition=~models.Q(external_id=""), name="clients_by_external_id"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Relation(models.Model):
    """How two clients stand to each other, read from the first to the second."""

    class Kind(models.TextChoices):
        GROUP = "group", _("belongs to the group of")
        PARTNER = "partner", _("is a partner of")
        SUPPLIER = "supplier", _("supplies")
        REFERRED = "referred", _("was recommended by")
        OTHER = "other", _("is related to")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(_("relation"), max_length=10, choices=Kind)
    other = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="relations_from", verbose_name=_("client"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("relation")
        constraints = [
            models.UniqueConstraint(fields=["client", "kind", "other"], name="one_relation_of_a_kind"),
            models.CheckConstraint(
                condition=~models.Q(client=models.F("other")), name="client_is_not_related_to_itself",
                violation_error_message=_("A client cannot be related to itself."),
            ),
        ]
