"""What a program is told when something is wrong: problem+json (RFC 9457), in the language that it asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import DeadlockDetected

from mudir.api.values import dumps
from mudir.records.query import SpecError
from mudir.records.search import TooBroad
from mudir.records.services import Conflict

CONTENT_TYPE = "application/problem+json"
TITLES: dict[int, Promise] = {
    307: gettext_lazy("This is elsewhere now."),
    400: gettext_lazy("The request cannot be read."),
    401: gettext_lazy("A key is needed."),
    403: gettext_lazy("This is not allowed."),
    404: gettext_lazy("There is nothing here."),
    405: gettext_lazy("This address does not take that method."),
    409: gettext_lazy("Something else came in between."),
    413: gettext_lazy("Too much was sent."),
    415: gettext_lazy("The body must be JSON."),
    422: gettext_lazy("Some values were refused."),
    428: gettext_lazy("The version is missing."),
    429: gettext_lazy("Too many requests."),
    500: gettext_lazy("Something went wrong here."),
    503: gettext_lazy("The service is not ready."),
}


class Problem(Exception):
    """An answer that ends a request: its status, what is wrong in words, and what else there is to tell."""

    def __init__(self, status: int, detail: str | Promise = "", *, headers: Mapping[str, str] | None = None,
                 **members: Any):
        super().__init__(str(detail))
        self.status, self.detail, self.headers, self.members = status, detail, headers or {}, members

    def answer(self) -> HttpResponse:
        title = str(TITLES.get(self.status) or TITLES[400])
        told = {"type": "about:blank", "title": title, "status": self.status} | (
            {"detail": str(self.detail)} if self.detail else {}) | self.members
        return HttpResponse(dumps(told), status=self.status, content_type=CONTENT_TYPE, headers=self.headers)


def refused(errors: Iterable[tuple[str, str]]) -> Problem:
    """Values that were refused, each with the name of what it is about; an empty name is about all of them."""
    return Problem(422, errors=[{"field": name, "message": str(message)} for name, message in errors])


def problem_of(error: Exception, current: Any = None) -> Problem | None:
    """What an exception of a service means to a program; None for one that is a mistake of ours."""
    match error:
        case Problem():
            return error
        case PermissionDenied():
            return Problem(403, _("The person of this key may not do that."))
        case Http404():
            return Problem(404)
        case ValidationError():
            by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
            return refused(("" if name == NON_FIELD_ERRORS else name, text)
                           for name, errors in by_field.items() for one in errors for text in one.messages)
        case SpecError():
            return Problem(400, str(error))
        case OperationalError() if isinstance(error.__cause__, DeadlockDetected):
            return Problem(409, _("Two writes waited for each other. Send yours again."), headers={"Retry-After": "1"})
        case TooBroad():
            return Problem(422, str(error))
        case Conflict():
            return Problem(409, _("Somebody saved the record since that version. “current” is how it stands now."),
                           current=current)
    if hasattr(type(error), "__qualname__") and type(error).__qualname__.endswith(".DoesNotExist"):
        return Problem(404)  # it left the person's sight, or never was in it
    return None


class Problems:
    """Middleware of the API: no cookie is looked at, and whatever goes wrong is told as a problem."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        request.COOKIES = {}  # who is signed in at a page opens nothing here, so no foreign page can use that
        response = self.get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
            return response
        problem = Problem(response.status_code).answer()
        for name in ("Allow", "Content-Language", "Retry-After"):
            if name in response.headers:
                problem.headers[name] = response.headers[name]
        return problem
