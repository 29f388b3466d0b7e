"""The addresses of the API, and the pages about it."""

import inspect
import re

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path
from ninja import NinjaAPI

from mudir.accounts.models import User
from mudir.api import bulk, files, merging, pages, records, remarks, saved_views, verbs
from mudir.api.access import Key
from mudir.api.calling import answer
from mudir.api.description import description
from mudir.api.operations import Operation
from mudir.api.problems import Problem
from mudir.records import registry
from mudir.records import urls as _converters  # noqa: F401  what a {key:pk} is

OPERATIONS: dict[str, Operation] = {}
api = NinjaAPI(title="Mudir", version="1", auth=Key(), docs_url=None, openapi_url=None, urls_namespace="api")


@api.exception_handler(Problem)
def tell(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.answer()


def add(operation: Operation) -> None:
    OPERATIONS[operation.id] = operation
    names = re.findall(r"{\w+:(\w+)}", operation.path)
    operation.view.__signature__ = inspect.Signature([  # by which the router passes what stands in the path
        inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        *(inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=int) for name in names)])
    api.default_router.add_api_operation(
        operation.path, [operation.method], operation.view, operation_id=operation.id, url_name=operation.id)


for record_type in registry.all_types():
    for drawn in (records, bulk, merging, saved_views, remarks, files):
        for operation in drawn.operations_of(record_type):
            add(operation)
for operation in (*verbs.OPERATIONS, remarks.TAGS):
    add(operation)


def described(actor: User) -> dict:
    return description(OPERATIONS, api.get_openapi_schema(path_prefix="/api/v1"), actor)


def openapi(request: HttpRequest) -> HttpResponse:
    return answer(described(request.user))


api.default_router.add_api_operation("/openapi.json", ["GET"], openapi, include_in_schema=False, url_name="openapi")


def open_to_keys(patterns: list[URLPattern]) -> list[URLPattern]:
    """Addresses that ask for a key instead of a sign-in."""
    for pattern in patterns:
        pattern.callback.login_required = False
    return [pattern for pattern in patterns if pattern.name != "api-root"]


app_name = "programs"
urlpatterns = [
    path("api/v1/", include((open_to_keys(api.urls[0]), "api"))),
    path("settings/keys/", pages.keys, name="keys"),
    path("settings/keys/<int:pk>/revocation/", pages.revocation, name="key_revocation"),
    path("settings/api/", pages.reference, name="reference"),
]
