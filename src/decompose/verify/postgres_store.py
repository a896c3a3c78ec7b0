"""A PostgreSQL database of one side: its rows, and bringing them to a wanted state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg.sql import SQL, Composable, Identifier

from decompose.errors import UserError
from decompose.verify.rows import SEQUENCES, Rows, State, changes_to
from decompose.verify.tape import Shape
from decompose.verify.values import Row

_SETTINGS = (
    "SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'; SET extra_float_digits = 3;"
    " SET bytea_output = 'hex'; SET timezone = 'UTC'; SET lock_timeout = '20s';"
    " SET check_function_bodies = off"
)
"""By which a value has one text only; and functions may be made before what they name."""
_TYPES = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attidentity = 'a'
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
"""
_SEQUENCES = """
SELECT sequencename, last_value::text, start_value FROM pg_sequences
WHERE schemaname = current_schema()
"""
_KIT_TRIGGERS = """
SELECT c.relname, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE NOT g.tgisinternal AND g.tgname LIKE '\\_sk\\_%' AND g.tgenabled <> 'A'
"""


PostgresError = psycopg.Error


def connected(url: str) -> psycopg.Connection:
    """A connection each of whose statements stands for itself."""
    connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    connection.execute(_SETTINGS)
    return connection


class PostgresStore:
    """The tables of a database that count.

    Rows are put past foreign keys and the application's own triggers, whose work is recorded; the
    kit's triggers run always.
    """

    def __init__(
        self, connection: psycopg.Connection, name: str, shapes: Mapping[str, Shape]
    ) -> None:
        self._connection = connection
        self._name = name
        self._shapes = {table: s for table, s in shapes.items() if table not in SEQUENCES}
        self._types: dict[tuple[str, str], str] = {}
        self._fixed: set[tuple[str, str]] = set()
        self._prints: dict[str, Any] = {}
        self._state: State = {}
        for table, column, kind, fixed in connection.execute(_TYPES):
            self._types[table, column] = kind
            self._fixed.update({(table, column)} if fixed else ())
        self._triggers = connection.execute(_KIT_TRIGGERS).fetchall()
        self._enable_triggers("ALWAYS ")

    def state(self) -> State:
        """The rows as they are now; of a table that has not changed, the same object as before."""
        with self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            prints = self._fingerprints()
            self._state = {
                table: self._state[table]
                if table in self._prints and self._prints[table] == prints[table]
                else self._rows(table)
                for table in self._shapes
            }
        self._prints = prints
        return self._state

    def _fingerprints(self) -> dict[str, Any]:
        """What differs for a table after any of its rows was written.

        A version of a row is told from all others by its place and the transaction that wrote it.
        """
        part = SQL("(SELECT md5(string_agg(ctid::text || xmin, ' ')) FROM {})")
        parts = SQL(", ").join(part.format(Identifier(table)) for table in self._shapes)
        try:
            found = self._connection.execute(SQL("SELECT ") + parts).fetchone()
        except psycopg.errors.UndefinedTable as error:
            raise self._otherwise(error) from error
        return dict(zip(self._shapes, found or (), strict=True))

    def _rows(self, table: str) -> Rows:
        shape = self._shapes[table]
        columns = SQL(", ").join(SQL("{}::text").format(Identifier(c)) for c in shape.columns)
        query = SQL("SELECT {} FROM {}").format(columns, Identifier(table))
        try:
            found: list[Row] = self._connection.execute(query).fetchall()
        except psycopg.errors.UndefinedColumn as error:
            raise self._otherwise(error) from error
        if not shape.keyed:
            return _numbered(found)
        places = [shape.columns.index(column) for column in shape.key]
        return {tuple(row[place] for place in places): row for row in found}

    def _otherwise(self, error: psycopg.Error) -> UserError:
        return UserError(
            f"The database of {self._name} is not like the recorded one: {error}".rstrip(),
            hint="Scaffold again from the code that was recorded, or record again.",
        )

    def bring_to(self, wanted: State) -> bool:
        """Change what differs, in one transaction; counters too, of copied tables as well."""
        changes = changes_to(self.state(), wanted, self._shapes)
        try:
            self._make(changes)
        except psycopg.errors.UniqueViolation:  # rows swap values: all go first
            gone = [(table, key, None) for table, key, _ in changes]
            self._make([*gone, *(change for change in changes if change[2] is not None)])
        self._count_from(wanted)
        return False

    def _make(self, changes: Iterable[tuple[str, Row, Row | None]]) -> None:
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for table, key, row in changes:
                if row is None:
                    self._run("DELETE FROM {} WHERE {}", table, *self._where(table, key))
                else:
                    self._put(table, key, row)

    def _put(self, table: str, key: Row, row: Row) -> None:
        shape = self._shapes[table]
        cells = dict(zip(shape.columns, row, strict=True))
        if shape.keyed:
            free = {c: v for c, v in cells.items() if (table, c) not in self._fixed}
            sets = SQL(", ").join(self._equal(table, column) for column in free)
            where, values = self._where(table, key)
            update = SQL("UPDATE {} SET {} WHERE {}").format(Identifier(table), sets, where)
            if free and self._connection.execute(update, [*free.values(), *values]).rowcount:
                return
        columns = SQL(", ").join(map(Identifier, cells))
        marks = SQL(", ").join(self._cast(table, column) for column in cells)
        insert = SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})")
        statement = insert.format(Identifier(table), columns, marks)
        self._connection.execute(statement, list(cells.values()))

    def _run(self, statement: str, table: str, where: Composable, values: Iterable[Any]) -> None:
        self._connection.execute(SQL(statement).format(Identifier(table), where), list(values))

    def _where(self, table: str, key: Row) -> tuple[Composable, Row]:
        """The condition of a row; of several equal ones without a key, any."""
        shape = self._shapes[table]
        if shape.keyed:
            return SQL(" AND ").join(self._equal(table, column) for column in shape.key), key
        same = SQL("{}::text IS NOT DISTINCT FROM %s")
        tests = SQL(" AND ").join(same.format(Identifier(column)) for column in shape.columns)
        one = SQL("ctid = (SELECT ctid FROM {} WHERE {} LIMIT 1)")
        return one.format(Identifier(table), tests), key[1:]

    def _equal(self, table: str, column: str) -> Composable:
        return SQL("{} = {}").format(Identifier(column), self._cast(table, column))

    def _cast(self, table: str, column: str) -> Composable:
        return SQL("CAST(%s AS " + self._types[table, column] + ")")

    def _count_from(self, wanted: State) -> None:
        """Let sequences go on from where the recorded ones stood."""
        counters = (rows for name, rows in wanted.items() if name in SEQUENCES)
        last = {row[1]: row[2] for rows in counters for row in rows.values()}
        for name, now, start in self._connection.execute(_SEQUENCES).fetchall():
            if name in last and last[name] != now:
                value, called = (start, False) if last[name] is None else (int(last[name]), True)
                setval = "SELECT setval(quote_ident(%s)::regclass, %s, %s)"
                self._connection.execute(setval, [name, value, called])

    def copy_anew(self) -> None:
        """Nothing is left to do: sequences of copies were set with those of owned tables."""

    def settled(self) -> bool:
        """Whether no forwarded write is still undecided here, or decided and not yet told."""
        query = (
            "SELECT EXISTS (SELECT 1 FROM _sk_txn WHERE state = 'tentative')"
            " OR EXISTS (SELECT 1 FROM _sk_outcome WHERE state = 'committed')"
        )
        found = self._connection.execute(query).fetchone()
        return found == (False,)

    def _enable_triggers(self, when: LiteralString) -> None:
        for table, trigger in self._triggers:
            statement = SQL("ALTER TABLE {} ENABLE " + when + "TRIGGER {}")
            self._connection.execute(statement.format(Identifier(table), Identifier(trigger)))

    def close(self) -> None:
        """Let the kit's triggers run as before, and close the connection."""
        self._enable_triggers("")
        self._connection.close()


def _numbered(found: Iterable[Row]) -> Rows:
    """Rows without a key, by what they hold and which of such rows they are."""
    counts: Counter[Row] = Counter()
    rows: Rows = {}
    for row in found:
        counts[row] += 1
        rows[(counts[row], *row)] = row
    return rows
