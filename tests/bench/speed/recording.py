"""What recording costs a test suite, and what verifying costs for each request on a tape."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from real.apps import REPOSITORY, SAMPLE
from real.workspace import install

from .running import Case, in_turns, measure

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
_PYTHON = ("--python", sys.executable)


def overhead(folder: Path) -> float:
    """The sample's test suite recorded, in times of the same not recorded."""
    sample = install(SAMPLE)
    suite = [sample.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    tape = folder / "sample.tape"
    command = [*_COMMAND, "trace", sample.source, "--output", tape, "--python", sample.python, "--"]
    tests = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    found = in_turns(
        {
            "plain": Case(command=suite),
            "recorded": Case(command=[*command, *tests], before=lambda: _remove(tape)),
        },
        cwd=sample.source,
    )
    plain, recorded = found["plain"], found["recorded"]
    assert plain.runs, plain.failure
    assert recorded.runs, recorded.failure
    return recorded.seconds / plain.seconds


def verifying(folder: Path) -> float:
    """Milliseconds for one more request on a tape: played against monolith, twice, and split."""
    toy, split = folder / "toy", folder / "split"
    shutil.copytree(_TOY, toy)
    (toy / "many.py").write_text(_DRIVER)
    measure([*_COMMAND, "scaffold", toy, "--output", split, "--no-history"], cwd=folder, runs=1)
    tapes = {str(count): _recorded(toy, folder, count) for count in (_FEW, _MANY)}
    play = [*_COMMAND, "verify", toy, split, *_PYTHON, "--tape"]
    played = in_turns(
        {count: Case(command=[*play, tape]) for count, tape in tapes.items()}, cwd=folder
    )
    few, many = played.values()
    assert few.runs and many.runs, few.failure or many.failure
    return 1000 * (many.seconds - few.seconds) / (_MANY - _FEW)


def scaffolding(folder: Path) -> float:
    """Seconds to split the sample, analysis included, with nothing in the cache."""
    sample, target = REPOSITORY / "sample_monolith", folder / "split"
    command = [*_COMMAND, "scaffold", sample, "--output", target, "--no-history", "--no-cache"]
    written = measure(command, cwd=folder, before=lambda: _empty(target))
    assert written.runs, written.failure
    return written.seconds


def _empty(target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)


def _recorded(toy: Path, folder: Path, count: int) -> Path:
    tape, recording = folder / f"{count}.tape", ("python", "many.py", str(count))
    command = [*_COMMAND, "trace", toy, "-o", tape, *_PYTHON, "--", *recording]
    assert measure(command, cwd=folder, runs=1).runs
    return tape


def _remove(tape: Path) -> None:
    tape.unlink(missing_ok=True)
