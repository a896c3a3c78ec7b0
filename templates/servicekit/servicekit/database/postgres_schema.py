"""PostgreSQL: shapes of tables, the kit's own tables, and the triggers that record changes.

Values travel as the text that PostgreSQL writes for them and reads again, NULL as null: that is
lossless for every type, once the settings that change how it writes are fixed.

Positions have to be in the order of commits, which the values of a sequence are not: whoever takes
one may commit long after the next. So they are given at commit, by a deferred trigger, under an
advisory lock that is held until the commit is visible. (A lock from the first write on would make
writers wait for each other, and deadlock where the monolith didn't; reading below the oldest
running transaction would make a long one hold back what others committed long ago.)
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from servicekit.database.base import Table
from servicekit.database.text import literal, quoted
from servicekit.errors import SchemaError

_LONGEST_NAME = 63  # bytes
_MOST_PAIRS = 40  # in one call of json_build_object, which takes a hundred arguments
SETTINGS = (
    "datestyle = 'ISO, MDY'",
    "intervalstyle = 'postgres'",
    "extra_float_digits = 3",
    "bytea_output = 'hex'",
    "timezone = 'UTC'",
    "lc_monetary = 'C'",
)
RESTING = "coalesce(current_setting('servicekit.applying', true), '') = 'on'"


def lock_key(name: str) -> int:
    """Return the number of the advisory lock of that name."""
    digest = hashlib.sha256(f"servicekit:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


KIT_TABLES = (
    "CREATE TABLE IF NOT EXISTS _sk_meta (name TEXT PRIMARY KEY, value TEXT)",
    "CREATE SEQUENCE IF NOT EXISTS _sk_positions",
    "CREATE TABLE IF NOT EXISTS _sk_feed (id BIGSERIAL PRIMARY KEY, position BIGINT UNIQUE,"
    " txn TEXT, origin TEXT, tbl TEXT NOT NULL, op TEXT NOT NULL, key TEXT NOT NULL, old TEXT,"
    " new TEXT)",
    "CREATE TABLE IF NOT EXISTS _sk_captured (position BIGSERIAL PRIMARY KEY,"
    " xid BIGINT NOT NULL DEFAULT txid_current(), tbl TEXT NOT NULL, op TEXT NOT NULL,"
    " key TEXT NOT NULL, old TEXT, new TEXT)",
    "CREATE TABLE IF NOT EXISTS _sk_position (owner TEXT PRIMARY KEY, feed TEXT NOT NULL,"
    " position BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _sk_replica (tbl TEXT PRIMARY KEY, owner TEXT NOT NULL,"
    " state TEXT NOT NULL, copied TEXT, total BIGINT NOT NULL DEFAULT 0,"
    " since BIGINT NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS _sk_txn (txn TEXT PRIMARY KEY, origin TEXT NOT NULL,"
    " state TEXT NOT NULL, changes TEXT, at DOUBLE PRECISION NOT NULL)",
    "CREATE INDEX IF NOT EXISTS _sk_txn_open ON _sk_txn (at) WHERE state = 'tentative'",
    "CREATE TABLE IF NOT EXISTS _sk_outcome (txn TEXT PRIMARY KEY, state TEXT NOT NULL,"
    " owners TEXT NOT NULL, at DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _sk_consumer (name TEXT PRIMARY KEY, position BIGINT NOT NULL,"
    " at DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _sk_stuck (txn TEXT, tbl TEXT, change TEXT, reason TEXT,"
    " at DOUBLE PRECISION)",
    "CREATE OR REPLACE FUNCTION _sk_place() RETURNS trigger LANGUAGE plpgsql"
    " SET search_path FROM CURRENT AS "
    + literal(
        f"BEGIN PERFORM pg_advisory_xact_lock({lock_key('feed')});"
        " UPDATE _sk_feed SET position = nextval('_sk_positions') WHERE id = NEW.id;"
        " RETURN NULL; END"
    ),
)
PLACE = (
    "CREATE CONSTRAINT TRIGGER _sk_place AFTER INSERT ON _sk_feed DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION _sk_place()"
)


@dataclass(frozen=True)
class Column:
    """A column that is written; an `always` one is an identity that UPDATE can't set."""

    name: str
    type: str
    always: bool


@dataclass(frozen=True)
class Index:
    """A unique index: its columns or expressions, and the condition of a partial one."""

    parts: tuple[str, ...]
    condition: str | None


@dataclass(frozen=True)
class PostgresTable(Table):
    """A table with what PostgreSQL wants to know of it."""

    typed: tuple[Column, ...] = ()
    unique: tuple[Index, ...] = ()

    def cast(self, name: str) -> str:
        """Return the mark of a value of that column."""
        return next(f"CAST(? AS {column.type})" for column in self.typed if column.name == name)


Rows = Callable[[str, Sequence[Any]], Any]

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, -1), a.attidentity = 'a',
    array_position(i.indkey::int2[], a.attnum)
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""
_UNIQUE = """
SELECT ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true)
    FROM generate_series(1, i.indnkeyatts) n), pg_get_expr(i.indpred, i.indrelid)
FROM pg_index i WHERE i.indrelid = to_regclass(?) AND i.indisunique AND i.indisvalid
ORDER BY i.indisprimary DESC, i.indexrelid
"""


def shape(rows: Rows, name: str) -> PostgresTable:
    """Return the shape of table `name`; the whole row stands for a key that it lacks."""
    found = rows(_COLUMNS, (quoted(name),))
    if not found:
        raise SchemaError(f"the database has no table {name}")
    columns = tuple(Column(*row[:3]) for row in found)
    key = tuple(row[0] for row in sorted(found, key=lambda row: row[3] or 0) if row[3] is not None)
    names = tuple(column.name for column in columns)
    unique = tuple(Index(tuple(parts), where) for parts, where in rows(_UNIQUE, (quoted(name),)))
    return PostgresTable(name, names, key or names, bool(key), columns, unique)


def encoded_row(columns: Sequence[str], prefix: str = "") -> str:
    """Return the SQL expression of the JSON object of these columns."""
    pairs = [f"{literal(name)}, {prefix}{quoted(name)}::text" for name in columns]
    groups = [pairs[start : start + _MOST_PAIRS] for start in range(0, len(pairs), _MOST_PAIRS)]
    objects = [f"jsonb_build_object({', '.join(group)})" for group in groups]
    return f"({' || '.join(objects)})::text"


def function_name(kind: str, table: str) -> str:
    """Return the name of a table's trigger function, cut where PostgreSQL would cut it."""
    name = f"_sk_{kind}_{table}"
    if len(name.encode()) > _LONGEST_NAME:
        return f"_sk_{kind}_{hashlib.sha256(table.encode()).hexdigest()[:40]}"
    return name


def feed_body(table: Table) -> str:
    """Return the body of the function that writes an owned table's changes into the feed."""
    values = (
        "nullif(current_setting('servicekit.txn', true), ''),"
        f" nullif(current_setting('servicekit.origin', true), ''), {literal(table.name)}"
    )
    return _body(table, "_sk_feed (txn, origin, tbl, op, key, old, new)", values)


def capture_body(table: Table) -> str:
    """Return the body of the function that notes what the application changes in a replica."""
    resting = f"IF {RESTING} THEN RETURN NULL; END IF;"
    into = "_sk_captured (tbl, op, key, old, new)"
    return _body(table, into, literal(table.name), resting)


def _body(table: Table, into: str, values: str, first: str = "") -> str:
    """Return a function that inserts values, operation, key, and rows before and after."""
    row, old, new = (encoded_row(table.columns, prefix) for prefix in ("", "OLD.", "NEW."))
    key, old_key, new_key = (encoded_row(table.key, prefix) for prefix in ("", "OLD.", "NEW."))
    return (
        f"DECLARE was text; becomes text; key text; BEGIN {first}"
        f" IF TG_OP = 'TRUNCATE' THEN INSERT INTO {into}"
        f" SELECT {values}, 'delete', {key}, {row}, NULL FROM {quoted(table.name)};"
        " RETURN NULL; END IF;"
        f" IF TG_OP <> 'INSERT' THEN was := {old}; key := {old_key}; END IF;"
        f" IF TG_OP <> 'DELETE' THEN becomes := {new}; key := coalesce(key, {new_key}); END IF;"
        " IF was = becomes THEN RETURN NULL; END IF;"
        f" INSERT INTO {into} VALUES ({values}, lower(TG_OP), key, was, becomes);"
        " RETURN NULL; END"
    )


def function(name: str, body: str) -> str:
    """Return the statement that makes a trigger function."""
    settings = "".join(f" SET {setting}" for setting in SETTINGS)
    return (
        f"CREATE OR REPLACE FUNCTION {quoted(name)}() RETURNS trigger LANGUAGE plpgsql"
        f"{settings} SET search_path FROM CURRENT AS {literal(body)}"
    )


def triggers(kind: str, table: str) -> Mapping[str, str]:
    """Return the triggers that call a table's function: name → CREATE statement."""
    call = f"EXECUTE FUNCTION {quoted(function_name(kind, table))}()"
    on = f"ON {quoted(table)}"
    row, whole = f"_sk_{kind}", f"_sk_{kind}_truncate"
    return {
        row: f"CREATE TRIGGER {row} AFTER INSERT OR UPDATE OR DELETE {on} FOR EACH ROW {call}",
        whole: f"CREATE TRIGGER {whole} BEFORE TRUNCATE {on} FOR EACH STATEMENT {call}",
    }


_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|.""", re.DOTALL)


def guarded(trigger: str) -> str:
    """Return an application's CREATE TRIGGER statement with a WHEN that lets it rest."""
    when: int | None = None
    for match in _TOKEN.finditer(trigger):
        if match.group() == "WHEN" and when is None:
            when = match.start()
        if match.group() == "EXECUTE":
            rest = f"NOT ({RESTING})"
            head, call = trigger[: match.start()], trigger[match.start() :]
            if when is None:
                return f"{head}WHEN ({rest}) {call}"
            condition = trigger[when + len("WHEN") : match.start()]
            return f"{trigger[:when]}WHEN ({rest} AND {condition}) {call}"
    raise SchemaError(f"a trigger without EXECUTE: {trigger[:80]}")
