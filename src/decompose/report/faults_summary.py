"""Runs with faults on the terminal."""

from __future__ import annotations

from collections import Counter, defaultdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from decompose.domain.verification import FaultRuns, FaultStep
from decompose.report.terminal import indented, printable

_OUTCOMES = ("equal", "refused", "interrupted", "done", "stale", "wrong")
_MOST_STEPS = 10
_MOST_MISMATCHES = 5


def faults_summary(found: FaultRuns, console: Console) -> None:
    """Print what came of each kind of fault, and each step that went wrong with its seed."""
    console.print(_outcomes(found))
    for step in found.wrong[:_MOST_STEPS]:
        _print_step(step, console)
    met = sum(step.met for step in found.steps)
    style = "bold red" if found.wrong or not met else "bold green"
    line = Text(f"\n{len(found.wrong):,} of {len(found.steps):,} steps wrong", style=style)
    of = "" if found.runs == found.asked else f" of {found.asked:,}"
    told = f" in {found.runs:,}{of} runs; {met:,} faults took place"
    line.append(f"{told}, {found.left_out:,} steps left out", style="not bold")
    console.print(line)


def _outcomes(found: FaultRuns) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("fault", no_wrap=True)
    for name in ("steps", "met", *_OUTCOMES):
        table.add_column(name, justify="right", no_wrap=True)
    by_fault = defaultdict(list)
    for step in found.steps:
        by_fault[step.fault].append(step)
    for fault, played in sorted(by_fault.items()):
        count = Counter(step.outcome for step in played)
        numbers = (len(played), sum(s.met for s in played), *(count[name] for name in _OUTCOMES))
        table.add_row(fault, *(Text(str(number)) for number in numbers))
    return table


def _print_step(step: FaultStep, console: Console) -> None:
    line = Text(f"\nseed {step.seed}, step {step.step} ", style="red")
    line.append_text(printable(f"{step.method} {step.target}", "bold"))
    console.print(line.append(f"  {step.fault}", style="dim"))
    for mismatch in step.mismatches[:_MOST_MISMATCHES]:
        told = f"{mismatch.place}: monolith {mismatch.expected}, split {mismatch.actual}"
        console.print(indented(printable(told)))
