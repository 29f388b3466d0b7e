"""Who asks: a person through one of their keys, never through a cookie."""

import zoneinfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from mudir.accounts import services
from mudir.accounts.models import User
from mudir.api.problems import Problem
from mudir.records.registry import RecordType


class Key(HttpBearer):
    """`Authorization: Bearer mudir_…`: the actor is the key's person, with what the key leaves of their rights."""

    def __call__(self, request: HttpRequest) -> User:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, token.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> User:
        key = services.key_of(token)
        if key is None:
            raise Problem(401, _("Send a key that works as “Authorization: Bearer …”."),
                          headers={"WWW-Authenticate": 'Bearer realm="Mudir"'})
        count, seconds = services.count_use(key)
        if count > settings.API_REQUESTS_PER_MINUTE:
            raise Problem(429, _("This key asked %(most)s times within a minute.") % {
                "most": settings.API_REQUESTS_PER_MINUTE}, headers={"Retry-After": str(seconds)})
        timezone.activate(zoneinfo.ZoneInfo(key.user.time_zone))
        if "Accept-Language" not in request.headers:
            translation.activate(key.user.language)
        request.user = key.user
        return key.user


def demand(actor: User, record_type: RecordType, *, write: bool) -> None:
    """Refuse what the key is not for."""
    if not actor.key.allows(record_type.kind, write=write):
        scope = f"{record_type.kind}:{'write' if write else 'read'}"
        raise Problem(403, _("This key lacks the scope “%(scope)s”.") % {"scope": scope})
