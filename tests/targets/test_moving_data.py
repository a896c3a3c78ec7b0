"""The club's rows, moved into its split by the command that the system brings."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from decompose.write import write_system
from targets.moving import ask, command, fill, migrate
from targets.running import running
from targets.split import club

PATHS = ("/members/7", "/members/top.json", "/bookings/all.json")


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """The club's system, written; nothing has run yet."""
    write_system(tmp_path / "system", club().files)
    return tmp_path / "system"


@pytest.fixture
def monolith(tmp_path: Path) -> str:
    """The URL of a filled monolith's database."""
    url = f"sqlite:///{tmp_path}/club.db"
    fill(url, members=200, bookings=40_000)
    return url


def bookings(system: Path) -> int:
    with sqlite3.connect(system / "data" / "bookings.db") as connection:
        found: int = connection.execute("SELECT count(*) FROM bookings").fetchone()[0]
    return found


def test_the_split_answers_as_the_monolith_did(system: Path, monolith: str) -> None:
    """Moved, also after a rehearsal and a kill in the middle, rows are what they were."""
    done = migrate(system, monolith, "--rehearse")
    assert done.returncode == 0, done.stderr
    assert "Nothing was kept" in done.stdout
    assert bookings(system) == 0

    with subprocess.Popen(command(system, monolith), stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        next(line for line in killed.stdout if line.startswith("bookings: bookings: 40,000 rows …"))
        killed.kill()
        killed.stdout.read()  # ends when the last process that writes there has ended
    assert killed.returncode == -signal.SIGKILL
    assert bookings(system) == 0

    done = migrate(system, monolith)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Everything is there. 40,400 rows in ")
    with running(system) as gateway:
        for path, text in ask(monolith, *PATHS).items():
            assert urllib3.request("GET", gateway + path, timeout=60).data.decode() == text


def test_a_database_with_rows_is_refused(system: Path, monolith: str) -> None:
    """It is named, and no other is touched."""
    (system / "data").mkdir()
    with sqlite3.connect(system / "data" / "bookings.db") as connection:
        connection.execute("CREATE TABLE bookings AS SELECT 1 AS id")
    done = migrate(system, monolith)
    assert done.returncode == 1
    assert done.stderr.startswith("migrate.py: bookings: its table bookings has rows already")
    assert not (system / "data" / "members.db").exists()


def test_what_is_to_be_moved_has_to_be_named(system: Path) -> None:
    """Without a source, and with one that isn't there, it says so in a line."""
    program = [sys.executable, str(system / "migrate.py"), "--python", sys.executable]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "--source" in done.stderr
    done = migrate(system, "sqlite:////no/such.db")
    assert done.stderr == "migrate.py: there is no database /no/such.db\n"
