"""Real applications, recorded from their own tests and played against their splits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from .apps import App
from .split import scaffold
from .splits import FLASKR_SPLIT, MONEY_BY_DATA, MONEY_SPLIT, Split
from .workspace import HarnessError, install, work_folder

pytestmark = pytest.mark.real

PASSED_OR_FAILED = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What `decompose verify` wrote of a split, and what `decompose scaffold` had said before."""

    name: str
    found: dict[str, list[dict[str, object]]]
    announced: int

    def table(self) -> str:
        """Show services, requests, rows, and what nobody asked for."""
        services: dict[str, list[int]] = {}
        for endpoint in self.found["endpoints"]:
            counts = services.setdefault(str(endpoint["service"]), [0, 0, 0])
            for at, count in enumerate((1, endpoint["requests"], endpoint["equal"])):
                counts[at] += int(str(count))
        columns = "{:<28}{:>10}{:>10}{:>10}{:>10}"
        lines = [
            columns.format(self.name, "endpoints", "requests", "equal", "different"),
            *(
                columns.format(f"  {name}", *counts, counts[1] - counts[2])
                for name, counts in sorted(services.items())
            ),
            f"  {self.found['rows']} rows compared, {self.announced} findings announced",
            f"  not asked for: {', '.join(map(str, self.found['untouched'])) or 'nothing'}",
        ]
        return "\n".join(lines)


@pytest.fixture(scope="module")
def tapes() -> dict[str, Path]:
    """The tapes of this run, by application."""
    return {}


@pytest.mark.parametrize(
    ("split", "least"),
    [
        (FLASKR_SPLIT, 35),
        (MONEY_SPLIT, 800),
        pytest.param(MONEY_BY_DATA, 800, marks=pytest.mark.large),  # minutes more, in `make large`
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_verify(split: Split, least: int, tapes: dict[str, Path]) -> None:
    """All answers and rows of an application's own tests are the same, whole and split."""
    if split.app.name not in tapes:
        tapes[split.app.name] = _record(split.app)
    verified = _verify(split, tapes[split.app.name])
    print("", verified.table(), sep="\n")  # noqa: T201 - the table is what `make real` is for
    assert int(str(verified.found["requests"])) >= least, "most of its tests were not recorded"
    assert not verified.found["differences"]
    services = {endpoint["service"] for endpoint in verified.found["endpoints"]}
    assert len(services) > 1, "all requests went to one service: no split was tried"


def _verify(split: Split, tape: Path) -> Verified:
    installed = install(split.app)
    folder = work_folder() / "verified" / split.name.replace(" ", "-").replace(",", "")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    system = scaffold(split, installed, folder)
    words = ("verify", installed.source, system, "--tape", tape, "--output", folder)
    _decompose(installed.python, *words)
    plan = json.loads((system / "plan.json").read_text(encoding="utf-8"))
    return Verified(
        name=split.name,
        found=json.loads((folder / "verify.json").read_text(encoding="utf-8")),
        announced=sum(finding["severity"] != "note" for finding in plan["findings"]),
    )


def _record(app: App) -> Path:
    """Record what an application does while its own tests use it; some of them may fail."""
    installed = install(app)
    tape = work_folder() / app.name / f"{app.name}.tape"
    pytest = ("python", "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider")
    words = ("trace", installed.source, "--output", tape)
    _decompose(installed.python, *words, "--", *pytest, *app.tests)
    return tape


def _decompose(python: Path, command: str, *words: object) -> None:
    before = [sys.executable, "-m", "decompose", command, "--python", python]
    done = subprocess.run(
        [*map(str, before), *map(str, words)], capture_output=True, text=True, check=False
    )
    if done.returncode not in PASSED_OR_FAILED:
        raise HarnessError(f"`decompose {command}` ended with {done.returncode}:\n{done.stderr}")
