"""Users and the tree of teams."""

import hashlib
import secrets
import zoneinfo
from typing import Any

import pghistory
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import JSONObject, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from mudir.accounts.roles import NOBODY, ROLES, Reach, Role, role_of
from mudir.kit import calendars


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Team(models.Model):
    """A team, perhaps below another one."""

    name = models.CharField(_("name"), max_length=120)
    name_other = models.CharField(_("name in the other language"), max_length=120, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above it")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="team_is_not_its_own_parent",
                violation_error_message=_("A team cannot be above itself."),
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SavedRole(models.Model):
    """A role that an administrator made, or one of those in code as an administrator changed it."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    sentence = models.CharField(_("sentence"), max_length=300, blank=True)
    kinds = models.JSONField(default=dict)  # kind of record, or "*" -> act -> reach
    fields = models.JSONField(default=dict, blank=True)  # kind of record -> field -> "hidden" or "read"
    powers = models.JSONField(default=list, blank=True)  # permissions beside acts with records
    filters = models.JSONField(default=dict, blank=True)  # kind of record -> conditions, as the address of a list says
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("role")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="one_role_of_a_name",
                                    violation_error_message=_("There is a role of that name."))
        ]

    def __str__(self) -> str:
        return self.name

    def as_role(self) -> Role:
        return role_of(self.code, **{name: getattr(self, name) for name in SAID})


SAID = ("name", "sentence", "kinds", "fields", "powers", "filters")


def said_of_role(code: str) -> models.Subquery:
    """What the role named by a column says, for the question that reads whose role it is."""
    saved = SavedRole.objects.filter(code=models.OuterRef(code))
    return models.Subquery(saved.values(said=JSONObject(**{name: name for name in SAID})))


class UserManager(BaseUserManager):
    def with_role(self) -> models.QuerySet:
        """Users with what their role says, in the same question."""
        return self.annotate(role_said=said_of_role("role"))

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        user.confirm_mailbox()
        return user

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["password", "last_login"]
)
class User(AbstractBaseUser):
    """A person of the house, with what they prefer: preferences are read on every page, so they live here."""

    class Digits(models.TextChoices):
        LATIN = "latn", _("1234")
        ARABIC = "arab", _("١٢٣٤")

    class Calendar(models.TextChoices):
        GREGORIAN = "gregorian", _("Gregorian")
        HIJRI = "hijri", _("Hijri")
        BOTH = "both", _("Gregorian with Hijri")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        NORMAL = "normal", _("Normal")
        ROOMY = "roomy", _("Roomy")

    email = models.EmailField(_("e-mail"), unique=True, error_messages={"unique": _("This e-mail belongs to a user.")})
    name = models.CharField(_("name"), max_length=120)
    name_other = models.CharField(_("name in the other language"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=40, default="client_manager")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ar")
    digits = models.CharField(_("digits"), max_length=4, choices=Digits, default=Digits.LATIN)
    calendar = models.CharField(_("calendar"), max_length=10, choices=Calendar, default=Calendar.GREGORIAN)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Riyadh")
    country = models.CharField(_("country"), max_length=2, default="SA")
    week_start = models.PositiveSmallIntegerField(_("week begins on"), null=True, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("density of lists"), max_length=7, choices=Density, default=Density.COMPACT)

    key: "ApiKey | None" = None  # the key that a program asks with for this person

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]
        indexes = [models.Index(fields=["team"], condition=models.Q(is_active=True), name="active_users_of_team")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.email = (self.email or "").lower()
        if self.time_zone not in zoneinfo.available_timezones():
            raise ValidationError({"time_zone": _("Choose a time zone such as Asia/Riyadh.")})
        if self.week_start is not None and self.week_start not in range(7):
            raise ValidationError({"week_start": _("A week has seven days.")})

    def get_full_name(self) -> str:
        return self.name

    def confirm_mailbox(self) -> None:
        """Tell the sign-in that the e-mail is this person's: who made the user answers for it. Ends a change begun."""
        EmailAddress.objects.filter(user=self).exclude(email=self.email).delete()
        EmailAddress.objects.update_or_create(
            user=self, email=self.email, defaults={"primary": True, "verified": True})

    @property
    def first_weekday(self) -> int:
        """The day the week begins on for this person, Monday as 0."""
        return calendars.first_weekday(self.country) if self.week_start is None else self.week_start

    @property
    def weekend(self) -> frozenset[int]:
        """The days off where this person works, Monday as 0."""
        return calendars.weekend(self.country)

    @property
    def rights(self) -> Role:
        """What the role allows, as it stood when the user was read: once for a request."""
        known = self.__dict__.get("_rights")
        if known is None or known[0] != self.role:
            known = self.__dict__["_rights"] = (self.role, self._read_rights())
        return known[1]

    def _read_rights(self) -> Role:
        if "role_said" in self.__dict__ and "_rights" not in self.__dict__:
            said = self.__dict__["role_said"]
        else:
            said = SavedRole.objects.filter(code=self.role).values(*SAID).first()
        return role_of(self.role, **said) if said else ROLES.get(self.role, NOBODY)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Also what follows from the role and the team."""
        super().refresh_from_db(*args, **kwargs)
        for name in ("_rights", "role_said", "_chosen", "team_ids", "teams_above_ids"):
            self.__dict__.pop(name, None)

    def as_now(self) -> "User":
        """The same person as they are now, for work that goes on after the request that began it."""
        now = User.objects.with_role().get(pk=self.pk)
        now.key = self.key
        return now

    def has_permission(self, code: str) -> bool:
        """Whether the role allows it at all; how far, `rights.reach_of` says."""
        return self.is_active and code in self.rights.permissions

    def opens(self, kind: str) -> bool:
        """Whether records of a kind are open at all: a key may be for some kinds only."""
        return self.key is None or self.key.allows(kind)

    @cached_property
    def team_ids(self) -> list[int]:
        """Ids of the user's team and of every team below it, read once per request."""
        if self.team_id is None:
            return []
        below = """
            WITH RECURSIVE below(id) AS (
                SELECT %s::bigint
                UNION SELECT team.id FROM accounts_team team JOIN below ON team.parent_id = below.id
            ) SELECT id FROM below"""
        return [team.pk for team in Team.objects.raw(below, [self.team_id])]

    @cached_property
    def teams_above_ids(self) -> list[int]:
        """Ids of the user's team and of every team above it: what is shared with one is shared with all below it."""
        if self.team_id is None:
            return []
        above = """
            WITH RECURSIVE above(id, parent_id) AS (
                SELECT id, parent_id FROM accounts_team WHERE id = %s
                UNION SELECT team.id, team.parent_id FROM accounts_team team JOIN above ON team.id = above.parent_id
            ) SELECT id FROM above"""
        return [team.pk for team in Team.objects.raw(above, [self.team_id])]

    def team_ids_shared(self, reach: Reach) -> list[int]:
        """Ids of the teams whose shares reach the user; who directs a team also sees what is shared with it and below.
        """
        directed = self.team_ids if reach is Reach.TEAM else []
        return sorted({*directed, *self.teams_above_ids})


def digest_of(secret: str) -> str:
    """How a secret is kept. It has 256 random bits, so that a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["digest", "last_used_at"]
)
class ApiKey(models.Model):
    """What a program asks with instead of a person, for what its scopes name of what the person may.

    A scope is `read` or `write` for every kind of record, or `clients.client:read`; writing includes reading.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys", editable=False)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)  # finds the key; no secret
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=100), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    def allows(self, kind: str, *, write: bool = False) -> bool:
        wanted = {"write", f"{kind}:write"} | (set() if write else {"read", f"{kind}:read"})
        return not wanted.isdisjoint(self.scopes)

    def holds(self, secret: str) -> bool:
        """Whether this is the key's secret, in the same time whatever is wrong with it."""
        return secrets.compare_digest(self.digest, digest_of(secret))


class KeyUse(models.Model):
    """How often a key asked in the running minute. The table is not logged: a crash may forget it."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="+")
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()


class KeptAnswer(models.Model):
    """What a program was answered to a write that it may send again, under the name that it gave it."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # of all that was sent
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="one_answer_per_name")]
        indexes = [models.Index(fields=["at"], name="answers_by_age")]
