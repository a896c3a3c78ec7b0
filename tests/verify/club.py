"""Runs `decompose` on a small monolith, the club, and reads what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from decompose.verify.process import Server

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


@contextmanager
def serve(split: Path, replay: Path | None, **environment: str) -> Iterator[str]:
    """Start a split with what was prepared for a replay, if anything; give its address."""
    if replay is not None:
        environment |= {
            "DECOMPOSE_RECORDER": f"{replay}/split.json",
            "PYTHONPATH": f"{replay}/recorder",
            "PYTHONHASHSEED": "0",
            "SECRET_KEY": (replay / "secret_key").read_text(),
        }
    waiting = "import os, sys; print('serving', os.environ['GATEWAY_URL'], flush=True); input()"
    command = [sys.executable, "run.py", "--free-ports", "--quiet", "--", sys.executable]
    server = Server("The split", [*command, "-c", waiting], split, environment)
    try:
        yield server.wait()
    finally:
        server.stop()


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{name} has no {old!r}"
    path.write_text(content.replace(old, new), encoding="utf-8")
