"""Work that goes on beside requests: one thread per task, so that none waits for another."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Callable, Mapping

if TYPE_CHECKING:
    from servicekit.events import Events


class Background:
    """Runs each of `tasks` (name → seconds between, function) until stopped."""

    def __init__(
        self, tasks: Mapping[str, tuple[float, Callable[[], Any]]], events: Events
    ) -> None:
        self._tasks = dict(tasks)
        self._events = events
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; after a fork, in the child."""
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._loop,
                args=(name, *task, self._stopping),
                name=f"servicekit-{name}",
                daemon=True,
            )
            for name, task in self._tasks.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask the threads to end, and wait a little for them."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5.0)
        self._threads = []

    def _loop(
        self, name: str, pause: float, task: Callable[[], Any], stopping: threading.Event
    ) -> None:
        while not stopping.wait(pause):
            try:
                task()
            except Exception as error:
                self._events.background_failed(name, error)
