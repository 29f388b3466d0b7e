"""How to reach a client or a contact: phones, e-mails, addresses, and what they consented to."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reach(models.Model):
    """Belongs to exactly one client or contact; at most one of a kind is primary."""

    client = models.ForeignKey("clients.Client", on_delete=models.CASCADE, null=True, blank=True,
                               related_name="%(class)s_rows")
    contact = models.ForeignKey("clients.Contact", on_delete=models.CASCADE, null=True, blank=True,
                                related_name="%(class)s_rows")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(client__isnull=False, contact__isnull=True)
                | models.Q(client__isnull=True, contact__isnull=False),
                name="%(class)s_of_a_client_or_a_contact",
            ),
        ]


class PrimaryReach(Reach):
    is_primary = models.BooleanField(_("primary"), default=False)

    class Meta(Reach.Meta):
        abstract = True
        constraints = [
            *Reach.Meta.constraints,
            models.UniqueConstraint(fields=["client"], condition=models.Q(is_primary=True),
                                    name="one_primary_%(class)s_per_client"),
            models.UniqueConstraint(fields=["contact"], condition=models.Q(is_primary=True),
                                    name="one_primary_%(class)s_per_contact"),
        ]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Phone(PrimaryReach):
    class Type(models.TextChoices):
        MOBILE = "mobile", _("Mobile")
        WORK = "work", _("Work")
        HOME = "home", _("Home")
        FAX = "fax", _("Fax")
        OTHER = "other", _("Other")

    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.MOBILE)
    raw = models.CharField(_("number"), max_length=60)  # as typed
    e164 = models.CharField(max_length=20, blank=True, editable=False)  # a short code: its digits alone
    extension = models.CharField(_("extension"), max_length=12, blank=True)

    class Meta(PrimaryReach.Meta):
        verbose_name = _("phone")
        indexes = [models.Index(fields=["e164"], name="phones_by_number")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Email(PrimaryReach):
    class Type(models.TextChoices):
        WORK = "work", _("Work")
        PERSONAL = "personal", _("Personal")
        OTHER = "other", _("Other")

    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.WORK)
    address = models.EmailField(_("e-mail"))  # lower case

    class Meta(PrimaryReach.Meta):
        verbose_name = _("e-mail")
        indexes = [models.Index(fields=["address"], name="emails_by_address")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Address(PrimaryReach):
    class Type(models.TextChoices):
        OFFICE = "office", _("Office")
        BILLING = "billing", _("Billing")
        DELIVERY = "delivery", _("Delivery")
        HOME = "home", _("Home")
        OTHER = "other", _("Other")

    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.OFFICE)
    street = models.CharField(_("street"), max_length=255, blank=True)
    district = models.CharField(_("district"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166

    class Meta(PrimaryReach.Meta):
        verbose_name = _("address")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Consent(Reach):
    """What was allowed or refused, per channel; the latest word counts."""

    class Channel(models.TextChoices):
        CALL = "call", _("Calls")
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        WHATSAPP = "whatsapp", _("WhatsApp")
        POST = "post", _("Post")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    is_granted = models.BooleanField(_("allowed"))
    given_date = models.DateField(_("on"))
    evidence = models.CharField(_("how it was given"), max_length=200, blank=True)

    class Meta(Reach.Meta):
        verbose_name = _("consent")
        constraints = [
            *Reach.Meta.constraints,
            models.UniqueConstraint(fields=["client", "channel"], name="one_consent_per_client_and_channel"),
            models.UniqueConstraint(fields=["contact", "channel"], name="one_consent_per_contact_and_channel"),
        ]
