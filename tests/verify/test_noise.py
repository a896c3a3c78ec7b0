"""The monolith compared with itself: nothing may differ."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from decompose.verify.replay import Sides, replay
from decompose.verify.sqlite_store import SqliteFiles
from decompose.verify.start import Stage, start_again, start_monolith, write_recorder
from decompose.verify.system import System
from decompose.verify.tape import survey

TOY = Path(__file__).parent / "toy"
TIMES = 50

CLUB = System(
    name="club",
    folder=TOY,
    target="club:create_app",
    database_key="SQLALCHEMY_DATABASE_URI",
    database_in_environment=False,
    database_is_path=False,
    owned={"club": ("loans", "members")},
    copied={},
    service_of={},
    fallback="club",
    suspects={},
    announced=(),
)


def test_noise(tmp_path: Path) -> None:
    """Fifty replays of one tape against the monolith itself give no difference."""
    path = tmp_path / "club.tape"
    words = ("trace", TOY, "-o", path, "--python", sys.executable)
    command = (sys.executable, "drive.py", "--process")
    done = subprocess.run(
        [sys.executable, "-m", "decompose", *map(str, words), "--", *command],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    tape = survey(path)
    with ExitStack() as closing:
        write_recorder(tmp_path / "recorder")
        stage = Stage(
            root=TOY,
            system=CLUB,
            tape=tape,
            python=sys.executable,
            scratch=tmp_path,
            databases=SqliteFiles(tmp_path),
            closing=closing,
        )
        sides = Sides(
            monolith=start_monolith(stage, "monolith"),
            again=start_again(stage),
            split=start_monolith(stage, "third"),
        )
        for number in range(TIMES):
            found = replay(path, tape, CLUB, sides, lambda steps: None)
            assert found.differences == (), json.dumps(str(found.differences[0]))
            assert found.requests == tape.steps, number
            assert {unsteady.place for unsteady in found.unsteady} == {"body $.pid"}
