"""Real applications' own tests, in the services that have all that they need."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .split import scaffold
from .splits import FLASKR_SPLIT, MONEY_SPLIT, Split
from .workspace import HarnessError, install, work_folder

pytestmark = pytest.mark.real

PASSED_OR_FAILED = (0, 1)
_QUIET = ("-q", "-W", "ignore", "-p", "no:cacheprovider")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


@pytest.mark.parametrize(
    ("split", "least"),
    [(FLASKR_SPLIT, 9), (MONEY_SPLIT, 110)],
    ids=lambda value: getattr(value, "name", None),
)
def test_own_tests(split: Split, least: int) -> None:
    """What is placed passes in its service, but for tests that fail in the monolith here, too."""
    installed = install(split.app)
    folder = work_folder() / "own-tests" / split.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    system = scaffold(split, installed, folder)
    plan = json.loads((system / "plan.json").read_text(encoding="utf-8"))
    total, left_over = plan["tests"]["total"], plan["tests"]["left"]
    placed = total - len(left_over)
    lines = [f"{split.name}: {placed} of its {total} tests run in a service"]
    failing: set[str] = set()
    for service in plan["services"]:
        if not service["tests"]:
            continue
        words = (installed.python, "-m", "pytest", *_QUIET, "-c", "monolith-tests.ini")
        told = _run(words, system / "services" / service["name"], system / "servicekit")
        failed = set(_FAILED.findall(told))
        lines.append(f"  {service['name']}: {len(service['tests'])} tests, {_outcome(told)}")
        ran = {name.partition("[")[0] for name in failed}
        assert ran <= set(service["tests"]), told
        assert re.search(r"\d+ passed", told), told
        failing |= failed
    alike: set[str] = set()
    if failing:
        words = (installed.python, "-m", "pytest", *_QUIET, *sorted(failing))
        alike = set(_FAILED.findall(_run(words, installed.source)))
        lines += [f"  fails in the monolith here, too: {name}" for name in sorted(alike)]
    lines += [f"  left: {left['test']}: {left['path']}:{left['line']}: {left['reason']}"
              for left in left_over]  # fmt: skip
    print("", *lines, sep="\n")  # noqa: T201 - the table is what `make real` is for
    assert failing == alike
    assert placed >= least


def _run(words: tuple[object, ...], folder: Path, *paths: Path) -> str:
    """What pytest says in a folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run([*map(str, words)], cwd=folder, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode not in PASSED_OR_FAILED:
        raise HarnessError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _outcome(told: str) -> str:
    return ", ".join(f"{count} {what}" for count, what in _COUNT.findall(told.splitlines()[-1]))
