"""Splits an application, runs the split and the monolith, and compares their answers."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from ports import free_port

from .apps import REPOSITORY
from .browser import Visit, read
from .splits import Split
from .workspace import HarnessError, Installed, run_checked

PATIENCE = 60
SUCCESS = 400
VISITS = "visits.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A request that the split answers otherwise than the monolith."""

    endpoint: str
    whole: Visit
    parts: Visit

    def __str__(self) -> str:
        """Say what differs."""
        fields = ("path", "status", "location", "headers", "cookies", "body")
        name = next(f for f in fields if getattr(self.whole, f) != getattr(self.parts, f))
        one, two = (str(getattr(visit, name)) for visit in (self.whole, self.parts))
        at = next((i for i, pair in enumerate(zip(one, two, strict=False)) if len({*pair}) > 1), 0)
        start = max(0, at - 60)
        return (
            f"{self.endpoint}: {self.whole.method} {self.whole.path}: {name}\n"
            f"    monolith: {one[start : at + 120]!r}\n    split:    {two[start : at + 120]!r}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of one split.

    `answered` are the endpoints that a request succeeded at. `missed` are the requests that the
    journey did not come to, since an answer of the split made it stop.
    """

    name: str
    services: tuple[str, ...]
    endpoints: frozenset[str]
    answered: frozenset[str]
    visits: int
    missed: int
    differences: tuple[Difference, ...]
    announced: tuple[str, ...]

    @property
    def differing(self) -> frozenset[str]:
        """Endpoints that answer otherwise."""
        return frozenset(difference.endpoint for difference in self.differences)

    def table(self) -> str:
        """Show the outcome: endpoints that answer as the monolith, and what was said of others."""
        same = len(self.answered - self.differing)
        asked = f"{self.visits} requests, services {', '.join(self.services)}"
        total = len(self.endpoints)
        lines = [f"{self.name}: {same} of {total} endpoints answer as the monolith ({asked})"]
        lines += [f"  not asked for: {name}" for name in sorted(self.endpoints - self.answered)]
        lines += [f"  {self.missed} requests were not made at all"] if self.missed else []
        lines += [f"  {difference}" for difference in self.differences]
        lines += [f"  announced: {finding}" for finding in self.announced]
        return "\n".join(lines)


def compare(split: Split, installed: Installed, folder: Path) -> Comparison:
    """Split an application in `folder`, and make the journey with both."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    system = scaffold(split, installed, folder)
    whole = _whole(split, installed, folder / "whole")
    parts = _parts(split, installed, system, folder / "parts")
    plan = json.loads((system / "plan.json").read_text(encoding="utf-8"))
    find = _Endpoints(plan["routes"])
    pairs = zip(_steady(whole, split.volatile), _steady(parts, split.volatile), strict=False)
    differing = [Difference(endpoint=find(one), whole=one, parts=two)
                 for one, two in pairs if one != two]  # fmt: skip
    return Comparison(
        name=split.name,
        services=tuple(service["name"] for service in plan["services"]),
        endpoints=find.names,
        answered=frozenset(find(visit) for visit in whole if visit.status < SUCCESS),
        visits=len(whole),
        missed=len(whole) - len(parts),
        differences=tuple(differing),
        announced=tuple(_announced(plan)),
    )


def _announced(plan: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    """What the plan says will not work, or may not."""
    for finding in plan["findings"]:
        if finding["severity"] != "note":
            yield f"{finding['path']}:{finding['line']}: {finding['message']}"


def scaffold(split: Split, installed: Installed, folder: Path) -> Path:
    """Write the split into a folder, and install what it needs."""
    boundary = folder / "decompose.toml"
    boundary.write_text(split.boundary, encoding="utf-8")
    system = folder / "system"
    command = [sys.executable, "-m", "decompose", "scaffold", installed.source, "--no-history"]
    run_checked([*command, "--boundary", boundary, "--output", system, *split.options])
    satisfied = [installed.python, "-m", "pip", "install", "--quiet", "--no-index"]
    run_checked([*satisfied, "-r", system / "requirements.txt"])
    return system


def _whole(split: Split, installed: Installed, folder: Path) -> list[Visit]:
    """Make the journey at the monolith, in a copy of its source, served as services are."""
    source = folder / "source"
    shutil.copytree(installed.source, source)
    environment = _environment(split, folder)
    if split.prepare:
        run_checked([installed.python, *split.prepare], cwd=source, env=environment)
    with _served(split, installed, source, environment) as url:
        done = _travel(split, folder, [], environment | {"GATEWAY_URL": url})
    if done.returncode:
        raise HarnessError(f"the journey failed at the monolith:\n{done.stderr[-2000:]}")
    return _visits(folder)


@contextmanager
def _served(
    split: Split, installed: Installed, source: Path, environment: dict[str, str]
) -> Iterator[str]:
    address = f"127.0.0.1:{free_port()}"
    gunicorn = [installed.python, "-m", "gunicorn", "--bind", address, "--threads", "4"]
    log = source.parent / "log.txt"
    with log.open("w") as output:
        server = subprocess.Popen([*gunicorn, split.target], cwd=source, env=environment,
                                  stdout=output, stderr=output)  # fmt: skip
        try:
            _await(server, address, log)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _await(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    host, port = address.split(":")
    for _ in range(PATIENCE * 10):
        if server.poll() is not None:
            break
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise HarnessError(f"the monolith did not start:\n{log.read_text()[-2000:]}")


def _parts(split: Split, installed: Installed, system: Path, folder: Path) -> list[Visit]:
    folder.mkdir()
    start = [installed.python, system / "run.py", "--free-ports", "--"]
    done = _travel(split, folder, start, _environment(split, folder))
    if not (folder / VISITS).exists():
        raise HarnessError(f"the split did not start:\n{done.stderr[-2000:]}")
    return _visits(folder)


def _travel(
    split: Split, folder: Path, start: list[str | Path], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Make the journey by a program of its own, which finds the server in GATEWAY_URL."""
    journey = [sys.executable, "-m", "real.journeys", split.app.name, folder / VISITS]
    return subprocess.run([*start, *journey], cwd=REPOSITORY / "tests", env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip


def _visits(folder: Path) -> list[Visit]:
    return read((folder / VISITS).read_text(encoding="utf-8"))


def _environment(split: Split, folder: Path) -> dict[str, str]:
    """Our environment with the application's, its settings written to `folder`."""
    settings = split.settings.replace("{data}", str(folder))
    (folder / "settings.cfg").write_text(settings, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    own = {name: value.replace("{data}", str(folder)) for name, value in split.environment}
    return kept | own | {"SECRET_KEY": "compared", "PYTHONDONTWRITEBYTECODE": "1"}


class _Endpoints:
    """Which endpoint a request is for; of several names for one address, the first."""

    def __init__(self, routes: Sequence[dict[str, object]]) -> None:
        first = {(r["rule"], *r["methods"]): r for r in reversed(routes)}
        self.names = frozenset(route["endpoint"] for route in first.values())
        rules = [Rule(r["rule"], endpoint=r["endpoint"], methods=[*r["methods"], "OPTIONS"])
                 for r in first.values()]  # fmt: skip
        self._adapter = Map(rules).bind("localhost")

    def __call__(self, visit: Visit) -> str:
        try:
            path = visit.path.partition("?")[0]
            return str(self._adapter.match(path, method=visit.method)[0])
        except HTTPException:
            return "(no endpoint)"


def _steady(visits: Iterable[Visit], volatile: Iterable[str]) -> Iterator[Visit]:
    """Visits without what differs between any two runs: addresses, and what `volatile` says."""
    patterns = [re.compile(one, re.DOTALL) for one in (r"127\.0\.0\.1(?::|%3A)\d+", *volatile)]
    for visit in visits:
        path, location, body = visit.path, visit.location, visit.body
        for pattern in patterns:
            path, location, body = (pattern.sub("~", one) for one in (path, location, body))
        yield replace(visit, path=path, location=location, body=body)
