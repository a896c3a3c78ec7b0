"""PostgreSQL 12 or newer, by psycopg2 or psycopg 3."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from typing import Any, Iterator, Mapping, Sequence

from servicekit.database import drivers, postgres_catalog
from servicekit.database import postgres_schema as schema
from servicekit.database.base import Database, Raw, Row, Table
from servicekit.database.pool import Pool
from servicekit.database.postgres_schema import PostgresTable, encoded_row
from servicekit.database.text import quoted

_BUSY = ("55P03", "40001", "40P01", "57014")  # lock timeout, serialization, deadlock, cancelled
_CONSTRAINT = "23"
_MARK = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\?|%""")


class Postgres(Database):
    """A database on a server; replicas have no foreign keys there."""

    dialect = "postgresql"
    own_captures = "xid = txid_current()"

    def __init__(self, url: str) -> None:
        self.url = url
        self._connect = drivers.connector()
        self._pool = Pool(self._open)
        self._shapes: dict[str, PostgresTable] = {}
        self._serials: dict[str, list[postgres_catalog.Serial]] = {}

    # Connections and transactions

    def operational_error(self, raw: Raw) -> type[Exception]:
        """Return the error of the connection's driver."""
        error: type[Exception] = drivers.module(raw).OperationalError
        return error

    def _open(self) -> Any:
        raw = self._connect(self.url, connect_timeout=5)
        raw.autocommit = True
        settings = "; ".join(f"SET {setting}" for setting in schema.SETTINGS)
        drivers.cursor(raw).execute(f"SET client_encoding = 'UTF8'; {settings}")
        return raw

    @contextlib.contextmanager
    def transaction(self, timeout: float = 5.0, durable: bool = True) -> Iterator[Raw]:
        """Write on an own connection; `durable` waits for the disk at commit."""
        begin = f"BEGIN; SET LOCAL lock_timeout = {int(timeout * 1000)}"
        if not durable:
            begin += "; SET LOCAL synchronous_commit = off"
        with self._within(begin) as raw:
            yield raw

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Raw]:
        """Read one state of the database on an own connection."""
        with self._within("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as raw:
            yield raw

    @contextlib.contextmanager
    def _within(self, begin: str) -> Iterator[Raw]:
        raw = self._begun(begin)
        try:
            yield raw
            drivers.cursor(raw).execute("COMMIT")
        except BaseException:
            self._pool.drop(raw)  # closing rolls back
            raise
        self._pool.give_back(raw)

    def _begun(self, begin: str) -> Raw:
        """Begin on an idle connection, or a new one if the server closed all idle ones."""
        while True:
            raw, used = self._pool.take()
            try:
                drivers.cursor(raw).execute(begin)
            except Exception:
                self._pool.drop(raw)
                if not used:
                    raise
            else:
                return raw

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold an advisory lock on a connection of its own."""
        raw = self._open()
        try:
            self.rows(raw, f"SELECT pg_advisory_lock({schema.lock_key('alone')})")
            yield
        finally:
            raw.close()

    def lock(self, raw: Raw, name: str) -> None:
        """Take an advisory lock that ends with the transaction."""
        self.rows(raw, f"SELECT pg_advisory_xact_lock({schema.lock_key(name)})")

    def rows(self, raw: Raw, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query past hooks and cursor factories."""
        cursor = drivers.cursor(raw)
        cursor.execute(*_statement(sql, parameters))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def run(self, raw: Raw, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement past hooks."""
        cursor = drivers.cursor(raw)
        cursor.execute(*_statement(sql, parameters))
        return int(cursor.rowcount)

    def is_busy(self, error: BaseException) -> bool:
        """Whether a lock wasn't had in time, or others' transactions were in the way."""
        return drivers.sqlstate(error) in _BUSY

    def is_constraint(self, error: BaseException) -> bool:
        """Whether a constraint was violated."""
        return drivers.sqlstate(error).startswith(_CONSTRAINT)

    def close(self) -> None:
        """Close the idle connections of the kit."""
        self._pool.close()

    # Schema

    def create_kit_tables(self, raw: Raw) -> None:
        """Create what is missing; one process at a time."""
        self.lock(raw, "prepare")
        for statement in schema.KIT_TABLES:
            self.run(raw, statement)
        postgres_catalog.create_trigger(self, raw, "_sk_feed", "_sk_place", schema.PLACE)

    def table(self, raw: Raw, name: str) -> Table:
        """Return the shape of a table, read once."""
        return self._shape(raw, name)

    def _shape(self, raw: Raw, name: str) -> PostgresTable:
        found = self._shapes.get(name)
        if found is None:
            rows = functools.partial(self.rows, raw)
            found = self._shapes[name] = schema.shape(rows, name)
        return found

    def forget_shapes(self) -> None:
        """Read shapes anew from now on."""
        self._shapes.clear()
        self._serials.clear()

    def watch(self, raw: Raw, name: str) -> bool:
        """Put feed triggers on an owned table; return whether others were there before."""
        body = schema.feed_body(self.table(raw, name))
        return postgres_catalog.install(self, raw, "feed", name, body)

    def capture(self, raw: Raw, name: str) -> None:
        """Put capture triggers on a replica."""
        body = schema.capture_body(self.table(raw, name))
        postgres_catalog.install(self, raw, "captured", name, body)

    def guard_triggers(self, raw: Raw, names: Sequence[str]) -> None:
        """Write the application's triggers anew, with a condition that lets them rest."""
        postgres_catalog.guard_triggers(self, raw, names)

    def release_replicas(self, raw: Raw, names: frozenset[str]) -> None:
        """Drop foreign keys that reference replicas, or sit on them."""
        postgres_catalog.release(self, raw, names)

    def relatives(self, raw: Raw, names: frozenset[str]) -> dict[str, frozenset[str]]:
        """Views and triggers that name a replica."""
        return postgres_catalog.relatives(self, raw, names)

    # Rows

    @contextlib.contextmanager
    def applying(
        self, raw: Raw, txn: str | None = None, origin: str | None = None
    ) -> Iterator[None]:
        """Let capture and the application's triggers rest, by settings of this transaction."""
        self._mark(raw, "on", txn, origin)
        yield
        self._mark(raw, "", None, None)  # after an error the rollback does it

    def _mark(self, raw: Raw, applying: str, txn: str | None, origin: str | None) -> None:
        self.rows(
            raw,
            "SELECT set_config('servicekit.applying', ?, true),"
            " set_config('servicekit.txn', ?, true), set_config('servicekit.origin', ?, true)",
            (applying, txn or "", origin or ""),
        )

    def read(self, raw: Raw, table: Table, key: Row) -> dict[str, Any] | None:
        """Return the encoded row of that key, and let nobody else change it for now."""
        where, values = _where(self._shape(raw, table.name), key)
        sql = f"SELECT {encoded_row(table.columns)} FROM {quoted(table.name)} WHERE {where}"
        found = self.rows(raw, f"{sql} LIMIT 1 FOR UPDATE", values)
        return json.loads(found[0][0]) if found else None

    def insert(self, raw: Raw, table: Table, row: Row) -> None:
        """Insert a row."""
        self._insert(raw, self._shape(raw, table.name), row, "")

    def update(self, raw: Raw, table: Table, key: Row, row: Row) -> None:
        """Give the row of that key the values of `row`, except identities that never change."""
        known = self._shape(raw, table.name)
        fixed = {column.name for column in known.typed if column.always}
        names = [name for name in row if name not in fixed]
        sets = ", ".join(f"{quoted(name)} = {known.cast(name)}" for name in names)
        where, found = _where(known, key)
        values = [row[name] for name in names]
        self.run(raw, f"UPDATE {quoted(table.name)} SET {sets} WHERE {where}", values + found)

    def delete(self, raw: Raw, table: Table, key: Row) -> None:
        """Delete the row of that key, if it is there."""
        where, values = _where(self._shape(raw, table.name), key)
        self.run(raw, f"DELETE FROM {quoted(table.name)} WHERE {where}", values)

    def put(self, raw: Raw, table: Table, key: Row, row: Row) -> None:
        """Make the row be there; nothing hangs on a replica's row, so it may go in between."""
        known = self._shape(raw, table.name)
        same = dict(key) == table.key_of(row)
        if not same:
            self.delete(raw, table, key)
        if self._insert(raw, known, row, " ON CONFLICT DO NOTHING"):
            return
        if same and len(known.unique) == 1:
            self.update(raw, table, key, row)
            return
        for index in known.unique:
            self.run(raw, *_making_way(known, index, row))
        self.insert(raw, table, row)

    def _insert(self, raw: Raw, table: PostgresTable, row: Row, conflict: str) -> int:
        columns = ", ".join(map(quoted, row))
        marks = ", ".join(map(table.cast, row))
        into = f"INSERT INTO {quoted(table.name)} ({columns}) OVERRIDING SYSTEM VALUE"
        return self.run(raw, f"{into} VALUES ({marks}){conflict}", list(row.values()))

    def page(self, raw: Raw, table: Table, after: Row | None, limit: int) -> list[dict[str, Any]]:
        """Return encoded rows in key order; all at once of a table without key."""
        select = f"SELECT {encoded_row(table.columns)} FROM {quoted(table.name)}"
        if not table.keyed:
            return [] if after is not None else self._decoded(raw, select, ())
        known = self._shape(raw, table.name)
        columns = ", ".join(map(quoted, table.key))
        values: list[Any] = []
        if after is not None:
            select += f" WHERE ({columns}) > ({', '.join(map(known.cast, table.key))})"
            values = [after[name] for name in table.key]
        return self._decoded(raw, f"{select} ORDER BY {columns} LIMIT {int(limit)}", values)

    def _decoded(self, raw: Raw, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        return [json.loads(found[0]) for found in self.rows(raw, sql, values)]

    def clear(self, raw: Raw, table: Table) -> None:
        """Delete all rows of a table."""
        self.run(raw, f"DELETE FROM {quoted(table.name)}")

    # Positions

    def head(self, raw: Raw) -> int:
        """Return the position of the newest change, which is never pruned."""
        return int(self.rows(raw, "SELECT coalesce(max(position), 0) FROM _sk_feed")[0][0])

    def sequences(self, raw: Raw, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return the last ids of the sequences behind columns."""
        found: dict[str, dict[str, int]] = {}
        for name in names:
            for serial in self._serials_of(raw, name):
                last = postgres_catalog.last_value(self, raw, serial)
                if last is not None:
                    found.setdefault(name, {})[serial.column] = last
        return found

    def advance(self, raw: Raw, sequences: Mapping[str, Mapping[str, int]]) -> None:
        """Move sequences forward to at least these ids; never back, whoever else uses them."""
        for name, columns in sequences.items():
            for serial in self._serials_of(raw, name):
                if serial.column in columns:
                    postgres_catalog.advance(self, raw, serial, columns[serial.column])

    def _serials_of(self, raw: Raw, name: str) -> list[postgres_catalog.Serial]:
        if name not in self._serials:
            self._serials[name] = postgres_catalog.serials(self, raw, name)
        return self._serials[name]


def _statement(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    return (_with_percent(sql), list(parameters)) if parameters else (sql,)


@functools.lru_cache(maxsize=1000)
def _with_percent(sql: str) -> str:
    """Write marks as drivers want them: `?` outside of quotes is one, `%` is itself."""

    def written(match: Any) -> str:
        text: str = match.group()
        return "%s" if text == "?" else text.replace("%", "%%")

    return _MARK.sub(written, sql)


def _where(table: PostgresTable, key: Row) -> tuple[str, list[Any]]:
    """Return the condition of one row: of several equal ones in a table without key, any."""
    values = [key.get(name) for name in table.key]
    if table.keyed:
        tests = [f"{quoted(name)} = {table.cast(name)}" for name in table.key]
        return " AND ".join(tests), values
    texts = [f"{quoted(name)}::text IS NOT DISTINCT FROM ?" for name in table.key]
    one = f"SELECT ctid FROM {quoted(table.name)} WHERE {' AND '.join(texts)} LIMIT 1"
    return f"ctid = ({one})", values


def _making_way(table: PostgresTable, index: schema.Index, row: Row) -> tuple[str, list[Any]]:
    """Return the statement that deletes the row which holds a unique index's values of `row`."""
    parts = ", ".join(index.parts)
    new = ", ".join(f"{table.cast(name)} AS {quoted(name)}" for name in row)
    condition = f"({index.condition})" if index.condition else "true"
    values = f"SELECT {parts} FROM (SELECT {new}) AS new WHERE {condition}"
    where = f"{condition} AND ({parts}) IN ({values})"
    return f"DELETE FROM {quoted(table.name)} WHERE {where}", list(row.values())
