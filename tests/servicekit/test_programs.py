"""Random programs do the same on one database and on services that divide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from split_world import World

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT UNIQUE, seen INTEGER NOT NULL);
CREATE TABLE orders (id AUTO_ID, user_id INTEGER, total INTEGER CHECK (total < 50));
CREATE TABLE tags (order_id INTEGER, tag TEXT, PRIMARY KEY (order_id, tag));
"""
OWNERS = {"users": "accounts", "orders": "shop", "tags": "labels"}
ORDER = {"users": "id", "orders": "id", "tags": "order_id, tag"}
SMALL = st.integers(1, 6)
NAMES = st.sampled_from(["ann", "bob", "cid", "dan"])
READS = [
    st.just("SELECT * FROM users ORDER BY id"),
    st.just("SELECT * FROM tags ORDER BY order_id, tag"),
    st.just(
        "SELECT u.name, sum(o.total), count(t.tag) FROM users u JOIN orders o ON o.user_id = u.id"
        " LEFT JOIN tags t ON t.order_id = o.id GROUP BY u.name ORDER BY u.name"
    ),
    st.builds("SELECT total FROM orders WHERE user_id = {} ORDER BY id".format, SMALL),
]
CHANGES = [
    st.builds("UPDATE users SET seen = seen + {}".format, SMALL),
    st.builds("UPDATE users SET name = '{}' WHERE id = {}".format, NAMES, SMALL),
    st.builds("UPDATE orders SET total = total + {} WHERE user_id = {}".format, SMALL, SMALL),
    st.builds("UPDATE orders SET user_id = NULL WHERE id = {}".format, SMALL),
    st.builds("UPDATE tags SET order_id = order_id + {}".format, SMALL),
    st.builds("DELETE FROM users WHERE id = {}".format, SMALL),
    st.builds("DELETE FROM orders WHERE total > {}".format, st.integers(0, 60)),
    st.builds("DELETE FROM tags WHERE order_id = {}".format, SMALL),
    st.builds("INSERT INTO tags VALUES ({}, '{}')".format, SMALL, NAMES),
    st.builds(
        "INSERT INTO tags SELECT id, '{}' FROM orders WHERE total > {}".format,
        NAMES,
        st.integers(0, 60),
    ),
]
NEW = [  # these draw a number, which a rollback gives back in SQLite only
    st.builds("INSERT INTO orders (user_id, total) VALUES ({}, {})".format, SMALL, SMALL),
    st.just("INSERT INTO users (name, seen) VALUES (NULL, 0)"),
]
DRAWS = ("INSERT INTO orders", "INSERT INTO users")
SERVICES = st.sampled_from(["accounts", "shop", "labels"])
STEP = st.tuples(
    SERVICES,
    st.one_of(
        st.lists(st.one_of(READS + CHANGES), min_size=1, max_size=4),
        st.lists(st.one_of(READS + NEW), min_size=1, max_size=3),
    ),
    st.booleans(),
)


@pytest.fixture
def worlds(make_world: Callable[[str], World]) -> Iterator[Callable[[], World]]:
    """Make a monolith and three services, anew for each program."""

    def make() -> World:
        world = make_world(SCHEMA)
        for name in ("accounts", "shop", "labels"):
            owned = [table for table, owner in OWNERS.items() if owner == name]
            others = {table: owner for table, owner in OWNERS.items() if owner != name}
            world.service(name, owned, others)
        world.prepare()
        world.plain("monolith")
        return world

    return make


def run(world: World, service: str, statements: list[str], commits: bool) -> Any:
    """Run a transaction; return what it reads, or the kind of its error."""
    connection = world.connect(service)
    read = []
    try:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
            if statement.startswith("SELECT"):
                read.append([tuple(row) for row in cursor.fetchall()])
        if commits or any(statement.startswith(DRAWS) for statement in statements):
            connection.commit()
        else:
            connection.rollback()
    except Exception as error:
        if not world.data["shop"].database.is_constraint(error):
            raise
        return read, "constraint"
    finally:
        connection.close()
    return read, None


def rows(world: World, service: str) -> Any:
    return [run(world, service, [f"SELECT * FROM {t} ORDER BY {ORDER[t]}"], False) for t in ORDER]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(program=st.lists(STEP, min_size=1, max_size=12))
def test_a_program_does_the_same_on_one_database_and_on_services(
    worlds: Callable[[], World], program: list[tuple[str, list[str], bool]]
) -> None:
    """Every read, every error, every number and every row is the monolith's, wherever it runs."""
    world = worlds()
    try:
        for service, statements, commits in program:
            expected = run(world, "monolith", statements, commits)
            assert run(world, service, statements, commits) == expected
        world.settle()
        assert [rows(world, name) for name in OWNERS.values()] == [rows(world, "monolith")] * 3
        assert world.open_ends() == []
    finally:
        world.close()
        world.engine.close()
