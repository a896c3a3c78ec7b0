"""Moving data between PostgreSQL databases, on one server or several."""

from __future__ import annotations

import contextlib
import importlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import FrozenSet, Iterator, Sequence

from servicekit.database import drivers
from servicekit.database.base import Raw, Table
from servicekit.database.postgres import Postgres
from servicekit.database.postgres_schema import encoded_row
from servicekit.database.text import quoted
from servicekit.migration.base import Fingerprint, ForeignKey, MigrationError, Source, Target

_TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
    AND relnamespace = current_schema()::regnamespace
"""
_FOREIGN_KEYS = """
SELECT child.relname, parent.relname,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS c (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.number ORDER BY c.place),
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS c (number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.number ORDER BY c.place),
    k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k
JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0
    AND child.relnamespace = current_schema()::regnamespace
ORDER BY child.relname, k.conname
"""
_FINGERPRINT = """
SELECT count(*), coalesce(sum(('x' || left(md5({}), 16))::bit(64)::bigint::numeric), 0) FROM {}
"""


class PostgresSource(Source):
    """One state of a database, in a transaction that the server keeps from writing."""

    def __init__(self, database: Postgres, raw: Raw) -> None:
        self.database = database
        self.raw = raw

    def tables(self) -> FrozenSet[str]:
        """Return the names of all tables."""
        return frozenset(name for (name,) in self.database.rows(self.raw, _TABLES))

    def foreign_keys(self) -> FrozenSet[ForeignKey]:
        """Return the constraints."""
        found = self.database.rows(self.raw, _FOREIGN_KEYS)
        return frozenset(
            ForeignKey(child, tuple(columns), parent, tuple(parent_columns))
            for child, parent, columns, parent_columns, _, _ in found
        )

    def fingerprint(self, raw: Raw, table: Table) -> Fingerprint:
        """Let the server add up the rows' hashes."""
        select = _FINGERPRINT.format(encoded_row(table.columns), quoted(table.name))
        rows, total = self.database.rows(raw, select)[0]
        return Fingerprint(int(rows), int(total) % 2**64)

    @contextlib.contextmanager
    def target(self, url: str) -> Iterator[Target]:
        """Write in one transaction of the service's database."""
        database = Postgres(url)
        try:
            with database.transaction(timeout=30.0) as raw:
                target = PostgresTarget(database, raw, self.raw)
                yield target
                database.run(raw, "ROLLBACK")  # nothing to roll back if it was kept
        finally:
            database.close()


class PostgresTarget(Target):
    """A service's database."""

    def __init__(self, database: Postgres, raw: Raw, source: Raw) -> None:
        self.database = database
        self.raw = raw
        self._source = source

    @contextlib.contextmanager
    def resting(self, names: Sequence[str]) -> Iterator[None]:
        """Disable triggers, and drop foreign keys until their rows are there."""
        run = self.database.run
        keys = [
            (quoted(child), quoted(name), definition)
            for child, _, _, _, name, definition in self.database.rows(self.raw, _FOREIGN_KEYS)
            if child in names
        ]
        for child, name, _ in keys:
            run(self.raw, f"ALTER TABLE {child} DROP CONSTRAINT {name}")
        for name in names:
            run(self.raw, f"ALTER TABLE {quoted(name)} DISABLE TRIGGER USER")
        yield
        for name in names:
            run(self.raw, f"ALTER TABLE {quoted(name)} ENABLE TRIGGER USER")
        for child, name, definition in keys:
            run(self.raw, f"ALTER TABLE {child} ADD CONSTRAINT {name} {definition}")

    def copy(self, table: Table) -> None:
        """Let what the source writes be what the service reads."""
        columns = ", ".join(map(quoted, table.columns))
        out = f"COPY (SELECT {columns} FROM {quoted(table.name)}) TO STDOUT"
        into = f"COPY {quoted(table.name)} ({columns}) FROM STDIN"
        stream = _by_pipe if drivers.module(self.raw).__name__ == "psycopg2" else _by_blocks
        stream(self._source, out, self.raw, into)


def _by_blocks(source: Raw, out: str, target: Raw, into: str) -> None:
    """Copy as psycopg 3 does."""
    with drivers.cursor(source).copy(out) as found, drivers.cursor(target).copy(into) as sink:
        for block in found:
            sink.write(block)


def _by_pipe(source: Raw, out: str, target: Raw, into: str) -> None:
    """Copy as psycopg2 does, from file to file; each end closes when its side is through."""
    reading, writing = os.pipe()

    def fill() -> None:
        with os.fdopen(writing, "wb") as sink:
            drivers.cursor(source).copy_expert(out, sink)

    with ThreadPoolExecutor(max_workers=1) as pool:
        with os.fdopen(reading, "rb") as found:
            filled = pool.submit(fill)
            drivers.cursor(target).copy_expert(into, found)
        filled.result()


@contextlib.contextmanager
def source(url: str) -> Iterator[Source]:
    """Read one state of a database."""
    database = Postgres(url)
    with contextlib.ExitStack() as stack:
        stack.callback(database.close)
        try:
            raw = stack.enter_context(database.snapshot())
        except importlib.import_module(drivers.installed()).OperationalError as error:
            raise MigrationError(f"a database can't be reached: {error}") from error
        yield PostgresSource(database, raw)
