"""What must be remembered about a client or a person."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from mudir.clients.models.reach import Reach


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Nuance(Reach):
    class Kind(models.TextChoices):
        PREFERENCE = "preference", _("Preference")
        ETIQUETTE = "etiquette", _("Etiquette")
        DATE = "date", _("Date")
        PROMISE = "promise", _("Promise")
        INTEREST = "interest", _("Interest")
        RELATION = "relation", _("Relation between people")

    class Calendar(models.TextChoices):
        GREGORIAN = "gregorian", _("Gregorian")
        HIJRI = "hijri", _("Hijri")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PREFERENCE)
    text = models.CharField(_("what to remember"), max_length=400)
    date = models.DateField(_("date"), null=True, blank=True)
    calendar = models.CharField(_("calendar"), max_length=10, choices=Calendar, default=Calendar.GREGORIAN)
    is_yearly = models.BooleanField(_("every year"), default=False)  # by the calendar named above

    class Meta(Reach.Meta):
        verbose_name = _("nuance")
        verbose_name_plural = _("nuances")
