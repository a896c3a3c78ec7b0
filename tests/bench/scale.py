"""Runs the stages of an analysis up to the system model, and prints seconds and peak memory."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from decompose.source import discover, read_all
from decompose.wiring.built_in import built_in

_MEGABYTE = 1024
T = TypeVar("T")


class Silence:
    """No progress."""

    def stage(self, name: str, total: int) -> None:
        """Say nothing."""

    def advance(self, steps: int) -> None:
        """Say nothing."""


def _timed(name: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEGABYTE
    sys.stdout.write(f"  {name:<10} {seconds:8.1f} s {peak:8} MB\n")
    return result


def main() -> None:
    """Measure the tree named by the first argument."""
    toolkit = built_in().toolkit
    tree = _timed("discover", lambda: discover(Path(sys.argv[1]), ()))
    facts = _timed("read", lambda: read_all(tree, toolkit.readers, None, 2, Silence()))
    model = _timed("resolve", lambda: toolkit.resolve(tree, facts))
    lines = sum(module.lines for module in facts)
    sys.stdout.write(f"  {lines:,} lines, {len(model.references):,} references\n")


if __name__ == "__main__":
    main()
