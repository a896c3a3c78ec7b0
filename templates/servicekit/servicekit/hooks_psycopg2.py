"""The application's connections through psycopg2, watched below any ORM."""

from __future__ import annotations

from typing import Any

import psycopg2
from psycopg2 import extensions

from servicekit.database.postgres import Postgres
from servicekit.guard import Guard, Session
from servicekit.hooks_postgres import Watched, Watches, watched

_original: Any = psycopg2.connect
_watches = Watches()


def install(database: Postgres, guard: Guard) -> None:
    """Watch connections to the database that are opened from now on."""
    _watches.add(database, guard)
    psycopg2.connect = connect


def remove(database: Postgres) -> None:
    """Let new connections to the database be plain again."""
    _watches.remove(database)


def connect(
    dsn: Any = None, connection_factory: Any = None, cursor_factory: Any = None, **kwargs: Any
) -> Any:
    """Stand in for `psycopg2.connect`."""
    plain = connection_factory or extensions.connection
    if not isinstance(plain, type):
        raise psycopg2.NotSupportedError("servicekit needs a class as connection factory")
    factory = watched(plain, WatchedConnection)
    connection = _original(dsn, factory, cursor_factory, **kwargs)
    connection._sk_guard = _watches.guard_of(connection)
    return connection


class WatchedConnection(Watched, extensions.connection):
    """A connection of psycopg2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sk_session = Session()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Return a watched cursor."""
        given = args[1] if len(args) > 1 else kwargs.pop("cursor_factory", None)
        default: Any = self.cursor_factory
        plain = given or default or self._sk_plain_cursor()
        if not isinstance(plain, type):
            raise psycopg2.NotSupportedError("servicekit needs a class as cursor factory")
        factory = watched(plain, WatchedCursor)
        return super().cursor(*args[:1], *args[2:], cursor_factory=factory, **kwargs)

    def _sk_plain_cursor(self) -> Any:
        """Return the class that the application's class of connections chooses by itself."""
        with super().cursor() as cursor:
            return type(cursor)

    def commit(self) -> None:
        """Commit here and at the owners, or raise and roll back."""
        self._sk_finish(super().commit, super().rollback)

    def rollback(self) -> None:
        """Roll back."""
        super().rollback()
        self._sk_session.reset()


class WatchedCursor(extensions.cursor):
    """A cursor whose statements are scanned for replicas."""

    connection: Any

    def _sk_text(self, sql: Any) -> str:
        if isinstance(sql, bytes):
            return sql.decode(extensions.encodings[self.connection.encoding])
        return sql if isinstance(sql, str) else str(sql.as_string(self.connection))

    def execute(self, query: Any, vars: Any = None) -> Any:
        """Run a statement."""
        run = super().execute
        return self.connection._sk_run(self._sk_text(query), lambda: run(query, vars))

    def executemany(self, query: Any, vars_list: Any) -> Any:
        """Run a statement once per row of parameters."""
        run = super().executemany
        return self.connection._sk_run(self._sk_text(query), lambda: run(query, vars_list))

    def copy_expert(self, sql: Any, file: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a COPY statement."""
        run = super().copy_expert
        return self.connection._sk_run(self._sk_text(sql), lambda: run(sql, file, *args, **kwargs))

    def copy_from(self, file: Any, table: str, *args: Any, **kwargs: Any) -> Any:
        """Fill a table from a file."""
        run = super().copy_from
        return self.connection._sk_run(
            f"copy {table} from stdin", lambda: run(file, table, *args, **kwargs)
        )
