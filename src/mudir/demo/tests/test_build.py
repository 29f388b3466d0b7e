from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import ROLES
from mudir.activities.models import Call, Note, Task
from mudir.clients.models import Client, Contact, Lifecycle, Relation, Stage, Tier
from mudir.demo.build import SIGN_INS, build_demo_company, email_of
from mudir.records import search
from mudir.records.models import Event


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """Built once for the tests of this file, and taken away after them."""
    from django.db import transaction

    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        built = build_demo_company()
        yield built
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


def person(code: str) -> User:
    return User.objects.get(email=email_of(code))


def all_of(model):
    return model.objects.unscoped("what the demo company holds")


def test_a_second_start_changes_nothing(company, db):
    before = [all_of(model).count() for model in (Client, Contact, Call, Note, Task)]

    assert company is True
    assert build_demo_company() is False
    assert [all_of(model).count() for model in (Client, Contact, Call, Note, Task)] == before


def test_one_person_of_each_role_can_sign_in(company, db):
    assert [role for role, _email, _password in SIGN_INS] == [role.name for role in ROLES.values()]
    for _role, email, password in SIGN_INS:
        assert authenticate(RequestFactory().post("/"), email=email, password=password).email == email
    assert not person("khalid").has_usable_password()


def test_every_stage_tier_and_relationship_is_there(company, db):
    clients = all_of(Client)

    assert set(clients.values_list("stage", flat=True)) == set(Stage.values)
    assert set(clients.values_list("tier", flat=True)) == set(Tier.values)
    assert set(clients.values_list("lifecycle", flat=True)) == set(Lifecycle.values)
    assert clients.filter(head_office__isnull=False).count() == 7
    assert Relation.objects.count() == 6


def test_the_day_of_the_client_manager_is_full(company, db):
    sara, today = person("sara"), timezone.localdate()
    tasks = Task.objects.visible_to(sara).filter(owner=sara, done_at=None)
    clients = Client.objects.visible_to(sara).filter(owner=sara)

    assert tasks.filter(due_date__lt=today).count() >= 3
    assert tasks.filter(due_date=today).count() >= 3
    assert tasks.filter(due_date__gt=today).count() >= 3
    assert clients.filter(last_contact_at__lt=timezone.now() - timedelta(days=23)).exists()
    assert clients.filter(stale_date__lt=today).exists()
    assert Call.objects.visible_to(sara).filter(outcome="call_back").exists()


def test_nothing_happened_in_the_future_or_before_its_client(company, db):
    now = timezone.now()
    since = dict(all_of(Client).values_list("pk", "created_at"))

    for pk, at in Event.objects.filter(kind="clients.client").values_list("object_id", "at"):
        assert since[pk] <= at <= now
    assert not all_of(Call).filter(started_at__gt=now).exists()
    assert not all_of(Task).filter(done_at__gt=now).exists()


def test_the_confidential_client_is_seen_by_its_owner_and_by_whom_it_was_opened_to(company, db):
    closed = all_of(Client).get(confidential=True)

    seeing = [code for code in ("sara", "omar", "fahad", "huda", "noura", "yasser")
              if Client.objects.visible_to(person(code)).filter(pk=closed.pk).exists()]
    assert seeing == ["sara", "omar"]


def test_the_warehouse_sees_what_was_shared_with_it(company, db):
    names = Client.objects.visible_to(person("yasser")).values_list("name", flat=True)

    assert sorted(names) == ["أسواق البيان", "مصنع الوفاء للتغليف"]


def test_everybody_is_found_in_the_other_script(company, db):
    assert search.find(person("sara"), "mohamed khaldi")[0].title == "محمد الخالدي"
    assert search.find(person("sara"), "النخبه")[0].title == "شركة النخبة للتجارة"
