"""A circuit breaker: after several failures in a row, a peer is left alone for a moment."""

from __future__ import annotations

import threading
import time
from typing import Callable


class Breaker:
    """Says whether a call is worth trying; its lock is held for bookkeeping only, never a call."""

    def __init__(
        self,
        failures: int = 5,
        pause_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = failures
        self._pause = pause_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = 0.0

    def allows(self) -> bool:
        """Whether to call; after a pause one call is let through as a trial, then the next."""
        with self._lock:
            if self._failures < self._allowed:
                return True
            if self._clock() < self._next_trial:
                return False
            self._next_trial = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        """Note that the peer answered."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note that the peer didn't answer."""
        with self._lock:
            self._failures += 1
            self._next_trial = self._clock() + self._pause
