"""Sides that run already are verified; what can't be had of them is refused."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from decompose.verify.process import Server
from decompose.verify.start import serve_command
from verify.club import TOY, Verify, decompose, serve, spoil

COUNTS = {"loans": "SELECT count(*) FROM loans", "members": "SELECT count(*) FROM members"}
NOBODY_THERE = """
gateway = "http://127.0.0.1:9"
[databases]
loans = "sqlite:////loans.db"
members = "sqlite:////members.db"
"""
Serve = Callable[..., Path]


@pytest.fixture
def served(club: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts a split as its people would; gives the file that says where it is."""
    with ExitStack() as closing:

        def start(split: Path = club / "split", *, prepared: bool = True, more: str = "") -> Path:
            folder = tmp_path / "split"
            if split != folder:
                shutil.copytree(split, folder)
            replay = tmp_path / "replay"
            words = ("verify", club / "club", folder, "--tape", club / "club.tape")
            done = decompose(*words, "--prepare", replay)
            assert done.returncode == 0, done.stderr
            address = closing.enter_context(serve(folder, replay if prepared else None))
            named = "".join(f'{s} = "sqlite:///{folder}/data/{s}.db"\n' for s in COUNTS)
            file = replay / "running.toml"
            file.write_text(f'gateway = "{address}"\n{more}[databases]\n{named}')
            return file

        yield start


def rows(file: Path, service: str) -> int:
    connection = sqlite3.connect(file.parents[1] / "split" / "data" / f"{service}.db")
    ((count,),) = connection.execute(COUNTS[service])
    connection.close()
    return int(count)


def test_equal(served: Serve, verify: Verify) -> None:
    """A split that runs is equal, as one that `verify` starts; afterwards its tables are empty."""
    file = served()
    verified = verify(None, "--running", file)
    assert verified.status == 0, verified.said
    assert (verified.found["requests"], verified.found["equal"]) == (14, 14)
    assert rows(file, "members") == rows(file, "loans") == 0


def test_spoilt(served: Serve, verify: Verify, club: Path, tmp_path: Path) -> None:
    """An answer and a row that are not the monolith's are found in a split that runs."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    spoil(split, "services/loans/club/loans.py", "member.borrowed += 1", "member.borrowed += 2")
    spoil(split, "services/loans/club/loans.py", '{"X-Count": str(len(found))}', "{}")
    verified = verify(None, "--running", served(split))
    assert verified.status == 1, verified.said
    assert {("loans.lend", "row members[2].borrowed"), ("loans.index", "header x-count")} <= (
        verified.places()
    )


def test_clients(served: Serve, verify: Verify) -> None:
    """Several clients can play against a split that runs."""
    verified = verify(None, "--running", served(), "--clients", 2)
    assert verified.status == 0, verified.said


def test_rows_are_not_lost(served: Serve, verify: Verify) -> None:
    """Databases with rows are refused, and left alone, unless their rows may be replaced."""
    file = served()
    connection = sqlite3.connect(file.parents[1] / "split" / "data" / "members.db")
    connection.execute("INSERT INTO members (name, borrowed) VALUES ('Real', 0)")
    connection.commit()
    connection.close()
    refused = verify(None, "--running", file)
    assert refused.status == 3
    assert "hold rows (members)" in refused.said
    assert rows(file, "members") == 1
    file.write_text("replace-rows = true\n" + file.read_text())
    assert verify(None, "--running", file).status == 0


def test_not_prepared(served: Serve, verify: Verify) -> None:
    """A split that keeps its own time can't be compared with the tape, and is refused."""
    verified = verify(None, "--running", served(prepared=False))
    assert verified.status == 3
    assert "--prepare" in verified.said


MAKE_TABLES = """
from club import create_app
from club.database import db
with create_app().app_context():
    db.create_all()
"""


@contextmanager
def monolith(folder: Path, replay: Path, code: Path = TOY) -> Iterator[str]:
    """Start the monolith with what was prepared; give its part of the file."""
    shutil.copytree(code, folder)
    subprocess.run([sys.executable, "-c", MAKE_TABLES], cwd=folder, check=True)
    environment = {
        "DECOMPOSE_RECORDER": f"{replay}/monolith.json",
        "PYTHONPATH": f"{replay}/recorder",
        "PYTHONHASHSEED": "0",
        "SECRET_KEY": (replay / "secret_key").read_text(),
    }
    command = serve_command(sys.executable, "club:create_app", 0)
    server = Server("The monolith", command, folder, environment)
    try:
        address = f"http://127.0.0.1:{server.wait()}"
        database = f"sqlite:///{folder}/instance/club.db"
        yield f'[{folder.name}]\naddress = "{address}"\ndatabase = "{database}"\n'
    finally:
        server.stop()


def test_monolith_that_runs(served: Serve, verify: Verify, tmp_path: Path) -> None:
    """A monolith that runs, once or twice, is what the split is compared with."""
    file = served()
    replay = file.parent
    with (
        monolith(tmp_path / "monolith", replay) as one,
        monolith(tmp_path / "again", replay) as two,
    ):
        for more in (one, two):
            file.write_text(file.read_text() + more)
            verified = verify(None, "--running", file)
            assert verified.status == 0, verified.said
            assert (verified.found["equal"], verified.found["drifted"]) == (14, [12])


def test_monolith_of_other_code(served: Serve, verify: Verify, tmp_path: Path) -> None:
    """It is really asked: what it does otherwise than recorded is told."""
    file = served()
    spoilt = shutil.copytree(TOY, tmp_path / "spoilt")
    spoil(spoilt, "club/loans.py", "member.borrowed += 1", "member.borrowed += 2")
    with monolith(tmp_path / "monolith", file.parent, spoilt) as one:
        file.write_text(file.read_text() + one)
        verified = verify(None, "--running", file)
    assert verified.status == 0, verified.said
    assert verified.found["drifted"] == [3, 6, 12]


CLIENT = """
import flask
app = flask.Flask("service")
app.add_url_rule("/", "who", lambda: flask.request.access_route + [flask.request.remote_addr])
headers = {"X-Decompose-Moment": "1.0;seed", "X-Forwarded-For": "172.18.0.1"}
base = {"REMOTE_ADDR": "172.18.0.1"}
answer = app.test_client().get("/", headers=headers, environ_base=base)
assert answer.json == ["127.0.0.1", "127.0.0.1"], answer.json
assert answer.headers["X-Decompose-Moment"] == "seed"
"""


def test_networks_are_not_seen(club: Path, tmp_path: Path) -> None:
    """A service answers as if it were asked from this machine: what it signs has the address."""
    words = ("verify", club / "club", club / "split", "--tape", club / "club.tape")
    assert decompose(*words, "--prepare", tmp_path).returncode == 0
    (tmp_path / "service.json").touch()
    variables = {"DECOMPOSE_RECORDER": "split.json", "PYTHONPATH": "recorder"}
    command = [sys.executable, "-c", CLIENT]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **variables}, check=True)


def test_faults_are_refused(verify: Verify, tmp_path: Path) -> None:
    """Services that run already are not killed."""
    verified = verify(None, "--running", tmp_path / "running.toml", "--faults", 1)
    assert verified.status == 2
    assert "--faults" in verified.said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gateway = 1", "Expected `str`, got `int` - at `$.gateway`"),
        ("gateway = [", "Invalid value"),
        ('gateway = "x"\n[databases]\n', "missing"),
        (
            'gateway = "ftp://h/"\n[databases]\nloans = "sqlite:////l.db"\nmembers = "mysql://h"',
            "no address",
        ),
        (
            'gateway = "http://h"\n[databases]\nloans = "sqlite:////l"\nmembers = "postgresql://h"',
            "of the tape's kind, sqlite",
        ),
        (NOBODY_THERE, "does not answer"),
        (NOBODY_THERE.replace("loans.db", "members.db"), "loans and members can't have one"),
        (NOBODY_THERE + '[again]\naddress = "h"\ndatabase = "sqlite:////a.db"', "the again 'h'"),
    ],
)
def test_files_that_say_no_split(verify: Verify, tmp_path: Path, text: str, message: str) -> None:
    """A file that doesn't name a running split of this tape is refused with the place."""
    file = tmp_path / "running.toml"
    file.write_text(text)
    verified = verify(None, "--running", file)
    assert verified.status == 3, verified.said
    assert message in verified.said.replace("\n", " ")
