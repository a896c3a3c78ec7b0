"""The application's connections through psycopg 3, watched below any ORM."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator

import psycopg

from servicekit.database import drivers
from servicekit.database.postgres import Postgres
from servicekit.guard import Guard, Session
from servicekit.hooks_postgres import Watched, Watches, watched

_original: Any = vars(psycopg.Connection)["connect"]
_watches = Watches()


def install(database: Postgres, guard: Guard) -> None:
    """Watch connections to the database that are opened from now on."""
    _watches.add(database, guard)
    psycopg.Connection.connect = classmethod(connect)  # type: ignore[assignment]
    psycopg.connect = psycopg.Connection.connect


def remove(database: Postgres) -> None:
    """Let new connections to the database be plain again."""
    _watches.remove(database)


def connect(plain: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand in for `psycopg.Connection.connect`."""
    connection = _original.__get__(None, watched(plain, WatchedConnection))(*args, **kwargs)
    connection._sk_guard = _watches.guard_of(connection)
    return connection


class WatchedConnection(Watched, psycopg.Connection[Any]):
    """A connection of psycopg 3."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sk_session = Session()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Return a watched cursor."""
        self.cursor_factory = watched(self.cursor_factory, WatchedCursor)
        self.server_cursor_factory = watched(self.server_cursor_factory, WatchedServerCursor)
        return super().cursor(*args, **kwargs)

    def commit(self) -> None:
        """Commit here and at the owners, or raise and roll back."""
        self._sk_finish(super().commit, super().rollback)

    def rollback(self) -> None:
        """Roll back."""
        super().rollback()
        self._sk_session.reset()

    @contextlib.contextmanager
    def transaction(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Surround a transaction, or a savepoint within one."""
        outermost = drivers.status(self) == drivers.IDLE
        with contextlib.ExitStack() as stack:
            block = stack.enter_context(super().transaction(*args, **kwargs))
            yield block
            if outermost:
                self._sk_finish(stack.close, self._sk_rollback)


class WatchedCursor(psycopg.Cursor[Any]):
    """A cursor whose statements are scanned for replicas."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a statement."""
        run = super().execute
        return _run(self, query, lambda: run(query, *args, **kwargs))

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a statement once per row of parameters."""
        run = super().executemany
        return _run(self, query, lambda: run(query, *args, **kwargs))

    def stream(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a query and yield its rows as they come."""
        run = super().stream
        return _run(self, query, lambda: run(query, *args, **kwargs))

    @contextlib.contextmanager
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Run a COPY statement."""
        run = super().copy
        with _run(self, statement, lambda: run(statement, *args, **kwargs)) as copy:
            yield copy


class WatchedServerCursor(psycopg.ServerCursor[Any]):
    """A cursor on the server whose query is scanned for replicas."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a query."""
        run = super().execute
        return _run(self, query, lambda: run(query, *args, **kwargs))


def _run(cursor: Any, query: Any, execute: Any) -> Any:
    text: Any = query
    if isinstance(query, bytes):
        text = query.decode(cursor.connection.info.encoding)
    elif not isinstance(query, str):
        text = query.as_string(cursor.connection) if hasattr(query, "as_string") else None
    return cursor.connection._sk_run(text, execute)
