"""What watched connections to PostgreSQL have in common, whichever driver they are of."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Callable, FrozenSet, Tuple

from servicekit.database import drivers
from servicekit.database.postgres import Postgres
from servicekit.guard import Guard, Session
from servicekit.statements import COMMITS

_Address = Tuple[str, int, FrozenSet[str]]  # name, port, hosts
_classes: dict[tuple[type, type], type] = {}


class Watches:
    """The guards of databases; a connection belongs to one by server, port and name."""

    def __init__(self) -> None:
        self._guards: dict[Postgres, Guard] = {}
        self._addresses: dict[Postgres, _Address] = {}

    def add(self, database: Postgres, guard: Guard) -> None:
        """Watch the connections to a database."""
        self._guards[database] = guard

    def remove(self, database: Postgres) -> None:
        """Watch new connections no longer."""
        self._guards.pop(database, None)

    def guard_of(self, raw: Any) -> Guard | None:
        """Return the guard of the database that a connection is to."""
        name, port, hosts = _address(raw)
        for database, guard in list(self._guards.items()):
            own = self._address_of(database)
            if own[:2] == (name, port) and own[2] & hosts:
                return guard
        return None

    def _address_of(self, database: Postgres) -> _Address:
        if database not in self._addresses:
            with database.snapshot() as raw:
                self._addresses[database] = _address(raw)
        return self._addresses[database]


def _address(raw: Any) -> _Address:
    info = raw.info
    return str(info.dbname), int(info.port), _hosts(info.host or "")


def _hosts(name: str) -> frozenset[str]:
    """Return the addresses of a host; the machine's own ones, and sockets, are all one."""
    if not name or name.startswith(("/", "@")):
        return frozenset(("local",))
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    except OSError:
        return frozenset((name,))
    return frozenset("local" if ipaddress.ip_address(a).is_loopback else a for a in found)


def watched(plain: Any, watch: type) -> Any:
    """Return a class of connections or cursors with the watching one mixed in."""
    if issubclass(plain, watch):
        return plain
    made = _classes.get((plain, watch))
    if made is None:
        bases = (watch,) if issubclass(watch, plain) else (watch, plain)
        made = _classes[(plain, watch)] = type(plain.__name__, bases, {})
    return made


class Watched:
    """A connection whose commits ask the owners of changed replicas first."""

    _sk_guard: Guard | None = None
    _sk_session: Session
    autocommit: Any

    def _sk_finish(self, commit: Callable[[], Any], rollback: Callable[[], Any]) -> None:
        """Commit here and at the owners, or raise and roll back."""
        if self._sk_guard is None or drivers.status(self) in (drivers.IDLE, drivers.FAILED):
            commit()
        else:
            self._sk_guard.commit(self._sk_session, self, commit, rollback)

    def _sk_run(self, sql: str | None, execute: Callable[[], Any]) -> Any:
        """Run a statement of the application."""
        state = drivers.status(self)
        if self._sk_guard is None or state == drivers.FAILED:
            return execute()
        session = self._sk_session
        # What the kit commits by itself is visible at once, but waits for rows changed here.
        own = session.touched and state != drivers.IDLE
        statement = self._sk_guard.before(session, self, sql, own)
        if statement is None:
            return execute()
        if statement.word in COMMITS:
            return self._sk_returning(execute)
        if statement.touches and statement.writes and self.autocommit and state == drivers.IDLE:
            return self._sk_alone(execute)
        result = execute()
        if drivers.status(self) == drivers.IDLE and statement.word in ("rollback", "abort"):
            session.reset()
        return result

    def _sk_returning(self, execute: Callable[[], Any]) -> Any:
        results: list[Any] = []
        self._sk_finish(lambda: results.append(execute()), self._sk_rollback)
        return results[0]

    def _sk_alone(self, execute: Callable[[], Any]) -> Any:
        """Run a statement that would commit by itself in a transaction of its own."""
        drivers.cursor(self).execute("BEGIN")
        try:
            result = execute()
        except BaseException:
            self._sk_rollback()
            raise
        self._sk_finish(lambda: drivers.cursor(self).execute("COMMIT"), self._sk_rollback)
        return result

    def _sk_rollback(self) -> None:
        if drivers.status(self) != drivers.IDLE:
            drivers.cursor(self).execute("ROLLBACK")
