"""PostgreSQL by psycopg2 or psycopg 3: the rows of the database that the application uses.

Rows are read by a connection of our own, or by one of the application's while that has written
and not committed: tests that roll everything back at their end are recorded too.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from typing import Any, Callable, Dict, Iterator, List, Tuple

from decompose_recorder import postgres_catalog as catalog
from decompose_recorder.state import Rows, State

_IN_TRANSACTION = 2  # libpq's state of a connection that waits within a transaction
_SETTINGS = (
    "SET LOCAL datestyle = 'ISO, MDY'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL lock_timeout = '10s'",
)
"""By which a value has one text only, whatever the application has set for itself."""


class Watched:
    """A database that can be read; `connect` opens a connection that nobody watches."""

    dialect = "postgresql"

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._own: Any = None
        self._used = threading.local()
        self._version: Any = None
        self._prints: Dict[str, Any] = {}
        self.shape: catalog.Shape = {}
        self.schema: List[str] = []
        self.state: State = {}

    def use(self, connection: Any) -> None:
        """Note that this thread has just used a connection."""
        known = [one for one in self._connections() if one is not connection]
        self._used.connections = [weakref.ref(one) for one in [connection, *known]]

    def refresh(self) -> None:
        """Read schema and rows where they have changed."""
        with self._reading() as cursor:
            cursor.execute("; ".join(_SETTINGS))
            version = catalog.version(cursor)
            if version != self._version:
                self.schema, self.shape = catalog.statements(cursor), catalog.shapes(cursor)
                self._prints, self._version = {}, version
            self.state = self._state(cursor)

    def _state(self, cursor: Any) -> State:
        """Return all rows; of a table that has not changed, the same object as before."""
        tables = [name for name in self.shape if name != catalog.SEQUENCES]
        prints = dict(zip(tables, catalog.fingerprints(cursor, tables)))
        found: State = {}
        for name in tables:
            same = name in self._prints and self._prints[name] == prints[name]
            found[name] = self.state[name] if same else _rows(cursor, name, self.shape[name])
        found[catalog.SEQUENCES] = {row[:2]: row for row in catalog.sequences(cursor)}
        self._prints = prints
        return found

    def _connections(self) -> List[Any]:
        """Return this thread's open connections, the last used first."""
        found = [one() for one in getattr(self._used, "connections", ())]
        return [one for one in found if one is not None and not one.closed]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Any]:
        """Yield a cursor in a transaction that leaves no trace."""
        for connection in self._connections():
            if connection.info.transaction_status == _IN_TRANSACTION:
                cursor = plain_cursor(connection)
                cursor.execute("SELECT txid_current_if_assigned()")
                if cursor.fetchall()[0][0] is not None:
                    with _undone(cursor, "SAVEPOINT decompose", "ROLLBACK TO decompose"):
                        yield cursor
                    cursor.execute("RELEASE decompose")
                    return
        cursor = self._own_cursor()
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with _undone(cursor, begin, "ROLLBACK"):
            yield cursor

    def _own_cursor(self) -> Any:
        """Return a cursor of our connection, a new one if the server has closed it."""
        if self._own is not None:
            try:
                cursor = plain_cursor(self._own)
                cursor.execute("SELECT 1")
            except Exception:  # of whichever driver
                self._own = None
            else:
                return cursor
        self._own = self._connect()
        self._own.autocommit = True
        return plain_cursor(self._own)


@contextlib.contextmanager
def _undone(cursor: Any, begin: str, undo: str) -> Iterator[None]:
    cursor.execute(begin)
    try:
        yield
    finally:
        cursor.execute(undo)


def plain_cursor(connection: Any) -> Any:
    """Return a cursor past all hooks, whose rows are tuples."""
    names = {kind.__module__.partition(".")[0] for kind in type(connection).__mro__}
    if "psycopg2" in names:
        return sys.modules["psycopg2"].extensions.cursor(connection)
    psycopg = sys.modules["psycopg"]
    return psycopg.Cursor(connection, row_factory=psycopg.rows.tuple_row)


def _rows(cursor: Any, name: str, shape: Dict[str, List[str]]) -> Rows:
    """Return all rows, each value as the text that PostgreSQL writes for it and reads again."""
    columns = shape["columns"]
    wanted = ", ".join(f"{catalog.quoted(column)}::text" for column in columns)
    cursor.execute(f"SELECT {wanted} FROM {catalog.quoted(name)}")  # noqa: S608 - quoted
    found = cursor.fetchall()
    if set(shape["key"]) <= set(columns):
        places = [columns.index(column) for column in shape["key"]]
        return {tuple(row[place] for place in places): row for row in found}
    return _numbered(found)


def _numbered(found: List[Tuple[Any, ...]]) -> Rows:
    """Return rows without a key by what they hold, and which of such rows they are."""
    counts: Dict[Tuple[Any, ...], int] = {}
    rows: Rows = {}
    for row in found:
        counts[row] = counts.get(row, 0) + 1
        rows[(counts[row], *row)] = row
    return rows
