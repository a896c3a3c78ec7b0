"""Runs an application and tells what it really has and does."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .apps import HERE
from .compare import Access, Route
from .statements import uses_of
from .workspace import HarnessError, Installed, run_checked

PASSED_OR_FAILED = (0, 1)
SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What an application has and does when it runs.

    `libraries` names the package behind each route whose view is not in the source. `places`
    holds, for each access, the application's own frames that led to it, innermost first.
    """

    routes: frozenset[Route]
    libraries: dict[Route, str]
    tables: frozenset[str]
    accesses: frozenset[Access]
    places: dict[Access, tuple[str, ...]]
    tests: str


def observe(installed: Installed) -> Truth:
    """Create the application, run its tests, and tell what was there and what it did."""
    found = json.loads(_map_of(installed))
    output = installed.run / "statements.jsonl"
    summary = _run_tests(installed, output)
    places = places_of(output.read_text(encoding="utf-8").splitlines())
    libraries = {_route(rule): rule["library"] for rule in found["routes"]}
    return Truth(
        routes=frozenset(libraries),
        libraries={route: name for route, name in libraries.items() if name},
        tables=frozenset(found["tables"]),
        accesses=frozenset(places),
        places=places,
        tests=summary,
    )


def places_of(lines: Iterable[str]) -> dict[Access, tuple[str, ...]]:
    """Return the accesses in recorded lines, each with the shortest stack that led to it."""
    places: dict[Access, tuple[str, ...]] = {}
    for access, stack in _accesses_of(lines):
        if access not in places or len(stack) < len(places[access]):
            places[access] = stack
    return places


def _accesses_of(lines: Iterable[str]) -> Iterator[tuple[Access, tuple[str, ...]]]:
    for entry in map(json.loads, lines):
        for table, mode in uses_of(entry["statement"]):
            access = Access(endpoint=entry["endpoint"], table=table, mode=mode)
            yield access, tuple(entry["stack"])


def _route(rule: dict[str, object]) -> Route:
    return Route(rule=rule["rule"], methods=tuple(rule["methods"]), endpoint=rule["endpoint"])


def _map_of(installed: Installed) -> str:
    app = installed.app
    recipe = {
        "factory": app.factory,
        "arguments": app.arguments,
        "keywords": app.keywords,
        "statements": app.statements,
        "root": str(installed.source),
        "output": str(installed.run / "map.json"),
    }
    written = _fill(json.dumps(recipe), installed)
    probe = HERE / "observe" / "observe_routes.py"
    command = [installed.python, "-W", "ignore", probe, written]
    run_checked(command, cwd=installed.source, env=_environment(installed))
    return (installed.run / "map.json").read_text(encoding="utf-8")


def _run_tests(installed: Installed, output: Path) -> str:
    """Run the application's tests and ours, recording; return the last line of each run."""
    output.write_text("", encoding="utf-8")
    environment = _environment(installed) | {
        "OBSERVE_ROOT": str(installed.source),
        "OBSERVE_OUTPUT": str(output),
    }
    runs = [installed.app.tests, *_drives(installed)]
    return "; ".join(_pytest(installed, arguments, environment) for arguments in runs)


def _drives(installed: Installed) -> Iterator[tuple[str, ...]]:
    """Give pytest's arguments for our own drive, run away from this repository's settings."""
    if not installed.app.drive:
        return
    folder = installed.run / "drive"
    folder.mkdir(exist_ok=True)
    shutil.copy(HERE / "drive" / installed.app.drive, folder)
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    drive = folder / installed.app.drive
    yield ("-c", str(folder / "pytest.ini"), "--confcutdir", str(folder), str(drive))


def _pytest(installed: Installed, arguments: Iterable[str], environment: dict[str, str]) -> str:
    """Run pytest; failing tests are the application's affair, a run that breaks is ours."""
    plugins = ["-p", "observe_statements", "-p", "no:cacheprovider", "-W", "ignore"]
    command = [installed.python, "-m", "pytest", *plugins, *arguments]
    done = subprocess.run(
        command,
        cwd=installed.source,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode not in PASSED_OR_FAILED:
        raise HarnessError(f"the tests of {installed.app.name} did not run:\n{done.stdout[-2000:]}")
    return summary_of(done.stdout)


def summary_of(output: str) -> str:
    """Return the line in which pytest counts the tests that passed and failed."""
    counts = (line for line in output.splitlines() if re.search(r"\d+ (passed|failed)", line))
    return next(counts, "no tests counted").strip("= ")


def _environment(installed: Installed) -> dict[str, str]:
    """Return the environment of a child: ours without Python's settings, with the recipe's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ours = {name: _fill(value, installed) for name, value in installed.app.environment.items()}
    paths = os.pathsep.join([str(HERE / "observe"), str(installed.source)])
    return kept | ours | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


def _fill(text: str, installed: Installed) -> str:
    return text.replace("{run}", str(installed.run))
