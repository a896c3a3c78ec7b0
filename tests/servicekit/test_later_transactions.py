"""A request that has committed can't be run again: its later transactions wait rather than fail."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import pytest
from split_world import World

from servicekit.errors import WriteRefused

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT);
CREATE TABLE orders (id AUTO_ID, user_id INTEGER);
CREATE TABLE notes (id AUTO_ID, text TEXT);
"""
ORDER = "INSERT INTO orders (user_id) VALUES (1)"
PLACED = "INSERT INTO notes (text) VALUES ('placed')"
NOTES = "SELECT id, text FROM notes ORDER BY id"


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """Two services that write notes to the inbox, which belongs to a third."""
    world = make_world(SCHEMA)
    world.service("inbox", ["notes"], {})
    world.service("accounts", ["users"], {"notes": "inbox"})
    world.service("orders", ["orders"], {"notes": "inbox"})
    world.prepare()
    return world


def test_numbers_taken_since_the_request_began(world: World) -> None:
    """A row that a later transaction makes gets a number that nobody has taken meanwhile."""
    with world.data["orders"].request(["notes"]):
        world.do("orders", ORDER)
        world.do("accounts", "INSERT INTO notes (text) VALUES ('welcome')")
        world.do("orders", PLACED)
    assert world.rows("inbox", NOTES) == [(1, "welcome"), (2, "placed")]


def test_the_first_transaction_asks_once(world: World) -> None:
    """A request that can be run again doesn't ask owners a second time before it writes."""
    world.calls.clear()
    with world.data["orders"].request(["notes"]):
        world.do("orders", ORDER, PLACED)
    assert [call for call in world.calls if call[1] == "feed"] == [("inbox", "feed")]


@pytest.mark.parametrize("committed", [False, True])
def test_an_owner_that_is_busy(world: World, committed: bool) -> None:
    """A later transaction waits for an owner whose row is locked; a first one is run again."""
    world.do("inbox", PLACED)
    locked, free = threading.Event(), threading.Event()

    def lock() -> None:
        inbox = world.connect("inbox")
        inbox.cursor().execute("UPDATE notes SET text = text WHERE id = 1")
        locked.set()
        free.wait(3)
        inbox.commit()
        inbox.close()

    locking = threading.Thread(target=lock)
    with world.data["orders"].request(["notes"]):
        if committed:
            world.do("orders", ORDER)
        locking.start()
        locked.wait()
        with contextlib.nullcontext() if committed else pytest.raises(WriteRefused, match="busy"):
            world.do("orders", "UPDATE notes SET text = 'seen' WHERE id = 1")
    free.set()
    locking.join()
    assert world.rows("inbox", NOTES) == [(1, "seen" if committed else "placed")]
