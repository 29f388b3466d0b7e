"""The cars of a house."""

import pghistory
from django.db import models

from mudir.kit.scope import scoped_manager
from mudir.records.models import Record
from mudir.records.scope import OwnedQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Car(Record):
    class State(models.TextChoices):
        ROAD = "road", "on the road"
        WORKSHOP = "workshop", "in the workshop"
        SOLD = "sold", "sold"

    name = models.CharField("name", max_length=80)
    state = models.CharField("state", max_length=10, choices=State, default=State.ROAD)
    kilometres = models.PositiveIntegerField("kilometres", default=0)
    bought_date = models.DateField("bought", null=True, blank=True)
    notes = models.TextField("notes", blank=True)

    objects = scoped_manager(OwnedQuerySet)

    class Meta:
        app_label = "fleet"
        verbose_name = "car"
        verbose_name_plural = "cars"

    def __str__(self) -> str:
        return self.name
