"""Runs a whole analysis on one process; prints each stage's processor seconds and peak memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from decompose import judge
from decompose.domain.finding import Finding
from decompose.pipeline import Options, analyze
from decompose.resolve import build
from decompose.source import FactsCache
from decompose.wiring.built_in import built_in
from decompose.write import write_documents

_MEGABYTE = 1024
_NAMES = {
    "Looking": "discover",
    "Reading": "read",
    "Resolving": "resolve",
    "Weighing": "evidence",
    "Clustering": "cluster",
    "Writing": "report",
}
found: dict[str, list[float]] = {}


class Clock:
    """Adds what each stage took when the next begins."""

    def __init__(self) -> None:
        self.name = ""
        self.started = time.process_time()

    def stage(self, name: str, total: int) -> None:
        """The stage before is done."""
        if self.name:
            _add(_NAMES[self.name], time.process_time() - self.started)
        self.name, self.started = name, time.process_time()

    def advance(self, steps: int) -> None:
        """Nothing to see."""

    def note(self, finding: Finding) -> None:
        """Nothing to see."""


def _add(name: str, seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE
    before = found.get(name, [0.0, 0.0])[0]
    found[name] = [round(before + seconds, 3), round(peak)]


def _apart(owner: Any, name: str, stage: str, around: str) -> None:
    """Count the calls of a function as a stage of its own, not as part of the one around it."""
    inner: Callable[..., Any] = getattr(owner, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.process_time()
        result = inner(*args, **kwargs)
        seconds = time.process_time() - started
        _add(stage, seconds)
        _add(around, -seconds)
        return result

    setattr(owner, name, timed)


def main() -> None:
    """Measure the tree named by the first argument, its report going to the second."""
    _apart(build.Effects, "endpoints", "effects", "resolve")
    _apart(build, "Effects", "effects", "resolve")
    _apart(judge, "weigh", "weigh", "cluster")
    _apart(judge, "assess", "assess", "cluster")
    clock, parts = Clock(), built_in()
    cache = FactsCache(folder=Path(sys.argv[3]))
    analysis = analyze(Path(sys.argv[1]), parts.toolkit, Options(cache=cache), clock)
    clock.stage("Writing", 0)
    write_documents(Path(sys.argv[2]), parts.documents(analysis))
    clock.stage("", 0)
    sizes = {
        "lines": sum(module.lines for module in analysis.model.modules),
        "definitions": len(analysis.model.definitions),
        "references": len(analysis.model.references),
    }
    sys.stdout.write(json.dumps({"stages": found, "sizes": sizes}))


if __name__ == "__main__":
    main()
