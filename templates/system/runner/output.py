"""What people see: each process's lines with its name before them, and a file of them each."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import IO

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_TAIL = 15


class Output:
    """Writes lines of many processes so that each line stays whole."""

    def __init__(self, names: list[str], quiet: bool) -> None:
        self._width = max(map(len, names), default=0)
        self._colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
        self._lock = threading.Lock()
        self._quiet = quiet

    def say(self, text: str) -> None:
        """Tell the person who started the system something."""
        with self._lock:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def follow(self, name: str, pipe: IO[bytes], path: Path) -> threading.Thread:
        """Copy a process's output to its log and the screen until it ends."""
        thread = threading.Thread(target=self._copy, args=(name, pipe, path), daemon=True)
        thread.start()
        return thread

    def _copy(self, name: str, pipe: IO[bytes], path: Path) -> None:
        with pipe, path.open("ab", buffering=0) as log:
            for line in iter(pipe.readline, b""):
                log.write(line)
                if not self._quiet:
                    self._show(name, line.decode("utf-8", "replace").rstrip("\n"))

    def _show(self, name: str, line: str) -> None:
        prefix = f"{name:<{self._width}} |"
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            prefix = f"\x1b[{self._colours[name]}m{prefix}\x1b[0m"
        with self._lock:
            try:
                sys.stdout.write(f"{prefix} {line}\n")
                sys.stdout.flush()
            except (OSError, ValueError):  # nobody reads any more; the file has it
                self._quiet = True


def last_lines(path: Path) -> str:
    """Return the end of a log, indented."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return "\n".join("    " + line for line in lines[-_TAIL:]) or "    (it wrote nothing)"
