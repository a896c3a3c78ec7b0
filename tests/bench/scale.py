"""Runs a whole analysis, and prints processor seconds and peak memory after each stage."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from decompose.pipeline import Options, analyze
from decompose.wiring.built_in import built_in
from decompose.write import write_documents

_MEGABYTE = 1024


class Clock:
    """Prints what each stage took when the next begins."""

    def __init__(self) -> None:
        self.name = ""
        self.started = time.process_time()

    def stage(self, name: str, total: int) -> None:
        """The stage before is done."""
        if self.name:
            seconds = time.process_time() - self.started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEGABYTE
            sys.stdout.write(f"  {self.name:<12} {seconds:8.1f} s {peak:8} MB\n")
            sys.stdout.flush()
        self.name, self.started = name, time.process_time()

    def advance(self, steps: int) -> None:
        """Nothing to see."""


def main() -> None:
    """Measure the tree named by the first argument, its report going to the second."""
    clock, parts = Clock(), built_in()
    analysis = analyze(Path(sys.argv[1]), parts.toolkit, Options(), clock)
    clock.stage("Writing", 0)
    write_documents(Path(sys.argv[2]), parts.documents(analysis))
    clock.stage("", 0)
    lines = sum(module.lines for module in analysis.model.modules)
    sys.stdout.write(
        f"  {lines:,} lines, {len(analysis.graph.nodes):,} top-level definitions, "
        f"{len(analysis.model.references):,} references, {len(analysis.seams):,} seams, "
        f"{len(analysis.partition.services)} services\n"
    )


if __name__ == "__main__":
    main()
