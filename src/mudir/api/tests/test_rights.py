"""What a role made in the program takes from its people holds for their keys too, with the next request."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mudir.accounts.models import User
from mudir.accounts.roles import Act
from mudir.accounts.services import edit_role, said_by
from mudir.accounts.services.role import all_roles
from mudir.clients.models import Client
from mudir.clients.services import add_nuance, create_client, edit_client
from mudir.tests.state import changed, state

CLIENT = "clients.client"
HIDDEN = ("sector", "notes", "phones", "nuances", "registration_number")
CANARIES = ("CNRY", "501112223", "7001112223")


def let(administrator: User, **acts: str) -> None:
    now = all_roles()["client_manager"]
    row = {act: now.reach_of(act, CLIENT) for act in Act}
    edit_role("client_manager", by=administrator, kinds=said_by(now)["kinds"] | {CLIENT: row | acts})


@pytest.fixture
def telling(owner) -> Client:
    made = create_client(by=owner, name="Palm Trading", sector="CNRY-sector", notes="CNRYnotes in",
                         phones=[{"raw": "0501112223"}], registration_number="7001112223")
    add_nuance(made, by=owner, text="CNRY-nuance", kind="preference")
    return edit_client(made, by=owner, sector="CNRY-sector two")


def test_b01_a_field_that_the_role_hides_is_in_no_answer(program, administrator, telling):
    base = f"/clients/{telling.pk}"
    addresses = ["/clients", base, f"{base}/timeline", f"{base}/nuances", "/search?q=palm", "/search?q=0501112223",
                 "/search?q=CNRYnotes"]

    def found() -> list[str]:
        bodies = {one: program.get(one).content.decode() for one in addresses}
        return [one for one, body in bodies.items() if any(canary in body for canary in CANARIES)]

    assert {"/clients", base, f"{base}/nuances"} <= set(found())
    assert "Palm" in program.get("/search?q=0501112223").content.decode()
    edit_role("client_manager", by=administrator, fields={CLIENT: dict.fromkeys(HIDDEN, "hidden")})

    assert found() == []
    for typed in ("0501112223", "CNRYnotes"):
        assert "Palm" not in program.get(f"/search?q={typed}").content.decode()
    assert "Palm" in program.get(base).content.decode()


@pytest.mark.parametrize("question", ["columns=name,{}", "sort={}", "f={}.not_empty"])
def test_b03_a_field_that_the_role_hides_is_as_unknown_as_one_that_is_not_there(
    program, administrator, telling, question
):
    assert program.get(f"/clients?{question.format('sector')}").status_code == 200
    edit_role("client_manager", by=administrator, fields={CLIENT: {"sector": "hidden"}})
    hidden, unknown = (program.get(f"/clients?{question.format(name)}") for name in ("sector", "unheard"))

    assert hidden.status_code == unknown.status_code == 400
    assert hidden.content.replace(b"sector", b"unheard") == unknown.content


@pytest.mark.parametrize("sight", ["hidden", "read"])
def test_b09_what_the_role_may_not_write_is_named_and_nothing_is_written(program, administrator, telling, sight):
    edit_role("client_manager", by=administrator, fields={CLIENT: {"sector": sight}})
    before = state()
    answer = program.patch(f"/clients/{telling.pk}", {"sector": "Steel", "name": "Other", "version": telling.version})

    assert answer.status_code in {400, 422}
    assert "sector" in answer.content.decode() and "CNRY" not in answer.content.decode()
    assert set(changed(before)) <= {"accounts_apikey"}


def test_an_act_that_the_role_does_not_allow_is_refused_at_once(program, administrator, telling):
    path, change = f"/clients/{telling.pk}", {"sector": "Steel", "version": telling.version}
    let(administrator, edit="none", create="none", delete="none")
    before = state()
    answers = [program.patch(path, change), program.post("/clients", {"name": "New"}), program.delete(path)]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert set(changed(before)) <= {"accounts_apikey"}
    let(administrator, edit="own")
    assert program.patch(path, change).status_code == 200


def test_a_role_made_in_the_program_costs_a_key_no_further_question(program, administrator, telling):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert program.get(f"/clients/{telling.pk}").status_code == 200
        return len(queries)

    asked()
    before = asked()
    let(administrator, edit="none")
    assert asked() == before
