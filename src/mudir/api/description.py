"""The description of the API (OpenAPI 3.1), made for who reads it: what their role hides is not in it."""

import re
from typing import Any

from django.utils.translation import gettext as _

from mudir.accounts.models import User
from mudir.api import values
from mudir.api.bulk import JOB
from mudir.api.operations import Operation, Parameter
from mudir.api.problems import CONTENT_TYPE, TITLES
from mudir.api.records import VERSION, record_schema
from mudir.api.values import Schema, shape_schema
from mudir.records import registry
from mudir.records.query import OPERATORS

MEDIA = ("application/json", "application/octet-stream")
ALWAYS = (401, 403, 429, 500)
IDEMPOTENCY = Parameter("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255,
                                            "pattern": r"^[ -~]+$"}, "", place="header")
PROBLEM: Schema = {
    "type": "object", "required": ["type", "title", "status"], "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "current": {"type": ["object", "null"]},
        "errors": {"type": "array", "items": {"type": "object", "required": ["field", "message"], "properties": {
            "field": {"type": "string"}, "message": {"type": "string"}}}},
    },
}


def where_schema() -> dict[str, Schema]:
    """Conditions and groups of them, of a query."""
    parts = {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Condition"},
                                                  {"$ref": "#/components/schemas/Where"}]}}
    group = [{"type": "object", "required": [joiner], "additionalProperties": False, "properties": {joiner: parts}}
             for joiner in ("and", "or")]
    return {"Where": {"anyOf": group}, "Condition": {
        "type": "object", "required": ["field", "operator"], "additionalProperties": False, "properties": {
            "field": {"type": "string", "description": _("A field, or a path to one of a related record.")},
            "operator": {"type": "string", "enum": list(OPERATORS)},
            "values": {"type": "array", "items": {"type": "string"}, "maxItems": 100}}}}


def schemas_for(actor: User) -> dict[str, Schema]:
    found = {"Problem": PROBLEM, "Job": JOB} | where_schema()
    for record_type in registry.all_types():
        name, shape = record_type.model.__name__, values.written(record_type, actor)
        found[name] = record_schema(record_type, actor)
        found[f"{name}New"] = shape_schema(shape)
        change = shape_schema({**shape, "version": VERSION})
        change.pop("required", None)
        found[f"{name}Change"] = change
    return found


def describe(operation: Operation, actor: User) -> dict[str, Any]:
    """One operation, with everything that it may answer."""
    told: dict[str, Any] = {
        "operationId": operation.id, "summary": str(operation.summary), "tags": [str(operation.tag)]}
    if operation.description:
        told["description"] = str(operation.description)
    parameters = [{"name": name, "in": "path", "required": True, "schema": values.KEY_SCHEMA}
                  for name in re.findall(r"{\w+:(\w+)}", operation.path)]
    beside = (*operation.parameters, *((IDEMPOTENCY,) if operation.writes and operation.method == "POST" else ()))
    for one in beside:
        schema = {"type": "array", "items": one.schema} if one.is_list else one.schema
        words = str(one.description) or _("A name of yours for this write: sent again, it is not done again.")
        parameters.append({"name": one.name, "in": one.place, "required": one.is_required, "schema": schema,
                           "description": words})
    told["parameters"] = parameters
    if operation.sends:
        media: dict[str, Any] = {"schema": operation.sends(actor)}
        if operation.example is not None:
            media["example"] = operation.example() if callable(operation.example) else operation.example
        told["requestBody"] = {"required": True, "content": {MEDIA[operation.sends_bytes]: media}}
    done: dict[str, Any] = {"description": _("Done.")}
    if operation.answers:
        done["content"] = {MEDIA[operation.answers_bytes]: {"schema": operation.answers(actor)}}
    if operation.has_etag:
        done["headers"] = {"ETag": {"schema": {"type": "string"}, "description": _("The version, in quotes.")}}
    told["responses"] = {str(operation.status): done}
    if operation.has_etag and operation.writes:
        told["responses"]["204"] = {"description": _("Done; the person of the key does not see the record any more.")}
    problems = {*operation.problems, *ALWAYS}
    if operation.writes and operation.method == "POST":
        problems |= {400, 409, 422}
    for status in sorted(problems):
        problem = {"description": str(TITLES[status]),
                   "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        if status == 307:
            problem["headers"] = {"Location": {"schema": {"type": "string"}}}
        if status == 429:
            problem["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        told["responses"][str(status)] = problem
    return told


def description(operations: dict[str, Operation], skeleton: dict[str, Any], actor: User) -> dict[str, Any]:
    """The skeleton that the router made, filled with what the actor may see."""
    skeleton["paths"] = {
        path: {method: describe(operations[one["operationId"]], actor) | {"security": one.get("security", [])}
               for method, one in methods.items() if one["operationId"] in operations}
        for path, methods in skeleton["paths"].items()
    }
    skeleton["components"]["schemas"] = schemas_for(actor)
    skeleton["info"]["description"] = _(
        "Everything that a person does in Mudir, for programs. A key acts for its person: it sees and writes what they "
        "may, within its scopes. Send it as “Authorization: Bearer …”. Moments are in UTC.")
    return skeleton
