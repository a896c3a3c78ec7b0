"""Processes of one service that start at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from split_world import World


def test_one_process_at_a_time_makes_the_database(make_world: Callable[[str], World]) -> None:
    """A second one waits for the first, wherever it runs; another service's doesn't."""
    world = make_world("CREATE TABLE users (id AUTO_ID)")
    first, other = world.service("shop", ["users"], {}), world.service("club", ["users"], {})
    begun, inside = Event(), Event()

    def second() -> None:
        begun.set()
        with world.restart("shop").alone():
            inside.set()

    waiting = Thread(target=second)
    with first.alone(), other.alone():
        waiting.start()
        assert begun.wait(5)
        assert not inside.wait(0.3)
    assert inside.wait(5)
    waiting.join(5)
