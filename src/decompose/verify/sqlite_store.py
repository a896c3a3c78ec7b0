"""SQLite databases of a replay: files in a folder, their rows, and bringing them to a state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from decompose.errors import UserError
from decompose.verify.rows import State, changes_to
from decompose.verify.tape import Shape
from decompose.verify.values import Row, from_database, to_database

_SEQUENCES = "sqlite_sequence"


class SqliteFiles:
    """A file for each database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, name: str) -> str:
        """The address of a file."""
        return f"sqlite:///{self._path(name)}"

    def create(self, name: str, statements: Iterable[str]) -> None:
        """Make a file with the tables that the statements make."""
        connection = sqlite3.connect(self._path(name), isolation_level=None)
        try:
            for statement in statements:
                connection.execute(statement)
        finally:
            connection.close()

    def open(self, name: str, shapes: Mapping[str, Shape]) -> SqliteStore:
        """The tables of a file."""
        return SqliteStore(self._path(name), shapes)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"


class SqliteStore:
    """The tables of a file that count."""

    def __init__(self, path: Path, shapes: Mapping[str, Shape]) -> None:
        self._connection = sqlite3.connect(
            path, timeout=20, isolation_level=None, check_same_thread=False
        )
        self._shapes = shapes
        self._version = -1
        self._state: State = {}
        self._path = path

    def state(self) -> State:
        """The rows as they are now; the same object while nothing was committed."""
        ((version,),) = self._connection.execute("PRAGMA data_version")
        if version != self._version:
            self._version = version
            self._state = self._share({name: self._rows(name) for name in self._shapes})
        return self._state

    def _rows(self, name: str) -> dict[Row, Row]:
        shape = self._shapes[name]
        wanted = ", ".join(map(_quoted, (*shape.key, *shape.columns)))
        width = len(shape.key)
        try:
            found = self._fetch(f"SELECT {wanted} FROM {_quoted(name)}")  # noqa: S608 - quoted
        except sqlite3.OperationalError as error:
            if name == _SEQUENCES:  # it comes with the first counter
                return {}
            raise UserError(
                f"{self._path.name} has no table {name} like the recorded one: {error}.",
                hint="Scaffold again from the code that was recorded, or record again.",
            ) from error
        return {from_database(row[:width]): from_database(row[width:]) for row in found}

    def _fetch(self, query: str) -> list[tuple[Any, ...]]:
        """All rows; text is decoded by a function of ours, ten times as slow, only if it must."""
        try:
            return self._connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
        self._connection.text_factory = _text
        try:
            return self._connection.execute(query).fetchall()
        finally:
            self._connection.text_factory = str

    def bring_to(self, wanted: State) -> None:
        """Change what differs, in one transaction; triggers run, so that others hear of it."""
        changes = changes_to(self.state(), self._share(wanted), self._shapes)
        if not changes:
            return
        try:
            self._make(changes)
        except sqlite3.IntegrityError:  # rows swap values that must be unique: all go first
            gone = [(table, key, None) for table, key, _ in changes]
            self._make([*gone, *(change for change in changes if change[2] is not None)])
        self._version = -1

    def _share(self, wanted: State) -> State:
        """The part of a state that belongs here: counters of other tables stay what they are."""
        counters = wanted.get(_SEQUENCES, {})
        own = {key: row for key, row in counters.items() if key[0] in self._shapes}
        return {**wanted, _SEQUENCES: own}

    def _make(self, changes: Iterable[tuple[str, Row, Row | None]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for table, key, row in changes:
                self._put(table, self._shapes[table], key, row)
        except sqlite3.Error:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _put(self, table: str, shape: Shape, key: Row, row: Row | None) -> None:
        name = _quoted(table)
        where = " AND ".join(f"{_quoted(column)} IS ?" for column in shape.key)
        values = [to_database(cell) for cell in key]
        if row is None:
            self._connection.execute(f"DELETE FROM {name} WHERE {where}", values)  # noqa: S608 - quoted
            return
        cells = [to_database(cell) for cell in row]
        sets = ", ".join(f"{_quoted(column)} = ?" for column in shape.columns)
        update = f"UPDATE {name} SET {sets} WHERE {where}"  # noqa: S608 - quoted
        if self._connection.execute(update, [*cells, *values]).rowcount:
            return
        hidden = () if shape.keyed else shape.key
        columns = ", ".join(map(_quoted, (*hidden, *shape.columns)))
        given = [*(() if shape.keyed else values), *cells]
        marks = ", ".join("?" for _ in given)
        self._connection.execute(f"INSERT INTO {name} ({columns}) VALUES ({marks})", given)  # noqa: S608 - quoted

    def settled(self) -> bool:
        """Whether no forwarded write is still undecided here, or decided and not yet told."""
        queries = (
            "SELECT count(*) FROM _sk_txn WHERE state = 'tentative'",
            "SELECT count(*) FROM _sk_outcome WHERE state = 'committed'",
        )
        return not any(self._connection.execute(query).fetchone()[0] for query in queries)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")
