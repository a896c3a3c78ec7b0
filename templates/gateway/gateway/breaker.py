"""A circuit breaker for one instance: what keeps failing isn't asked for a while."""

from __future__ import annotations

import threading
import time
from typing import Callable


class Breaker:
    """Counts failures in a row; after `failures` of them it admits one trial per pause.

    The pause doubles with each failed trial up to `longest`. The lock guards a few numbers and is
    never held during a call. A trial that never reports back is given up after its pause.
    """

    def __init__(
        self,
        failures: int,
        pause: float,
        longest: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._longest = longest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._next_trial = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are held back."""
        return self._failed >= self._limit

    @property
    def wait(self) -> float:
        """How long until the next trial."""
        return max(0.0, self._next_trial - self._clock()) if self.is_open else 0.0

    def admit(self) -> bool:
        """Whether a call may be made now; claims the trial if calls are held back."""
        if not self.is_open:
            return True
        with self._lock:
            now = self._clock()
            if now < self._next_trial:
                return False
            self._next_trial = now + self._current_pause()
            return True

    def succeeded(self) -> None:
        """Tell that a call came through: everything is admitted again."""
        if self._failed:
            with self._lock:
                self._failed = 0

    def failed(self) -> None:
        """Tell that a call failed."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._next_trial = self._clock() + self._current_pause()

    def _current_pause(self) -> float:
        doublings = min(max(0, self._failed - self._limit), 16)
        return min(self._longest, self._pause * (1 << doublings))
