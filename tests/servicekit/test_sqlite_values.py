"""Values and shapes of SQLite tables reach replicas and owners as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from split_world import SqliteEngine, World

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(max_size=40),
)
HOSTILE = "or\"der 's ünï select"
SCHEMA = f"""
CREATE TABLE loose (id INTEGER PRIMARY KEY, a, b INTEGER, c REAL, d TEXT, e BLOB, f NUMERIC);
CREATE TABLE "{HOSTILE.replace('"', '""')}" ("a ""b" TEXT, "group" INT, x,
    PRIMARY KEY ("group", "a ""b")) WITHOUT ROWID;
CREATE TABLE keyless (name TEXT, n INT);
CREATE TABLE computed (id INTEGER PRIMARY KEY, a INT, twice INT GENERATED ALWAYS AS (a * 2) STORED,
    thrice INT GENERATED ALWAYS AS (a * 3) VIRTUAL);
"""
TABLES = ("loose", HOSTILE, "keyless", "computed")


@pytest.fixture
def engine(tmp_path: Path) -> SqliteEngine:
    """SQLite only."""
    return SqliteEngine(tmp_path)


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """An owner of odd tables, and a reader that replicates all of them."""
    world = make_world(SCHEMA)
    world.service("owner", TABLES, {})
    world.service("reader", [], dict.fromkeys(TABLES, "owner"))
    world.prepare()
    return world


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def same(world: World) -> None:
    for table in TABLES:
        columns = [row[1] for row in world.rows("owner", f"PRAGMA table_info({quoted(table)})")]
        typed = ", ".join(f"typeof({quoted(c)}), {quoted(c)}" for c in columns)
        query = f"SELECT {typed} FROM {quoted(table)} ORDER BY 1, 2, 3, 4"
        assert world.rows("reader", query) == world.rows("owner", query)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(*[VALUES] * 6), min_size=1, max_size=4))
def test_any_value_of_any_type_arrives_with_its_type(world: World, rows: list[tuple]) -> None:
    """Whatever SQLite stores in whatever column is the same in the replica, type included."""
    owner = world.connect("owner")
    owner.execute("DELETE FROM loose")
    owner.executemany("INSERT INTO loose (a, b, c, d, e, f) VALUES (?,?,?,?,?,?)", rows)
    owner.commit()
    world.data["reader"]._pull_all()
    same(world)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(row=st.tuples(*[VALUES] * 6), then=st.tuples(*[VALUES] * 6))
def test_any_value_is_forwarded_with_its_type(world: World, row: tuple, then: tuple) -> None:
    """A row of any values can be inserted and updated by another service, and is the same."""
    reader = world.connect("reader")
    reader.execute("DELETE FROM loose")
    reader.execute("INSERT INTO loose (a, b, c, d, e, f) VALUES (?,?,?,?,?,?)", row)
    reader.commit()
    reader.execute("UPDATE loose SET a=?, b=?, c=?, d=?, e=?, f=?", then)
    reader.commit()
    reader.close()
    same(world)


def test_text_that_is_not_utf8_survives(world: World) -> None:
    """Bytes stored as text, which no Python string holds, are copied as they are."""
    owner = world.connect("owner")
    owner.execute("INSERT INTO loose (d) VALUES (CAST(X'ff41' AS TEXT))")
    owner.commit()
    world.data["reader"]._pull_all()
    query = "SELECT typeof(d), hex(d) FROM loose"
    assert world.rows("reader", query) == [("text", "FF41")]


def test_hostile_names_composite_keys_and_changed_keys(world: World) -> None:
    """Names with quotes, spaces and reserved words work, and so do updates of a composite key."""
    table = quoted(HOSTILE)
    for service in ("owner", "reader"):
        connection = world.connect(service)
        connection.execute(f"INSERT INTO {table} VALUES (?, 1, 'x')", (service,))
        connection.commit()
        connection.execute(f'UPDATE {table} SET "group" = "group" + 1, x = NULL')
        connection.commit()
        connection.close()
        world.data["reader"]._pull_all()
        same(world)
    assert len(world.rows("owner", f"SELECT * FROM {table}")) == 2


def test_tables_without_key_and_generated_columns(world: World) -> None:
    """Rows of a table without key are told apart; the database computes generated columns."""
    for service in ("owner", "reader"):
        connection = world.connect(service)
        connection.executescript(
            "INSERT INTO keyless VALUES ('a', 1), ('a', 1), ('b', 2);"
            "INSERT INTO computed (a) VALUES (2), (3);"
        )
        connection.execute("UPDATE keyless SET n = 5 WHERE rowid = 2")
        connection.execute("DELETE FROM keyless WHERE name = 'b'")
        connection.execute("UPDATE computed SET a = a + 1")
        connection.commit()
        connection.close()
        world.data["reader"]._pull_all()
        same(world)


def test_replace_and_upsert(world: World) -> None:
    """REPLACE and ON CONFLICT, here and by another service, leave the same rows on both sides."""
    for service in ("owner", "reader"):
        connection = world.connect(service)
        connection.execute("INSERT OR REPLACE INTO computed (id, a) VALUES (1, ?)", (len(service),))
        connection.execute(
            "INSERT INTO computed (id, a) VALUES (1, 7) ON CONFLICT DO UPDATE SET a=9"
        )
        connection.execute("REPLACE INTO computed (id, a) VALUES (2, 3)")
        connection.commit()
        connection.close()
        world.data["reader"]._pull_all()
        same(world)


def test_connection_options_of_the_application_do_not_disturb(world: World) -> None:
    """Row factories, bytes as text, converters and an own connection class stay the app's own."""

    class Own(sqlite3.Connection):
        def hello(self) -> str:
            return "hello"

    reader = world.connect("reader", factory=Own, detect_types=sqlite3.PARSE_DECLTYPES)
    reader.row_factory, reader.text_factory = sqlite3.Row, bytes
    reader.execute("INSERT INTO loose (id, d) VALUES (1, 'text')")
    reader.commit()
    assert reader.hello() == "hello"
    assert reader.execute("SELECT d FROM loose").fetchone()["d"] == b"text"
    same(world)
