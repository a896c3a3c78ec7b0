"""A written system, running as `run.py` starts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = "import os, sys; print(os.environ['GATEWAY_URL'], flush=True); sys.stdin.read()"


@contextmanager
def running(system: Path) -> Iterator[str]:
    """Start a system on free ports; its gateway's address. It is stopped as a person would."""
    command = [sys.executable, "run.py", "--free-ports", "--", sys.executable, "-c", _HOLD]
    process = subprocess.Popen(
        command, cwd=system, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    try:
        assert address, "it did not start"
        yield address
    finally:
        process.stdin.close()
        assert process.wait(30) == 0
