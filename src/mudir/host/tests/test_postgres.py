import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from mudir.host.postgres import AlreadyRunning, CannotStart, Server, _processes_in
from mudir.host.service_user import identity, service_user
from mudir.host.tests.conftest import eventually

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="concerns a start as root; run the tests as root to check it")


def ask(server: Server, query: str):
    with psycopg.connect(server.url, autocommit=True) as connection:
        found = connection.execute(query)
        return found.fetchone() if found.description else None


def test_a_new_database_knows_arabic_letters(new_server):
    server = new_server()
    server.start()

    ask(server, "CREATE EXTENSION pg_trgm")
    assert ask(server, "SELECT similarity('محمد', 'محمود'), upper('é'), current_setting('server_encoding')") == (
        0.375, "É", "UTF8")


def test_the_database_outlives_a_stop(new_server):
    first = new_server()
    first.start()
    ask(first, "CREATE TABLE kept AS SELECT 7 AS number")
    first.stop()
    assert _processes_in(first.data) == set()

    second = new_server()
    second.start()
    assert ask(second, "SELECT number FROM kept") == (7,)


def test_a_killed_server_just_starts_again(new_server):
    first = new_server()
    first.start()
    ask(first, "CREATE TABLE kept AS SELECT 7 AS number")
    first.process.kill()
    first.process.wait()
    first.stop()
    assert (first.data / "postmaster.pid").exists()

    second = new_server()
    second.start()
    assert ask(second, "SELECT number FROM kept") == (7,)


def test_a_lock_naming_a_living_stranger_does_not_stop_the_start_nor_harm_the_stranger(new_server):
    first = new_server()
    first.start()
    first.stop()
    stranger = subprocess.Popen(["sleep", "60"], **identity(first.user))
    try:
        lock = first.data / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{first.data}\n1700000000\n5432\n{first.run}\n\n")
        os.chmod(lock, 0o600)

        new_server().start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_empty_lock_does_not_stop_the_start(new_server):
    first = new_server()
    first.start()
    first.stop()
    (first.data / "postmaster.pid").touch(0o600)

    new_server().start()


def test_a_cluster_half_made_by_a_killed_start_is_made_again(new_server, folder):
    (folder / "postgres.new").mkdir(parents=True)
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    folder.chmod(0o711)

    new_server().start()


def test_the_server_ends_when_its_owner_is_killed(folder, new_server):
    owner = subprocess.Popen([sys.executable, "-m", "mudir.host.postgres", folder], stdout=subprocess.PIPE, text=True)
    with owner.stdout:
        assert owner.stdout.readline().startswith("postgresql://")
    assert _processes_in(folder / "postgres")
    owner.kill()
    owner.wait()

    assert eventually(lambda: not _processes_in(folder / "postgres"), 10)
    new_server().start()


def test_a_folder_has_one_owner(new_server):
    new_server().start()

    with pytest.raises(AlreadyRunning, match="already running on the data folder"):
        new_server().start()


@pytest.mark.parametrize(("version", "sentence"), [("99", "made by a newer Mudir"), ("9", "made by an older Mudir")])
def test_data_of_another_postgresql_is_refused(new_server, version, sentence):
    server = new_server()
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text(version + "\n")

    with pytest.raises(CannotStart, match=sentence):
        new_server().start()


def test_a_long_path_gets_a_short_private_socket(folder, new_server):
    server = new_server(folder.joinpath(*["long" * 20] * 3))
    server.start()

    assert ask(server, "SELECT 1") == (1,)
    assert server.run.stat().st_mode & 0o777 == 0o700
    server.stop()
    shutil.rmtree(server.run)


def test_a_short_socket_folder_of_somebody_else_is_not_used(folder, new_server, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder.parent))
    server = new_server(folder.joinpath(*["long" * 20] * 3))
    server.start()
    server.stop()
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    server.run.rmdir()
    server.run.symlink_to(elsewhere)

    with pytest.raises(CannotStart, match="belongs to somebody else"):
        new_server(server.folder).start()


@as_root
def test_as_root_the_server_runs_as_a_service_user_in_no_group_of_root(new_server):
    server = new_server()
    server.start()

    status = dict(line.split(":", 1) for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines())
    user = service_user()
    assert status["Uid"].split() == [str(user.pw_uid)] * 4
    assert status["Gid"].split() == [str(user.pw_gid)] * 4
    assert status["Groups"].split() == []


@as_root
def test_as_root_a_closed_parent_stays_closed_and_the_database_lives_elsewhere(folder, new_server):
    closed = folder / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    server = new_server(closed / "data")
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    again = new_server(closed / "data")
    again.start()

    assert closed.stat().st_mode & 0o777 == 0o700
    assert ask(again, "SELECT number FROM kept") == (7,)
    again.stop()
    shutil.rmtree(again.data.parent)


@as_root
def test_another_user_of_the_machine_cannot_connect(new_server):
    server = new_server()
    server.start()
    command = [server.bin / "psql", "-X", "-h", server.run, "-U", "mudir", "-c", "SELECT 1", "mudir"]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    stranger = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", user="daemon",
                              group="daemon", extra_groups=[])
    assert stranger.returncode == 2
    assert "Permission denied" in stranger.stderr


def test_a_folder_that_cannot_be_made_is_named(new_server, folder):
    folder.mkdir(parents=True)
    (folder / "file").touch()

    with pytest.raises(CannotStart, match=r"The data folder .*/file/data cannot be written: Not a directory\."):
        new_server(folder / "file" / "data").start()


@pytest.fixture
def small_disk(folder):
    """Mounts a disk of so many megabytes on the folder."""
    folder.mkdir(parents=True)

    def mount(size: str, *options: str) -> None:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", "mode=711", *options]), "tmpfs",
                               folder], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a small disk needs root with the right to mount: {done.stderr.strip()}")

    yield mount
    subprocess.run(["umount", folder], capture_output=True, check=False)


def test_a_new_database_on_a_full_disk_is_refused(small_disk, new_server):
    small_disk("8m")

    with pytest.raises(CannotStart, match="The disk of .* is full: the database needs 150 MB to start"):
        new_server().start()


def test_a_database_whose_disk_became_full_is_refused_and_starts_when_there_is_room(small_disk, new_server, folder):
    small_disk("400m")
    first = new_server()
    first.start()
    first.stop()
    filler = folder / "filler"
    with open(filler, "wb") as full, pytest.raises(OSError, match="No space left"):
        while True:
            full.write(bytes(2**20))

    with pytest.raises(CannotStart, match="The disk of .* is full: the database needs 20 MB to start"):
        new_server().start()
    filler.unlink()
    new_server().start()


def test_a_read_only_disk_is_named(small_disk, new_server, folder):
    small_disk("8m", "ro")

    with pytest.raises(CannotStart, match="cannot be written: Read-only file system"):
        new_server().start()


def test_a_server_that_died_is_revived(new_server):
    server = new_server()
    server.start()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert server.died()

    server.revive()
    assert ask(server, "SELECT 1") == (1,)
