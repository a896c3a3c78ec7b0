"""Applications' own tests, in the services that have all that they need."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from .apps import HERE, SAMPLE
from .split import scaffold
from .splits import FLASKR_SPLIT, MONEY_SPLIT, Split
from .workspace import HarnessError, install, run_checked, work_folder

pytestmark = pytest.mark.real

PASSED_OR_FAILED = (0, 1)
_QUIET = ("-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the tests that one system's services got; `lines` tell it to a person."""

    total: int
    placed: int
    failing: frozenset[str]
    lines: tuple[str, ...]


@pytest.mark.parametrize(
    ("split", "least"),
    [(FLASKR_SPLIT, 9), (MONEY_SPLIT, 110)],
    ids=lambda value: getattr(value, "name", None),
)
def test_own_tests(split: Split, least: int) -> None:
    """What is placed passes in its service, but for tests that fail in the monolith here, too."""
    installed = install(split.app)
    outcome = _run_all(scaffold(split, installed, _folder(split.name)), installed.python)
    told = ""
    if outcome.failing:
        words = (installed.python, *_QUIET, *sorted(outcome.failing))
        told = _run(words, installed.source)
    alike = set(_FAILED.findall(told))
    lines = [f"  fails in the monolith here, too: {name}" for name in sorted(alike)]
    print("", split.name, *outcome.lines, *lines, sep="\n")  # noqa: T201 - what `make real` is for
    assert outcome.failing == alike
    assert outcome.placed >= least


def test_the_samples_tests_need_several_services_each() -> None:
    """None of the sample's own tests is placed; such as call single functions are, and pass."""
    installed = install(SAMPLE)
    folder = _folder("sample")
    source = folder / "source"
    shutil.copytree(installed.source, source)
    plain = _run_all(_scaffold(source, folder / "plain"), installed.python)
    shutil.copyfile(HERE / "drive" / "sample_units.py", source / "tests" / "test_units.py")
    units = _run_all(_scaffold(source, folder / "units"), installed.python)
    print("", "sample", *plain.lines[:1], "with tests of single functions:",  # noqa: T201 - as above
          *(line for line in units.lines if "  left" not in line), sep="\n")  # fmt: skip
    assert plain.placed == 0
    assert (units.placed, units.total - plain.total) == (11, 11)
    assert not units.failing


def _folder(name: str) -> Path:
    folder = work_folder() / "own-tests" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _scaffold(source: Path, system: Path) -> Path:
    command = [sys.executable, "-m", "decompose", "scaffold", source, "--no-history"]
    run_checked([*command, "--output", system])
    return system


def _run_all(system: Path, python: Path) -> Outcome:
    """Run what each service got."""
    plan = json.loads((system / "plan.json").read_text(encoding="utf-8"))
    total, left = plan["tests"]["total"], plan["tests"]["left"]
    placed = total - len(left)
    lines, failing = [f"  {placed} of its {total} tests run in a service"], set()
    for service in plan["services"]:
        if not service["tests"]:
            continue
        folder = system / "services" / service["name"]
        told = _run((python, *_QUIET, "-c", "monolith-tests.ini"), folder, system / "servicekit")
        counts = ", ".join(" ".join(count) for count in _COUNT.findall(told))
        lines.append(f"  {service['name']}: {len(service['tests'])} tests, {counts}")
        assert "passed" in counts, told
        failing |= set(_FAILED.findall(told))
    lines += [
        f"  left: {one['test']}: {one['path']}:{one['line']}: {one['reason']}" for one in left
    ]
    return Outcome(total=total, placed=placed, failing=frozenset(failing), lines=tuple(lines))


def _run(words: tuple[object, ...], folder: Path, *paths: Path) -> str:
    """What pytest says in a folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run([*map(str, words)], cwd=folder, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode not in PASSED_OR_FAILED:
        raise HarnessError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
