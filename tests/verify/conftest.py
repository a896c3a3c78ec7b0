"""The club, recorded and split once."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from verify.club import TOY, Verified, Verify, decompose


@pytest.fixture(scope="session")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the monolith (`club`), its tape and its split."""
    folder = tmp_path_factory.mktemp("verify")
    shutil.copytree(TOY, folder / "club")
    command = (sys.executable, "drive.py", "--process", "--again")
    recorded = decompose(
        *("trace", folder / "club", "-o", folder / "club.tape", "--python", sys.executable),
        *("--", *command),
    )
    assert recorded.returncode == 0, recorded.stderr
    split = ("scaffold", folder / "club", "--output", folder / "split", "--no-history")
    written = decompose(*split, "--no-cache")
    assert written.returncode == 0, written.stderr
    return folder


@pytest.fixture
def verify(club: Path, tmp_path: Path) -> Verify:
    """Verifies a split, the club's own if none is named."""

    def run(
        split: Path | None = None,
        *words: object,
        tape: Path | None = None,
        monolith: Path | None = None,
    ) -> Verified:
        done = decompose(
            *("verify", monolith or club / "club", split or club / "split"),
            *("--tape", tape or club / "club.tape", "--python", sys.executable, "-o", tmp_path),
            *words,
        )
        return Verified(done, tmp_path)

    return run
