"""A PostgreSQL server on which a replay makes its databases, and drops them afterwards."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from decompose.errors import UserError
from decompose.verify.postgres_store import PostgresStore, connected
from decompose.verify.tape import Shape

_THERE_ALREADY = frozenset({"42P07", "42710", "42723", "42P16"})
"""What a statement meets that an earlier one, of a shorter schema, has done."""


class PostgresServer:
    """A database of its own for each name; `scheme` is that of the addresses given out."""

    def __init__(self, url: str, scheme: str, closing: ExitStack) -> None:
        self._url = urlsplit(url)
        self._scheme = scheme
        self._closing = closing
        self._prefix = f"decompose_{secrets.token_hex(4)}"
        self._made: set[str] = set()

    def url(self, name: str) -> str:
        """The address of a database, which is made now if it isn't there."""
        return self._address(name, self._scheme)

    def create(self, name: str, statements: Iterable[str]) -> None:
        """Make what the statements make, in whatever order they need each other."""
        waiting = list(statements)
        with connected(self._address(name, "postgresql")) as connection:
            while waiting:
                failed = {s: e for s in waiting if (e := _error(connection, s)) is not None}
                if len(failed) == len(waiting):
                    raise UserError(
                        f"PostgreSQL refuses the recorded schema: {failed[waiting[0]]}",
                        hint="Its server, and that of the recording, need the same extensions.",
                    )
                waiting = list(failed)

    def open(self, name: str, shapes: Mapping[str, Shape]) -> PostgresStore:
        """The tables of a database."""
        return PostgresStore(connected(self._address(name, "postgresql")), name, shapes)

    def _address(self, name: str, scheme: str) -> str:
        database = f"{self._prefix}_{name}".replace("-", "_")
        if database not in self._made:
            self._administer("CREATE DATABASE {}", database)
            self._made.add(database)
            self._closing.callback(self._drop, database)
        return urlunsplit(self._url._replace(scheme=scheme, path=f"/{database}"))

    def _drop(self, database: str) -> None:
        with contextlib.suppress(UserError):  # of a server that is gone
            self._administer("DROP DATABASE {} WITH (FORCE)", database)

    def _administer(self, statement: str, database: str) -> None:
        path = self._url.path if self._url.path.strip("/") else "/postgres"
        url = urlunsplit(self._url._replace(scheme="postgresql", path=path))
        try:
            with connected(url) as connection:
                connection.execute(sql.SQL(statement).format(sql.Identifier(database)))
        except psycopg.Error as error:
            raise UserError(
                f"PostgreSQL makes no database for the replay: {error}".rstrip(),
                hint="--postgres names a server, with a user who is its superuser.",
            ) from error


def _error(connection: psycopg.Connection, statement: str) -> psycopg.Error | None:
    """Run a statement of the recorded schema; what is wrong, nothing if it need not run again."""
    try:
        connection.execute(statement.encode())
    except psycopg.Error as error:
        return None if error.sqlstate in _THERE_ALREADY else error
    return None
