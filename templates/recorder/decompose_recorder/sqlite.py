"""SQLite: which database the application uses, what it is asked, and the rows it holds."""

from __future__ import annotations

import marshal
import os
import sqlite3
import time
import urllib.parse
from typing import Any, Callable, Dict, List, Optional, Tuple

from decompose_recorder.pages import touched
from decompose_recorder.state import Rows, State

_connect = sqlite3.connect
Shape = Dict[str, Dict[str, List[str]]]
Image = Tuple[Dict[int, str], bytes]
_MASTER = "SELECT name, sql, type FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
_ROOTS = "SELECT rootpage, tbl_name FROM sqlite_master WHERE rootpage ORDER BY rootpage"
_BY_VALUE = 2  # the last form of marshal's in which equal values of equal types are equal bytes
_HIDDEN = ("rowid", "_rowid_", "oid")


def watch(opened: Callable[[Any, str], None]) -> None:
    """Call `opened` with each connection that is opened from now on, and its file's path.

    The path is empty for a database in memory.
    """

    def connect(*arguments: Any, **named: Any) -> Any:
        connection = _connect(*arguments, **named)
        database = arguments[0] if arguments else named.get("database")
        connection.create_function("CURRENT_TIMESTAMP", 0, _now)
        opened(connection, _file(database))
        return connection

    sqlite3.connect = connect
    sqlite3.dbapi2.connect = connect


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())


def _file(database: Any) -> str:
    """Return the path of a database's file, empty where there is none."""
    name = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
    if name.startswith("file:"):
        parts = urllib.parse.urlsplit(name)
        if "mode=memory" in parts.query:
            return ""
        name = urllib.parse.unquote(parts.path)
    return "" if name in ("", ":memory:") else os.path.realpath(name)


class Watched:
    """A database that can be read: a file by a connection of our own, memory by the one it has."""

    dialect = "sqlite"

    def __init__(self, path: str, connection: Any) -> None:
        self.path = path
        self._connection = None if path else connection
        self._inode = 0
        self._version: Any = None
        self._master: Any = None
        self._queries: Dict[str, str] = {}
        self._known: Dict[str, Tuple[bytes, Rows]] = {}
        self._image: Image = ({}, b"")
        self.shape: Shape = {}
        self.schema: List[str] = []
        self.state: State = {}

    def refresh(self) -> bool:
        """Read schema and rows if they may have changed; return whether they may have."""
        connection = self._open()
        if connection is None:
            changed, self.state, self._image = bool(self.state), {}, ({}, b"")
            return changed
        version = self._change_count(connection)
        if version == self._version:
            return False
        factory, connection.row_factory = connection.row_factory, None
        text, connection.text_factory = connection.text_factory, str
        try:
            try:
                self._read(connection)
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                connection.text_factory = _text  # much slower, but it reads everything
                self._read(connection)
        finally:
            connection.row_factory, connection.text_factory = factory, text
        self._version = version
        return True

    def _read(self, connection: Any) -> None:
        cursor = sqlite3.Cursor(connection)
        master = cursor.execute(_MASTER).fetchall()
        if master != self._master:
            shape = _shapes(cursor, master)
            self.schema = [sql for name, sql, _ in master if not name.startswith("sqlite_")]
            self._queries = {name: _query(name, one) for name, one in shape.items()}
            self.shape, self._known, self._master = shape, {}, master
            self._image = {}, b""
        image = self._taken(cursor)
        found = {n: cursor.execute(self._queries[n]).fetchall() for n in self._touched(image)}
        read = {name: self._rows(name, rows) for name, rows in found.items()}
        self.state = {n: read[n] if n in read else self.state[n] for n in self._queries}
        self._image = image

    def _taken(self, cursor: Any) -> Image:
        """Return where tables begin, and all pages; Python takes such an image from 3.11 on."""
        if not self._queries or not hasattr(cursor.connection, "serialize"):
            return {}, b""
        roots = {1: "", **dict(cursor.execute(_ROOTS).fetchall())}
        return roots, cursor.connection.serialize()

    def _touched(self, image: Image) -> List[str]:
        """Return the tables that may differ from what was read last."""
        (roots, before), (now, after) = self._image, image
        names = touched(before, after, roots) if after and roots == now else None
        return [name for name in self._queries if names is None or name in names]

    def _rows(self, name: str, found: List[Tuple[Any, ...]]) -> Rows:
        """Return rows by their keys; of a table that has not changed, the same object as before."""
        mark = marshal.dumps(found, _BY_VALUE)
        if name not in self._known or self._known[name][0] != mark:
            width = len(self.shape[name]["key"])
            self._known[name] = mark, {row[:width]: row[width:] for row in found}
        return self._known[name][1]

    def _open(self) -> Any:
        """Return a connection to read by; a file may have been replaced by another one."""
        if not self.path:
            return self._connection
        try:
            inode = os.stat(self.path).st_ino
        except FileNotFoundError:
            self._connection, self._version = None, None
            return None
        if self._connection is None or inode != self._inode:
            self._connection = _connect(self.path, timeout=10, check_same_thread=False)
            self._inode, self._version = inode, None
        return self._connection

    def _change_count(self, connection: Any) -> Tuple[Any, ...]:
        """Return numbers that differ when anything was changed since."""
        names = ("data_version", "schema_version")
        found = [sqlite3.Cursor(connection).execute(f"PRAGMA {n}").fetchall()[0] for n in names]
        return (connection.total_changes, *(row[0] for row in map(tuple, found)))


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def _shapes(cursor: Any, master: List[Tuple[Any, ...]]) -> Shape:
    virtual = [n for n, sql, _ in master if sql.upper().startswith("CREATE VIRTUAL")]
    shapes: Shape = {}
    for name, _, kind in master:
        hidden = any(name == one or name.startswith(one + "_") for one in virtual)
        if kind == "table" and not hidden and not name.startswith("sqlite_"):
            shapes[name] = _shape(cursor, name)
    if any(name == "sqlite_sequence" for name, _, _ in master):
        shapes["sqlite_sequence"] = {"columns": ["name", "seq"], "key": ["name"]}
    return shapes


def _shape(cursor: Any, name: str) -> Dict[str, List[str]]:
    infos = cursor.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    columns = [info[1] for info in infos]
    key = [info[1] for info in sorted(infos, key=lambda info: info[5]) if info[5]]
    hidden = next(word for word in _HIDDEN if word not in {c.lower() for c in columns})
    return {"columns": columns, "key": key or [hidden]}


def _query(name: str, shape: Dict[str, List[str]]) -> str:
    wanted = ", ".join(map(quoted, [*shape["key"], *shape["columns"]]))
    return f"SELECT {wanted} FROM {quoted(name)}"  # noqa: S608 - names are quoted


def quoted(name: str) -> str:
    """Return `name` as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def statements(connection: Any, heard: Optional[Callable[[str], None]]) -> None:
    """Tell `heard` of each statement that the connection runs."""
    connection.set_trace_callback(heard)
