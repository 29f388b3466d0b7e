"""Fields that an administrator made: what each is, and how the database reads its values out of `Record.custom`."""

import re
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mudir.kit.money import Money

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PREFIX = "custom."  # of the field ids


def in_language(ar: str, en: str) -> str:
    """The text in the reader's language, or the one that there is."""
    return (ar or en) if get_language() == "ar" else (en or ar)


in_language_lazy = lazy(in_language, str)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CustomField(models.Model):
    """One field of one record kind. Its code and its type never change, and an archived one keeps its values."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        NUMBER = "number", pgettext_lazy("type of field", "Number")
        MONEY = "money", _("Money")
        PERCENT = "percent", _("Percent")
        DATE = "date", pgettext_lazy("type of field", "Date")
        MOMENT = "moment", _("Date and time")
        CHOICE = "choice", _("Choice")
        CHOICES = "choices", _("Several choices")
        YES_NO = "yes_no", _("Yes or no")
        PERSON = "person", _("Person of the house")
        RECORD = "record", _("Another record")
        PHONE = "phone", _("Phone")
        EMAIL = "email", pgettext_lazy("type of field", "E-mail")
        LINK = "link", _("Link")
        FILE = "file", pgettext_lazy("type of field", "File")
        COMPUTED = "computed", _("Calculated")

    class Index(models.TextChoices):
        """How far the database is with the index that makes filtering quick."""

        NONE = "", _("none")
        ASKED = "asked", _("waiting")
        BUILDING = "building", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=80, editable=False)  # such as clients.client
    code = models.CharField(_("code"), max_length=40)
    type = models.CharField(_("type"), max_length=12, choices=Type)
    name_ar = models.CharField(_("name in Arabic"), max_length=80, blank=True)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    help_ar = models.CharField(_("help in Arabic"), max_length=200, blank=True)
    help_en = models.CharField(_("help in English"), max_length=200, blank=True)
    section_ar = models.CharField(_("section in Arabic"), max_length=80, blank=True)
    section_en = models.CharField(_("section in English"), max_length=80, blank=True)
    choices = models.JSONField(default=list, blank=True)  # of code, ar, en and perhaps tone and archived
    digits = models.PositiveSmallIntegerField(_("digits behind the point"), default=0)
    formula = models.TextField(_("formula"), blank=True)
    currency = models.CharField(_("usual currency"), max_length=3, blank=True)
    related_kind = models.CharField(_("kind of the other record"), max_length=80, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    required_from = models.PositiveSmallIntegerField(_("required from this stage on"), null=True, blank=True)
    is_unique = models.BooleanField(_("no two records may have the same"), default=False)
    default = models.JSONField(_("value of a new record"), null=True, blank=True)  # as it is stored
    seen_by = ArrayField(models.CharField(max_length=40), verbose_name=_("who sees it"), default=list, blank=True)
    edited_by = ArrayField(models.CharField(max_length=40), verbose_name=_("who edits it"), default=list, blank=True)
    is_filtered = models.BooleanField(_("often filtered by"), default=False)
    index = models.CharField(max_length=8, choices=Index, default=Index.NONE, blank=True, editable=False)
    index_problem = models.CharField(max_length=200, blank=True, editable=False)
    position = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("field")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="one_custom_field_of_a_code",
                                    violation_error_message=_("There is a field with this code already.")),
            models.CheckConstraint(condition=~models.Q(name_ar="", name_en=""), name="custom_field_has_a_name",
                                   violation_error_message=_("Give the field a name.")),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def id_of_field(self) -> str:
        return f"{PREFIX}{self.code}"

    @property
    def unique_index(self) -> str:
        """The index that lets a value be had once."""
        return f"custom_{self.pk}_one"

    @property
    def label(self) -> Promise:
        return in_language_lazy(self.name_ar, self.name_en)

    @property
    def help(self) -> str:
        return in_language(self.help_ar, self.help_en)

    @property
    def section(self) -> Promise | str:
        return in_language_lazy(self.section_ar, self.section_en) if self.section_ar or self.section_en else ""

    @property
    def labels(self) -> dict[str, Promise]:
        """Words of every choice, those of archived ones too: records may still have them."""
        return {one["code"]: in_language_lazy(one.get("ar", ""), one.get("en", "")) for one in self.choices}

    @property
    def offered(self) -> dict[str, Promise]:
        """The choices that a person may pick today."""
        archived = {one["code"] for one in self.choices if one.get("archived")}
        return {code: label for code, label in self.labels.items() if code not in archived}


class Setup(models.Model):
    """One row whose stamp changes with every change of fields, so that a process knows when what it keeps is old.

    A stamp and no counter: after a rollback a number would come again and stand for something else.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_setup")]


# ── reading a value out of the column, `custom__CODE__as_number` ──────────────────────────────────────────────────────


class MoneyColumn(models.JSONField):
    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Money | None:
        found = super().from_db_value(value, expression, connection)
        return Money(Decimal(found["amount"]), found["currency"]) if found else None


class Codes(models.JSONField):
    """A list of codes in JSON that is asked as an array of codes is."""


@Codes.register_lookup
class Overlap(models.fields.json.HasAnyKeys):
    lookup_name = "overlap"


class Stored(models.Transform):
    """A value of the column in the type that it has. `template` is immutable SQL, so that an index can be made of it.

    The key is written into the SQL and not bound: only then does the database find the index again.
    """

    bilateral = False
    template = "({path})"
    is_text = True

    @classmethod
    def sql(cls, column: str, keys: Sequence[str]) -> str:
        if not all(CODE.fullmatch(key) for key in keys):
            raise ValueError(f"{keys!r} is no path of codes.")
        *above, last = [f"'{key}'" for key in keys]
        path = "".join([column, *(f" -> {key}" for key in above), " ->> " if cls.is_text else " -> ", last])
        return cls.template.format(path=path)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        column, params, keys = self.lhs.preprocess_lhs(compiler, connection)
        return self.sql(column, keys), params


@models.JSONField.register_lookup
class AsText(Stored):
    lookup_name, output_field = "as_text", models.TextField()


@models.JSONField.register_lookup
class AsNumber(Stored):
    lookup_name, output_field = "as_number", models.DecimalField(max_digits=30, decimal_places=6)
    template = "(({path})::numeric)"


@models.JSONField.register_lookup
class AsKey(Stored):
    lookup_name, output_field = "as_key", models.BigIntegerField()
    template = "(({path})::bigint)"


@models.JSONField.register_lookup
class AsAnswer(Stored):
    lookup_name, output_field = "as_answer", models.BooleanField()
    template = "(({path})::boolean)"


@models.JSONField.register_lookup
class AsDate(Stored):
    """Put together from its parts: a cast of text depends on how the session writes dates."""

    lookup_name, output_field = "as_date", models.DateField()
    template = ("make_date(substr({path}, 1, 4)::int, substr({path}, 6, 2)::int, substr({path}, 9, 2)::int)")


@models.JSONField.register_lookup
class AsMoment(Stored):
    lookup_name, output_field = "as_moment", models.DateTimeField()
    template = ("(make_timestamp(substr({path}, 1, 4)::int, substr({path}, 6, 2)::int, substr({path}, 9, 2)::int, "
                "substr({path}, 12, 2)::int, substr({path}, 15, 2)::int, substr({path}, 18, 2)::int) "
                "AT TIME ZONE 'UTC')")


@models.JSONField.register_lookup
class AsMoney(Stored):
    lookup_name, output_field, is_text = "as_money", MoneyColumn(), False


@models.JSONField.register_lookup
class AsCodes(Stored):
    lookup_name, output_field, is_text = "as_codes", Codes(), False
