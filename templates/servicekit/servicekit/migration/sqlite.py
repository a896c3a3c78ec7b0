"""Moving data between SQLite files."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import urllib.parse
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, Sequence

from servicekit.config_pins import sqlite_path
from servicekit.database.base import Raw, Table
from servicekit.database.sqlite import Sqlite
from servicekit.database.sqlite_schema import encoded_row
from servicekit.database.text import quoted
from servicekit.migration.base import Fingerprint, ForeignKey, MigrationError, Source, Target

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
_BYTES = 8  # of a row's hash


class SqliteSource(Source):
    """A file that is opened for reading only."""

    def __init__(self, path: Path, raw: sqlite3.Connection) -> None:
        self.path = path
        self.raw = raw
        self.database = Sqlite(str(path))

    def tables(self) -> FrozenSet[str]:
        """Return the names of all tables."""
        return frozenset(name for (name,) in self.database.rows(self.raw, _TABLES))

    def foreign_keys(self) -> FrozenSet[ForeignKey]:
        """Return what tables declare; SQLite enforces it only where it is told to."""
        return frozenset(key for name in self.tables() for key in self._keys_of(name))

    def _keys_of(self, name: str) -> Iterator[ForeignKey]:
        columns: Dict[int, List[Any]] = {}
        for row in self.database.rows(self.raw, f"PRAGMA foreign_key_list({quoted(name)})"):
            columns.setdefault(row[0], []).append(row)
        for rows in columns.values():
            rows.sort(key=lambda row: int(row[1]))
            parent = rows[0][2]
            known = parent in self.tables() and self.database.table(self.raw, parent).key
            named = tuple(row[4] for row in rows if row[4]) or known or ()
            yield ForeignKey(name, tuple(row[3] for row in rows), parent, tuple(named))

    def sequences(self, names: Sequence[str]) -> Dict[str, Dict[str, int]]:
        """Return the last ids of AUTOINCREMENT tables, if there are any."""
        master = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"
        return super().sequences(names) if self.count(master) else {}

    def fingerprint(self, raw: Raw, table: Table) -> Fingerprint:
        """Add up the hashes of the encoded rows, one at a time."""
        select = f"SELECT {encoded_row(table.columns)} FROM {quoted(table.name)}"
        rows = total = 0
        factory, raw.text_factory = raw.text_factory, bytes
        try:
            for (row,) in sqlite3.Cursor(raw).execute(select):
                rows += 1
                total += int.from_bytes(hashlib.blake2b(row, digest_size=_BYTES).digest(), "big")
        finally:
            raw.text_factory = factory
        return Fingerprint(rows, total % 2 ** (8 * _BYTES))

    @contextlib.contextmanager
    def target(self, url: str) -> Iterator[Target]:
        """Attach the source to the service's file, for reading only."""
        with contextlib.closing(_connect(Path(sqlite_path(url)), "rw")) as raw:
            raw.execute("ATTACH ? AS source", (_uri(self.path, "ro"),))
            raw.execute("BEGIN IMMEDIATE")
            yield SqliteTarget(sqlite_path(url), raw)


class SqliteTarget(Target):
    """A service's file; closing it rolls back."""

    def __init__(self, path: str, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.database = Sqlite(path)

    @contextlib.contextmanager
    def resting(self, names: Sequence[str]) -> Iterator[None]:
        """Take triggers away for the time; foreign keys aren't enforced on this connection."""
        select = "SELECT name, tbl_name, sql FROM main.sqlite_master WHERE type = 'trigger'"
        found = [row for row in self.database.rows(self.raw, select) if row[1] in names]
        for name, _, _ in found:
            self.database.run(self.raw, f"DROP TRIGGER main.{quoted(name)}")
        yield
        for _, _, statement in found:
            self.database.run(self.raw, statement)

    def copy(self, table: Table) -> None:
        """Let SQLite copy between the files."""
        columns = ", ".join(map(quoted, table.columns))
        name = quoted(table.name)
        into = f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM source.{name}"
        self.database.run(self.raw, into)


@contextlib.contextmanager
def source(url: str) -> Iterator[Source]:
    """Read one state of a file."""
    path = Path(sqlite_path(url)).resolve()
    if not path.is_file():
        raise MigrationError(f"there is no database {path}")
    with contextlib.closing(_connect(path, "ro")) as raw:
        raw.execute("BEGIN")
        yield SqliteSource(path, raw)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(_uri(path, mode), uri=True, isolation_level=None, timeout=30)


def _uri(path: Path, mode: str) -> str:
    return f"file:{urllib.parse.quote(str(path.resolve()))}?mode={mode}"
