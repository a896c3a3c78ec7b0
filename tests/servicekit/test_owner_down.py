"""What a service does while an owner is out of reach, and when two write the same row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from split_world import World

from servicekit.errors import OwnerUnavailable, WriteRefused

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT UNIQUE, seen INTEGER);
CREATE TABLE orders (id AUTO_ID, buyer INTEGER)
"""
ANN = "SELECT name, seen FROM users WHERE id = 1"


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """An owner and two services that write its rows."""
    world = make_world(SCHEMA)
    world.service("owner", ["users"], {})
    world.service("shop", ["orders"], {"users": "owner"})
    world.service("blog", [], {"users": "owner"}, owner_down="refuse")
    world.prepare()
    world.do("owner", "INSERT INTO users (name, seen) VALUES ('ann', 0)")
    world.settle()
    return world


def test_a_read_goes_on_with_what_is_there_and_says_so(world: World) -> None:
    """With `stale`, the answer comes from the replica and its age is told."""
    world.down.add("owner")
    with world.data["shop"].request(["users"]) as scope:
        assert world.do("shop", ANN) == [("ann", 0)]
        assert list(scope.stale) == ["owner"]
        assert scope.stale["owner"] >= 0
    assert ("stale", "owner", scope.stale["owner"]) in [
        (name, owner, scope.stale["owner"]) for name, owner, *_ in world.events["shop"].heard
    ]


def test_a_read_is_refused_where_that_was_chosen(world: World) -> None:
    """With `refuse`, a request that would read stale rows doesn't begin."""
    world.down.add("owner")
    with pytest.raises(OwnerUnavailable), world.data["blog"].request(["users"]):
        raise AssertionError("the request must not begin")
    with pytest.raises(OwnerUnavailable):
        world.do("blog", ANN)


def test_a_write_is_refused_and_nothing_stays(world: World) -> None:
    """The commit raises an error of the driver that names the owner; the rows are as before."""
    world.down.add("owner")
    with pytest.raises(OwnerUnavailable, match="owner refused the write") as told:
        world.do("shop", "UPDATE users SET seen = 9 WHERE id = 1")
    assert any(base.__name__ == "OperationalError" for base in type(told.value).__mro__)
    assert world.rows("shop", ANN) == [("ann", 0)]
    world.recover()
    assert world.rows("owner", ANN) == world.rows("shop", ANN) == [("ann", 0)]


def test_nothing_is_written_by_what_an_old_copy_said(world: World) -> None:
    """A request that may write reads on from a copy, and is refused when it has written by it."""
    world.down.add("owner")
    with world.data["shop"].request(["users"], writes=True) as scope:
        assert world.do("shop", ANN) == [("ann", 0)]
        assert list(scope.stale) == ["owner"]
        with pytest.raises(OwnerUnavailable, match="owner refused the write"):
            world.do("shop", "INSERT INTO orders (buyer) VALUES (1)")
    assert world.rows("shop", "SELECT count(*) FROM orders") == [(0,)]
    with world.data["shop"].request(["users"]):
        world.do("shop", "INSERT INTO orders (buyer) VALUES (1)")
    assert world.rows("shop", "SELECT count(*) FROM orders") == [(1,)]


def test_an_owner_that_is_starting_refuses(world: World) -> None:
    """A write that comes before the owner is prepared is refused like one while it is down."""
    world.restart("owner")
    with pytest.raises(OwnerUnavailable, match="it is starting"):
        world.do("shop", "UPDATE users SET seen = 9 WHERE id = 1")
    world.data["owner"].prepare()
    world.do("shop", "UPDATE users SET seen = 9 WHERE id = 1")
    assert world.rows("owner", ANN) == [("ann", 9)]


def test_of_two_writers_of_a_row_one_wins(world: World) -> None:
    """The second commit is refused for a conflict and rolled back; repeated, it succeeds."""
    one, other = world.connect("shop"), world.connect("blog")
    one.cursor().execute("UPDATE users SET seen = seen + 1 WHERE id = 1")
    other.cursor().execute("UPDATE users SET seen = seen + 10 WHERE id = 1")
    one.commit()
    with pytest.raises(WriteRefused, match="conflict") as told:
        other.commit()
    assert told.value.worth_retrying
    other.close()
    one.close()
    assert world.rows("owner", ANN) == [("ann", 1)]
    world.settle()
    assert world.rows("blog", ANN) == [("ann", 1)]
    world.do("blog", "UPDATE users SET seen = seen + 10 WHERE id = 1")
    assert world.rows("owner", ANN) == [("ann", 11)]


def test_the_owners_own_write_wins_over_one_that_did_not_see_it(world: World) -> None:
    """A row that its owner changed meanwhile isn't overwritten."""
    shop = world.connect("shop")
    shop.cursor().execute("UPDATE users SET seen = seen + 1 WHERE id = 1")
    world.do("owner", "UPDATE users SET seen = 5 WHERE id = 1")
    with pytest.raises(WriteRefused, match="conflict"):
        shop.commit()
    shop.close()
    world.settle()
    assert world.rows("shop", ANN) == world.rows("owner", ANN) == [("ann", 5)]


def test_a_number_or_unique_value_that_was_taken_meanwhile_is_refused(world: World) -> None:
    """Two new rows of one number, or one name, aren't both taken."""
    shop, blog = world.connect("shop"), world.connect("blog")
    shop.cursor().execute("INSERT INTO users (name, seen) VALUES ('bob', 1)")
    blog.cursor().execute("INSERT INTO users (id, name, seen) VALUES (99, 'bob', 2)")
    shop.commit()
    with pytest.raises(WriteRefused, match="constraint"):
        blog.commit()
    shop.cursor().execute("INSERT INTO users (name, seen) VALUES ('cid', 1)")
    blog.cursor().execute("INSERT INTO users (name, seen) VALUES ('dan', 2)")
    shop.commit()
    with pytest.raises(WriteRefused, match="conflict"):
        blog.commit()
    shop.close()
    blog.close()
    world.settle()
    rows = world.rows("owner", "SELECT id, name FROM users ORDER BY id")
    assert rows == [(1, "ann"), (2, "bob"), (3, "cid")]
    assert world.rows("blog", "SELECT id, name FROM users ORDER BY id") == rows


def test_what_cannot_be_undone_is_left_and_told(world: World) -> None:
    """A row that somebody changed since stays as it is, is kept for a person, and counted."""
    world.kill["after apply at owner"] = "owner"
    with pytest.raises(WriteRefused):
        world.do("shop", "UPDATE users SET seen = 3 WHERE id = 1")
    world.restart("owner").prepare()
    world.kill.clear()
    assert world.rows("owner", ANN) == [("ann", 3)]
    world.do("owner", "UPDATE users SET name = 'anna' WHERE id = 1")
    world.settle()
    assert world.rows("owner", ANN) == world.rows("shop", ANN) == [("anna", 3)]
    assert ("stuck", "users", "changed-since") in world.events["owner"].heard
    assert [row[:2] for row in world.open_ends()] == [("owner", "stuck")]
