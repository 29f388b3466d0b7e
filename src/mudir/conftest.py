"""The people and records that the tests of every app speak of."""

import pytest
from django.utils import translation

from mudir.accounts.models import Team, User
from mudir.clients.models import Client, Contact
from mudir.clients.services import create_client, create_contact
from mudir.records import custom
from mudir.tests.jobs import empty_queue
from mudir.tests.world import Side, make_side


@pytest.fixture(autouse=True)
def english():
    """Tests read English; a page is in the language of who asks for it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def fields_anew():
    """What was known of custom fields belongs to the test before, and is undone with it."""
    custom.forget_known()


@pytest.fixture(autouse=True)
def queue_is_empty_behind(request):
    """The flush after a test that commits does not know the tables of the queue: no model of ours has them."""
    marker = request.node.get_closest_marker("django_db")
    if {"transactional_db", "live_server"} & {*request.fixturenames} or marker and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        yield
        empty_queue()
    else:
        yield


def person(name: str, team: Team | None, role: str = "client_manager", **fields) -> User:
    return User.objects.create_user(email=f"{name.lower()}@mudir.example", name=name, team=team, role=role,
                                    **{"language": "en", **fields})


@pytest.fixture
def team(db) -> Team:
    return Team.objects.create(name="Riyadh")


@pytest.fixture
def other_team(db) -> Team:
    return Team.objects.create(name="Jeddah")


@pytest.fixture
def owner(team) -> User:
    return person("Sara", team)


@pytest.fixture
def teammate(team) -> User:
    return person("Omar", team)


@pytest.fixture
def lead(team) -> User:
    return person("Huda", team, "team_lead")


@pytest.fixture
def director(other_team) -> User:
    return person("Fahad", other_team, "director")


@pytest.fixture
def administrator(other_team) -> User:
    return person("Aziza", other_team, "administrator")


@pytest.fixture
def stranger(other_team) -> User:
    return person("Nora", other_team)


@pytest.fixture
def staff(other_team) -> User:
    return person("Ali", other_team, "department_staff")


@pytest.fixture
def client_of_owner(owner) -> Client:
    return create_client(
        by=owner, name="شركة النخبة للتجارة", name_other="Elite Trading LLC", sector="Electronics",
        phones=[{"raw": "011 234 5678", "type": "work"}], emails=[{"address": "Info@Elite.example"}],
        addresses=[{"city": "الرياض", "country": "sa"}],
    )


@pytest.fixture
def client_of_stranger(stranger) -> Client:
    return create_client(by=stranger, name="CNRY-Hidden Holding", present_supplier="CNRY-Supplier")


@pytest.fixture
def contact_of_owner(owner, client_of_owner) -> Contact:
    return create_contact(by=owner, name="محمد الخالدي", job_title="Buyer",
                          roles=[{"client": client_of_owner, "role": "decider"}])


@pytest.fixture
def mine(owner, staff) -> Side:
    return make_side(owner, "Mine", shared_with=staff)


@pytest.fixture
def theirs(stranger, staff) -> Side:
    return make_side(stranger, "CNRY-Theirs", shared_with=staff)
