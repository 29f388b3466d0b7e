"""Lower never imports higher, and no row of a lower app points at one above it."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from importlinter.application.use_cases import read_user_options
from importlinter.cli import lint_imports

import mudir
from mudir.records import registry

PACKAGE = Path(mudir.__file__).parent
CONFIGURATION = PACKAGE.parent.parent / "pyproject.toml"


def layers() -> list[set[str]]:
    """The layers of the import contract, the lowest first; those side by side in one."""
    contract, = read_user_options(str(CONFIGURATION)).contracts_options
    assert contract["exhaustive"] in (True, "True", "true")
    return [{name.strip() for name in line.split("|")} for line in reversed(contract["layers"])]


def heights() -> dict[str, int]:
    return {name: height for height, names in enumerate(layers()) for name in names}


def test_the_contracts_on_imports_are_kept(capsys):
    assert lint_imports(config_filename=str(CONFIGURATION), no_cache=True) == 0, capsys.readouterr().out


def test_every_app_has_its_place():
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("mudir.")}

    assert ours <= heights().keys()
    assert [name for names in layers() for name in names if name in ours][-1] == "api"


def test_no_row_points_at_an_app_above_it_or_beside_it():
    height, wrong = heights(), []
    for model in apps.get_models():
        if model._meta.app_label not in height:
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and field.concrete else None
            if target is None or isinstance(target, str) or target._meta.app_label not in height:
                continue
            below, own = height[target._meta.app_label], height[model._meta.app_label]
            if below > own or (below == own and target._meta.app_label != model._meta.app_label):
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")

    assert wrong == []


def test_nothing_points_at_a_row_that_may_be_moved_to_another_partition():
    """Events are keyed by (time, id), to be partitioned by month."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and not isinstance(field.related_model, str | None):
                assert field.related_model._meta.label != "records.Event", f"{model._meta.label}.{field.name}"


@pytest.mark.django_db
def test_every_key_has_64_bits():
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND data_type = 'integer'
              AND (column_name = 'id' OR column_name LIKE '%%\\_id' OR column_name = 'pgh_id')""")
        narrow = {(table, column) for table, column in cursor.fetchall()
                  if table.partition("_")[0] in {"accounts", "records", "clients", "activities"}
                  or column.startswith("pgh")}

    assert narrow == set()


def sources() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]


def test_no_app_listens_to_another_by_signals():
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and "signals" in (node.module or ""):
                wrong.append(str(path.relative_to(PACKAGE)))
            if isinstance(node, ast.ImportFrom) and node.module == "django.dispatch":
                wrong.append(str(path.relative_to(PACKAGE)))

    # What sign-in tells others is allauth's and Django's own way; records and apps above have none.
    assert [path for path in wrong if not path.startswith("accounts/")] == []


def test_records_know_no_noun_of_the_business():
    """What every record can do names no kind of record."""
    nouns = {record_type.model.__name__ for record_type in registry.all_types()}
    wrong = []
    for path in (PACKAGE / "records").rglob("*.py"):
        if {"tests", "migrations", "importing"} & set(path.parts):
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        wrong += [f"{path.relative_to(PACKAGE)}: {name}" for name in names & nouns]

    assert wrong == []


def test_nothing_is_called_by_what_it_is_made_of():
    wrong = [str(path.relative_to(PACKAGE)) for path in sources()
             if path.stem in {"utils", "helpers", "base", "managers", "constants", "common", "misc", "signals"}]

    assert wrong == []
