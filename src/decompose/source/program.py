"""What this program is: another one may come to other results than what was kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from decompose import __version__

_PACKAGE = Path(__file__).parents[1]


@cache
def program_state() -> tuple[str, ...]:
    """The version, the program's own files, and the packages installed beside it."""
    return (__version__, sys.version, *sources_state(str(_PACKAGE)), *_installed())


def sources_state(folder: str) -> Iterator[str]:
    """Names, sizes and times of the files below a folder, without what Python leaves there."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            status = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118 - a hundred paths, each made once
            yield f"{path}/{name} {status.st_size} {status.st_mtime_ns}"


def _installed() -> Iterator[str]:
    for folder in sys.path:
        if os.path.isdir(folder):  # noqa: PTH112 - strings are all that is needed here
            yield from sorted(name for name in os.listdir(folder) if name.endswith(".dist-info"))  # noqa: PTH208
