import json

import pytest

from mudir.clients.models import Client, Contact
from mudir.demo import bench, fill
from mudir.records import search


@pytest.fixture
def small(django_db_reset_sequences, settings):
    """Forty clients with all that hangs on them, and the addresses of the measurement."""
    settings.ROOT_URLCONF = "mudir.demo.bare"
    fill.fill(40)


def test_every_scenario_answers_and_is_counted(small):
    answers = bench.Bench(40, 2).run()

    json.dumps(answers)
    assert answers["list"]["queries"] + 1 == answers["list_deep"]["queries"]  # forty rows at hand are not counted
    assert {"median_ms", "p99_ms", "cpu_ms", "ratio_median_ms"} <= set(answers["list"])
    assert {"median_ms", "p99_ms", "cpu_ms", "queries"} <= set(answers["log_call"])
    assert answers["merge_and_undo"]["queries"] < 400
    for name in ("list", "list_filtered", "list_quick_search"):
        one, all_of_them = answers[f"queries_{name}"].values()
        assert one - 2 <= all_of_them <= one, name  # where all rows are at hand, nothing counts them or plans to


def test_what_was_filled_in_is_found_and_belongs_together(small):
    everyone = Client.objects.unscoped("what was filled in")
    director = bench.Visitor("director@bench.example")

    assert everyone.count() == 40
    assert Contact.objects.unscoped("what was filled in").count() == 60
    assert search.find(director.user, everyone.get(pk=7).name)[0].id == 7
    assert everyone.get(pk=7).name in director.ask("/clients/7/")


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_holds_every_row(small, monkeypatch, tmp_path, format):
    monkeypatch.chdir(tmp_path)

    assert bench.export_rows(format)["rows"] == 40


def test_an_import_leaves_out_whom_we_know(small, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    summary = bench.import_rows(40)

    assert (summary["rows"], summary["rejected"]) == (40, 0)
    assert summary["skipped"] >= 1  # companies number 0 and 20 are clients already
    assert Client.objects.unscoped("what was imported").count() == 40 + summary["new"]
