"""Writes a tape: one JSON object per line, each on disk before the next step begins."""

from __future__ import annotations

import fcntl
import json
import os
from typing import Any, Callable, Mapping


class Tape:
    """The end of a tape file. Only one process at a time holds it."""

    def __init__(self, path: str, limit: int, mask: Callable[[Mapping[str, Any]], Any]) -> None:
        self._path = path
        self._limit = limit
        self._mask = mask
        self._file: Any = None
        self._size = 0
        self.full = False

    def open(self) -> bool:
        """Take the tape; return whether no other process has it."""
        opened = open(self._path, "ab", buffering=0)  # noqa: SIM115 - held to the end
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            opened.close()
            return False
        self._file = opened
        self._size = os.fstat(opened.fileno()).st_size
        return True

    def write(self, event: str, **values: Any) -> None:
        """Append an event, unless the tape has reached its limit."""
        if self.full or self._file is None:
            return
        line = json.dumps(self._mask({"event": event, **values}), separators=(",", ":"))
        data = line.encode("utf-8", "surrogatepass") + b"\n"
        if self._size + len(data) > self._limit:
            self.full = True
            data = b'{"event":"full"}\n'
        self._file.write(data)
        self._size += len(data)
