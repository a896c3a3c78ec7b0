"""Values, shapes and objects of PostgreSQL reach replicas and owners as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from split_world import PostgresEngine, Server, World

from servicekit.errors import WriteRefused

pytestmark = pytest.mark.postgres
HOSTILE = "or\"der 's %s ? ünï select"
TABLE = '"' + HOSTILE.replace('"', '""') + '"'
SCHEMA = f"""
CREATE TYPE mood AS ENUM ('sad', 'it''s fine');
CREATE DOMAIN short AS varchar(5);
CREATE TABLE typed (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, i SMALLINT, n NUMERIC, n2 NUMERIC(8,2),
    f REAL, d DOUBLE PRECISION, t TEXT, v VARCHAR(10), c CHAR(4), b BYTEA, o BOOLEAN, day DATE,
    at TIMESTAMP, atz TIMESTAMPTZ, hour TIME, span INTERVAL, u UUID, j JSON, jb JSONB, a INT[],
    ta TEXT[], m mood, s short, bits BIT(5), ip INET, r INT4RANGE, p POINT,
    twice INT GENERATED ALWAYS AS (i * 2) STORED);
CREATE TABLE {TABLE} ("a ""b" TEXT, "group" INT, x TEXT, PRIMARY KEY ("group", "a ""b"));
CREATE TABLE keyless (name TEXT, doc JSON);
CREATE TABLE places (id SERIAL PRIMARY KEY, name TEXT, place INT, gone BOOLEAN DEFAULT false);
CREATE UNIQUE INDEX ON places (place) WHERE NOT gone;
CREATE UNIQUE INDEX ON places (lower(name));
CREATE TABLE wide (id INT PRIMARY KEY, {", ".join(f"c{n} INT" for n in range(120))});
"""
TABLES = ("typed", HOSTILE, "keyless", "places", "wide")
VALUES = """
INSERT INTO typed (i, n, n2, f, d, t, v, c, b, o, day, at, atz, hour, span, u, j, jb, a, ta, m, s,
    bits, ip, r, p) VALUES
(-32768, 1e-20, 12.30, 1.1, 0.1, 'a ''quoted\\ text', 'v%s', 'c', '\\x00ff', true, '0044-03-15 BC',
    '2024-02-29 23:59:59.999999', '1883-11-18 12:00:00-04:56:02', '23:59', '-1 mon +2 days -3:00',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b":  1, "a": 1, "a": 2}', '{"x": 1.10}',
    '{{1,2},{3,NULL}}', '{"a,b","\\"",NULL}', 'it''s fine', 'short', B'10101', '10.0.0.1/8',
    '[1,5)', '(1.5,2)'),
(NULL, 'NaN', 0, 'Infinity', '-Infinity', '', '', '', '', false, 'infinity', '-infinity', NULL,
    NULL, NULL, NULL, 'null', 'null', '{}', '{}', 'sad', '', B'00000', '::1', 'empty', NULL),
(1, 1.000, 1, 16777217, 5e-324, E'line\\nbreak \\u2603 \\U0001F600', NULL, 'äöü', NULL, NULL, NULL,
    NULL, '2024-10-27 02:30:00+01', NULL, '1 year', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, '(,)', NULL)
"""
AT_SETTINGS = """
SET datestyle = 'German'; SET intervalstyle = 'sql_standard'; SET timezone = 'Asia/Kathmandu';
SET extra_float_digits = 0; SET bytea_output = 'escape'
"""


@pytest.fixture
def engine(server: Server) -> Iterator[PostgresEngine]:
    """PostgreSQL only."""
    made = PostgresEngine(server, "psycopg2")
    yield made
    made.close()


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """An owner of odd tables, and a reader that replicates all of them."""
    world = make_world(SCHEMA)
    world.service("owner", TABLES, {})
    world.service("reader", [], dict.fromkeys(TABLES, "owner"))
    world.prepare()
    return world


def same(world: World) -> None:
    world.settle()
    for name in (*TABLES[2:], "typed", TABLE):
        if name == HOSTILE:
            continue
        query = f"SELECT t::text FROM {name} AS t ORDER BY 1"
        assert world.rows("reader", query) == world.rows("owner", query)
    assert world.open_ends() == []


@pytest.mark.parametrize("author", ["owner", "reader"])
def test_values_of_every_type_arrive(world: World, author: str) -> None:
    """Inserts, updates and deletes of all types are exact, whatever a session's settings."""
    world.do(author, AT_SETTINGS, VALUES)
    same(world)
    assert world.rows("owner", "SELECT count(*) FROM typed") == [(3,)]
    world.do(author, AT_SETTINGS, "UPDATE typed SET span = span * 2, f = f, t = t || '!'")
    same(world)
    world.do(author, "DELETE FROM typed WHERE i IS NULL")
    same(world)


@pytest.mark.parametrize("author", ["owner", "reader"])
def test_hostile_names_and_changed_keys(world: World, author: str) -> None:
    """Names with quotes, marks and reserved words work, and so do updates of a composite key."""
    world.do(author, f"INSERT INTO {TABLE} VALUES ('x', 1, '%s ?'), ('y', 1, NULL)")
    world.do(author, f'UPDATE {TABLE} SET "group" = "group" + 1')
    same(world)
    assert len(world.rows("owner", f'SELECT * FROM {TABLE} WHERE "group" = 2')) == 2


@pytest.mark.parametrize("author", ["owner", "reader"])
def test_equal_rows_of_a_table_without_key_are_told_apart_by_number(
    world: World, author: str
) -> None:
    """Of equal rows exactly as many are changed or deleted as the application did."""
    rows = "('a', '{}'), ('a', '{}'), ('a', '{}'), (NULL, NULL)"
    world.do(author, f"INSERT INTO keyless VALUES {rows}")
    one = "ctid = (SELECT ctid FROM keyless WHERE name = 'a' LIMIT 1)"
    world.do(author, f"UPDATE keyless SET name = 'b' WHERE {one}")
    world.do(author, f"DELETE FROM keyless WHERE {one}")
    same(world)
    names = [row[0] for row in world.rows("owner", "SELECT name FROM keyless ORDER BY 1")]
    assert names == ["a", "b", None]


def test_a_refused_insert_leaves_equal_rows_alone(world: World) -> None:
    """Undoing a row of a table without key takes away one row at the owner, none elsewhere."""
    world.do("owner", "INSERT INTO keyless VALUES ('a', '{}')")
    world.settle()
    world.kill["after apply at owner"] = "owner"
    with pytest.raises(WriteRefused):
        world.do("reader", "INSERT INTO keyless VALUES ('a', '{}')")
    world.recover()
    same(world)
    assert len(world.rows("owner", "SELECT * FROM keyless")) == 1


def test_rows_make_way_for_unique_values_that_moved(world: World) -> None:
    """Values may move between rows, also under partial indexes and ones of expressions."""
    world.do("owner", "INSERT INTO places (name, place) VALUES ('A', 1), ('B', 2), ('C', 3)")
    world.settle()
    world.do("owner", "UPDATE places SET gone = true WHERE place = 1")
    world.do("owner", "UPDATE places SET place = 1 WHERE name = 'B'")
    world.do("owner", "UPDATE places SET name = 'x' WHERE id = 1")
    world.do("owner", "UPDATE places SET name = 'a' WHERE id = 3")
    world.do("owner", "DELETE FROM places WHERE id = 2", "UPDATE places SET gone = false")
    same(world)


def test_wide_rows(world: World) -> None:
    """A row of more columns than a function has arguments arrives."""
    world.do("owner", "INSERT INTO wide (id, c0, c119) VALUES (1, 2, 3)")
    world.do("reader", "UPDATE wide SET c118 = 5")
    same(world)


@pytest.mark.parametrize("author", ["owner", "reader"])
def test_truncate_and_copy(world: World, author: str) -> None:
    """TRUNCATE at the owner empties replicas, TRUNCATE of a replica empties the owner's table."""
    world.do("owner", "INSERT INTO wide (id) SELECT generate_series(1, 50)")
    world.settle()
    world.do(author, "TRUNCATE wide", "INSERT INTO wide (id, c1) VALUES (7, 7)")
    same(world)
    assert world.rows("owner", "SELECT id, c1 FROM wide") == [(7, 7)]


def test_changes_are_in_the_order_of_commits(world: World) -> None:
    """A transaction that wrote first and commits last has the later positions."""
    first, second = world.connect("owner"), world.connect("owner")
    first.cursor().execute("INSERT INTO wide (id) VALUES (1)")
    second.cursor().execute("INSERT INTO wide (id) VALUES (2)")
    second.commit()
    world.settle()
    assert world.rows("reader", "SELECT id FROM wide") == [(2,)]
    first.cursor().execute("UPDATE wide SET c1 = 5 WHERE id = 2")
    first.commit()
    first.close()
    second.close()
    found = world.rows("owner", "SELECT op, key FROM _sk_feed ORDER BY position")
    assert [op for op, _ in found] == ["insert", "insert", "update"]
    assert found[0][1] == '{"id": "2"}'
    same(world)


def test_savepoints_undo_their_part_only(world: World) -> None:
    """What was rolled back to a savepoint is neither fed nor forwarded."""
    for author in ("owner", "reader"):
        world.do(
            author,
            f"INSERT INTO wide (id) VALUES ({len(author)})",
            "SAVEPOINT s",
            "INSERT INTO wide (id) VALUES (100)",
            "ROLLBACK TO SAVEPOINT s",
            f"UPDATE wide SET c1 = 1 WHERE id = {len(author)}",
        )
        same(world)
    assert world.rows("owner", "SELECT id, c1 FROM wide ORDER BY id") == [(5, 1), (6, 1)]


def test_foreign_keys_to_replicas_are_released(make_world: Callable[[str], World]) -> None:
    """A row may reference a copied row that its owner deletes; own foreign keys stay."""
    world = make_world(
        "CREATE TABLE users (id INT PRIMARY KEY);"
        "CREATE TABLE orders (id INT PRIMARY KEY, user_id INT REFERENCES users);"
        "CREATE TABLE items (id INT PRIMARY KEY, order_id INT REFERENCES orders);"
    )
    world.service("accounts", ["users"], {})
    world.service("orders", ["orders", "items"], {"users": "accounts"})
    world.prepare()
    world.do("accounts", "INSERT INTO users VALUES (1)")
    world.do("orders", "INSERT INTO orders VALUES (1, 1)")
    world.do("accounts", "DELETE FROM users")
    world.settle()
    assert world.rows("orders", "SELECT * FROM users") == []
    with pytest.raises(Exception, match="items_order_id_fkey"):
        world.do("orders", "INSERT INTO items VALUES (1, 5)")


def test_the_applications_triggers_rest_while_the_kit_applies(
    make_world: Callable[[str], World],
) -> None:
    """A trigger runs once, where the application wrote; its effects travel as changes."""
    world = make_world("""
        CREATE TABLE users (id INT PRIMARY KEY, changed INT DEFAULT 0);
        CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.changed := NEW.changed + 1; RETURN NEW; END';
        CREATE TRIGGER counts BEFORE UPDATE ON users FOR EACH ROW
            WHEN (NEW.id <> 13 AND 'EXECUTE' <> 'WHEN') EXECUTE FUNCTION count_it();
    """)
    world.service("owner", ["users"], {})
    world.service("reader", [], {"users": "owner"})
    world.prepare()
    world.do("owner", "INSERT INTO users (id) VALUES (1), (13)")
    world.do("owner", "UPDATE users SET id = id")
    world.do("reader", "UPDATE users SET id = id")
    world.settle()
    rows = world.rows("owner", "SELECT id, changed FROM users ORDER BY id")
    assert rows == world.rows("reader", "SELECT id, changed FROM users ORDER BY id")
    assert rows == [(1, 2), (13, 0)]
