"""A condition of a list in the words of its chip."""

import pytest
from django.utils import translation

from mudir.clients.models import Client
from mudir.kit.formatting import Formatter
from mudir.records import registry
from mudir.records.query import Condition
from mudir.records.views.chips import describe

pytestmark = pytest.mark.django_db


def said(condition: str, owner) -> str:
    field, _dot, _rest = condition.partition(".")
    return describe(registry.for_model(Client).fields[field], Condition.parse(condition), owner, Formatter("en"))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("last_contact_at.older_days.1", "a day ago or more"),
        ("last_contact_at.older_days.30", "30 days ago or more"),
        ("last_contact_at.last_days.7", "in the last 7 days"),
        ("next_step_date.next_days.7", "in the next 7 days"),
        ("next_step_date.between.2026-11-24,2026-12-01", "from 24 Nov 2026 to 1 Dec 2026"),
        ("next_step_date.before.today", "is before today"),
        ("completeness.between.50,80", "from 50 to 80"),
        ("tier.is.key,corporate", "Key or Corporate"),
        ("tier.is_not.key", "is not Key"),
        ("owner.is.me", "me"),
        ("owner.is_not.my_team", "is not my team"),
        ("languages.has_all.ar,en", "has all of Arabic and English"),
        ("next_step_date.within.this_hijri_month", "this Hijri month"),
        ("next_step_date.after.yesterday", "is after yesterday"),
        ("city.empty", "is empty"),
    ],
)
def test_a_condition_reads_as_a_phrase(owner, condition, words):
    assert said(condition, owner) == words


def test_days_are_written_in_the_readers_digits(owner):
    field = registry.for_model(Client).fields["last_contact_at"]

    with translation.override("ar"):
        words = describe(field, Condition.parse("last_contact_at.last_days.30"), owner, Formatter("ar", "arab"))

    assert "٣٠" in words and "30" not in words
