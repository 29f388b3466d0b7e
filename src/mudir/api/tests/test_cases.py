"""Whatever the description allows, and much that it does not, is answered as it says (schemathesis).

`make api-cases` asks 20,000 times over all operations (`API_CASES`), in parts that run beside each other; without it a
short form runs.
"""

import os
import random
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from mudir.api.tests.conftest import Program, a_field_of_each_type
from mudir.api.urls import described
from mudir.records import registry
from mudir.tests.world import Side
from mudir.wsgi import application

CASES = int(os.environ.get("API_CASES", "0")) or 400
PARTS = 1 + CASES // 2000
# A value that fits the schema may still be refused: a day that has passed, a client that is not seen.
CHECKED = [check for check in CHECKS.get_all() if check.__name__ in {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method",
}]


@pytest.fixture
def schema(owner, administrator):
    a_field_of_each_type(administrator, "clients.client")
    found = schemathesis.openapi.from_dict(described(owner))
    found.app = application
    for signal in (request_started, request_finished):  # the connection of the test is not the request's to close
        signal.disconnect(close_old_connections)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def keys_of(path: str, side: Side) -> dict[str, int]:
    """Numbers in a path that are those of something there."""
    slug = path.split("/")[3]
    about = registry.by_slug(slug)
    if about is None:
        return {}
    record = (side.parts["survivor"] if "merge_pk" in path else side.records)[about.kind]
    found = {"pk": record.pk, "view_pk": side.views[about.kind]} | {
        name: part.get(about.kind, 1) if isinstance(part, dict) else part
        for name, part in side.parts.items() if name.endswith("_pk")}
    return found | ({"nuance_pk": side.parts["contact_nuance_pk"]} if slug == "contacts" else {})


@override_settings(API_REQUESTS_PER_MINUTE=10**9)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_one_that_the_description_tells_of(schema, mine, part, capsys):
    program, chance, told, wrong = Program(mine.owner), random.Random(7), Counter(), {}
    operations = [result.ok() for result in schema.get_all_operations()]
    each = max(1, CASES // len(operations) // 2)
    operations = operations[part::PARTS]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                strategy.validate()
            except Exception as error:  # nothing of this operation can be wrong
                if mode is GenerationMode.POSITIVE:
                    raise
                told[f"no wrong case: {type(error).__name__}"] += 1
                continue

            def ask(case):
                if mode is GenerationMode.POSITIVE and case.path_parameters and chance.random() < 0.8:  # noqa: B023
                    known = keys_of(operation.full_path, mine)  # noqa: B023
                    case.path_parameters = {name: known.get(name, 1) for name in case.path_parameters}
                with transaction.atomic():
                    response = case.call(headers=program.headers)
                    transaction.set_rollback(True)
                told[f"{response.status_code}"] += 1
                try:
                    case.validate_response(response, checks=CHECKED)
                except Exception as error:
                    wrong.setdefault(f"{operation.label} {mode.value} {response.status_code}",  # noqa: B023
                                     str(error)[:1500])

            once_each = settings(max_examples=each, deadline=None, database=None, phases=[Phase.generate],
                                 suppress_health_check=list(HealthCheck))
            seed(7)(once_each(given(case=strategy)(ask)))()
    with capsys.disabled():
        if "API_CASES" in os.environ:
            print(f"\n{sum(count for status, count in told.items() if status.isdigit())} cases over "
                  f"{len(operations)} operations: {dict(sorted(told.items()))}")
    assert not wrong, "\n\n".join(f"{name}\n{words}" for name, words in list(wrong.items())[:12]) + f"\n{len(wrong)}"
