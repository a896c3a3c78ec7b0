"""The application's connections to SQLite, watched below any ORM."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import urllib.parse
from typing import Any, Callable

from servicekit.database.sqlite import Sqlite
from servicekit.guard import Guard, Session
from servicekit.statements import COMMITS, Statement

_original = sqlite3.connect
_FACTORY = 5  # its place among the arguments of sqlite3.connect
_BEGINS = re.compile(  # the statements before which the driver begins a transaction by itself
    r"(?:\s+|--[^\n]*\n|/\*.*?\*/)*(?:insert|update|delete|replace)\b"
    if sys.version_info >= (3, 11)
    else r"\s*(?:insert|update|delete|replace)\b",
    re.IGNORECASE | re.DOTALL,
)
_guards: dict[str, Guard] = {}  # real path of a database file → its guard
_classes: dict[type, type] = {}


def install(database: Sqlite, guard: Guard) -> None:
    """Watch connections to the database's file that are opened from now on."""
    _guards[os.path.realpath(database.path)] = guard
    sqlite3.connect = connect
    sqlite3.dbapi2.connect = connect


def remove(database: Sqlite) -> None:
    """Let new connections to the file be plain again."""
    _guards.pop(os.path.realpath(database.path), None)


def connect(*args: Any, **kwargs: Any) -> Any:
    """Stand in for `sqlite3.connect`."""
    database = args[0] if args else kwargs.get("database")
    guard = _guards.get(_file(database))
    if guard is None:
        return _original(*args, **kwargs)
    plain = args[_FACTORY] if len(args) > _FACTORY else kwargs.get("factory", sqlite3.Connection)
    if not isinstance(plain, type):
        raise sqlite3.NotSupportedError("servicekit needs a class as connection factory")
    watched = _watched(plain, WatchedConnection)
    if len(args) > _FACTORY:
        args = (*args[:_FACTORY], watched, *args[_FACTORY + 1 :])
    else:
        kwargs["factory"] = watched
    connection = _original(*args, **kwargs)
    connection._sk_guard = guard
    # Without this, REPLACE would delete rows without telling the triggers.
    sqlite3.Cursor(connection).execute("PRAGMA recursive_triggers=ON")
    return connection


def _file(database: Any) -> str:
    if not isinstance(database, (str, bytes, os.PathLike)):
        return ""
    name = os.fsdecode(database)
    if name.startswith("file:"):
        name = urllib.parse.unquote(urllib.parse.urlsplit(name).path)
    return os.path.realpath(name) if name and name != ":memory:" else ""


def _watched(plain: type, watch: type) -> type:
    made = _classes.get(plain)
    if made is None:
        bases = (watch,) if issubclass(watch, plain) else (watch, plain)
        made = _classes[plain] = type(plain.__name__, bases, {})
    return made


class WatchedConnection(sqlite3.Connection):
    """A connection whose commits ask the owners of changed replicas first."""

    _sk_guard: Guard

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sk_session = Session()

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        """Return a watched cursor."""
        if not isinstance(factory, type):
            raise sqlite3.NotSupportedError("servicekit needs a class as cursor factory")
        return super().cursor(_watched(factory, WatchedCursor))

    def execute(self, *arguments: Any) -> Any:
        """Run a statement on a new cursor; some versions' own bypasses `cursor`."""
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        """Run a statement once per row of parameters, on a new cursor."""
        return self.cursor().executemany(*arguments)

    def executescript(self, script: str) -> Any:
        """Run statements on a new cursor."""
        return self.cursor().executescript(script)

    def commit(self) -> None:
        """Commit here and at the owners, or raise and roll back."""
        if self.in_transaction:
            self._sk_commit(super().commit)
        else:
            super().commit()

    def _sk_commit(self, commit: Callable[[], Any]) -> None:
        guard = self._sk_guard
        guard.commit(self._sk_session, self, commit, self._sk_rollback)

    def _sk_rollback(self) -> None:
        if self.in_transaction:
            sqlite3.Cursor(self).execute("ROLLBACK")

    def rollback(self) -> None:
        """Roll back."""
        super().rollback()
        self._sk_session.reset()

    def __exit__(self, kind: Any, value: Any, trace: Any) -> Any:
        """Commit, or roll back after an exception: the driver's own bypasses `commit`."""
        if kind is not None:
            self.rollback()
            return False
        try:
            self.commit()
        except BaseException:
            self.rollback()
            raise
        return False

    def __setattr__(self, name: str, value: Any) -> None:
        """Ask the owners before an assignment that commits implicitly."""
        commits = (name == "isolation_level" and value is None) or (
            name == "autocommit" and value is True
        )
        if commits and self.in_transaction:
            self.commit()
        super().__setattr__(name, value)

    def _sk_run(self, sql: Any, execute: Callable[[], Any]) -> Any:
        session, inside = self._sk_session, self.in_transaction
        statement = self._sk_guard.before(session, self, sql, inside)
        if statement is None:
            return execute()
        if statement.word in COMMITS or (
            statement.word == "release" and statement.name == session.savepoint
        ):
            return self._sk_returning(execute)
        if statement.touches and statement.writes and not inside:
            return self._sk_begin(sql, execute)
        result = execute()
        self._sk_noted(statement, inside)
        return result

    def _sk_noted(self, statement: Statement, inside: bool) -> None:
        if statement.word == "savepoint" and not inside:
            self._sk_session.savepoint = statement.name
        elif statement.word == "rollback" and not self.in_transaction:
            self._sk_session.reset()

    def _sk_returning(self, execute: Callable[[], Any]) -> Any:
        results: list[Any] = []
        self._sk_commit(lambda: results.append(execute()))
        return results[0] if results else None

    def _sk_begin(self, sql: str, execute: Callable[[], Any]) -> Any:
        """Run a writing statement outside of a transaction: in one, ended if it would have been."""
        sqlite3.Cursor(self).execute("BEGIN IMMEDIATE")
        automatic = self._sk_automatic(sql)
        try:
            result = execute()
        except BaseException:
            if automatic:
                self._sk_rollback()
            raise
        if automatic:
            self._sk_commit(lambda: sqlite3.Cursor(self).execute("COMMIT"))
        return result

    def _sk_automatic(self, sql: str) -> bool:
        if getattr(self, "autocommit", -1) is True or self.isolation_level is None:
            return True
        return _BEGINS.match(sql) is None


class WatchedCursor(sqlite3.Cursor):
    """A cursor whose statements are scanned for replicas."""

    connection: WatchedConnection

    def execute(self, sql: Any, *parameters: Any) -> Any:
        """Run a statement."""
        run = super().execute
        return self.connection._sk_run(sql, lambda: run(sql, *parameters))

    def executemany(self, sql: Any, *parameters: Any) -> Any:
        """Run a statement once per row of parameters."""
        run = super().executemany
        return self.connection._sk_run(sql, lambda: run(sql, *parameters))

    def executescript(self, script: str) -> Any:
        """Run statements, each by itself; as the driver does, end a transaction before."""
        connection = self.connection
        if connection.in_transaction and getattr(connection, "autocommit", -1) == -1:
            connection.commit()
        level = connection.isolation_level
        _set_level(connection, None)
        try:
            for statement in split_script(script):
                self.execute(statement)
        finally:
            _set_level(connection, level)
        return self


def _set_level(connection: sqlite3.Connection, level: str | None) -> None:
    """Say how the driver begins transactions, without ending one."""
    descriptor: Any = vars(sqlite3.Connection)["isolation_level"]
    descriptor.__set__(connection, level)


def split_script(script: str) -> list[str]:
    """Return the statements of a script; triggers stay whole."""
    statements, start = [], 0
    for match in re.finditer(";", script):
        text = script[start : match.end()]
        if sqlite3.complete_statement(text):
            statements.append(text)
            start = match.end()
    if script[start:].strip():
        statements.append(script[start:])
    return statements
