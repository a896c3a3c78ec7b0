"""One input measured: our command in every case, and the peers beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import contenders
from .inputs import Input
from .running import RUNS, Measured, measure

_STAGES = Path(__file__).with_name("stages.py")


def measured(source: Input, folder: Path, *, large: bool) -> dict[str, Any]:
    """All cases on one input; a `large` one has the slow cases once, and no slow peers."""
    runs, timeout = (1, 3600.0) if large else (RUNS, 600.0)
    cases = {**_peers(source, folder, large), **_ours(source, folder, runs, timeout)}
    stages = _stages(source, folder)
    return {
        "lines": stages["sizes"]["lines"],
        "files": len(source.sources()),
        "sizes": stages["sizes"],
        "stages": stages["stages"],
        "cases": {name: _rounded(one) for name, one in cases.items()},
    }


def _ours(source: Input, folder: Path, runs: int, timeout: float) -> dict[str, Measured]:
    def fresh() -> None:
        for name in ("report", "cache"):
            shutil.rmtree(folder / name, ignore_errors=True)

    found = {}
    for processes in (1, 2):
        told = f"decompose, cold, {processes} process{'es' if processes > 1 else ''}"
        command = contenders.ours(source, folder, processes)
        found[told] = measure(command, cwd=folder, before=fresh, timeout=timeout, runs=runs)
    command = contenders.ours(source, folder, 2)
    found["decompose, nothing changed"] = measure(command, cwd=folder)
    changed = max(source.sources(), key=lambda path: path.stat().st_size)
    content = changed.read_bytes()
    try:
        found["decompose, one file changed"] = measure(
            command, cwd=folder, timeout=timeout, runs=min(runs, 3),
            before=lambda: changed.write_bytes(changed.read_bytes() + b"# changed\n"),
        )  # fmt: skip
    finally:
        changed.write_bytes(content)
    return found


def _peers(source: Input, folder: Path, large: bool) -> dict[str, Measured]:
    python, found = contenders.environment(), {}
    for peer in contenders.PEER_LIST:
        if peer.every or not large:
            command = contenders.command(peer.name, source, python, folder)
            timeout = 300.0 if peer.name == "pyan3" else 60.0
            found[peer.name] = measure(command, cwd=folder, timeout=timeout)
    return found


def _stages(source: Input, folder: Path) -> dict[str, Any]:
    where = (folder / "stages-report", folder / "stages-cache")
    command = [sys.executable, _STAGES, source.root, *where]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _rounded(one: Measured) -> dict[str, float]:
    return {name: round(value, 3) for name, value in asdict(one).items()}
