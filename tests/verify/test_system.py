"""A small monolith is recorded, split and verified; then the split is spoilt, and that is found."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from verify.club import TOY, Verify, decompose, spoil


def test_equal(verify: Verify, club: Path) -> None:
    """A correct split is equal, to rows, numbers and random values; what nobody asked is named."""
    verified = verify()
    assert verified.status == 0, verified.said
    found = verified.found
    assert (found["requests"], found["equal"], found["differences"]) == (14, 14, [])
    assert found["drifted"] == [12], "only the number of the process is not as it was recorded"
    assert found["untouched"] == ["members.never", "static"]
    assert [(u["endpoint"], u["place"]) for u in found["unsteady"]] == [  # type: ignore[attr-defined]
        ("loans.process", "body $.pid")
    ]
    cases = ET.parse(verified.junit).getroot().findall("testcase")  # noqa: S314 - our own file
    assert {case.get("name") for case in cases if case.find("skipped") is not None} == {
        "members.never",
        "static",
    }
    assert not (club / "split" / "data").exists()


def test_spoilt_code(verify: Verify, club: Path, tmp_path: Path) -> None:
    """Each endpoint that is spoilt in its service is found, with the place."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    members, loans = "services/members/club/members.py", "services/loans/club/loans.py"
    spoil(split, members, "borrowed=member.borrowed", "borrowed=float(member.borrowed)")
    spoil(split, members, 'member.name = request.form["name"]\n    db.session.commit()', "pass")
    spoil(split, members, 'session["member"] = member.id', "pass")
    spoil(split, loans, "member.borrowed += 1", "member.borrowed += 2")
    spoil(split, loans, '{"X-Count": str(len(found))}', "{}")
    verified = verify(split)
    assert verified.status == 1, verified.said
    assert {
        ("members.show", "body $.borrowed"),
        ("members.rename", "row members[3].name"),
        ("members.join", "cookie session"),
        ("loans.lend", "row members[2].borrowed"),
        ("loans.index", "header x-count"),
    } <= verified.places()
    assert "requests equal" in verified.said
    lend = next(d for d in verified.found["differences"] if d["endpoint"] == "loans.lend")  # type: ignore[attr-defined]
    assert ("forward", "club/loans.py") in {
        (suspect["technique"], suspect["at"]["path"]) for suspect in lend["suspects"]
    }
    index = next(d for d in verified.found["differences"] if d["endpoint"] == "loans.index")  # type: ignore[attr-defined]
    assert "page-unordered" in {suspect["technique"] for suspect in index["suspects"]}


def test_lost_changes(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A feed that loses changes is found by the answers from copies that it leaves behind."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    feed = "servicekit/servicekit/feed.py"
    spoil(split, feed, '"changes": [change.to_json() for change in changes]', '"changes": []')
    verified = verify(split)
    assert verified.status == 1, verified.said
    assert ("loans.lend", "status") in verified.places()


def test_both_broken(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A monolith that fails where it didn't when it was recorded proves nothing: a difference."""
    monolith, split = tmp_path / "club", tmp_path / "split"
    shutil.copytree(club / "club", monolith)
    shutil.copytree(club / "split", split)
    for folder in (monolith, split / "services" / "members"):
        spoil(folder, "club/members.py", 'member.name = request.form["name"]', "raise OSError")
    verified = verify(split, monolith=monolith)
    assert verified.status == 1, verified.said
    assert {endpoint for endpoint, _ in verified.places()} == {"members.rename"}
    assert "tape was recorded from other code" in verified.said


def test_cut_off_tape(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A tape whose recording was killed is played as far as it goes, and that is said."""
    cut = tmp_path / "cut.tape"
    lines = (club / "club.tape").read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:6]) + lines[6][:40])
    verified = verify(tape=cut)
    assert verified.status == 0, verified.said
    assert "The tape was cut off after step" in verified.said


def test_monolith_that_does_not_start(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A monolith that doesn't start is named with its last lines."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    for path in split.glob("services/*/service.json"):
        path.write_text(path.read_text().replace("club:create_app", "club:gone"))
    verified = verify(split)
    assert verified.status == 3
    assert "The monolith does not start" in verified.said
    assert "gone" in verified.said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no tape"),
        (b"GIF89a", "is no tape"),
        (b'{"event":"tape","format":9,"tool":"","code":""}\n', "is no tape of format"),
        (b'{"event":"tape","format":1,"tool":"","code":""}\n', "holds no request"),
    ],
)
def test_no_tape(verify: Verify, tmp_path: Path, content: bytes, message: str) -> None:
    """What is no tape, or holds nothing to play, is refused."""
    path = tmp_path / "some.tape"
    path.write_bytes(content)
    verified = verify(tape=path)
    assert (verified.status, message in verified.said) == (3, True)


def test_no_split(verify: Verify, tmp_path: Path) -> None:
    """A folder that holds no split is refused, with the command that writes one."""
    verified = verify(split=tmp_path)
    assert verified.status == 3
    assert "decompose scaffold" in verified.said


DATABASE_ONLY = """
from club import create_app
from club.database import db
from club.models import Member

app = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite://"})
with app.app_context():
    db.create_all()
    db.session.add(Member(name="Nobody"))
    db.session.commit()
    assert Member.query.count() == 1
"""


@pytest.mark.parametrize("program", ["pass", DATABASE_ONLY])
def test_nothing_to_record(tmp_path: Path, program: str) -> None:
    """A command that sends no request, such as tests of the database, gets a clear message."""
    tape = tmp_path / "none.tape"
    command = (sys.executable, "-c", program)
    done = decompose("trace", TOY, "-o", tape, "--python", sys.executable, "--", *command)
    assert done.returncode == 3
    assert "holds no request" in done.stderr
    assert "record something that sends requests" in done.stderr


def test_relative_command(tmp_path: Path) -> None:
    """A command is found from where one is, though it runs in the monolith's folder."""
    (tmp_path / "tool").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "tool").chmod(0o755)
    words = ("trace", TOY, "-o", tmp_path / "some.tape", "--", "./tool")
    command = [sys.executable, "-m", "decompose", *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "holds no request" in done.stderr


def test_split_that_does_not_start(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A split that doesn't start is named, with the service's last lines."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    service = split / "services" / "loans" / "club" / "loans.py"
    service.write_text("raise OSError('gone fishing')")
    verified = verify(split)
    assert verified.status == 3
    assert "The split does not start" in verified.said
    assert "gone fishing" in verified.said


def test_masks(tmp_path: Path) -> None:
    """A masked value is nowhere on the tape: in no form, JSON, row or page."""
    tape = tmp_path / "masked.tape"
    words = ("trace", TOY, "-o", tape, "--python", sys.executable, "--mask", "name")
    done = decompose(*words, "--mask", "loans.title", "--", sys.executable, "drive.py")
    assert done.returncode == 0, done.stderr
    text = tape.read_text()
    assert "masked-" in text
    for value in ("Ada", "Bob", "Robert", "Nobody", "Somebody", "Ulysses", "\\u00c9mile"):
        assert value not in text, value


def with_faults(
    club: Path, split: Path, seed: int, *words: object
) -> subprocess.CompletedProcess[str]:
    return decompose(
        *("verify", club / "club", split, "--tape", club / "club.tape"),
        *("--python", sys.executable, "--faults", 1, "--seed", seed, *words),
    )


def test_faults(club: Path) -> None:
    """Services that are killed, delayed or not heard lose no row and double none."""
    done = with_faults(club, club / "split", seed=6)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 3 steps wrong in 1 runs" in done.stdout
    assert " 0 faults took place" not in done.stdout


def test_write_left_open(club: Path, tmp_path: Path) -> None:
    """An owner that can't ask what became of a write that it applied is found out."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    spoil(split, "services/members/service.json", '"peers": [\n    "loans"\n  ]', '"peers": []')
    done = with_faults(club, split, 6, "--output", tmp_path / "kept")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "forwarded writes" in done.stdout
    logs = list((tmp_path / "kept").glob("seed-6-step-*/members.log"))
    assert logs
    assert any("Booting worker" in log.read_text() for log in logs)


def test_faults_interrupted(club: Path, tmp_path: Path) -> None:
    """Ctrl-C ends runs with faults early, and what has been played until then is printed."""
    words = ("verify", club / "club", club / "split", "--tape", club / "club.tape")
    command = [sys.executable, "-m", "decompose", *map(str, words)]
    process = subprocess.Popen(
        [*command, "--python", sys.executable, "--faults", "50", "--seed", "6"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - one call
    )
    until = time.monotonic() + 120
    while not list(tmp_path.glob("decompose-*/fault.json.met")) and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "in 0 of 50 runs" in said
