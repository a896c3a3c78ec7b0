"""Runs commands as whole processes: seconds, processor seconds, memory of all processes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

RUNS = 5
_PAGES = os.sysconf("SC_PAGE_SIZE")
_INTERVAL = 0.02


Command = Sequence[str | Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Medians over `runs`; `peak` is the largest sum of resident sets in MB.

    Without any run, `failure` says why: out of time, or the last line that the command printed.
    """

    seconds: float
    cpu: float
    peak: float
    runs: int
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A command that ends within `timeout` seconds; `before` prepares each run of it."""

    command: Command
    before: Callable[[], object] = lambda: None
    timeout: float = 600.0


def measure(
    command: Command,
    *,
    cwd: Path,
    before: Callable[[], object] = lambda: None,
    runs: int = RUNS,
) -> Measured:
    """Run one command by itself."""
    return in_turns({"": Case(command=command, before=before)}, cwd=cwd, runs=runs)[""]


def in_turns(cases: Mapping[str, Case], *, cwd: Path, runs: int = RUNS) -> dict[str, Measured]:
    """Run cases in turns, as a machine's speed changes by the minute; none that failed again."""
    found: dict[str, list[Measured]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, case in cases.items():
            if all(one.runs for one in found[name]):
                case.before()
                found[name].append(_once(case.command, cwd, _environment(), case.timeout))
    return {name: one[-1] if not one[-1].runs else _medians(one) for name, one in found.items()}


def _medians(found: Sequence[Measured]) -> Measured:
    return Measured(
        seconds=median(one.seconds for one in found),
        cpu=median(one.cpu for one in found),
        peak=max(one.peak for one in found),
        runs=sum(one.runs for one in found),
    )


def _environment() -> dict[str, str]:
    """As a user's: Python keeps what it compiled."""
    return {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _once(command: Command, cwd: Path, environment: Mapping[str, str], timeout: float) -> Measured:
    used, began, peak = _children_cpu(), time.perf_counter(), 0
    with tempfile.TemporaryFile() as errors:
        running = subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        while _waited(running) is None:
            peak = max(peak, _resident(running.pid))
            if time.perf_counter() - began > timeout:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
                return _without(f"not within {timeout:.0f} s", peak)
        seconds = time.perf_counter() - began
        if running.returncode:
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").strip().splitlines()
            return _without(f"failed: {lines[-1] if lines else running.returncode}", peak)
    return Measured(seconds=seconds, cpu=_children_cpu() - used, peak=peak / 1e6, runs=1)


def _without(failure: str, peak: int) -> Measured:
    return Measured(seconds=0.0, cpu=0.0, peak=peak / 1e6, runs=0, failure=failure)


def _waited(running: subprocess.Popen[bytes]) -> int | None:
    try:
        return running.wait(_INTERVAL)
    except subprocess.TimeoutExpired:
        return None


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(pid: int, parent: str = "") -> int:
    """Bytes that a process and all below it hold; one that is being started still has another's."""
    try:
        own = Path(f"/proc/{pid}/statm").read_text()
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return 0  # it has just ended
    held = 0 if own == parent else int(own.split()[1]) * _PAGES
    return held + sum(_resident(int(child), own) for child in children)
