"""Replicas end as their owner is, whatever happens to the answers on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from split_world import Died, World

from servicekit.errors import OwnerUnavailable, PeerUnavailable

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT UNIQUE, seen INTEGER);
CREATE TABLE pairs (a INTEGER, b INTEGER);
"""


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """An owner, and a reader with replicas."""
    world = make_world(SCHEMA)
    world.service("owner", ["users", "pairs"], {})
    world.service("reader", [], {"users": "owner", "pairs": "owner"})
    world.prepare()
    return world


def same(world: World) -> bool:
    queries = ("SELECT * FROM users ORDER BY id", "SELECT a, b FROM pairs ORDER BY a, b")
    return all(world.rows("reader", query) == world.rows("owner", query) for query in queries)


def fill(world: World, first: int, last: int) -> None:
    values = ", ".join(f"('user {number}', 0)" for number in range(first, last))
    world.do("owner", f"INSERT INTO users (name, seen) VALUES {values}")


def batch(world: World, after: int = 0, limit: int = 2000) -> Any:
    """Ask the owner as the reader would."""
    known = world.data["reader"]._replicas.known("owner")
    asked = {"consumer": "reader", "tables": sorted(known.tables), "feed": known.feed}
    feed = world.data["owner"].operations()["feed"]
    return feed({**asked, "after": after, "limit": limit})


def apply(world: World, answer: Any) -> bool:
    replicas = world.data["reader"]._replicas
    return replicas.apply("owner", answer, frozenset(replicas.known("owner").tables))


def test_a_batch_that_comes_twice_counts_once(world: World) -> None:
    """Changes that were applied are skipped, in tables with and without a key."""
    fill(world, 0, 5)
    world.do("owner", "INSERT INTO pairs VALUES (1, 1), (1, 1)")
    world.do("owner", "DELETE FROM users WHERE id = 3")
    answer = batch(world)
    assert apply(world, answer)
    assert apply(world, answer)
    assert same(world)


def test_a_batch_out_of_order_is_not_applied(world: World) -> None:
    """What starts after a gap is asked for anew; an old batch changes nothing."""
    fill(world, 0, 5)
    world.do("owner", "UPDATE users SET seen = 1")
    first, second = batch(world, 0, 5), batch(world, 5, 5)
    assert not apply(world, second)
    assert world.rows("reader", "SELECT * FROM users") == []
    assert apply(world, first)
    assert apply(world, second)
    assert apply(world, first)
    assert same(world)


def test_an_answer_for_another_position_is_refused(world: World) -> None:
    """An owner that answers another question than was asked isn't believed."""
    fill(world, 0, 5)
    world.changing = lambda peer, operation, answer: {**answer, "after": 3, "more": True}
    with pytest.raises(PeerUnavailable):
        world.data["reader"]._replicas.catch_up("owner")
    world.changing = lambda peer, operation, answer: answer
    world.data["reader"]._replicas.catch_up("owner")
    assert same(world)


@pytest.mark.parametrize("victim", ["owner", "reader"])
def test_a_catch_up_that_is_cut_off_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    """Whoever is killed between two answers, what was missed comes with the next pull."""
    monkeypatch.setattr("servicekit.feed.BATCH", 2)
    fill(world, 0, 9)
    seen = []

    def die_third(peer: str, operation: str, answer: Any) -> Any:
        seen.append(operation)
        if len(seen) == 3:
            world.dead.add(victim)
        return answer

    world.changing = die_third
    with pytest.raises((Died, PeerUnavailable)):
        world.data["reader"]._replicas.catch_up("owner")
    world.changing = lambda peer, operation, answer: answer
    world.recover()
    assert same(world)


@pytest.mark.parametrize("step", ["before snapshot at owner", "after snapshot at owner"])
@pytest.mark.parametrize("victim", ["owner", "late"])
def test_a_copy_that_is_cut_off_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, victim: str
) -> None:
    """A first copy survives kills at its third page, and changes in the meantime."""
    monkeypatch.setattr("servicekit.feed.PAGE", 2)
    fill(world, 0, 9)
    world.do("owner", "INSERT INTO pairs VALUES (1, 1), (1, 1), (2, NULL)")
    late = world.service("late", [], {"users": "owner", "pairs": "owner"})
    pages = []

    def die_third(peer: str, operation: str, answer: Any) -> Any:
        pages.append(operation)
        if pages.count("snapshot") == 2:
            world.kill[step] = victim
        return answer

    world.changing = die_third
    try:
        late.prepare()
        late.copy()
    except Died:
        assert victim == "late"
    assert world.dead == {victim}
    world.changing = lambda peer, operation, answer: answer
    world.kill.clear()
    for name in list(world.dead):
        world.restart(name).prepare()
    world.do("owner", "UPDATE users SET seen = 5", "DELETE FROM users WHERE id = 1")
    world.do("owner", "DELETE FROM pairs WHERE a = 2", "INSERT INTO pairs VALUES (1, 1)")
    world.settle()
    world.do("owner", "INSERT INTO pairs VALUES (3, 3)")
    world.settle()
    assert same(world)
    query = "SELECT a, b FROM pairs ORDER BY a, b"
    assert world.rows("late", query) == world.rows("owner", query)


def test_a_reader_gets_no_answer_from_half_a_copy(world: World) -> None:
    """Until its copy is whole, a table is refused instead of shown in part."""
    fill(world, 0, 3)
    world.service("late", [], {"users": "owner"}, owner_down="stale")
    world.down.add("owner")
    world.data["late"].prepare()
    with pytest.raises(OwnerUnavailable, match="not copied yet"):
        world.do("late", "SELECT * FROM users")
    world.down.clear()
    assert len(world.do("late", "SELECT * FROM users")) == 3


def test_a_new_column_arrives(world: World) -> None:
    """When the owner's table has changed, a replica of the new shape is copied again."""
    fill(world, 0, 3)
    world.settle()
    for name in ("owner", "reader"):
        world.sql(name, "ALTER TABLE users ADD COLUMN city TEXT")
    for name in ("owner", "reader"):
        world.restart(name).prepare()
    world.do("owner", "UPDATE users SET city = 'Bern' WHERE id = 2")
    world.settle()
    assert same(world)
    assert world.rows("reader", "SELECT id FROM users WHERE city = 'Bern'") == [(2,)]


def test_an_owner_that_is_migrated_first_is_not_understood_until_the_reader_is(
    world: World,
) -> None:
    """The reader says which column it lacks, keeps what it has, and goes on once it has it."""
    fill(world, 0, 3)
    world.settle()
    world.sql("owner", "ALTER TABLE users ADD COLUMN city TEXT")
    world.restart("owner").prepare()
    world.do("owner", "UPDATE users SET city = 'Bern' WHERE id = 2")
    with pytest.raises(Exception, match="users has a column that the replica lacks: city"):
        world.data["reader"]._replicas.catch_up("owner")
    world.sql("reader", "ALTER TABLE users ADD COLUMN city TEXT")
    world.restart("reader").prepare()
    world.settle()
    assert same(world)


def test_a_feed_that_was_pruned_or_replaced_is_copied_anew(world: World) -> None:
    """A reader that missed too much, or whose owner's database was restored, starts over."""
    fill(world, 0, 5)
    world.settle()
    world.do("owner", "DELETE FROM users WHERE id < 4")
    world.sql("owner", "UPDATE _sk_meta SET value = 'another' WHERE name = 'feed'")
    world.settle()
    assert same(world)
    world.do("owner", "DELETE FROM users WHERE id = 4")
    world.sql("owner", "UPDATE _sk_meta SET value = '7' WHERE name = 'pruned'")
    world.settle()
    assert same(world)


def test_pruning_keeps_what_a_reader_lacks(world: World) -> None:
    """Changes go when all readers have them, and not before."""
    fill(world, 0, 5)
    world.settle()
    fill(world, 5, 8)
    world.data["owner"]._feed.prune()
    world.settle()
    assert same(world)
    world.settle()
    assert world.data["owner"]._feed.prune() > 0
    fill(world, 8, 9)
    world.settle()
    assert same(world)


def test_numbers_of_new_rows_go_on_where_the_owner_is(world: World) -> None:
    """An insert by another service gets the number that the owner would have given."""
    fill(world, 0, 3)
    world.do("owner", "DELETE FROM users WHERE id = 3")
    world.do("reader", "INSERT INTO users (name) VALUES ('by the reader')")
    world.do("owner", "INSERT INTO users (name) VALUES ('by the owner')")
    world.do("reader", "INSERT INTO users (name) VALUES ('again')")
    found = world.rows("owner", "SELECT id, name FROM users WHERE id > 2 ORDER BY id")
    assert found == [(4, "by the reader"), (5, "by the owner"), (6, "again")]
