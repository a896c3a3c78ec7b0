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
COLD = "decompose, cold, 2 processes"

Edit = Callable[[bytes], object]


def measured(source: Input, folder: Path, *, large: bool) -> Any:
    """All cases on one input, in turns; a `large` one without the slow peers."""
    with _edited(source) as edit:
        cases = _ours(source, folder, edit) | _peers(source, folder, large=large)
        found = in_turns(cases, cwd=folder)
    told = {
        name: json.loads(path.read_text())
        for name in found
        if (path := folder / f"{name}.json").exists()
    }
    sizes = told[COLD]["sizes"]
    return {
        "files": len(source.sources()),
        "lines": sizes["lines"],
        "sizes": sizes,
        "stages": {name: one["stages"] for name, one in told.items()},
        "cases": {name: _rounded(name, one) for name, one in found.items()},
    }


def _ours(source: Input, folder: Path, edit: Edit) -> dict[str, Case]:
    """Cold on one process and on two; then on two what follows such a run."""

    def fresh() -> None:
        edit(b"")
        for name in ("report", "cache"):
            shutil.rmtree(folder / name, ignore_errors=True)

    def case(name: str, before: Callable[[], object], processes: int = 2) -> dict[str, Case]:
        command = [sys.executable, _STAGES, folder / f"{name}.json"]
        command += contenders.ours(source, folder, processes)[3:]
        return {name: Case(command=command, before=before, timeout=_PATIENT)}

    return {
        **case("decompose, cold, 1 process", fresh, 1),
        **case(COLD, fresh),
        "decompose, nothing changed": Case(command=contenders.ours(source, folder, 2)),
        **case("decompose, one comment more", lambda: edit(b"# more\n")),
        **case("decompose, one file changed", lambda: edit(b"changed = 1\n")),
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
