"""The command `mudir`."""

import argparse
import getpass
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mudir import __version__
from mudir.host.words import CannotStart, language
from mudir.host.words import gettext as _

DUPLICATES = ("skip", "fill", "overwrite", "new")


def main() -> int:
    """Run one command; 0, or 1 with one sentence on stderr (2 for a wrong call, by argparse)."""
    if sys.version_info < (3, 12):  # noqa: UP036 a checkout may be run by any Python
        return _refuse(_("Mudir needs Python 3.12 or newer; this is %(version)s.") % {
            "version": sys.version.split()[0]})
    given = _parser().parse_args()
    from django.core.exceptions import ImproperlyConfigured

    try:
        return given.run(given) or 0
    except (CannotStart, ImproperlyConfigured) as problem:
        return _refuse(str(problem))
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _refuse(sentence: str) -> int:
    print(f"mudir: {sentence}", file=sys.stderr, flush=True)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mudir", description=_("Mudir, the workspace of the client manager."),
                                     epilog=_("The settings come from the environment: MUDIR_DATA, MUDIR_HOST, "
                                              "MUDIR_PORT, MUDIR_BASE_URL, DATABASE_URL and others; see "
                                              "docs/deploying.md."))
    parser.add_argument("--version", action="version", version=f"mudir {__version__}")
    commands = parser.add_subparsers(required=True, metavar=_("command"))

    def command(name: str, run, text: str, inside=commands) -> argparse.ArgumentParser:
        made = inside.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    command("demo", demo, _("Start everything on this machine, with a demo company in an empty database."))
    serve_ = command("serve", serve, _("Start the web pages; without DATABASE_URL also the embedded database and the "
                                       "job worker."))
    serve_.add_argument("--workers", type=int, default=2, help=_("web processes (2)"))
    command("worker", worker, _("Start a job worker only, beside web pages that run elsewhere."))
    command("migrate", migrate, _("Bring the database up to this version."))
    command("doctor", doctor, _("Say in words what is wrong with this installation."))

    import_ = command("import", import_file, _("Import a CSV, XLSX or vCard file and print a summary as JSON."))
    import_.add_argument("file", type=Path)
    import_.add_argument("--kind", default="", help=_("what the rows are, such as clients (as the columns say)"))
    import_.add_argument("--by", metavar="EMAIL", help=_("the user who imports (the first administrator)"))
    import_.add_argument("--duplicates", choices=DUPLICATES, default="skip", help=_("what to do with a known record"))
    import_.add_argument("--mapping", metavar="JSON", type=_mapping, help=_('{"column of the file": "field"}'))
    import_.add_argument("--dry-run", action="store_true", help=_("count only, write nothing"))

    export = command("export", export_file, _("Export all records of a kind to a CSV or XLSX file."))
    export.add_argument("kind")
    export.add_argument("file", type=Path)
    export.add_argument("--by", metavar="EMAIL", help=_("the user who exports (the first administrator)"))

    user = commands.add_parser("user", help=_("Create a user or reset a password."),
                               description=_("Create a user or reset a password."))
    users = user.add_subparsers(required=True, metavar=_("command"))
    create = command("create", create_user, _("Create a user; a password is drawn and printed once."), users)
    create.add_argument("email")
    create.add_argument("--name", required=True)
    create.add_argument("--role", default="client_manager", help=_("code of the role (client_manager)"))
    create.add_argument("--team", help=_("name of the team"))
    reset = command("reset", reset_password, _("Give a user a new password; it is drawn and printed once."), users)
    reset.add_argument("email")
    for each in (create, reset):
        each.add_argument("--ask", action="store_true", help=_("ask for the password instead of drawing one"))
    return parser


def _mapping(text: str) -> dict[str, str]:
    try:
        mapping = json.loads(text)
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
        raise argparse.ArgumentTypeError(_('must be a JSON object like {"Phone": "phones"}'))
    return mapping


# ── processes ──


def demo(given: argparse.Namespace) -> None:
    _start_all(workers=2, with_company=True)


def serve(given: argparse.Namespace) -> None:
    from mudir.host import supervisor
    from mudir.host.environment import check_address_is_free

    if not os.environ.get("DATABASE_URL"):
        _start_all(given.workers, with_company=False)
        return
    with supervisor.stopped_by_signals():
        _settle()
        _require_tables()
        check_address_is_free()
        _let_go_of_database()
        supervisor.run([supervisor.web(given.workers)], when_ready=_welcome(""), ready_page="/healthz")
    print(_("Mudir has stopped."), flush=True)


def worker(given: argparse.Namespace) -> None:
    from mudir.host import supervisor
    from mudir.host.database import a_database

    with supervisor.stopped_by_signals(), a_database() as server:
        _settle()
        _require_tables()
        _let_go_of_database()
        supervisor.run([supervisor.worker()], server)


def _start_all(workers: int, with_company: bool) -> None:
    from mudir.host import supervisor
    from mudir.host.database import a_database, migrate
    from mudir.host.environment import address, check_address_is_free

    address()  # a port that is none is said before a database is made
    with supervisor.stopped_by_signals(), a_database(alone=True) as server:
        check_address_is_free()
        _settle()
        migrate()
        signs = _fill_demo_company() if with_company else ""
        _let_go_of_database()
        programs = [supervisor.web(workers), supervisor.worker()]
        supervisor.run(programs, server, when_ready=_welcome(signs))
    print(_("Mudir has stopped."), flush=True)


def _settle() -> None:
    """Load the settings and make sure that the database is one Mudir can work on."""
    from mudir.host.database import check_server

    _load_settings()
    check_server()


def _load_settings() -> None:
    import django
    from django.utils.translation import activate

    from mudir.host.environment import complete_environment

    complete_environment()
    django.setup()
    activate(language())


@contextmanager
def _finished_database() -> Iterator[None]:
    """A database with every table of this version; started for the command when Mudir does not run."""
    from mudir.host.database import a_database

    with a_database():
        _settle()
        _require_tables()
        yield


def _require_tables() -> None:
    from mudir.host.database import migrations, open_connection

    with open_connection() as database:
        pending, newer = migrations(database)
    if newer:
        raise CannotStart(_("The data was made by a newer Mudir (%(migration)s); install that version again.") % {
            "migration": min(newer)})
    if pending:
        raise CannotStart(_("The database is not up to date (%(count)s changes wait); run: mudir migrate.") % {
            "count": len(pending)})


def _fill_demo_company() -> str:
    from mudir.demo.build import SIGN_INS, build_demo_company

    build_demo_company()
    width = max(len(email) for _role, email, _password in SIGN_INS)
    return "\n".join(f"  {email:<{width}}  {password}  {role}" for role, email, password in SIGN_INS)


def _welcome(signs: str) -> str:
    from django.conf import settings

    lines = [_("Mudir is ready: %(address)s") % {"address": settings.BASE_URL}]
    if signs:
        lines += ["", _("Sign in as one of the demo company:"), signs]
    return "\n".join([*lines, "", _("Ctrl-C stops it.")])


def _let_go_of_database() -> None:
    """The parent only watches; its connections would count against the server's limit."""
    from django.db import connection

    connection.close()
    connection.close_pool()


# ── commands on the database ──


def migrate(given: argparse.Namespace) -> None:
    from mudir.host.database import a_database
    from mudir.host.database import migrate as bring_up

    with a_database():
        _settle()
        print(_("The database was brought up to date.") if bring_up() else _("The database is up to date."))


def doctor(given: argparse.Namespace) -> int:
    from mudir.host.database import a_database

    with a_database() as started_here:
        _load_settings()
        from mudir.host.doctor import examine

        findings = list(examine(is_running=started_here is None))
    for finding in findings:
        state = _("wrong") if finding.wrong else _("well")
        print(f"{state}  {finding.subject}: {finding.said}")
    wrong = sum(finding.wrong for finding in findings)
    print(_("Things to mend: %(count)s.") % {"count": wrong} if wrong else _("Nothing is wrong."))
    return int(wrong > 0)


def import_file(given: argparse.Namespace) -> None:
    if not given.file.is_file():
        raise CannotStart(_("There is no file %(file)s.") % {"file": given.file})
    with _finished_database():
        from mudir.records.importing.command import import_file

        summary = import_file(given.file, kind=given.kind, by=_user(given.by), duplicates=given.duplicates,
                              mapping=given.mapping, dry_run=given.dry_run)
        print(json.dumps(summary, ensure_ascii=False, indent=1))


def export_file(given: argparse.Namespace) -> None:
    with _finished_database():
        from mudir.records.importing.command import export_records

        summary = export_records(given.file, kind=given.kind, by=_user(given.by))
        print(json.dumps(summary, ensure_ascii=False, indent=1))


def _user(email: str):
    """The active user of that e-mail; without one the first administrator."""
    from mudir.accounts.models import User

    people = User.objects.filter(is_active=True)
    found = people.filter(email__iexact=email) if email else people.filter(role="administrator").order_by("pk")
    if user := found.first():
        return user
    raise CannotStart(_("There is no user %(email)s.") % {"email": email} if email else
                      _("There is no administrator yet; make one first: mudir user create EMAIL --name NAME --role "
                        "administrator."))


def create_user(given: argparse.Namespace) -> None:
    with _finished_database():
        import pghistory
        from django.conf import settings
        from django.core.exceptions import ValidationError
        from django.db import transaction

        from mudir.accounts import services
        from mudir.accounts.models import Team, User

        team = None
        if given.team and not (team := Team.objects.filter(name=given.team).first()):
            raise CannotStart(_("There is no team %(name)s.") % {"name": given.team})
        person = {"name": given.name, "email": given.email.lower()}
        password = _password(given, User(**person))
        try:
            with transaction.atomic(), pghistory.context(door="command"):
                if given.role == "administrator" and not User.objects.exists():
                    user = services.set_up(password=password, language=language(), country=settings.COUNTRY, **person)
                else:
                    user = services.create_user(by=_user(None), role=given.role, team=team, **person)
                    _set_password(user, password)
        except ValidationError as problem:
            raise CannotStart(" ".join(problem.messages)) from None
        _show_password(given, user, password)


def reset_password(given: argparse.Namespace) -> None:
    with _finished_database():
        user = _user(given.email)
        password = _password(given, user)
        _set_password(user, password)
        _show_password(given, user, password)


def _set_password(user, password: str) -> None:
    user.set_password(password)  # every session of the old password ends with it
    user.save(update_fields=["password"])


def _password(given: argparse.Namespace, user) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if not given.ask:
        return secrets.token_urlsafe(12)
    password = getpass.getpass(_("New password: ")) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise CannotStart(" ".join(problem.messages)) from None
    return password


def _show_password(given: argparse.Namespace, user, password: str) -> None:
    shown = "" if given.ask else "  " + _("password: %(password)s") % {"password": password}
    print(f"{user.email}{shown}")


if __name__ == "__main__":
    sys.exit(main())
