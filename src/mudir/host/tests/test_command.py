"""The command `mudir` as a process: what it starts, what survives which death, and what it says when it cannot."""

import json
import os
import signal
import socket
import socketserver
import struct
import threading

import psycopg
import pytest

from mudir.host.postgres import Server
from mudir.host.tests.conftest import eventually


def the_sentence(done) -> str:
    """The one line on stderr of a command that refused."""
    assert done.returncode == 1, done
    (line,) = done.stderr.splitlines()
    return line.removeprefix("mudir: ")


# ── starting and stopping ──


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_everything_starts_together_and_a_signal_ends_all_of_it(settled, number):
    settled.start("serve")

    assert settled.get("/healthz") == (200, "ok\n")
    status, body = settled.get("/readyz")
    assert (status, json.loads(body)) == (200, {"ready": True, "database": "ok", "migrations": "ok", "queue": "ok"})
    assert settled.stop(number) == 0
    assert settled.everyone() == set()
    assert settled.get("/healthz")[0] == 0


def test_nothing_outlives_a_killed_parent_and_the_next_start_just_works(settled):
    settled.start("serve")
    settled.stop(signal.SIGKILL)

    assert eventually(lambda: not settled.everyone())
    settled.start("serve")
    assert settled.get("/readyz")[0] == 200
    assert settled.stop() == 0


def test_whatever_dies_is_started_again(settled):
    settled.start("serve")
    for word in ("mudir.host.jobs", "granian", "postgres"):
        killed = settled.child(word)
        os.kill(killed, signal.SIGKILL)

        def is_back(word=word, killed=killed):
            try:
                return settled.child(word) != killed and settled.get("/readyz")[0] == 200
            except AssertionError:
                return False

        assert eventually(is_back, 40), word
    assert settled.stop() == 0
    assert settled.everyone() == set()


def test_commands_share_the_database_of_a_running_mudir(settled):
    settled.start("serve")

    assert settled.run("migrate").stdout == "The database is up to date.\n"
    assert settled.stop() == 0


def test_the_secret_key_is_made_once_for_its_owner_only(mudir, folder):
    assert mudir.run("migrate").returncode == 0
    key = (folder / "secret_key").read_text()
    assert mudir.run("migrate").returncode == 0

    assert (folder / "secret_key").read_text() == key
    assert len(key) > 50
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600


def test_web_and_worker_run_apart_on_an_external_database(mudir, folder, new_server):
    database = new_server(folder.parent / "external")
    database.start()
    assert mudir.run("migrate", DATABASE_URL=database.url).returncode == 0

    assert mudir.run("serve", DATABASE_URL=database.url_of("postgres")).returncode == 1
    mudir.start("serve", DATABASE_URL=database.url)
    assert json.loads(mudir.get("/readyz")[1])["queue"] == "no worker"
    assert mudir.get("/readyz")[0] == 503
    assert mudir.stop() == 0


# ── refusals ──


def test_a_taken_port_is_named(settled):
    with socket.create_server(("127.0.0.1", settled.port)):
        assert the_sentence(settled.run("serve")) == (
            f"Port {settled.port} is taken by another program; choose one with MUDIR_PORT.")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_named(mudir, port):
    assert the_sentence(mudir.run("serve", MUDIR_PORT=port)) == (
        f"MUDIR_PORT must be a number from 1 to 65535, not {port}.")


def test_a_host_that_is_not_ours_is_named(settled):
    assert "Mudir may not listen on 192.0.2.1" in the_sentence(settled.run("serve", MUDIR_HOST="192.0.2.1"))


def test_a_second_start_on_the_same_folder_is_refused(settled, folder):
    settled.start("serve")

    assert the_sentence(settled.run("serve")) == (
        f"Mudir is already running on the data folder {folder}; stop it first or choose another folder with "
        "MUDIR_DATA.")
    assert settled.stop() == 0


def test_a_data_folder_that_cannot_be_written_is_named(mudir, folder):
    folder.mkdir()
    (folder / "file").touch()

    assert the_sentence(mudir.run("serve", MUDIR_DATA=f"{folder}/file/data")) == (
        f"The data folder {folder}/file/data cannot be written: Not a directory.")


def test_an_unreachable_database_is_named(mudir):
    for command in ("serve", "worker", "migrate"):
        said = the_sentence(mudir.run(command, DATABASE_URL="postgresql://mudir@127.0.0.1:1/mudir"))
        assert said.startswith("The database cannot be reached: ")


def test_a_database_that_is_not_postgresql_is_named(mudir):
    assert the_sentence(mudir.run("migrate", DATABASE_URL="mysql://localhost/mudir")) == (
        "DATABASE_URL must begin with postgresql://: Mudir runs on PostgreSQL only.")


def test_a_database_that_finds_no_arabic_is_refused(mudir, folder, new_server):
    database = new_server(folder.parent / "external")
    database.start()
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE deaf TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")

    said = the_sentence(mudir.run("migrate", DATABASE_URL=database.url_of("deaf")))
    assert said.startswith("The database does not find Arabic words")


def test_a_database_of_a_newer_mudir_is_refused(settled, folder):
    server = Server(folder)
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('host', '9999_later', now())")
    server.stop()

    assert the_sentence(settled.run("serve")) == (
        "The data was made by a newer Mudir (host.9999_later); install that version again.")


class PostgreSQL14(socketserver.BaseRequestHandler):
    """Speaks enough of the protocol to say which version it is."""

    def handle(self):
        (size,) = struct.unpack("!I", self.request.recv(4))
        self.request.recv(size - 4)

        def message(kind: bytes, body: bytes) -> bytes:
            return kind + struct.pack("!I", len(body) + 4) + body

        facts = {"server_version": "14.9", "client_encoding": "UTF8", "standard_conforming_strings": "on"}
        self.request.sendall(
            message(b"R", struct.pack("!I", 0))
            + b"".join(message(b"S", f"{name}\0{value}\0".encode()) for name, value in facts.items())
            + message(b"K", struct.pack("!II", 1, 1))
            + message(b"Z", b"I")
        )
        while self.request.recv(1000):
            self.request.sendall(message(b"C", b"SET\0") + message(b"Z", b"I"))


def test_an_old_database_server_is_refused(mudir):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), PostgreSQL14) as old:
        old.daemon_threads = True
        threading.Thread(target=old.serve_forever, daemon=True).start()
        url = f"postgresql://mudir@127.0.0.1:{old.server_address[1]}/mudir?sslmode=disable"
        said = the_sentence(mudir.run("migrate", DATABASE_URL=url))
        old.shutdown()

    assert said == "The database is PostgreSQL 14; Mudir needs 15 or newer."


# ── doctor ──


def test_the_doctor_of_a_running_mudir_finds_only_what_is_wrong(settled):
    settled.start("serve")
    subjects = [line.split("  ")[1].split(":")[0] for line in settled.run("doctor").stdout.splitlines()[:-1]]
    found = [line for line in settled.run("doctor").stdout.splitlines() if line.startswith("wrong")]

    assert subjects == ["Python", "Data folder", "Free disk", "Secret key", "Development mode", "Browser packages",
                        "Time zones", f"Port {settled.port}", "Database", "Extensions", "Tables", "Job worker"]
    assert found == ["wrong  Extensions: Missing: pg_trgm; run: mudir migrate."]  # an app above the host makes it
    assert settled.stop() == 0


def test_the_doctor_names_what_is_wrong(settled, folder):
    (folder / "secret_key").chmod(0o644)
    with socket.create_server(("127.0.0.1", settled.port)) as silent:
        threading.Thread(target=lambda: silent.accept()[0].sendall(b"220 mail\r\n"), daemon=True).start()
        done = settled.run("doctor", MUDIR_DEBUG="1")

    assert done.returncode == 1
    wrong = {line.split("  ")[1].split(":")[0] for line in done.stdout.splitlines() if line.startswith("wrong")}
    assert wrong == {"Secret key", "Development mode", f"Port {settled.port}", "Extensions"}


def test_the_doctor_says_that_the_database_cannot_be_reached(mudir):
    done = mudir.run("doctor", DATABASE_URL="postgresql://mudir@127.0.0.1:1/mudir")

    assert done.returncode == 1
    assert "wrong  Database: The database cannot be reached" in done.stdout


# ── help ──


@pytest.mark.parametrize("command", ["", "demo", "serve", "worker", "migrate", "doctor", "import", "export", "user",
                                     "user create", "user reset"])
def test_every_command_explains_itself(mudir, command):
    done = mudir.run(*command.split(), "--help")

    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: mudir {command}".strip())


def test_a_command_that_does_not_exist_is_a_wrong_call(mudir):
    assert mudir.run("dance").returncode == 2
