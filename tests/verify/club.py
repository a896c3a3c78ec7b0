"""Runs `decompose` on a small monolith, the club, and reads what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

TOY = Path(__file__).parent / "toy"
Verify = Callable[..., "Verified"]


class Verified:
    """What a run of `decompose verify` said."""

    def __init__(self, done: subprocess.CompletedProcess[str], output: Path) -> None:
        self.status = done.returncode
        self.said = done.stdout + done.stderr
        self.document = output / "verify.json"
        self.junit = output / "verify.xml"

    @property
    def found(self) -> dict[str, object]:
        """The content of `verify.json`."""
        found: dict[str, object] = json.loads(self.document.read_text())
        return found

    def places(self) -> set[tuple[str, str]]:
        """Endpoint and place of each difference."""
        differences = self.found["differences"]
        assert isinstance(differences, list)
        return {(d["endpoint"], m["place"]) for d in differences for m in d["mismatches"]}


def decompose(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "decompose", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{name} has no {old!r}"
    path.write_text(content.replace(old, new), encoding="utf-8")
