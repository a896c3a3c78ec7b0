"""Watches the connections that are opened by psycopg2 and by psycopg 3."""

from __future__ import annotations

from typing import Any, Callable, Dict, Tuple

from decompose_recorder.imports import after_import
from decompose_recorder.postgres import Watched

Ran = Callable[[Watched, str], None]


class Drivers:
    """The databases in use: `use` hears of each that is connected to, `ran` of each statement."""

    def __init__(self, use: Callable[[Watched], None], ran: Ran) -> None:
        self._use = use
        self._ran = ran
        self._watched: Dict[Tuple[str, ...], Watched] = {}
        self._classes: Dict[Tuple[type, type], type] = {}

    def install(self) -> None:
        """Watch what is connected from now on."""
        after_import("psycopg2", self._psycopg2)
        after_import("psycopg", self._psycopg)

    def _opened(self, connection: Any, connect: Callable[[], Any]) -> None:
        info = connection.info
        place = (str(info.host), str(info.port), str(info.dbname))
        watched = self._watched.setdefault(place, Watched(connect))
        connection._decompose = watched
        watched.use(connection)
        self._use(watched)

    def heard(self, connection: Any, sql: Any) -> None:
        """Tell of a statement that a watched connection is about to run."""
        watched = getattr(connection, "_decompose", None)
        if watched is None:
            return
        if isinstance(sql, bytes):
            sql = sql.decode("utf-8", "replace")
        elif not isinstance(sql, str):
            sql = sql.as_string(connection)
        watched.use(connection)
        self._ran(watched, sql)

    # psycopg 3: classes of Python, whose methods can be replaced

    def _psycopg(self, module: Any) -> None:
        original = module.Connection.connect.__func__

        def connect(kind: Any, *arguments: Any, **named: Any) -> Any:
            connection = original(kind, *arguments, **named)
            plain = {k: v for k, v in named.items() if k not in ("row_factory", "cursor_factory")}
            self._opened(connection, lambda: original(module.Connection, *arguments, **plain))
            return connection

        module.Connection.connect = classmethod(connect)
        module.connect = module.Connection.connect
        for name in ("execute", "executemany", "stream"):
            _before(module.Cursor, name, lambda cursor, sql: self.heard(cursor.connection, sql))
        _before(
            module.ServerCursor, "execute", lambda cursor, sql: self.heard(cursor.connection, sql)
        )
        _before(module.Connection, "commit", lambda connection, _: self.heard(connection, "commit"))
        _before(
            module.Connection, "rollback", lambda connection, _: self.heard(connection, "rollback")
        )

    # psycopg2: classes of C, which can only be inherited from

    def _psycopg2(self, module: Any) -> None:
        original = module.connect

        def connect(
            dsn: Any = None,
            connection_factory: Any = None,
            cursor_factory: Any = None,
            **named: Any,
        ) -> Any:
            plain = connection_factory or module.extensions.connection
            if not isinstance(plain, type):  # a function that makes connections of its own
                return original(dsn, connection_factory, cursor_factory, **named)
            kind = self._watching(plain, _Connection)
            connection = original(dsn, kind, cursor_factory, **named)
            connection._decompose_drivers = self
            self._opened(connection, lambda: original(dsn, **named))
            return connection

        module.connect = connect

    def _watching(self, plain: type, mixin: type) -> type:
        """Return a class of connections or cursors that tells what it runs."""
        if issubclass(plain, mixin):
            return plain
        if (plain, mixin) not in self._classes:
            self._classes[plain, mixin] = type(plain.__name__, (mixin, plain), {})
        return self._classes[plain, mixin]


def _before(kind: Any, name: str, tell: Callable[[Any, Any], None]) -> None:
    """Call `tell` with the object and the first argument before each call of a method."""
    original = getattr(kind, name)

    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        tell(self, arguments[0] if arguments else named.get("query", ""))
        return original(self, *arguments, **named)

    setattr(kind, name, method)


class _Connection:
    """Mixed into a connection of psycopg2."""

    _decompose_drivers: Any = None

    def cursor(self, *arguments: Any, **named: Any) -> Any:
        """Return a watched cursor."""
        base: Any = super()
        given = arguments[1] if len(arguments) > 1 else named.pop("cursor_factory", None)
        plain = given or getattr(self, "cursor_factory", None) or type(base.cursor())
        if isinstance(plain, type) and self._decompose_drivers is not None:
            plain = self._decompose_drivers._watching(plain, _Cursor)
        return base.cursor(*arguments[:1], *arguments[2:], cursor_factory=plain, **named)

    def commit(self) -> Any:
        """Commit."""
        self._decompose_tell("commit")
        return super().commit()  # type: ignore[misc] # of the connection that this is mixed into

    def rollback(self) -> Any:
        """Roll back."""
        self._decompose_tell("rollback")
        return super().rollback()  # type: ignore[misc] # of the connection that this is mixed into

    def _decompose_tell(self, sql: Any) -> None:
        if self._decompose_drivers is not None:
            self._decompose_drivers.heard(self, sql)


class _Cursor:
    """Mixed into a cursor of psycopg2."""

    connection: Any

    def execute(self, query: Any, *arguments: Any, **named: Any) -> Any:
        """Run a statement."""
        self.connection._decompose_tell(query)
        return super().execute(query, *arguments, **named)  # type: ignore[misc] # as above

    def executemany(self, query: Any, *arguments: Any, **named: Any) -> Any:
        """Run a statement with several values."""
        self.connection._decompose_tell(query)
        return super().executemany(query, *arguments, **named)  # type: ignore[misc] # as above
