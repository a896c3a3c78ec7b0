"""SQLite, by the standard library's driver."""

from __future__ import annotations

import contextlib
import fcntl
import json
import sqlite3
import time
import urllib.parse
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from servicekit.database import sqlite_schema as schema
from servicekit.database.base import Database, Raw, Row, Table
from servicekit.database.pool import Pool
from servicekit.database.sqlite_schema import encoded_row
from servicekit.database.text import quoted, relatives

_connect = sqlite3.connect  # the driver's own, before anything is hooked


class _Bytes(bytes):
    """Text that isn't valid UTF-8, to be stored as text all the same."""


class Sqlite(Database):
    """A file, in WAL mode. The kit's own connections don't enforce foreign keys."""

    dialect = "sqlite"
    own_captures = "1 = 1"  # there is one writer at a time

    def __init__(self, path: str) -> None:
        self.path = path
        self._pool = Pool(self._open)
        self._shapes: dict[str, Table] = {}

    @classmethod
    def from_url(cls, url: str) -> Sqlite:
        """Return the database of `sqlite:////absolute/path` (or `sqlite:///relative`)."""
        path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)[1:]
        if not path or path == ":memory:":
            raise ValueError("a service's SQLite database must be a file")
        return cls(path)

    # Connections and transactions

    def operational_error(self, raw: Raw) -> type[Exception]:
        """Return the driver's error."""
        return sqlite3.OperationalError

    def _open(self) -> sqlite3.Connection:
        raw = _connect(self.path, timeout=5, isolation_level=None, check_same_thread=False)
        raw.text_factory = _text
        _switch_to_wal(raw)
        return raw

    @contextlib.contextmanager
    def transaction(self, timeout: float = 5.0, durable: bool = True) -> Iterator[Raw]:
        """Write on an own connection; `durable` waits for the disk at commit."""
        with self._borrowed(timeout) as raw:
            raw.execute("PRAGMA synchronous=" + ("FULL" if durable else "NORMAL"))
            raw.execute("BEGIN IMMEDIATE")
            yield raw
            raw.execute("COMMIT")

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Raw]:
        """Read one state of the database on an own connection."""
        with self._borrowed(5.0) as raw:
            raw.execute("BEGIN")
            yield raw
            raw.execute("COMMIT")

    @contextlib.contextmanager
    def _borrowed(self, timeout: float) -> Iterator[sqlite3.Connection]:
        raw, _ = self._pool.take()
        try:
            raw.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")
            yield raw
        except BaseException:
            self._pool.drop(raw)  # closing rolls back
            raise
        self._pool.give_back(raw)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a lock on a file beside the database; on itself SQLite's own would end with it."""
        with Path(f"{self.path}.lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def lock(self, raw: Raw, name: str) -> None:
        """Do nothing: whoever writes holds the lock of the whole file."""

    def rows(self, raw: Raw, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query past hooks, row factories and text factories."""
        factory, raw.text_factory = raw.text_factory, _text
        try:
            return sqlite3.Cursor(raw).execute(sql, parameters).fetchall()
        finally:
            raw.text_factory = factory

    def run(self, raw: Raw, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement past hooks."""
        return sqlite3.Cursor(raw).execute(sql, parameters).rowcount

    def is_busy(self, error: BaseException) -> bool:
        """Whether the one writer's lock wasn't had in time."""
        return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)

    def is_constraint(self, error: BaseException) -> bool:
        """Whether a constraint was violated."""
        return isinstance(error, sqlite3.IntegrityError)

    def close(self) -> None:
        """Close the idle connections of the kit."""
        self._pool.close()

    # Schema

    def create_kit_tables(self, raw: Raw) -> None:
        """Create what is missing; raises `SchemaError` if this SQLite lacks JSON functions."""
        schema.json_support(raw)
        for statement in schema.KIT_TABLES:
            self.run(raw, statement)

    def table(self, raw: Raw, name: str) -> Table:
        """Return the shape of a table, read once."""
        found = self._shapes.get(name)
        if found is None:
            found = self._shapes[name] = schema.shape(lambda sql: self.rows(raw, sql), name)
        return found

    def forget_shapes(self) -> None:
        """Read shapes anew from now on."""
        self._shapes.clear()

    def watch(self, raw: Raw, name: str) -> bool:
        """Put feed triggers on an owned table; return whether others were there before."""
        return self._replace_triggers(raw, schema.triggers(self.table(raw, name), kind="feed"))

    def capture(self, raw: Raw, name: str) -> None:
        """Put capture triggers on a replica."""
        self._replace_triggers(raw, schema.triggers(self.table(raw, name), kind="captured"))

    def _replace_triggers(self, raw: Raw, wanted: Mapping[str, str]) -> bool:
        replaced = False
        for name, statement in wanted.items():
            query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
            present = self.rows(raw, query, (name,))
            if present and present[0][0] == statement:
                continue
            if present:
                replaced = True
                self.run(raw, f"DROP TRIGGER {quoted(name)}")
            self.run(raw, statement)
        return replaced

    def guard_triggers(self, raw: Raw, names: Sequence[str]) -> None:
        """Write the application's triggers anew, with a condition that lets them rest."""
        query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
        for name, table, statement in self.rows(raw, query):
            if table in names and "_sk_" not in statement:
                self.run(raw, f"DROP TRIGGER {quoted(name)}")
                self.run(raw, schema.guarded(statement))

    def release_replicas(self, raw: Raw, names: frozenset[str]) -> None:
        """Do nothing: SQLite can't drop a foreign key, and the kit's writes don't check any."""

    def relatives(self, raw: Raw, names: frozenset[str]) -> dict[str, frozenset[str]]:
        """Views and triggers that name a replica, and parents that cascade to one."""
        query = (
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND type {} AND name NOT LIKE '\\_sk\\_%' ESCAPE '\\'"
        )
        master = self.rows(raw, query.format("IN ('view', 'trigger')"))
        foreign_keys = {}
        for _, name, _, _ in self.rows(raw, query.format("= 'table'")):
            infos = self.rows(raw, f"PRAGMA foreign_key_list({quoted(name)})")
            foreign_keys[name] = [(info[2], f"{info[5]} {info[6]}") for info in infos]
        return relatives(master, foreign_keys, names)

    # Rows

    @contextlib.contextmanager
    def applying(
        self, raw: Raw, txn: str | None = None, origin: str | None = None
    ) -> Iterator[None]:
        """Let capture and the application's triggers rest, by a row that nobody else sees."""
        if raw.in_transaction:
            self.run(raw, "PRAGMA defer_foreign_keys=ON")
        self.run(raw, "INSERT INTO _sk_applying VALUES (?, ?)", (txn, origin))
        try:
            yield
        finally:
            self.run(raw, "DELETE FROM _sk_applying")

    def read(self, raw: Raw, table: Table, key: Row) -> dict[str, Any] | None:
        """Return the encoded row of that key."""
        where, values = _where(table, key)
        sql = f"SELECT {encoded_row(table.columns)} FROM {quoted(table.name)} WHERE {where}"
        found = self.rows(raw, sql, values)
        return json.loads(found[0][0]) if found else None

    def insert(self, raw: Raw, table: Table, row: Row) -> None:
        """Insert a row."""
        self._insert(raw, table, row, "ABORT")

    def update(self, raw: Raw, table: Table, key: Row, row: Row) -> None:
        """Give the row of that key the values of `row`."""
        self._update(raw, table, key, row, "ABORT")

    def delete(self, raw: Raw, table: Table, key: Row) -> None:
        """Delete the row of that key, if it is there."""
        where, values = _where(table, key)
        self.run(raw, f"DELETE FROM {quoted(table.name)} WHERE {where}", values)

    def put(self, raw: Raw, table: Table, key: Row, row: Row) -> None:
        """Make the row be there, without deleting it in between: that would cascade."""
        if not self._update(raw, table, key, row, "REPLACE"):
            self._insert(raw, table, row, "REPLACE")

    def _insert(self, raw: Raw, table: Table, row: Row, conflict: str) -> int:
        names, marks, values = _assigned(row)
        columns = ", ".join(names)
        into = f"INSERT OR {conflict} INTO {quoted(table.name)} ({columns})"
        return self.run(raw, f"{into} VALUES ({', '.join(marks)})", values)

    def _update(self, raw: Raw, table: Table, key: Row, row: Row, conflict: str) -> int:
        names, marks, values = _assigned(row)
        sets = ", ".join(f"{name} = {mark}" for name, mark in zip(names, marks))
        where, found = _where(table, key)
        statement = f"UPDATE OR {conflict} {quoted(table.name)} SET {sets} WHERE {where}"
        return self.run(raw, statement, values + found)

    def page(self, raw: Raw, table: Table, after: Row | None, limit: int) -> list[dict[str, Any]]:
        """Return encoded rows in the order of the key's columns."""
        order = ", ".join(map(quoted, table.key))
        where = "1"
        values: list[Any] = []
        if after is not None:
            where, values = _after(table, after)
        sql = (
            f"SELECT {encoded_row(table.columns)} FROM {quoted(table.name)}"
            f" WHERE {where} ORDER BY {order} LIMIT ?"
        )
        return [json.loads(found[0]) for found in self.rows(raw, sql, [*values, limit])]

    def clear(self, raw: Raw, table: Table) -> None:
        """Delete all rows of a table."""
        self.run(raw, f"DELETE FROM {quoted(table.name)}")

    # Positions

    def head(self, raw: Raw) -> int:
        """Return the position of the newest change: it stays when the feed is pruned."""
        found = self.rows(raw, "SELECT seq FROM sqlite_sequence WHERE name = '_sk_feed'")
        return int(found[0][0]) if found else 0

    def sequences(self, raw: Raw, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return the last ids of AUTOINCREMENT tables; other ids follow from the rows."""
        found = self.rows(raw, "SELECT name, seq FROM sqlite_sequence WHERE name NOT LIKE '_sk_%'")
        return {name: {"": int(last)} for name, last in found if name in names}

    def advance(self, raw: Raw, sequences: Mapping[str, Mapping[str, int]]) -> None:
        """Move AUTOINCREMENT forward to at least these ids."""
        for name, last in sequences.items():
            update = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?"
            if not self.run(raw, update, (last[""], name)):
                self.run(raw, "INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last[""]))


def _switch_to_wal(raw: sqlite3.Connection) -> None:
    """Switch to WAL, once per file; waits for others to finish."""
    for attempt in range(50):
        try:
            raw.execute("PRAGMA journal_mode=WAL").fetchall()
            return
        except sqlite3.OperationalError:  # the busy timeout doesn't apply here
            time.sleep(0.02 * (attempt + 1))
    raw.execute("PRAGMA journal_mode=WAL")


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        if kind in ("r", "R"):
            return float(text) * (schema.BIG if kind == "R" else 1.0)
        data = bytes.fromhex(text)
        return data if kind == "b" else _storable(_text(data))
    return _storable(value) if isinstance(value, str) else value


def _storable(text: str) -> Any:
    try:
        text.encode()
    except UnicodeEncodeError:
        return _Bytes(text.encode("utf-8", "surrogateescape"))
    return text


def _mark(value: Any) -> str:
    return "CAST(? AS TEXT)" if isinstance(value, _Bytes) else "?"


def _assigned(row: Row) -> tuple[list[str], list[str], list[Any]]:
    values = [_decoded(value) for value in row.values()]
    return [quoted(name) for name in row], [_mark(value) for value in values], values


def _where(table: Table, key: Row) -> tuple[str, list[Any]]:
    values = [_decoded(key.get(name)) for name in table.key]
    tests = (f"{quoted(name)} IS {_mark(value)}" for name, value in zip(table.key, values))
    return " AND ".join(tests), values


def _after(table: Table, key: Row) -> tuple[str, list[Any]]:
    """Compare keys as rows, NULL first, which is how SQLite orders them."""
    values = [_decoded(key.get(name)) for name in table.key]
    cases, given = [], []
    for place, name in enumerate(table.key):
        same = [f"{quoted(other)} IS {_mark(value)}" for other, value in zip(table.key, values)]
        column = quoted(name)
        if values[place] is None:
            beyond = f"{column} IS NOT NULL"
            given += values[:place]
        else:
            beyond = f"{column} > {_mark(values[place])}"
            given += values[: place + 1]
        cases.append("(" + " AND ".join([*same[:place], beyond]) + ")")
    return "(" + " OR ".join(cases) + ")", given
