"""What every request has in common: what it sends, whom it is for, and that a write sent twice is done once."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pghistory
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from mudir.accounts.models import KeptAnswer
from mudir.api.problems import Problem, problem_of, refused
from mudir.api.values import Refused, Shape, UnknownName, dumps, read_shape

LONGEST_NAME = 255
DEEPEST = 60
PATIENCE = "2s"


def answer(value: Any, *, status: int = 200, **headers: str) -> HttpResponse:
    body = "" if value is None else dumps(value)
    kept = {name.replace("_", "-"): text for name, text in headers.items() if text}
    return HttpResponse(body, status=status, content_type="application/json" if body else None, headers=kept)


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────────


def sent(request: HttpRequest) -> Any:
    """The JSON of the body. Anything else is a `Problem`."""
    if request.content_type != "application/json" or request.content_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem(415, _("Send the body as application/json in UTF-8."))
    try:
        text = request.body.decode()
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        if _depth(value) > DEEPEST:
            raise ValueError
        return value
    except RequestDataTooBig:
        raise Problem(413, _("Send less than 4 MB at once.")) from None
    except UnknownName as error:
        raise Problem(400, str(error)) from None
    except (ValueError, RecursionError):
        raise Problem(400, _("The body is not JSON.")) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnknownName(_("A name stands twice in one object."))
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _depth(value: Any) -> int:
    deep, level = [value], 0
    while deep and level <= DEEPEST:
        level += 1
        deep = [inner for one in deep if isinstance(one, dict | list)
                for inner in (one.values() if isinstance(one, dict) else one)]
    return level


def read_object(request: HttpRequest, value: Any, shape: Shape, *, is_partial: bool = False) -> dict[str, Any]:
    """The values of an object by its shape: 400 for a name that it does not have, 422 for values it does not take."""
    if not isinstance(value, dict):
        raise Problem(400, _("Send an object."))
    try:
        return read_shape(value, shape, by=request.user, is_partial=is_partial)
    except UnknownName as error:
        raise Problem(400, str(error)) from None
    except Refused as error:
        raise refused(error.errors) from None


def read_query(request: HttpRequest, allowed: frozenset[str]) -> None:
    """Refuse a parameter that means nothing here: a mistyped filter would answer everything."""
    for name in request.GET:
        if name not in allowed:
            raise Problem(400, _("There is no parameter “%(name)s” here.") % {"name": name[:60]})


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(request: HttpRequest, ask: Callable[[], HttpResponse], *, writes: bool,
        current: Callable[[Any], Any] = lambda record: None) -> HttpResponse:
    """The answer, or the problem that it ran into; `current` says a record that somebody else saved meanwhile."""
    try:
        if not writes:
            return ask()
        with pghistory.context(door="api", key=request.user.key.pk):
            name = request.headers.get("Idempotency-Key")
            return ask() if name is None else once(request, name, ask)
    except Exception as error:
        found = getattr(error, "current", None)
        problem = problem_of(error, current(found) if found is not None else None)
        if problem is None:
            raise
        return problem.answer()


def once(request: HttpRequest, name: str, ask: Callable[[], HttpResponse]) -> HttpResponse:
    """Do a write under the name that the program gave it, and tell the same again when it is sent again.

    What it did and what it was answered are kept in one transaction, so that neither is there without the other. A
    write that was refused changed nothing, and may be sent again under its name.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not name.isascii() or not name.isprintable():
        raise Problem(400, _("An Idempotency-Key has 1 to 255 printable ASCII characters."))
    key = request.user.key
    whole = "\0".join([request.method, request.get_full_path(), request.headers.get("If-Match", "")])
    fingerprint = hashlib.sha256(whole.encode() + b"\0" + request.body).hexdigest()
    with transaction.atomic():
        if not _is_ours(f"answer {key.pk} {name}"):
            raise Problem(409, _("The same Idempotency-Key is at work just now. Ask again in a moment."),
                          headers={"Retry-After": "1"})
        kept = KeptAnswer.objects.filter(key=key, name=name).first()
        if kept is not None:
            if kept.fingerprint != fingerprint:
                raise Problem(422, _("This Idempotency-Key was sent with something else before."))
            return HttpResponse(kept.body, status=kept.status, headers=kept.headers | {"Idempotent-Replayed": "true"})
        response = ask()
        KeptAnswer.objects.create(
            key=key, name=name, fingerprint=fingerprint, status=response.status_code,
            headers=dict(response.headers), body=response.content.decode(),
        )
    return response


def _is_ours(text: str) -> bool:
    """Hold that name until the transaction ends; whoever has it now is waited for a little: their answer is ours."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                return False
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return True
