"""A monolith's rows arrive in the services' databases as they were, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from split_world import Died, World

from servicekit.migration.base import ForeignKey, MigrationError
from servicekit.migration.job import Member, from_json
from servicekit.migration.opening import source
from servicekit.migration.run import run

SCHEMA = """
CREATE TABLE users (id AUTO_ID, name TEXT UNIQUE, boss INTEGER REFERENCES users (id));
CREATE TABLE pairs (a INTEGER, b TEXT);
CREATE TABLE orders (id AUTO_ID, user_id INTEGER REFERENCES users (id), total NUMERIC(12, 2));
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
"""
ROWS = """
INSERT INTO users VALUES (1, 'Ada', NULL), (2, 'a tab	and a \\ and é', 1), (7, NULL, 7);
DELETE FROM users WHERE id = 7;
INSERT INTO pairs VALUES (1, NULL), (1, NULL), (2, '');
INSERT INTO orders VALUES (5, 1, 10.25), (6, 2, 0.1), (9, NULL, NULL);
INSERT INTO alembic_version VALUES ('0123456789ab');
"""
OWNED = {"people": ["users", "pairs"], "sales": ["orders"]}
COPIES = {"people": {}, "sales": {"users": "people", "pairs": "people"}}
READ = ("SELECT * FROM users ORDER BY id", "SELECT a, b FROM pairs ORDER BY a, b")


class Move:
    """Moves the rows of the world's monolith."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.said: list[str] = []
        self.declared: list[ForeignKey] = []
        self.die_at = ""
        for name, tables in OWNED.items():
            self._describe(name, tables, COPIES[name])

    def _describe(self, name: str, owned: Sequence[str], replicas: Mapping[str, str]) -> None:
        described = {
            "format": 1,
            "name": name,
            "application": {"target": "app:app", "kind": "object"},
            "database": {"config": "DATABASE"},
            "owned": owned,
            "replicas": replicas,
            "peers": sorted(set(replicas.values())),
        }
        (self.folder / name).mkdir()
        (self.folder / name / "service.json").write_text(json.dumps(described))

    def __call__(self, rehearse: bool = False) -> str:
        """Do it and return what was said."""
        services = [
            {"folder": str(self.folder / n), "environment": {"DATABASE_URL": self.world.urls[n]}}
            for n in OWNED
        ]
        source = self.world.urls["monolith"]
        job = from_json({"source": source, "rehearse": rehearse, "services": services})
        self.said.clear()
        run(job, self._prepare, self._say)
        return "\n".join(self.said)

    def _prepare(self, member: Member) -> list[ForeignKey]:
        self.world.data[member.name].prepare()
        return self.declared

    def _say(self, line: str) -> None:
        self.said.append(line)
        if self.die_at and self.die_at in line:
            raise Died(line)


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """A monolith with rows, and two services without."""
    world = make_world(SCHEMA)
    world.plain("monolith")
    world.sql("monolith", ROWS)
    if world.engine.name == "postgresql":
        world.sql("monolith", "SELECT setval('users_id_seq', 7), setval('orders_id_seq', 9)")
    for name, tables in OWNED.items():
        world.service(name, tables, COPIES[name])
    return world


@pytest.fixture
def move(world: World, tmp_path: Path) -> Move:
    """What is tested."""
    return Move(world, tmp_path)


def content(world: World, name: str, queries: Sequence[str]) -> list[Any]:
    """Read past the hooks: they would copy what isn't there."""
    with source(world.urls[name]) as opened:
        return [opened.database.rows(opened.raw, query) for query in queries]


def test_rows_and_ids_arrive(world: World, move: Move) -> None:
    """Owned tables and copies are the monolith's, and new rows get the ids it would have given."""
    said = move()
    for name in OWNED:
        assert content(world, name, READ) == content(world, "monolith", READ)
    orders = ["SELECT * FROM orders ORDER BY id"]
    assert content(world, "sales", orders) == content(world, "monolith", orders)
    world.do("people", "INSERT INTO users (name) VALUES ('new')")
    assert world.rows("people", "SELECT id FROM users WHERE name = 'new'") == [(8,)]
    world.do("sales", "INSERT INTO orders (total) VALUES (1)")
    assert world.rows("sales", "SELECT max(id) FROM orders") == [(10,)]
    assert "alembic_version: no service owns it; it stays where it is" in said
    assert "sales: orders: 3 rows are the same" in said


def test_copies_go_on_from_there(world: World, move: Move) -> None:
    """Copies follow their owner without being copied again, and nothing moved is in the feed."""
    move()
    assert world.rows("people", "SELECT count(*) FROM _sk_feed") == [(0,)]
    world.do("people", "UPDATE users SET name = 'Grace' WHERE id = 1")
    with world.data["sales"].request(["users"]):
        assert world.do("sales", "SELECT name FROM users WHERE id = 1") == [("Grace",)]
    assert ("people", "snapshot") not in world.calls
    world.do("sales", "UPDATE users SET name = 'Eve' WHERE id = 2")
    world.settle()
    assert world.rows("people", "SELECT name FROM users WHERE id = 2") == [("Eve",)]
    assert not world.open_ends()


def test_the_source_is_never_written(world: World, move: Move) -> None:
    """It is the same afterwards, to the byte where it is a file."""
    queries = [*READ, "SELECT * FROM orders ORDER BY id", "SELECT * FROM alembic_version"]
    before = content(world, "monolith", queries)
    path = Path(world.urls["monolith"][len("sqlite:///") :])
    raw = path.read_bytes() if path.exists() else b""
    move()
    assert content(world, "monolith", queries) == before
    if raw:
        assert path.read_bytes() == raw
        assert not list(path.parent.glob(path.name + "-*"))


def test_an_application_trigger_rests(world: World, move: Move) -> None:
    """Rows arrive as they are, whatever the service's own triggers would make of them."""
    body = "UPDATE users SET name = 'triggered' WHERE id = NEW.id;"
    if world.engine.name == "postgresql":
        world.sql("people", f"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                  f" 'BEGIN {body.replace(chr(39), chr(39) * 2)} RETURN NULL; END'")  # fmt: skip
        world.sql("people", "CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW"
                  " EXECUTE FUNCTION f()")  # fmt: skip
    else:
        world.sql("people", f"CREATE TRIGGER t AFTER INSERT ON users BEGIN {body} END")
    move()
    assert content(world, "people", READ) == content(world, "monolith", READ)
    world.do("people", "INSERT INTO users (name) VALUES ('new')")
    assert world.rows("people", "SELECT name FROM users WHERE id > 7") == [("triggered",)]


def test_rows_that_the_start_puts_there_make_way(world: World, move: Move) -> None:
    """What an application adds to an empty database when it starts is replaced."""
    prepare = move._prepare

    def with_a_seed(member: Member) -> list[ForeignKey]:
        found = prepare(member)
        if member.name == "people":
            world.sql("people", "INSERT INTO users (id, name) VALUES (1, 'admin')")
        return found

    move._prepare = with_a_seed  # type: ignore[method-assign] # the application's start
    move()
    assert content(world, "people", READ) == content(world, "monolith", READ)


def test_a_rehearsal_keeps_nothing(world: World, move: Move) -> None:
    """It compares everything and leaves the databases as empty as they were."""
    said = move(rehearse=True)
    assert "people: users: 2 rows are the same" in said
    assert "Nothing was kept" in said
    for name in OWNED:
        assert content(world, name, READ) == [[], []]
    world.do("people", "INSERT INTO users (name) VALUES ('first')")
    assert world.rows("people", "SELECT id FROM users") == [(1,)]


def test_an_interrupted_run_is_started_again(world: World, move: Move) -> None:
    """What was complete stays, what was not is done, and a third run finds nothing to do."""
    move.die_at = "sales: pairs: 3 rows …"
    with pytest.raises(Died):
        move()
    assert content(world, "sales", READ) == [[], []]
    move.die_at = ""
    said = move()
    assert "people: moved before" in said
    assert content(world, "sales", READ) == content(world, "monolith", READ)
    assert move().count("moved before") == 2


def test_a_source_that_changes_between_runs_is_noticed(world: World, move: Move) -> None:
    """Services are not filled from two states of the monolith."""
    move.die_at = "sales: pairs: 3 rows …"
    with pytest.raises(Died):
        move()
    move.die_at = ""
    world.sql("monolith", "UPDATE users SET name = 'later' WHERE id = 1")
    with pytest.raises(MigrationError, match="people: users has changed in the source"):
        move()


def test_a_database_with_rows_is_refused(world: World, move: Move) -> None:
    """Nothing is written to any service if one has rows of its own."""
    world.sql("sales", "INSERT INTO orders (total) VALUES (1)")
    with pytest.raises(MigrationError, match="sales: its table orders has rows already"):
        move()
    assert content(world, "people", READ) == [[], []]


def test_the_source_is_no_target(world: World, move: Move) -> None:
    """A service whose database is named as the monolith's is refused before anything is done."""
    world.urls["sales"] = world.urls["monolith"]
    with pytest.raises(MigrationError, match="sales: its database is the source itself"):
        move()
    assert not move.said


def test_kinds_are_not_mixed(world: World, move: Move) -> None:
    """A source of another kind is refused, for each service."""
    sqlite = world.engine.name == "sqlite"
    world.urls["sales"] = "postgresql://127.0.0.1:9/none" if sqlite else "sqlite:////none/none.db"
    with pytest.raises(MigrationError, match="both have to be of one kind"):
        move()


def test_all_that_the_source_lacks_is_told(world: World, move: Move) -> None:
    """Missing tables are named together, those of copies too."""
    world.sql("monolith", "DROP TABLE orders; DROP TABLE pairs")
    with pytest.raises(MigrationError) as error:
        move()
    assert str(error.value).splitlines() == [
        "people: the source has no table pairs",
        "sales: the source has no table orders",
        "sales: the source has no table pairs",
    ]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("monolith", "orders: the service's model lacks extra"),
        ("sales", "orders: the source lacks extra"),
    ],
)
def test_columns_have_to_be_the_same(world: World, move: Move, where: str, message: str) -> None:
    """A column that would be lost or left empty is named."""
    world.sql(where, "ALTER TABLE orders ADD COLUMN extra TEXT")
    with pytest.raises(MigrationError, match=message):
        move()


def test_a_value_that_arrives_otherwise_is_found(world: World, move: Move) -> None:
    """Equal numbers of rows don't do: a column that changes a value is noticed, nothing is kept."""
    narrower = "(id AUTO_ID, user_id INTEGER, total INTEGER)".replace("AUTO_ID", world.engine.key)
    world.sql("sales", f"DROP TABLE orders; CREATE TABLE orders {narrower}")
    world.sql("monolith", "ALTER TABLE orders RENAME TO gone")
    world.sql("monolith", "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER,"
              " total TEXT); INSERT INTO orders VALUES (1, 1, '01')")  # fmt: skip
    with pytest.raises(MigrationError, match=r"orders: 1 rows \(.*\) arrived of 1 "):
        move()
    assert content(world, "sales", ["SELECT id FROM orders"]) == [[]]


def test_orphans_are_counted(world: World, move: Move) -> None:
    """Rows that name no row of another service are told, of keys that only models declare too."""
    world.sql("monolith", "INSERT INTO pairs VALUES (77, 'x'), (78, 'y')")
    move.declared = [ForeignKey("pairs", ("a",), "orders", ("id",))]
    said = move()
    assert "orphans: pairs(a) → orders (of sales): 5 rows name none that is there" in said
    assert "orphans: orders" not in said
