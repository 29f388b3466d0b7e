"""Measure the pages of Mudir beside a bare Django view: `python -m mudir.demo.bench --clients 100000`.

Requests go through the WSGI application in this process, middleware, session and database included, without sockets.
Prints one JSON object keyed by scenario; `cpu_ms` is the processor's time of this process and of the database's. Works
on a PostgreSQL of its own, or on the one of DATABASE_URL, which must be empty or filled by an earlier run and let us in
as a superuser. `--compare 10000 1000000` measures lists and search of both sizes, with clients alone, and how much
slower the second is.
"""

import argparse
import csv
import io
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

WARM = 5
MOST_IMPORTED = 100_000
SEARCHES = ("search_arabic", "search_latin", "search_one_word", "search_typing", "search_typo", "search_phone",
            "search_part_of_phone", "search_text", "search_common")
COMPARED = ("list", "list_filtered", "list_deep", "list_of_manager", "search", "search_of_manager")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60, help="times that each page is asked for")
    parser.add_argument("--compare", type=int, nargs=2, metavar="CLIENTS")
    parser.add_argument("--alone", action="store_true", help="lists and search of clients without all else")
    parser.add_argument("--import-rows", type=int, help=argparse.SUPPRESS)  # in a process of its own, for its memory
    parser.add_argument("--export", choices=("csv", "xlsx"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.export:
        print(json.dumps(export_rows(given.export)))
        return
    if given.import_rows:
        print(json.dumps(import_rows(given.import_rows)))
        return
    if given.compare:
        answers = compare(given.compare, given.rounds)
    else:
        answers = measure(given.clients, given.rounds, alone=given.alone)
    print(json.dumps(answers, indent=1))


def compare(sizes: list[int], rounds: int) -> dict:
    """Each size in a process and a database of its own."""
    small, large = (json.loads(subprocess.run(
        [sys.executable, "-m", "mudir.demo.bench", "--clients", str(size), "--rounds", str(rounds), "--alone"],
        check=True, stdout=subprocess.PIPE).stdout)
        for size in sizes)
    slower = {name: {unit: round(large[name][unit] / small[name][unit], 2) for unit in ("median_ms", "cpu_ms")}
              for name in COMPARED}
    return {str(sizes[0]): small, str(sizes[1]): large, "times_slower": slower}


def measure(clients: int, rounds: int, *, alone: bool) -> dict:
    with ExitStack() as until_the_end:
        if not os.environ.get("DATABASE_URL"):
            from mudir.host.postgres import temporary_server

            until_the_end.enter_context(temporary_server())
        os.environ["DJANGO_SETTINGS_MODULE"] = "mudir.settings"
        os.environ.setdefault("MUDIR_SECRET_KEY", "known to every measurement")
        import django

        django.setup()
        seconds = prepare(clients, alone=alone)
        answers = {"fill": {"clients": clients, "seconds": round(seconds, 1)}}
        until_the_end.callback(close_connections)
        answers |= Bench(clients, rounds, alone=alone).run()
        if alone:
            return answers
        for format in ("csv", "xlsx"):
            answers[f"export_{format}"] = beside("--export", format)
        return answers | {"import": beside("--import-rows", str(min(clients, MOST_IMPORTED)))}


def beside(*given: str) -> dict:
    """What one measurement answers in a process of its own."""
    return json.loads(subprocess.run([sys.executable, "-m", "mudir.demo.bench", *given], check=True,
                                     stdout=subprocess.PIPE).stdout)


def export_rows(format: str) -> dict:
    """Make a file of every client that a director sees, as a worker does."""
    import django

    django.setup()
    from django.core.files.storage import default_storage

    from mudir.accounts.models import User
    from mudir.records.exporting import running
    from mudir.records.models import Export
    from mudir.records.query import Query, QuerySpec

    director = User.objects.get(email="director@bench.example")
    query = Query(QuerySpec("clients.client"), director)
    job = Export.objects.create(user=director, kind="clients.client", spec=query.spec.to_json(), format=format,
                                total=query.queryset().count(), file_name=f"clients.{format}")
    memory, before, start = memory_mb(), processor_seconds(), time.perf_counter()
    job = running.work_on(job)
    seconds = time.perf_counter() - start
    spent = [after - then for then, after in zip(before, processor_seconds(), strict=True)]
    default_storage.delete(job.file.name)
    Export.objects.filter(pk=job.pk).delete()
    return {"rows": job.done, "rows_per_s": round(job.done / seconds), "seconds": round(seconds, 1),
            "size_mb": round(job.size / 1e6, 1), "cpu_us_per_row": {
                "writing": round(spent[0] / job.done * 1e6), "database": round(spent[2] / job.done * 1e6)},
            "memory_mb": memory_mb(), "memory_before_mb": memory}


def import_rows(count: int) -> dict:
    """Import that many companies, one of twenty known already, as `mudir import` does."""
    import django

    django.setup()
    from mudir.accounts.models import User
    from mudir.records.importing.command import import_file

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "companies.csv"
        write_companies(file, count)
        director = User.objects.get(email="director@bench.example")
        before = processor_seconds()
        summary = import_file(file, kind="clients", by=director)
        spent = [after - start for start, after in zip(before, processor_seconds(), strict=True)]
    return {name: summary[name] for name in ("rows", "new", "skipped", "rejected", "seconds", "rows_per_s")} | {
        "cpu_us_per_row": {name: round(seconds / count * 1e6)
                           for name, seconds in zip(("writing", "reading", "database"), spent, strict=True)},
        "memory_mb": memory_mb(), "reader_memory_mb": memory_mb(resource.RUSAGE_CHILDREN),
        "load": [round(load, 2) for load in os.getloadavg()]}


def processor_seconds() -> tuple[float, float, float]:
    """Of this process, of those that it started and that have ended, and of the database that answers it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    times = os.times()
    ticks = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (times.user + times.system, times.children_user + times.children_system,
            sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))


def write_companies(file: Path, count: int) -> None:
    from mudir.demo.people import companies

    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Name", "Name in the other script", "Phone", "E-mail", "City", "Registration number"])
        for number, (known, new) in enumerate(zip(companies(count), companies(count, seed=77), strict=True)):
            one = known if number % 20 == 0 else new
            registration = one.registration_number if one is known else f"2{one.registration_number[1:]}"
            writer.writerow([one.name, one.name_other, one.phone, one.email, one.city, registration])


def memory_mb(whose: int = resource.RUSAGE_SELF) -> int:
    return resource.getrusage(whose).ru_maxrss // 1024


def prepare(clients: int, *, alone: bool = False) -> float:
    """Make and fill the tables where they are empty; returns the seconds it took to fill them."""
    from django.conf import settings
    from django.core.management import call_command

    from mudir.accounts.models import User
    from mudir.demo.fill import fill

    settings.ROOT_URLCONF = "mudir.demo.bare"
    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    if not User.objects.exists():
        fill(clients, alone=alone)
    return time.perf_counter() - started


def close_connections() -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Visitor:
    """A signed-in person, asking the application as the web server does."""

    def __init__(self, email: str):
        from importlib import import_module

        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

        from mudir.accounts.models import User
        from mudir.wsgi import application

        self.user = User.objects.get(email=email)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(self.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = self.user.get_session_auth_hash()
        session.save()
        self.token = "k" * 32
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; " \
                       f"{settings.CSRF_COOKIE_NAME}={self.token}"
        self.application = application

    def ask(self, address: str, *, form: dict | None = None, fragment: bool = False, expect: int = 200) -> str:
        """The body of the answer; raises where the status is another one than expected."""
        said = []
        response = self.application(self.environ(address, form=form, fragment=fragment),
                                    lambda status, headers, error=None: said.append(status))
        try:
            answer = b"".join(response)
        finally:
            response.close()
        if not said[0].startswith(str(expect)):
            raise RuntimeError(f"{address} answered {said[0]}: {answer[:2000].decode(errors='replace')}")
        return answer.decode()

    def environ(self, address: str, *, form: dict | None = None, fragment: bool = False) -> dict:
        """The request as the web server hands it on."""
        path, _mark, query = address.partition("?")
        body = urlencode(form or {}, doseq=True).encode()
        environ = {
            "REQUEST_METHOD": "GET" if form is None else "POST", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "localhost", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": "",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8000", "HTTP_COOKIE": self.cookies,
            "HTTP_X_CSRFTOKEN": self.token, "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        return environ | ({"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"} if fragment else {})

    def form_of(self, address: str, action: str | None = None) -> dict[str, list[str]]:
        """The fields of the form on that page that posts to `action` (or to the page itself), as they stand there."""
        found = Forms()
        found.feed(self.ask(address))
        wanted = action or address.partition("?")[0]
        return next(fields for where, fields in found.forms if where in {wanted, ""} and fields)


class Program(Visitor):
    """A program with a key of a person, asking the API."""

    def __init__(self, email: str):
        from mudir.accounts.services import make_key

        super().__init__(email)
        self.cookies = ""
        self.user.api_keys.all().delete()  # those of earlier measurements
        self.key = make_key(by=self.user, name="Measurement", scopes=["write"])[1]

    def environ(self, address: str, **given: object) -> dict:
        return super().environ(address, **given) | {"HTTP_AUTHORIZATION": f"Bearer {self.key}"}


class Forms(HTMLParser):
    """Every posting form of a page with its fields."""

    def __init__(self):
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.fields: dict[str, list[str]] | None = None
        self.name = ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        has = dict(given)
        if tag == "form" and (has.get("method") or "").lower() == "post":
            self.fields = {}
            self.forms.append((has.get("action") or "", self.fields))
        elif self.fields is None:
            return
        elif tag == "input" and has.get("name"):
            if has.get("type") not in {"checkbox", "radio"} or "checked" in has:
                self.fields.setdefault(has["name"], []).append(has.get("value") or "")
        elif tag == "select":
            self.name = has.get("name") or ""
        elif tag == "option" and "selected" in has and self.name:
            self.fields.setdefault(self.name, []).append(has.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.fields = None


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that ran inside."""
    from django.db import connection

    asked: list[str] = []

    def keep(execute: Callable, sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(keep):
        yield asked


class Clock:
    """Time on the wall, and time of the processor in this process and in the database's, which a busy machine does not
    stretch. The latter only where the database works on this machine."""

    def __init__(self):
        from django.db import connection

        with connection.cursor() as cursor:
            # Of the whole pool: requests in turn are answered by another one of its connections.
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            backends = [Path(f"/proc/{pid}/schedstat") for (pid,) in cursor.fetchall()]
        self.backends = [backend for backend in backends if backend.exists()]

    def read(self) -> tuple[float, float]:
        worked = sum(int(backend.read_text().split()[0]) for backend in self.backends) / 1e6
        return time.perf_counter() * 1000, time.process_time() * 1000 + worked

    def time(self, ask: Callable[[], object]) -> tuple[float, float]:
        wall, worked = self.read()
        ask()
        wall_then, worked_then = self.read()
        return wall_then - wall, worked_then - worked


# ── scenarios ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Bench:
    def __init__(self, clients: int, rounds: int, *, alone: bool = False):
        self.clients, self.rounds, self.alone = clients, rounds, alone
        self.chance = random.Random(3)
        self.director = Visitor("director@bench.example")
        self.manager = Visitor("manager0@bench.example")

    def run(self) -> dict:
        scenarios = self.scenarios()
        if self.alone:
            scenarios = {name: ask for name, ask in scenarios.items()
                         if name.startswith(("bare", "list", "search", "custom"))}
        queries = {}
        for name, ask in scenarios.items():
            for _round in range(WARM):
                ask()
            with counted() as asked:
                ask()
            queries[name] = len(asked)
        clock = Clock()
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in scenarios}
        for _round in range(self.rounds):  # in turns, so that a busy machine slows all of them alike
            for name, ask in scenarios.items():
                times[name].append(clock.time(ask))
        answers = {name: figures(times[name]) | {"queries": queries[name]} for name in scenarios}
        for who in ("", "_of_manager"):
            names = [name for name in SEARCHES if name + who in times]
            answers[f"search{who}"] = figures([one for name in names for one in times[name + who]]) | {
                "queries": max(queries[name + who] for name in names)}
        for name, answer in answers.items():
            if name.startswith("list"):
                for unit in ("median_ms", "cpu_ms"):
                    answer[f"ratio_{unit}"] = round(answer[unit] / answers["bare"][unit], 2)
        answers |= self.queries_of_few_and_many()
        if not self.alone:
            answers["bulk_edit"] = self.bulk_edit()
        answers["process"] = {"memory_mb": memory_mb()}
        return answers

    def scenarios(self) -> dict[str, Callable[[], str]]:
        from mudir.clients.models import Client
        from mudir.records import registry

        director, manager, program = self.director, self.manager, Program(self.director.user.email)
        asked = {
            "bare": lambda: director.ask("/bare/"),
            "list": lambda: director.ask("/clients/"),
            "list_further_rows": self.over(director, [f"/clients/?after={self.cursor(0.01)}"], fragment=True),
            "list_filtered": lambda: director.ask("/clients/?f=tier.is.corporate&f=stage.is.5,6,7"),
            "list_of_city": lambda: director.ask(f"/clients/?{urlencode({'f': 'city.is.جدة'})}&sort=-last_contact_at"),
            "list_over_relation": lambda: director.ask(
                "/tasks/?f=client.tier.is.corporate&f=client.stage.is.5,6,7&f=client.city.contains.%D8%AC%D8%AF%D9%87"),
            "custom_filter": lambda: director.ask("/clients/?f=custom.segment.is.segment_3"),
            "custom_filter_range": lambda: director.ask(
                "/clients/?f=custom.branches.between.40,60&sort=custom.branches"),
            "custom_computed": lambda: director.ask("/clients/?f=custom.weight.between.80,120&sort=custom.weight"),
            "list_by_last_contact": lambda: director.ask("/clients/?sort=last_contact_at"),
            "list_deep": self.over(director, [f"/clients/?after={self.cursor(place / 20)}" for place in range(10, 20)]),
            "list_quick_search": self.over(director, [f"/clients/?{urlencode({'q': text})}" for text in self.names()]),
            "list_of_manager": lambda: manager.ask("/clients/"),
            "record": self.over(director, [f"/clients/{key}/" for key in self.keys()]),
            "record_of_manager": self.over(manager, [f"/clients/{key}/" for key in self.keys(manager)]),
            "preview": self.over(director, [f"/clients/{key}/preview/" for key in self.keys()], fragment=True),
            "board": lambda: director.ask("/clients/board/?by=stage"),
            "calendar": lambda: director.ask("/tasks/calendar/"),
            "calendar_of_very_many": lambda: director.ask("/clients/calendar/?by=created_at"),
            "calendar_of_manager": lambda: manager.ask("/tasks/calendar/"),
            "board_of_manager": lambda: manager.ask("/clients/board/?by=stage"),
            "board_move": self.board_move(),
            "history": self.over(director, [f"/clients/{key}/history/" for key in self.keys()]),
            "home": lambda: manager.ask("/"),
            "contacts": lambda: director.ask("/contacts/"),
            "contacts_of_manager": lambda: manager.ask("/contacts/"),
            "tasks_of_manager": lambda: manager.ask("/tasks/"),
            "calls_of_manager": lambda: manager.ask("/calls/"),
            "log_call": self.log_call(),
            "create": self.create(),
            "inline_edit": self.inline_edit(),
            "merge_page": lambda: manager.ask(self.merge_page()),
            "merge_and_undo": self.merge_and_undo(),
            "api_list": lambda: program.ask(f"/api/v1/clients?columns={','.join(registry.for_model(Client).columns)}"),
            "api_read": self.over(program, [f"/api/v1/clients/{key}" for key in self.keys()]),
        }
        for name, texts in self.questions().items():
            addresses = [f"/search/?{urlencode({'q': text})}" for text in texts]
            asked[name] = self.over(director, addresses, fragment=True)
            asked[f"{name}_of_manager"] = self.over(manager, addresses, fragment=True)
        return asked

    def over(self, visitor: Visitor, addresses: list[str], *, fragment: bool = False) -> Callable[[], str]:
        """Another of the addresses each time."""
        turn = cycle(addresses)
        return lambda: visitor.ask(next(turn), fragment=fragment)

    def keys(self, visitor: Visitor | None = None) -> list[int]:
        from mudir.clients.models import Client

        if visitor is None:
            return [self.chance.randrange(self.clients) + 1 for _key in range(40)]
        seen = Client.objects.visible_to(visitor.user).order_by("pk").values_list("pk", flat=True)
        return self.chance.choices(list(seen[:500]), k=40)

    def cursor(self, part: float) -> str:
        """Where so much of the list by name is passed."""
        from mudir.clients.models import Client
        from mudir.records.query import encode_cursor

        rows = Client.objects.visible_to(self.director.user).order_by("sort_key", "pk").values_list("sort_key", "pk")
        return encode_cursor(rows[int(self.clients * part)])

    def names(self) -> list[str]:
        from mudir.clients.models import Client

        names = Client.objects.unscoped("names to ask for in a measurement").filter(pk__in=self.keys())
        return list(names.values_list("name", flat=True))

    def questions(self) -> dict[str, list[str]]:
        from mudir.clients.models import Client

        rows = Client.objects.unscoped("names to ask for in a measurement").filter(pk__in=self.keys())
        both = [sorted(names, key=str.isascii) for names in rows.values_list("name", "name_other")]
        arabic, latin = [names[0].split() for names in both], [names[1].split() for names in both]
        phones = list(rows.values_list("phone", flat=True))
        words = [[" ".join(words[-2:]) for words in arabic], [" ".join(words[:2]) for words in latin],
                 [words[1 if words[0] == "شركة" else 0] for words in arabic], [words[-1][:4] for words in arabic],
                 [" ".join((mistyped(words[0]), words[1])) for words in latin],
                 [f"0{phone.removeprefix('+966')}" for phone in phones], [phone[-6:] for phone in phones],
                 ["غرامة التأخير", "توقيع", "competitor delivery", "المستودع والتفريغ"],
                 ["محمد", "شركة", "mohammed", "abd", "علي"]]
        return dict(zip(SEARCHES, words, strict=True))

    def log_call(self) -> Callable[[], str]:
        """What the composer on the page of a client sends: its answer is all that the call changed there."""
        import uuid

        forms = {key: self.manager.form_of(f"/clients/{key}/", f"/clients/{key}/calls/")
                 for key in self.keys(self.manager)[:10]}
        turn = cycle(forms)

        def ask() -> str:
            key = next(turn)
            return self.manager.ask(f"/clients/{key}/calls/", fragment=True, form=forms[key] | {
                "token": [str(uuid.uuid4())], "outcome": ["reached"], "notes": ["اتفقنا على التسليم يوم الأحد"],
                "next_step": ["أرسل العرض"]})

        return ask

    def board_move(self) -> Callable[[], str]:
        """A card dropped on another column, one after the other."""
        from mudir.clients.models import Client

        following = {"key": "corporate", "corporate": "ordinary", "ordinary": "key"}
        stand = dict(Client.objects.visible_to(self.manager.user).values_list("pk", "tier"))
        turn = cycle(self.keys(self.manager))

        def ask() -> str:
            key = next(turn)
            stand[key] = following[stand[key]]
            return self.manager.ask(f"/clients/{key}/move/?by=tier", form={"to": [stand[key]]}, expect=302)

        return ask

    def create(self) -> Callable[[], str]:
        form = self.manager.form_of("/clients/new/")
        turn = iter(range(10**9))

        def ask() -> str:
            number = next(turn)
            return self.manager.ask("/clients/new/", form=form | {
                "name": [f"شركة القياس {number}"], "phones-0-raw": [f"055{number:07d}"]}, expect=302)

        return ask

    def pair(self) -> tuple[int, int]:
        """Two clients of the manager."""
        first, second, *_rest = dict.fromkeys(self.keys(self.manager))
        return first, second

    def merge_page(self) -> str:
        first, second = self.pair()
        return f"/clients/{first}/merge/?with={second}"

    def merge_and_undo(self) -> Callable[[], str]:
        """Two posts: one client goes up in another with all that hangs on both, and comes back."""
        from mudir.clients.models import Client
        from mudir.records.models import Merge

        first, second = self.pair()
        form = self.manager.form_of(f"/clients/{first}/merge/?with={second}")
        seen = Client.objects.visible_to(self.manager.user).filter(pk__in=[first, second])

        def ask() -> str:
            versions = {f"version-{pk}": [version] for pk, version in seen.values_list("pk", "version")}
            self.manager.ask(f"/clients/{first}/merge/", form=form | versions, expect=302)
            made = Merge.objects.order_by("pk").values_list("pk", flat=True).last()
            return self.manager.ask(f"/merges/{made}/undoing/", form={}, expect=302)

        return ask

    def inline_edit(self) -> Callable[[], str]:
        """What a cell of the list sends: its answer is the row as the list shows it."""
        from mudir.clients.models import Client

        versions = Client.objects.visible_to(self.manager.user).values_list("version", flat=True)
        turn = enumerate(cycle(self.keys(self.manager)))

        def ask() -> str:
            number, key = next(turn)
            form = {"version": [str(versions.get(pk=key))], "sector": [f"قطاع {number}"]}
            return self.manager.ask(f"/clients/{key}/cells/sector/?columns=name,tier,stage,city,phone,sector",
                                    fragment=True, form=form)

        return ask

    def queries_of_few_and_many(self) -> dict:
        """The number of statements for one row and for fifty."""
        answers = {}
        for name, few, many in (
            ("list", "/clients/?size=1", "/clients/?size=50"),
            ("list_filtered", "/clients/?f=tier.is.key&size=1", "/clients/?f=tier.is.key&size=50"),
            ("list_quick_search", "/clients/?q=%D9%85%D8%AD%D9%85%D8%AF&size=1",
             "/clients/?q=%D9%85%D8%AD%D9%85%D8%AF&size=50"),
        ):
            counts = []
            for address in (few, many):
                with counted() as asked:
                    self.director.ask(address)
                counts.append(len(asked))
            answers[f"queries_{name}"] = {"for_1_row": counts[0], "for_50_rows": counts[1]}
        return answers

    def bulk_edit(self) -> dict:
        """One field of 10,000 clients, as the worker writes it, and taken back."""
        from django.http import QueryDict

        from mudir.clients.models import Client
        from mudir.records import registry
        from mudir.records.bulk import running
        from mudir.records.bulk.acts import Editing

        by = self.director.user
        keys = list(Client.objects.visible_to(by).order_by("pk").values_list("pk", flat=True)[:10_000])
        seconds = []
        for source in ("معرض الرياض", "معرض جدة"):  # what was filled in has no history: only the second is taken back
            doing = Editing(registry.for_model(Client), by, QueryDict(f"field=source&source={source}"))
            job = running.begin(doing, "edit", keys=keys, by=by, back="/clients/")
            if source == "معرض الرياض":
                running.work_on(job)
        for step in (lambda: running.work_on(job), lambda: running.work_on(running.begin_undo(job, by=by))):
            started = time.perf_counter()
            answer = step()
            seconds.append(round(time.perf_counter() - started, 1))
        return {"records": len(keys), "changed": answer.changed, "kept": answer.kept, "seconds": seconds[0],
                "records_per_s": round(len(keys) / max(seconds[0], 0.1)), "undo_seconds": seconds[1]}


def mistyped(word: str) -> str:
    """A word with two letters in the wrong order."""
    return word[:2] + word[3:4] + word[2:3] + word[4:]


def figures(times: list[tuple[float, float]]) -> dict:
    wall, worked = (sorted(column) for column in zip(*times, strict=True))
    return {"median_ms": round(statistics.median(wall), 1), "p99_ms": round(wall[len(wall) * 99 // 100], 1),
            "cpu_ms": round(statistics.median(worked), 1)}


if __name__ == "__main__":
    main()
