"""Idle connections of the kit, kept for the next use."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Any, Callable


class Pool:
    """Connections made by `connect`, each lent to one user at a time; survives a fork."""

    def __init__(self, connect: Callable[[], Any], keep: int = 8) -> None:
        self._connect = connect
        self._keep = keep
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._pid = os.getpid()

    def take(self) -> tuple[Any, bool]:
        """Return a connection, and whether it was idle before instead of new."""
        with self._lock:
            if self._pid != os.getpid():  # a child must not use its parent's connections
                self._idle, self._pid = [], os.getpid()
            if self._idle:
                return self._idle.pop(), True
        return self._connect(), False

    def give_back(self, raw: Any) -> None:
        """Keep a connection that works and is in no transaction."""
        with self._lock:
            if len(self._idle) < self._keep and self._pid == os.getpid():
                self._idle.append(raw)
                return
        self.drop(raw)

    def drop(self, raw: Any) -> None:
        """Close a connection that may be broken."""
        with contextlib.suppress(Exception):
            raw.close()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for raw in idle:
            self.drop(raw)
