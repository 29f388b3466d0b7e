import pytest
from django.utils import translation

from mudir.accounts.models import Team, User
from mudir.clients.services import create_client, create_contact


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def team(db):
    return Team.objects.create(name="Riyadh")


@pytest.fixture
def other_team(db):
    return Team.objects.create(name="Jeddah")


def person(name, team, role="client_manager"):
    return User.objects.create_user(email=f"{name.lower()}@mudir.example", name=name, team=team, role=role,
                                    language="en")


@pytest.fixture
def owner(team):
    return person("Sara", team)


@pytest.fixture
def teammate(team):
    return person("Omar", team)


@pytest.fixture
def lead(team):
    return person("Huda", team, "team_lead")


@pytest.fixture
def director(other_team):
    return person("Fahad", other_team, "director")


@pytest.fixture
def stranger(other_team):
    return person("Nora", other_team)


@pytest.fixture
def staff(other_team):
    return person("Ali", other_team, "department_staff")


@pytest.fixture
def client_of_owner(owner):
    return create_client(
        by=owner, name="شركة النخبة للتجارة", name_other="Elite Trading LLC", sector="Electronics",
        phones=[{"raw": "011 234 5678", "type": "work"}], emails=[{"address": "Info@Elite.example"}],
        addresses=[{"city": "الرياض", "country": "sa"}],
    )


@pytest.fixture
def client_of_stranger(stranger):
    return create_client(by=stranger, name="CNRY-Hidden Holding", present_supplier="CNRY-Supplier")


@pytest.fixture
def contact_of_owner(owner, client_of_owner):
    return create_contact(by=owner, name="محمد الخالدي", job_title="Buyer",
                          roles=[{"client": client_of_owner, "role": "decider"}])

