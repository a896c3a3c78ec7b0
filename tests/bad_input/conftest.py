"""Runs the shipped program on bad input, and looks at everything that it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import decompose
from fakes.parts import write_tree

_PROGRAM = ("-m", "decompose")
_SOURCE = Path(decompose.__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended, and what it said."""

    code: int
    stdout: str
    stderr: str
    output: Path

    def findings(self) -> set[tuple[str, int, str]]:
        """Path, line and code of each finding in the report."""
        document = json.loads((self.output / "decomposition.json").read_text("utf-8"))
        return {
            (item["location"]["path"], item["location"]["line"], item["code"])
            for item in document["findings"]
        }

    def modules(self) -> set[str]:
        """Names of the modules in the report."""
        document = json.loads((self.output / "decomposition.json").read_text("utf-8"))
        return {item["name"] for item in document["modules"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A monolith of two good modules that bad input is put beside."""

    folder: Path

    @property
    def root(self) -> Path:
        """The monolith."""
        return self.folder / "shop"

    def add(self, files: dict[str, str | bytes]) -> None:
        """Puts files into the monolith."""
        write_tree(self.root, files)

    def snapshot(self) -> dict[str, tuple[int, int, bytes]]:
        """Everything in the monolith: kind and permissions, time of change, content."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[str(path)] = (status.st_mode, status.st_mtime_ns, content)
        return found

    def analyze(
        self, *options: str, output: Path | None = None, program: tuple[str, ...] = _PROGRAM
    ) -> Outcome:
        """Runs `decompose analyze` in a process of its own, for which permissions count."""
        output = output or self.folder / "out"
        done = subprocess.run(
            [
                *_without_privileges(),
                *(sys.executable, *program, "analyze", str(self.root)),
                *("--output", str(output), "--cache", str(self.folder / "cache"), *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(_SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        return Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr, output=output)


def _without_privileges() -> tuple[str, ...]:
    """A prefix for a command that takes from root the right to ignore permissions."""
    if os.geteuid() != 0:
        return ()
    privileges = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={privileges}", f"--inh-caps={privileges}")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A good monolith."""
    made = Shop(folder=tmp_path)
    made.add(
        {
            "app.py": "from flask import Flask\nfrom models import total\n\napp = Flask(__name__)\n"
            '\n\n@app.route("/")\ndef home():\n    return str(total())\n',
            "models.py": "def total():\n    return 1\n",
        }
    )
    return made
