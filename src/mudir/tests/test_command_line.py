"""The doors of the command line to users and records, as a person at the machine uses them."""

import csv
import json
import sys

import pytest
from django.contrib.auth import authenticate
from django.utils import translation

from mudir import cli
from mudir.accounts.models import Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def mudir(monkeypatch, capsys, settings):
    """Runs a command on the database of the test; (its code, stdout, stderr)."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("MUDIR_BASE_URL", settings.BASE_URL)
    monkeypatch.setenv("MUDIR_HOSTS", "localhost")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mudir", *map(str, arguments)])
        capsys.readouterr()
        with translation.override("en"):
            code = cli.main()
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def administrator(mudir) -> User:
    assert mudir("user", "create", "noura@x.example", "--name", "Noura", "--role", "administrator")[0] == 0
    return User.objects.get()


def test_the_first_user_is_an_administrator_who_can_sign_in_with_the_password_shown(mudir):
    code, shown, problems = mudir("user", "create", "Noura@X.example", "--name", "نورة", "--role", "administrator")

    assert (code, problems) == (0, "")
    email, password = shown.strip().split("  password: ")
    assert email == "noura@x.example"
    assert authenticate(email=email, password=password) == User.objects.get(name="نورة", role="administrator")


def test_without_an_administrator_nobody_else_is_made(mudir):
    code, _shown, problem = mudir("user", "create", "sara@x.example", "--name", "Sara")

    assert code == 1
    assert problem == ("mudir: There is no administrator yet; make one first: mudir user create EMAIL --name NAME "
                       "--role administrator.\n")
    assert not User.objects.exists()


def test_a_user_is_made_with_role_and_team(mudir, administrator):
    team = Team.objects.create(name="Riyadh")
    code, _shown, _problem = mudir("user", "create", "fahad@x.example", "--name", "Fahad", "--role", "team_lead",
                                   "--team", "Riyadh")

    assert code == 0
    made = User.objects.get(email="fahad@x.example")
    assert (made.role, made.team) == ("team_lead", team)


@pytest.mark.parametrize(("given", "sentence"), [
    (["fahad@x.example", "--name", "Fahad", "--role", "king"], "mudir: There is no such role.\n"),
    (["fahad@x.example", "--name", "Fahad", "--team", "Mars"], "mudir: There is no team Mars.\n"),
    (["fahad", "--name", "Fahad"], "mudir: Enter a valid email address.\n"),
    (["noura@x.example", "--name", "Fahad"], "mudir: This e-mail belongs to a user.\n"),
])
def test_a_user_that_cannot_be_is_refused_in_a_sentence(mudir, administrator, given, sentence):
    code, shown, problem = mudir("user", "create", *given)

    assert (code, shown, problem) == (1, "", sentence)
    assert User.objects.get() == administrator


def test_a_new_password_replaces_the_old_one(mudir, administrator):
    _code, shown, _problem = mudir("user", "reset", "noura@x.example")

    assert authenticate(email="noura@x.example", password=shown.strip().split("password: ")[1]) == administrator


def test_a_password_that_was_asked_for_must_be_a_good_one(mudir, administrator, monkeypatch, tmp_path):
    typed = tmp_path / "typed"
    typed.write_text("short\n")
    monkeypatch.setattr(sys, "stdin", typed.open())
    before = administrator.password

    code, _shown, problem = mudir("user", "reset", "noura@x.example", "--ask")

    administrator.refresh_from_db()
    assert (code, problem) == (1, "mudir: This password is too short. It must contain at least 10 characters.\n")
    assert administrator.password == before


def test_what_was_exported_can_be_imported_elsewhere(mudir, administrator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given, written = tmp_path / "given.csv", tmp_path / "written.csv"
    given.write_text("name,city\nشركة النور,الرياض\nCafé Élan,Paris\n", encoding="utf-8")

    code, shown, problem = mudir("import", given, "--kind", "clients")
    assert (code, problem) == (0, "")
    summary = json.loads(shown)
    assert (summary["rows"], summary["new"], summary["rejected"]) == (2, 2, 0)
    assert json.loads(mudir("import", given, "--kind", "clients")[1])["skipped"] == 2

    code, shown, _problem = mudir("export", "clients", written)
    assert (code, json.loads(shown)["rows"]) == (0, 2)
    with written.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert {"شركة النور", "Café Élan"} <= {cell for row in rows for cell in row}


@pytest.mark.parametrize(("given", "word"), [
    (["import", "nowhere.csv"], "There is no file nowhere.csv."),
    (["export", "moons", "moons.csv"], "moons"),
    (["export", "clients", "clients.csv", "--by", "nobody@x.example"], "There is no user nobody@x.example."),
])
def test_a_command_that_cannot_be_done_says_why_in_one_line(mudir, administrator, given, word):
    code, shown, problem = mudir(*given)

    assert (code, shown, problem.count("\n")) == (1, "", 1)
    assert word in problem
