"""Runs `decompose analyze`, and writes down each stage's processor seconds and peak memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from decompose import judge
from decompose.cli import analyze as command
from decompose.cli import app
from decompose.domain.analysis import Analysis
from decompose.domain.finding import Finding
from decompose.resolve import build

_MEGABYTE = 1024
_NAMES = {
    "Looking": "discover",
    "Reading": "read",
    "Resolving": "resolve",
    "Weighing": "collect evidence",
    "Clustering": "cluster",
}
found: dict[str, list[float]] = {}
sizes: dict[str, int] = {}


class Clock:
    """Stands in for the progress on the screen: adds what each stage took when the next begins."""

    def __init__(self, *_: object, **__: object) -> None:
        self.name, self.started = "", _seconds()

    def __enter__(self) -> Clock:
        """Nothing to see."""
        return self

    def __exit__(self, *_: object) -> None:
        """The last stage is done."""
        self.stage("", 0)

    def stage(self, name: str, total: int) -> None:
        """The stage before is done."""
        if self.name:
            _add(_NAMES[self.name], _seconds() - self.started)
        self.name, self.started = name, _seconds()

    def advance(self, steps: int) -> None:
        """Nothing to see."""

    def note(self, finding: Finding) -> None:
        """Nothing to see."""


def _seconds() -> float:
    """Of all processors, for this process and those that it has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def _add(name: str, seconds: float) -> None:
    before = found.get(name, [0.0, 0.0])[0]
    found[name] = [round(before + seconds, 3), round(_peak() / _MEGABYTE)]


def _peak() -> int:
    """Kilobytes of this process at most; `ru_maxrss` counts what its parent held as well."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def _apart(owner: Any, name: str, stage: str, around: str = "") -> None:
    """Count the calls of a function as a stage of its own, not as part of the one around it."""
    inner: Callable[..., Any] = getattr(owner, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = _seconds()
        result = inner(*args, **kwargs)
        seconds = _seconds() - started
        _add(stage, seconds)
        if around:
            _add(around, -seconds)
        return result

    setattr(owner, name, timed)


def _sized(run: Callable[..., Analysis]) -> Callable[..., Analysis]:
    def analyze(*args: Any, **kwargs: Any) -> Analysis:
        analysis = run(*args, **kwargs)
        sizes["lines"] = sum(module.lines for module in analysis.model.modules)
        sizes["definitions"] = len(analysis.model.definitions)
        sizes["references"] = len(analysis.model.references)
        return analysis

    return analyze


def main() -> None:
    """Run the command with all arguments but the first, which is where the stages go."""
    command.ScreenProgress = Clock
    command.run = _sized(command.run)
    _apart(command, "write_documents", "report")
    _apart(build.Effects, "endpoints", "effects", "resolve")
    _apart(build, "Effects", "effects", "resolve")
    _apart(judge, "weigh", "weigh", "cluster")
    _apart(judge, "assess", "assess", "cluster")
    try:
        app(sys.argv[2:])
    finally:
        Path(sys.argv[1]).write_text(json.dumps({"stages": found, "sizes": sizes}))


if __name__ == "__main__":
    main()
