"""The recorder inside an application, on whatever Python runs these tests: 3.7 and newer."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CASES = """
    <lambda> <lambda> <module> Named Plain __init__ __missing__ __prepare__ awaited block_words
    called classes conditional counting decorated documented each failing failure generated hidden
    inner innermost macro one_line root view waited wrapper
"""
"""What a request to `app/cases.py` runs, by last names."""
RECORDER = HERE.parents[1] / "templates" / "recorder"


def environment(tmp_path: Path, **settings: Any) -> dict[str, str]:
    """What a program is started with so that the recorder runs in it."""
    path = tmp_path / f"{settings['mode']}.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return {
        **os.environ,
        "PYTHONPATH": str(RECORDER),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DECOMPOSE_RECORDER": str(path),
        "NOTES_DATABASE": str(tmp_path / f"{settings['mode']}.db"),
    }


@pytest.fixture
def tape(tmp_path: Path) -> list[dict[str, Any]]:
    """What is on the tape when the application's own program has run."""
    return recorded(tmp_path, "notes.py")


def recorded(tmp_path: Path, *program: str) -> list[dict[str, Any]]:
    """What is on the tape when a program in the application's folder has run."""
    path = tmp_path / "notes.tape"
    path.write_bytes(b"")
    settings = {
        "tape": str(path),
        "limit": 2**20,
        "masks": [],
        "key": "",
        "root": str(HERE / "app"),
    }
    subprocess.run(
        [sys.executable, *program],
        cwd=str(HERE / "app"),
        env=environment(tmp_path, mode="record", **settings),
        check=True,
    )
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_query_is_kept_however_it_was_given(tmp_path: Path) -> None:
    """A test client that is handed the query beside the path leaves it out of the request's URI."""
    asked = [e["target"] for e in recorded(tmp_path, "asked.py") if e["event"] == "request"]
    assert asked == ["/notes?q=a%2Fb", "/notes?q=a+b", "/notes"]


def test_records(tape: list[dict[str, Any]]) -> None:
    """A request is on the tape with its answer, its rows, its statements and what ran."""
    events = {event["event"]: event for event in tape}
    assert set(events) == {"application", "schema", "request", "end"}
    asked = events["request"]
    assert (asked["method"], asked["target"], asked["endpoint"]) == ("POST", "/notes", "add")
    assert asked["rows"] == [["notes", [1], [1, "one"]]]
    assert "INSERT INTO notes (text) VALUES (?)" in [sql for _, sql, _ in asked["statements"]]
    assert ran(asked) == {("notes.py", "add"): "<module>", ("notes.py", "connect"): "add"}
    assert events["application"]["endpoints"] == ["add", "more", "never", "static"]


def ran(asked: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What ran, with what called it."""
    return {(path, name): caller for path, _, name, _, _, caller in asked["definitions"]}


def test_traced(tmp_path: Path) -> None:
    """What traces the program already goes on to, and what ran is on the tape all the same."""
    (asked,) = [e for e in recorded(tmp_path, "traced.py") if e["event"] == "request"]
    assert ran(asked) == {("notes.py", "add"): "<module>", ("notes.py", "connect"): "add"}


def test_every_definition_is_on_the_tape_however_it_is_followed(tmp_path: Path) -> None:
    """What a program imports, and so is compiled with notes, is told as what has to be traced.

    What the application sees of itself (sources, lines, docstrings) is the same.
    """
    noted, traced = (
        [e for e in recorded(tmp_path, program) if e["event"] == "request"][-1]
        for program in ("imported.py", "cases.py")
    )
    assert noted["status"] == 200
    assert noted["answer"] == traced["answer"]
    assert noted["definitions"] == traced["definitions"]
    names = [name.rpartition(".")[2] for _, _, name, *_ in noted["definitions"]]
    assert sorted(names) == sorted(CASES.split())


def test_what_tests_compile_is_followed(tmp_path: Path) -> None:
    """Functions of a test that pytest has rewritten, and kept, are on the tape when they run."""
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "suite.py"]
    unrecorded = {**os.environ, "NOTES_DATABASE": str(tmp_path / "notes.db")}
    unrecorded.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, *command], cwd=str(HERE / "app"), env=unrecorded, check=True)
    (asked,) = [e for e in recorded(tmp_path, *command) if e["event"] == "request"]
    assert ran(asked)["suite.py", "listening"] == "test_notes"


def test_changed(tmp_path: Path) -> None:
    """Rows that change between requests are on the tape: a type alone, and a file made anew."""
    events = [e for e in recorded(tmp_path, "changed.py") if {"changes", "rows"} & set(e)]
    note = ["notes", [1], [1, "one"]]
    assert [(e["event"], e.get("changes", e.get("rows"))) for e in events] == [
        ("state", [["marks", [1], [1, 1]]]),
        ("request", [note]),
        ("state", [["marks", [1], [1, 1.0]]]),
        ("request", [["notes", [2], [2, "one"]]]),
        ("state", [["marks", [1], None], ["notes", [1], None], ["notes", [2], None]]),
        ("request", [note]),
    ]
    first, second, _ = [e["changes"][0][2] for e in events if e["event"] == "state"]
    assert (type(first[1]), type(second[1])) == (int, float)


def test_replaced(tmp_path: Path) -> None:
    """What a test has replaced is on the tape by name, at the requests that it was replaced at."""
    events = recorded(tmp_path, "replaced.py")
    asked = {e["body"].partition("=")[2]: e["replaced"] for e in events if e["event"] == "request"}
    assert asked == {
        "plain": [],
        "decorated": ["uuid.uuid4"],
        "started": ["uuid.uuid4"],
        "several": ["flask.config.Config", "notes.connect"],
        "monkey": ["notes.jsonify", "os.environ['NOTES_LANGUAGE']"],
        "plain+again": [],
    }


def test_kept(tmp_path: Path) -> None:
    """What a test gave the application for good is on the tape, with the file of what keeps it.

    Objects of the application's that fail when they are looked at don't end it.
    """
    *_, end = recorded(tmp_path, "keeping.py")
    assert end["kept"] == [
        ["Loud of tests/loud.py", "formats.py"],
        ["Quiet of tests/loud.py", "formats.py"],
    ]
    *_, end = recorded(tmp_path, "notes.py")
    assert end["kept"] == []


@contextmanager
def served(tmp_path: Path) -> Iterator[Any]:
    """Serve the application for a replay; what is given asks it by POST, in a moment."""
    settings = {"monolith": True, "config": {}, "pinned": {}, "files": "", "faults": ""}
    server = subprocess.Popen(
        [sys.executable, "-m", "decompose_recorder.serve", "notes:app", "0"],
        cwd=str(HERE / "app"),
        env=environment(tmp_path, mode="replay", **settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    assert server.stdin
    assert server.stdout

    def ask(target: str, body: str, moment: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-Decompose-Moment": moment}
        connection.request("POST", target, body, form)
        answer = connection.getresponse().read().decode()
        connection.close()
        return answer

    try:
        port = int(server.stdout.readline().split()[1].rpartition(":")[2])
        yield ask
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait(30)


def test_replays(tape: list[dict[str, Any]], tmp_path: Path) -> None:
    """The same request in the same moment gets the same time and the same random key."""
    (asked,) = [event for event in tape if event["event"] == "request"]
    with served(tmp_path) as ask:
        again = ask("/notes", "text=one", f"{asked['now']!r};{asked['seed']};0.0")
    assert json.loads(again) == json.loads(asked["answer"])


def test_held(tmp_path: Path) -> None:
    """Requests that are held before they write have all read the same; others come in turn."""
    with served(tmp_path) as ask, ThreadPoolExecutor(3) as pool:
        ask("/notes", "text=one", "0;seed;0.0")
        assert ask("/notes/1/more", "", "0;seed;0.5") == "one"
        held = [pool.submit(ask, "/notes/1/more", "", "0;seed;0.5") for _ in range(3)]
        assert {one.result() for one in held} == {"one!"}
        assert ask("/notes/1/more", "", "0;seed") == "one!!"
