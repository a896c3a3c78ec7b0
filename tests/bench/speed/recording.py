"""What recording costs a test suite, and what verifying costs for each request on a tape."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from real.apps import REPOSITORY, SAMPLE
from real.workspace import install

from .running import measure

_TOY = REPOSITORY / "tests" / "verify" / "toy"
_DRIVER = """\
import sys, tempfile
from club import create_app
from club.database import db
from club.models import Member

with tempfile.TemporaryDirectory() as folder:
    app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/test.db", "TESTING": True})
    with app.app_context():
        db.create_all()
        db.session.add(Member(name="Nobody"))
        db.session.commit()
    client = app.test_client()
    client.post("/members/", data={"name": "Ada"})
    for number in range(int(sys.argv[1]) // 2):
        client.post("/loans/", data={"title": f"Book {number}"})
        client.get("/members/2")
"""
_FEW, _MANY = 20, 220
_COMMAND = (sys.executable, "-m", "decompose")


def overhead(folder: Path) -> float:
    """The sample's test suite recorded, in times of the same not recorded."""
    sample = install(SAMPLE)
    suite = [sample.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    plain = measure(suite, cwd=sample.source, runs=3)
    tape = folder / "sample.tape"
    command = [*_COMMAND, "trace", sample.source, "--output", tape, "--python", sample.python, "--"]
    tests = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    recorded = measure([*command, *tests], cwd=folder, before=lambda: _remove(tape), runs=3)
    assert plain.runs, plain.failure
    assert recorded.runs, recorded.failure
    return recorded.seconds / plain.seconds


def verifying(folder: Path) -> float:
    """Milliseconds for one more request on a tape: played against monolith, twice, and split."""
    toy, split = folder / "toy", folder / "split"
    shutil.copytree(_TOY, toy)
    (toy / "many.py").write_text(_DRIVER)
    measure([*_COMMAND, "scaffold", toy, "--output", split, "--no-history"], cwd=folder, runs=1)
    seconds = {count: _verified(toy, split, folder, count) for count in (_FEW, _MANY)}
    return 1000 * (seconds[_MANY] - seconds[_FEW]) / (_MANY - _FEW)


def scaffolding(folder: Path) -> float:
    """Seconds to split the sample, analysis included, with nothing in the cache."""
    sample, target = REPOSITORY / "sample_monolith", folder / "split"
    command = [*_COMMAND, "scaffold", sample, "--output", target, "--no-history", "--no-cache"]
    written = measure(command, cwd=folder, before=lambda: _empty(target), runs=3)
    assert written.runs, written.failure
    return written.seconds


def _empty(target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)


def _verified(toy: Path, split: Path, folder: Path, count: int) -> float:
    tape, python = folder / f"{count}.tape", ("--python", sys.executable)
    recording = ("python", "many.py", str(count))
    measure([*_COMMAND, "trace", toy, "-o", tape, *python, "--", *recording], cwd=folder, runs=1)
    playing = [*_COMMAND, "verify", toy, split, "--tape", tape, *python]
    played = measure(playing, cwd=folder, runs=3)
    assert played.runs, played.failure
    return played.seconds


def _remove(tape: Path) -> None:
    tape.unlink(missing_ok=True)
