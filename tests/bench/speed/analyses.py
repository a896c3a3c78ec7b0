"""One input measured: our command in every case, and the peers beside it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import contenders
from .inputs import Input
from .running import Case, Measured, in_turns

_STAGES = Path(__file__).with_name("stages.py")
_PATIENT = 7200.0
PROCESSES = (1, 2)

Edit = Callable[[bytes], object]


def measured(source: Input, folder: Path, *, large: bool) -> Any:
    """All cases on one input, in turns; a `large` one without the slow peers."""
    with _edited(source) as edit:
        found = in_turns(
            {
                **{_cold_name(number): _cold(source, folder, number, edit) for number in PROCESSES},
                **_warm(source, folder, edit),
                **_peers(source, folder, large=large),
            },
            cwd=folder,
        )
    told = {number: json.loads(_stages(folder, number).read_text()) for number in PROCESSES}
    return {
        "files": len(source.sources()),
        "lines": told[2]["sizes"]["lines"],
        "sizes": told[2]["sizes"],
        "stages": {str(number): told[number]["stages"] for number in PROCESSES},
        "cases": {name: _rounded(name, one) for name, one in found.items()},
    }


def _cold_name(processes: int) -> str:
    return f"decompose, cold, {processes} process{'es' if processes > 1 else ''}"


def _stages(folder: Path, processes: int) -> Path:
    return folder / f"stages-{processes}.json"


def _cold(source: Input, folder: Path, processes: int, edit: Edit) -> Case:
    def fresh() -> None:
        edit(b"")
        for name in ("report", "cache"):
            shutil.rmtree(folder / name, ignore_errors=True)

    command = [sys.executable, _STAGES, _stages(folder, processes)]
    command += contenders.ours(source, folder, processes)[3:]
    return Case(command=command, before=fresh, timeout=_PATIENT)


def _warm(source: Input, folder: Path, edit: Edit) -> dict[str, Case]:
    """What follows a cold run on as many processes."""
    command = contenders.ours(source, folder, PROCESSES[-1])
    return {
        "decompose, nothing changed": Case(command=command),
        "decompose, one comment more": Case(command=command, before=lambda: edit(b"# more\n")),
        "decompose, one file changed": Case(
            command=command, before=lambda: edit(b"changed = 1\n"), timeout=_PATIENT
        ),
    }


@contextmanager
def _edited(source: Input) -> Iterator[Edit]:
    """What gives the largest file a line after what it had at first; taken back in the end."""
    largest = max(source.sources(), key=lambda path: path.stat().st_size)
    content = largest.read_bytes()
    try:
        yield lambda line: largest.write_bytes(content + line)
    finally:
        largest.write_bytes(content)


def _peers(source: Input, folder: Path, *, large: bool) -> dict[str, Case]:
    python = contenders.environment()
    return {
        peer.name: Case(
            command=contenders.command(peer.name, source, python, folder),
            timeout=300.0 if peer.name == "pyan3" else 60.0,
        )
        for peer in contenders.PEER_LIST
        if peer.every or not large
    }


def _rounded(name: str, one: Measured) -> dict[str, object]:
    """Our own command must end; the places of this machine's files are nobody's business."""
    assert one.runs or not name.startswith("decompose"), one.failure
    failure = re.sub(r"(/[\w.+-]+)+/", "", one.failure)
    return {
        "seconds": round(one.seconds, 3),
        "cpu": round(one.cpu, 3),
        "peak": round(one.peak, 1),
        "runs": one.runs,
        **({"failure": failure} if failure else {}),
    }
