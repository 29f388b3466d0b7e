"""Keys for programs: made and revoked by the person they act for, counted while they ask."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from mudir.accounts.models import ApiKey, KeptAnswer, KeyUse, User, digest_of, said_of_role
from mudir.kit.services import service

MARK = "mudir"
FORM = re.compile(rf"{MARK}_([a-z0-9]{{12}})_([A-Za-z0-9_-]{{43}})")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
SCOPE = re.compile(r"([a-z_]+\.[a-z_]+:)?(read|write)")
MOST_KEYS = 50  # of one person, that work
KEPT_FOR = timedelta(hours=24)


@service
def make_key(*, by: User, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Make a key that acts for `by`; returns it with what the program sends, which nobody can read again."""
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not user.is_active or by.key is not None:
        raise PermissionDenied
    if not scopes or not all(SCOPE.fullmatch(scope) for scope in scopes):
        raise ValidationError({"scopes": _("Choose what the key opens.")})
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError({"expires_at": _("That day has passed.")})
    if ApiKey.objects.filter(user=user, revoked_at=None).count() >= MOST_KEYS:
        raise ValidationError(_("Revoke a key that is not used any more first."))
    secret = secrets.token_urlsafe(32)
    prefix = "".join(secrets.choice(LETTERS) for _place in range(12))
    key = ApiKey(user=user, name=name.strip(), prefix=prefix, digest=digest_of(secret),
                 scopes=sorted(set(scopes)), expires_at=expires_at)
    key.full_clean()
    key.save(force_insert=True)
    return key, f"{MARK}_{prefix}_{secret}"


@service
def revoke_key(key: ApiKey, *, by: User) -> ApiKey:
    """The key opens nothing from now on. Raises ApiKey.DoesNotExist for one of somebody else."""
    current = ApiKey.objects.select_for_update().get(pk=key.pk, user=by)
    if current.revoked_at is None:
        current.revoked_at = timezone.now()
        current.save(update_fields=["revoked_at"])
    return current


def key_of(text: str) -> ApiKey | None:
    """The key that a program sent, with its person as they are now, where it still opens something."""
    match = FORM.fullmatch(text)
    if match is None:
        return None
    asked = ApiKey.objects.select_related("user").annotate(role_said=said_of_role("user__role"))
    key = asked.filter(prefix=match[1]).first()
    if key is None or not key.holds(match[2]) or not key.is_usable or not key.user.is_active:
        return None
    key.user.key, key.user.role_said = key, key.role_said
    return key


def count_use(key: ApiKey) -> tuple[int, int]:
    """Count one more request of the key; returns how many those of this minute are, and seconds until the next one."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            INSERT INTO {KeyUse._meta.db_table} AS kept (key_id, minute, count)
            VALUES (%s, date_trunc('minute', clock_timestamp()), 1)
            ON CONFLICT (key_id) DO UPDATE SET minute = excluded.minute,
                count = CASE WHEN kept.minute = excluded.minute THEN kept.count + 1 ELSE 1 END
            RETURNING count, 60 - extract(second FROM clock_timestamp())::int""", [key.pk])
        count, seconds = cursor.fetchone()
    if count == 1:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    return count, max(seconds, 1)


def forget_answers() -> int:
    """Take away the answers that no program waits for any more; returns how many."""
    return KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]
