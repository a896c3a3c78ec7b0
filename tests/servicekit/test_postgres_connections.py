"""Connections to PostgreSQL are watched below any ORM, whichever driver opens them how."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import psycopg
import psycopg2
import psycopg2.extras
import pytest
import sqlalchemy
from split_world import PostgresEngine, Server, World
from sqlalchemy import orm

from servicekit.errors import WriteRefused

pytestmark = pytest.mark.postgres
SCHEMA = "CREATE TABLE users (id SERIAL PRIMARY KEY, name TEXT UNIQUE)"
SQLALCHEMY_DRIVERS = ["psycopg2", *(["psycopg"] if sqlalchemy.__version__ >= "2" else [])]
NAMES = "SELECT name FROM users ORDER BY id"


@pytest.fixture(params=["psycopg2", "psycopg"])
def engine(request: pytest.FixtureRequest, server: Server) -> Any:
    """Either driver."""
    made = PostgresEngine(server, request.param)
    yield made
    made.close()


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """An owner, and a shop that writes its rows."""
    world = make_world(SCHEMA)
    world.service("owner", ["users"], {})
    world.service("shop", [], {"users": "owner"})
    world.prepare()
    return world


def names(world: World, service: str = "owner") -> list[str]:
    return [name for (name,) in world.rows(service, NAMES)]


@pytest.mark.parametrize("options", [{}, {"dbname": "again"}, {"host": "localhost"}])
def test_a_connection_is_known_however_it_names_the_database(
    world: World, options: dict[str, str]
) -> None:
    """By URL, by keywords, by another name of the same host."""
    if "dbname" in options:
        options = {"dbname": world.urls["shop"].rpartition("/")[2]}
    connection = world.connect("shop", **options)
    connection.cursor().execute("INSERT INTO users (name) VALUES ('ann')")
    connection.commit()
    connection.close()
    assert names(world) == ["ann"]


def test_other_databases_are_left_alone(world: World, server: Server) -> None:
    """A connection to another database of the server is plain."""
    connection = world.engine.driver.connect(f"{server.url}/postgres")
    assert connection._sk_guard is None
    connection.close()


def test_a_with_block_commits_at_the_owner(world: World) -> None:
    """`with connection:` commits like `commit`, and rolls back after an exception."""
    for name, fails in (("ann", False), ("bob", True)):
        connection = world.connect("shop")
        try:
            with connection:
                connection.cursor().execute(f"INSERT INTO users (name) VALUES ('{name}')")
                if fails:
                    raise KeyError(name)
        except KeyError:
            pass
        connection.close()
    assert names(world) == names(world, "shop") == ["ann"]


def test_autocommit(world: World) -> None:
    """A statement that commits by itself waits for its owner, alone or between BEGIN and COMMIT."""
    connection = world.connect("shop")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("INSERT INTO users (name) VALUES ('ann') RETURNING id")
    assert cursor.fetchall() == [(1,)]
    assert names(world) == ["ann"]
    cursor.execute("BEGIN")
    cursor.execute("INSERT INTO users (name) VALUES ('bob')")
    assert names(world) == ["ann"]
    cursor.execute("COMMIT")
    cursor.execute("BEGIN")
    cursor.execute("INSERT INTO users (name) VALUES ('cid')")
    cursor.execute("ROLLBACK")
    world.down.add("owner")
    with pytest.raises(WriteRefused):
        cursor.execute("INSERT INTO users (name) VALUES ('dan')")
    connection.close()
    assert names(world) == names(world, "shop") == ["ann", "bob"]


def test_a_failed_transaction_ends_as_the_driver_ends_it(world: World) -> None:
    """Committing after an error rolls back, and the connection can be used again."""
    connection = world.connect("shop")
    connection.cursor().execute("INSERT INTO users (name) VALUES ('ann')")
    with pytest.raises(world.engine.driver.Error):
        connection.cursor().execute("SELECT 1 / 0")
    connection.commit()
    connection.cursor().execute("INSERT INTO users (name) VALUES ('bob')")
    connection.commit()
    connection.close()
    assert names(world) == names(world, "shop") == ["bob"]


def test_copy(world: World) -> None:
    """Rows that are copied in go to the owner."""
    connection = world.connect("shop")
    cursor = connection.cursor()
    if world.engine.driver is psycopg2:
        cursor.copy_expert("COPY users (name) FROM STDIN", io.StringIO("ann\n"))
        cursor.copy_from(io.StringIO("bob\n"), "users", columns=["name"])
    else:
        with cursor.copy("COPY users (name) FROM STDIN") as copy:
            copy.write(b"ann\nbob\n")
    connection.commit()
    connection.close()
    assert names(world) == ["ann", "bob"]


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_isolation_levels(world: World, level: str) -> None:
    """Under each level a transaction reads fresh rows first, and its writes are forwarded."""
    world.do("owner", "INSERT INTO users (name) VALUES ('ann')")
    rows = world.do(
        "shop",
        f"SET TRANSACTION ISOLATION LEVEL {level}",
        NAMES,
        "INSERT INTO users (name) VALUES ('bob')",
        NAMES,
    )
    assert rows == [("ann",), ("bob",)]
    assert names(world) == ["ann", "bob"]


@pytest.mark.parametrize("engine", SQLALCHEMY_DRIVERS, indirect=True)
def test_sqlalchemy(world: World) -> None:
    """Sessions, Core, engine-level commits and refusals work through SQLAlchemy's pool."""
    driver = world.engine.driver.__name__
    url = world.urls["shop"].replace("postgresql:", f"postgresql+{driver}:")
    engine = sqlalchemy.create_engine(url)
    name = sqlalchemy.Column("name", sqlalchemy.Text)
    table = sqlalchemy.Table("users", sqlalchemy.MetaData(), name)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{"name": "ann"}, {"name": "bob"}])
    session = orm.Session(bind=engine)
    session.execute(table.update().where(table.c.name == "bob").values(name="cid"))
    session.commit()
    world.down.add("owner")
    session.execute(table.delete())
    with pytest.raises(sqlalchemy.exc.OperationalError) as told:
        session.commit()
    assert isinstance(told.value.orig, WriteRefused)
    session.rollback()
    session.close()
    engine.dispose()
    world.recover()
    assert names(world) == names(world, "shop") == ["ann", "cid"]


def test_what_only_psycopg_has(world: World) -> None:
    """Transaction blocks, nested ones, and queries composed of parts."""
    if world.engine.driver is not psycopg:
        return psycopg2_only(world)
    connection = world.connect("shop")
    with connection.transaction():
        connection.execute(psycopg.sql.SQL("INSERT INTO users (name) VALUES ({})").format("ann"))
        with pytest.raises(KeyError), connection.transaction():
            connection.execute(b"INSERT INTO users (name) VALUES ('bob')")
            raise KeyError
    assert names(world) == ["ann"]
    world.down.add("owner")
    with pytest.raises(WriteRefused), connection.transaction():
        connection.execute("INSERT INTO users (name) VALUES (%s)", ["cid"])
    connection.close()
    assert names(world) == names(world, "shop") == ["ann"]
    return None


def psycopg2_only(world: World) -> None:
    """Helpers that send bytes, and factories of connections and cursors."""
    connection = world.connect("shop", connection_factory=psycopg2.extras.DictConnection)
    cursor = connection.cursor()
    psycopg2.extras.execute_values(cursor, "INSERT INTO users (name) VALUES %s", [("ann",)])
    connection.commit()
    cursor.execute(NAMES)
    assert cursor.fetchone()["name"] == "ann"
    named = connection.cursor("named", cursor_factory=psycopg2.extras.RealDictCursor)
    named.execute(NAMES)
    assert named.fetchall() == [{"name": "ann"}]
    connection.close()
    assert names(world) == ["ann"]
