"""A transaction over several owners happens everywhere or nowhere, whoever is killed when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from split_world import Died, World

from servicekit.errors import WriteRefused

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT UNIQUE, seen INTEGER);
CREATE TABLE stock (sku TEXT PRIMARY KEY, held INTEGER);
CREATE TABLE orders (id AUTO_ID, user_id INTEGER, sku TEXT);
"""
OWNERS = {"users": "accounts", "stock": "stock", "orders": "orders"}
ONE = ["INSERT INTO orders (user_id, sku) VALUES (1, 'tea')", "UPDATE users SET seen = 7"]
SEVERAL = [
    *ONE,
    "INSERT INTO users (name, seen) VALUES ('guest', 7)",
    "UPDATE stock SET held = held + 1 WHERE sku = 'tea'",
    "DELETE FROM stock WHERE sku = 'gone'",
]
ALONE = ["before apply at accounts", "after apply at accounts"]
BOTH = [*ALONE, "before apply at stock", "after apply at stock"]
LATER = ["before commit at orders", "after commit at orders"]
CONFIRM = ["before confirm at accounts", "after confirm at accounts"]


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """An orders service that writes the tables of two others."""
    world = make_world(SCHEMA)
    for name in ("accounts", "stock", "orders"):
        owned = [table for table, owner in OWNERS.items() if owner == name]
        others = {table: owner for table, owner in OWNERS.items() if owner != name}
        world.service(name, owned, others)
    world.prepare()
    world.do("accounts", "INSERT INTO users (name, seen) VALUES ('ann', 0)")
    world.do("stock", "INSERT INTO stock VALUES ('tea', 0), ('gone', 0)")
    world.settle()
    world.steps.clear()
    return world


def everything(world: World, service: str) -> dict[str, Any]:
    orders = dict.fromkeys(("users", "orders"), "id")
    return {
        table: world.rows(service, f"SELECT * FROM {table} ORDER BY {orders.get(table, 'sku')}")
        for table in OWNERS
    }


def happened(world: World, statements: list[str]) -> bool:
    """Check that all services agree that all happened, or nothing; return which."""
    seen = everything(world, "orders")
    assert [everything(world, name) for name in ("accounts", "stock")] == [seen, seen]
    assert world.open_ends() == []
    committed = bool(seen["orders"])
    several = committed and statements is SEVERAL
    assert seen == {
        "orders": [(1, 1, "tea")] if committed else [],
        "users": [(1, "ann", 7 if committed else 0), *([(2, "guest", 7)] if several else [])],
        "stock": [("tea", 1)] if several else [("gone", 0), ("tea", 0)],
    }
    return committed


@pytest.mark.parametrize("statements", [ONE, SEVERAL], ids=["one", "several"])
def test_a_write_of_others_rows_reaches_them(world: World, statements: list[str]) -> None:
    """Inserts, updates and deletes of replicas are their owners' own after the commit."""
    world.do("orders", *statements)
    world.settle()
    assert happened(world, statements)


@pytest.mark.parametrize("step", [*ALONE, *LATER, *CONFIRM])
def test_the_caller_of_one_owner_is_killed(world: World, step: str) -> None:
    """Killed before its commit nothing stays, killed after it everything does."""
    kill(world, step, "orders", ONE)
    assert happened(world, ONE) == (step in ["after commit at orders", *CONFIRM])


@pytest.mark.parametrize("step", [*BOTH, *LATER, *CONFIRM, "after confirm at stock"])
def test_the_caller_of_several_owners_is_killed(world: World, step: str) -> None:
    """The same, however many owners have applied their part already."""
    kill(world, step, "orders", SEVERAL)
    expected = step in ["after commit at orders", *CONFIRM, "after confirm at stock"]
    assert happened(world, SEVERAL) == expected


@pytest.mark.parametrize("step", [*ALONE, *LATER, *CONFIRM])
def test_the_only_owner_is_killed(world: World, step: str) -> None:
    """An owner that dies before it has answered refuses the write; later it learns the rest."""
    kill(world, step, "accounts", ONE)
    assert happened(world, ONE) == (step not in ALONE)


@pytest.mark.parametrize("victim", ["accounts", "stock"])
@pytest.mark.parametrize("step", [*BOTH, *LATER, *CONFIRM])
def test_one_of_several_owners_is_killed(world: World, step: str, victim: str) -> None:
    """The parts of the others are undone, at once or when they ask."""
    kill(world, step, victim, SEVERAL)
    happened(world, SEVERAL)


@pytest.mark.parametrize("step", ["before cancel at accounts", "after cancel at accounts"])
@pytest.mark.parametrize("victim", ["orders", "accounts"])
def test_killed_while_undoing(world: World, step: str, victim: str) -> None:
    """A second failure, while the first is being undone, changes nothing."""
    world.down.add("stock")
    kill(world, step, victim, SEVERAL)
    assert not happened(world, SEVERAL)


@pytest.mark.parametrize("step", ["before outcome at orders", "after outcome at orders"])
def test_killed_while_asking(world: World, step: str) -> None:
    """An owner that dies while it asks what became of a transaction asks again."""
    world.kill["after apply at stock"] = "orders"
    with pytest.raises(Died):
        world.do("orders", *SEVERAL)
    world.restart("orders").prepare()
    world.kill = {step: "accounts"}
    with pytest.raises(Died):
        world.data["accounts"].sweep(doubt=-1)
    world.recover()
    assert not happened(world, SEVERAL)


def test_an_owner_that_asks_too_early_stops_the_commit(world: World) -> None:
    """The question makes a commit that hasn't happened impossible, so both sides agree."""
    asked = world.data["accounts"]
    world.changing = lambda peer, operation, answer: (
        (asked.sweep(doubt=-1) and answer if (peer, operation) == ("stock", "apply") else answer)
        or answer
    )
    if world.engine.name == "sqlite":  # the open transaction holds the lock: it is `pending`
        world.do("orders", *SEVERAL)
    else:
        with pytest.raises(WriteRefused, match="aborted"):
            world.do("orders", *SEVERAL)
    world.recover()
    assert happened(world, SEVERAL) == (world.engine.name == "sqlite")


def test_nothing_is_applied_twice(world: World) -> None:
    """A repeated apply, confirm or cancel, as after a lost answer, does nothing."""
    sent: list[Any] = []
    plain = world.data["accounts"]._ledger
    apply, confirm = plain.apply, plain.confirm
    plain.apply = lambda payload: sent.append(payload) or apply(payload)  # type: ignore[method-assign]
    world.do("orders", *SEVERAL)
    assert apply(sent[0])["state"] == "tentative"
    world.settle()
    confirm({"txns": [sent[0]["txn"]]})
    apply(sent[0])
    world.settle()
    assert happened(world, SEVERAL)


def kill(world: World, step: str, victim: str, statements: list[str]) -> None:
    """Run the transaction with a service killed at a step, then let everyone recover."""
    world.kill[step] = victim
    try:
        world.do("orders", *statements)
        world.data["orders"].sweep(doubt=-1)
    except (Died, WriteRefused):
        pass
    assert step in world.steps
    assert world.dead == {victim}
    world.recover()
