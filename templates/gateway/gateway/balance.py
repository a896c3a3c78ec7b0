"""Which instance of a service gets a request, and which ones are left out for now."""

from __future__ import annotations

import itertools
import random
import threading
from typing import Callable, Collection, Sequence

from gateway.breaker import Breaker
from gateway.settings import Settings
from gateway.transport import open_pool


class Instance:
    """One running copy of a service."""

    def __init__(self, address: str, settings: Settings) -> None:
        self.address = address
        self.pool = open_pool(address, settings)
        self.breaker = Breaker(
            settings.breaker_failures, settings.breaker_pause, settings.breaker_longest_pause
        )
        self.in_flight = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Count a request that this instance works on."""
        with self._lock:
            self.in_flight += 1

    def end(self) -> None:
        """Count it as finished."""
        with self._lock:
            self.in_flight -= 1


class Group:
    """All instances of one service."""

    def __init__(self, name: str, instances: Sequence[Instance], balance: str) -> None:
        self.name = name
        self.instances = tuple(instances)
        self._turns = itertools.count()
        self._order = _ORDERS[balance]

    def choose(
        self, failed: Collection[Instance] = (), dead: Collection[Instance] = ()
    ) -> Instance | None:
        """Return the instance to ask next, or None if no one may be asked now.

        Those in `failed` come last; those in `dead` are not asked at all.
        """
        order = self._order(self.instances, next(self._turns))
        if failed:
            order.sort(key=lambda instance: instance in failed)
        for instance in order:
            if instance not in dead and instance.breaker.admit():
                return instance
        return None

    @property
    def wait(self) -> float:
        """How long until one of them is tried again."""
        return min(instance.breaker.wait for instance in self.instances)


def _in_turn(instances: Sequence[Instance], turn: int) -> list[Instance]:
    start = turn % len(instances)
    return [*instances[start:], *instances[:start]]


def _least_busy(instances: Sequence[Instance], turn: int) -> list[Instance]:
    return sorted(_in_turn(instances, turn), key=lambda instance: instance.in_flight)


def _at_random(instances: Sequence[Instance], turn: int) -> list[Instance]:
    return random.sample(list(instances), len(instances))


_ORDERS: dict[str, Callable[[Sequence[Instance], int], list[Instance]]] = {
    "round_robin": _in_turn,
    "least_connections": _least_busy,
    "random": _at_random,
}
