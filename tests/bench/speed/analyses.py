"""One input measured: our command in every case, and the peers beside it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import contenders
from .inputs import Input
from .running import RUNS, Measured, in_turns, measure

_STAGES = Path(__file__).with_name("stages.py")
_PATIENT = 7200.0
_RUFF = "ruff analyze graph"


def measured(source: Input, folder: Path, *, large: bool, keep: Callable[[Any], None]) -> Any:
    """All cases on one input; a `large` one has slow cases once, on 2 processes, no slow peers.

    What is known so far is handed to `keep` whenever more is.
    """
    found: dict[str, Any] = {"files": len(source.sources()), "cases": {}}
    for name, one in _peers(source, folder, large=large):
        found["cases"][name] = _rounded(one)
    runs = 1 if large else RUNS
    for processes in (2,) if large else (1, 2):
        told = f"decompose, cold, {processes} process{'es' if processes > 1 else ''}"
        found["cases"][told] = _ours(_cold(source, folder, processes, runs))
        if "stages" not in found:
            found.update(json.loads((folder / "stages.json").read_text()))
            found["stages processes"] = processes
    found["lines"] = found["sizes"]["lines"]
    ruff = contenders.command(_RUFF, source, contenders.environment(), folder)
    again, beside = in_turns(contenders.ours(source, folder, 2), ruff, cwd=folder)
    found["cases"] |= {"decompose, nothing changed": _ours(again), _RUFF: _rounded(beside)}
    keep(found)
    for told, line in (("one comment more", b"# more\n"), ("one file changed", b"changed = 1\n")):
        found["cases"][f"decompose, {told}"] = _ours(_changed(source, folder, line, runs))
        keep(found)
    return found


def _cold(source: Input, folder: Path, processes: int, runs: int) -> Measured:
    def fresh() -> None:
        for name in ("report", "cache"):
            shutil.rmtree(folder / name, ignore_errors=True)

    command = [sys.executable, _STAGES, folder / "stages.json"]
    command += contenders.ours(source, folder, processes)[3:]
    return measure(command, cwd=folder, before=fresh, timeout=_PATIENT, runs=runs)


def _changed(source: Input, folder: Path, line: bytes, runs: int) -> Measured:
    """The largest file gets a line more before each run."""
    changed = max(source.sources(), key=lambda path: path.stat().st_size)
    content = changed.read_bytes()
    try:
        return measure(
            contenders.ours(source, folder, 2), cwd=folder, timeout=_PATIENT, runs=runs,
            before=lambda: changed.write_bytes(changed.read_bytes() + line),
        )  # fmt: skip
    finally:
        changed.write_bytes(content)


def _peers(source: Input, folder: Path, *, large: bool) -> list[tuple[str, Measured]]:
    python, found = contenders.environment(), []
    for peer in contenders.PEER_LIST:
        if peer.every or not large:
            command = contenders.command(peer.name, source, python, folder)
            timeout = 300.0 if peer.name == "pyan3" else 60.0
            found.append((peer.name, measure(command, cwd=folder, timeout=timeout)))
    return found


def _ours(one: Measured) -> dict[str, object]:
    """Our own command must end."""
    assert one.runs, one.failure
    return _rounded(one)


def _rounded(one: Measured) -> dict[str, object]:
    """The places of this machine's files are nobody's business."""
    failure = re.sub(r"(/[\w.+-]+)+/", "", one.failure)
    return {
        "seconds": round(one.seconds, 3),
        "cpu": round(one.cpu, 3),
        "peak": round(one.peak, 1),
        "runs": one.runs,
        **({"failure": failure} if failure else {}),
    }
