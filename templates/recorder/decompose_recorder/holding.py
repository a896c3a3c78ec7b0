"""Holds a request before each of its transactions writes.

Another request that comes meanwhile reads what the first one is about to change, as it can on any
busy day. So a replay sees what the application does when requests come between each other.
"""

from __future__ import annotations

import contextlib
import time
from contextvars import ContextVar
from typing import Any, Iterator

from decompose_recorder import sqlite
from decompose_recorder.postgres_drivers import Drivers
from decompose_recorder.statements import ends, writes


class _Held:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.writes = False


_current: ContextVar[_Held | None] = ContextVar("decompose_held", default=None)


def install() -> None:
    """Listen to the statements of the application's connections."""
    sqlite.watch(lambda connection, path: sqlite.statements(connection, _heard))
    Drivers(lambda watched: None, lambda watched, sql: _heard(sql)).install()


@contextlib.contextmanager
def held(seconds: float) -> Iterator[None]:
    """Let the block wait so long before the first write of each transaction."""
    token = _current.set(_Held(seconds) if seconds else None)
    try:
        yield
    finally:
        _current.reset(token)


def _heard(sql: Any) -> None:
    """Wait if a transaction is about to write: nothing is locked yet."""
    request = _current.get()
    if request is None:
        return
    if ends(sql):
        request.writes = False
    elif not request.writes and writes(sql):
        request.writes = True
        time.sleep(request.seconds)
