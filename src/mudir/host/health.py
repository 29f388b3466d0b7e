"""Two pages for machines: is the process alive, and can it do its work?"""

from ipaddress import ip_address

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mudir.host.database import migrations, open_connection, worker_is_alive

SECONDS_FOR_THE_DATABASE = 2


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and queue are ready, else 503; this machine itself also learns what is missing."""
    found = readiness()
    ready = all(state == "ok" for state in found.values())
    return JsonResponse({"ready": ready} | (found if _asked_from_this_machine(request) else {}),
                        status=200 if ready else 503)


def _asked_from_this_machine(request: HttpRequest) -> bool:
    """A proxy beside us is on this machine as well, but says that it asks for somebody else."""
    try:
        near = ip_address(request.META["REMOTE_ADDR"]).is_loopback
    except (KeyError, ValueError):
        return False
    return near and not {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"} & request.META.keys()


def readiness() -> dict[str, str]:
    """{"database", "migrations", "queue"} → "ok" or what is missing. It uses no pool: a dead one makes callers wait."""
    try:
        with open_connection(SECONDS_FOR_THE_DATABASE) as database:
            pending, newer = migrations(database)
            state = f"{len(pending)} pending" if pending else "made by a newer version" if newer else "ok"
            if state != "ok":
                return {"database": "ok", "migrations": state, "queue": "unknown"}
            return {"database": "ok", "migrations": "ok", "queue": "ok" if worker_is_alive(database) else "no worker"}
    except psycopg.Error:
        return {"database": "unreachable", "migrations": "unknown", "queue": "unknown"}
