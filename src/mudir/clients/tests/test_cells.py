from datetime import timedelta

import pytest
from django.utils import timezone

from mudir.clients.models import Client
from mudir.clients.registry import (
    client_name_cell,
    completeness_cell,
    last_contact_cell,
    next_step_cell,
    stage_cell,
)
from mudir.clients.services import create_client, share

MARKUP = "<script>alert('x')</script>"


@pytest.fixture
def fmt(client, owner):
    """The formatter of the owner, as a request has it."""
    client.force_login(owner)
    return client.get("/clients/").wsgi_request.formatter


def test_words_that_people_typed_are_escaped(fmt):
    for cell in (next_step_cell(MARKUP, None, fmt), client_name_cell(MARKUP, fmt)):
        assert "<script" not in cell
        assert "&lt;script&gt;" in cell


def test_a_client_without_a_plan_is_marked(fmt):
    assert '<span class="soon">No next step</span>' in next_step_cell("", None, fmt)


def test_a_step_that_is_overdue_is_late(fmt):
    today = timezone.localdate()
    late = ['class="late"' in next_step_cell("Call", today + timedelta(days=days), fmt) for days in (-1, 0, 1)]

    assert late == [True, False, False]


def test_thirty_days_without_contact_are_late_and_never_is_soon(fmt):
    now = timezone.now()
    tones = [last_contact_cell(now - timedelta(days=days), fmt) for days in (29, 30)]

    assert ['class="nowrap dim"' in tones[0], 'class="nowrap late"' in tones[1]] == [True, True]
    assert 'class="nowrap soon"' in last_contact_cell(None, fmt)


def test_a_stage_is_late_after_a_month_unless_it_lasts_for_years(fmt):
    long_ago = timezone.now() - timedelta(days=31)
    late = ["stage late" in stage_cell(stage, long_ago, fmt) for stage in (1, 8, 9, 10)]

    assert late == [True, True, False, False]
    assert "stage late" not in stage_cell(5, None, fmt)


@pytest.mark.parametrize(("percent", "tone"), [(80, "good"), (79, "warn"), (50, "warn"), (49, "bad")])
def test_completeness_is_judged_in_three_steps(fmt, percent, tone):
    assert f'data-tone="{tone}"' in completeness_cell(percent, fmt)


def test_markup_in_names_is_shown_as_text_on_every_page(client, owner, teammate):
    made = create_client(by=owner, name=MARKUP, name_other=MARKUP, sector=MARKUP,
                         addresses=[{"city": MARKUP, "street": MARKUP}])
    share(made, by=owner, user=teammate, purpose=MARKUP)
    Client.objects.unscoped("test").update(next_step=MARKUP)
    client.force_login(owner)
    for path in ("", f"{made.pk}/", f"{made.pk}/edit/", f"{made.pk}/access/", f"{made.pk}/relations/",
                 f"{made.pk}/reach/", f"{made.pk}/stage/"):
        assert "<script>alert" not in client.get(f"/clients/{path}").content.decode()
