"""Several services in one process, each with a database of its own; the wire is a function."""

from __future__ import annotations

import functools
import importlib
import json
import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from servicekit.data import Data
from servicekit.errors import PeerRefused, PeerUnavailable, Refused
from servicekit.events import Events


class Died(BaseException):
    """The process that should have gone on was killed."""


class Recorder(Events):
    """Remembers what the data plane told."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def replica_stale(self, owner: str, age: float | None) -> None:
        self.heard.append(("stale", owner, age))

    def write_refused(self, owner: str, reason: str) -> None:
        self.heard.append(("refused", owner, reason))

    def stuck(self, txn: str, table: str, reason: str) -> None:
        self.heard.append(("stuck", table, reason))

    def promoted(self, table: str) -> None:
        self.heard.append(("promoted", table))

    def copied(self, table: str, rows: int) -> None:
        self.heard.append(("copied", table, rows))


class SqliteEngine:
    """Files in a folder."""

    name = "sqlite"
    key = "INTEGER PRIMARY KEY AUTOINCREMENT"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, service: str) -> str:
        """Return the URL of an empty database."""
        return f"sqlite:///{self.folder / service}-{uuid.uuid4().hex}.db"

    def connect(self, url: str, **options: Any) -> Any:
        """Connect as an application does, by the driver's own function."""
        return sqlite3.connect(url[len("sqlite:///") :], **options)

    def connect_with(self, url: str, commit: Callable[[Callable[[], None]], None]) -> Any:
        """Connect so that `commit` gets each commit of the driver to make."""

        class Own(sqlite3.Connection):
            def commit(self) -> None:
                commit(super().commit)

        return self.connect(url, factory=Own)

    def close(self) -> None:
        """Leave the files to whom the folder belongs."""


class Server:
    """A PostgreSQL server's databases; used ones are emptied, which is faster than new ones."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._idle: list[str] = []
        self._made = 0

    def take(self, driver: Any) -> str:
        """Return the URL of an empty database."""
        if self._idle:
            return self._idle.pop()
        self._made += 1
        _administer(driver, f"{self.url}/postgres", f"CREATE DATABASE test_{self._made}")
        return f"{self.url}/test_{self._made}"

    def give_back(self, driver: Any, url: str) -> None:
        """Empty a database, whoever is still connected."""
        others = "FROM pg_stat_activity WHERE datname = current_database()"
        others += " AND pid <> pg_backend_pid()"
        _administer(driver, url, f"SELECT pg_terminate_backend(pid) {others}")
        _administer(driver, url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self._idle.append(url)


def _administer(driver: Any, url: str, statement: str) -> None:
    connection = driver.connect(url)
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


class PostgresEngine:
    """Databases of a server."""

    name = "postgresql"
    key = "SERIAL PRIMARY KEY"

    def __init__(self, server: Server, driver: str) -> None:
        self.server = server
        self.driver = importlib.import_module(driver)
        self.made: list[str] = []

    def create(self, service: str) -> str:
        """Return the URL of an empty database."""
        self.made.append(self.server.take(self.driver))
        return self.made[-1]

    def connect(self, url: str, **options: Any) -> Any:
        """Connect as an application does, by the driver's own function."""
        return self.driver.connect(url, **options)

    def connect_with(self, url: str, commit: Callable[[Callable[[], None]], None]) -> Any:
        """Connect so that `commit` gets each commit of the driver to make."""
        psycopg2 = self.driver.__name__ == "psycopg2"
        plain = self.driver.extensions.connection if psycopg2 else self.driver.Connection

        class Own(plain):  # type: ignore[misc, valid-type]
            def commit(self) -> None:
                commit(super().commit)

        return self.connect(url, connection_factory=Own) if psycopg2 else Own.connect(url)

    def close(self) -> None:
        """Give everything back."""
        for url in self.made:
            self.server.give_back(self.driver, url)


class World:
    """Services that reach each other, in a network and on machines that tests may break.

    `AUTO_ID` in the schema stands for an integer key that the database gives out. `kill` maps the
    name of a step, as `after apply at accounts`, to the service that is killed there, `slow` a
    service to the seconds that it takes to answer.
    """

    def __init__(self, engine: Any, schema: str) -> None:
        self.engine = engine
        self.schema = schema.replace("AUTO_ID", engine.key)
        self.data: dict[str, Data] = {}
        self.urls: dict[str, str] = {}
        self.events: dict[str, Recorder] = {}
        self.down: set[str] = set()
        self.dead: set[str] = set()
        self.kill: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        self.calls: list[tuple[str, str]] = []
        self.steps: list[str] = []
        self.changing: Callable[[str, str, dict[str, Any]], dict[str, Any]] = lambda *_: _[2]
        self._plans: dict[str, Callable[[], Data]] = {}

    def service(
        self,
        name: str,
        owned: Sequence[str],
        replicas: Mapping[str, str],
        declared: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Data:
        """Add a service, with the tables of the whole schema."""
        url = self.urls[name] = self.engine.create(name)
        self.sql(name, self.schema)
        self.events[name] = Recorder()
        call = functools.partial(self.call, name)
        self._plans[name] = lambda: Data(
            url, name, owned, replicas, declared or {}, call, events=self.events[name], **options
        )
        return self.restart(name)

    def plain(self, name: str) -> None:
        """Add a database with the same schema that no service has."""
        self.urls[name] = self.engine.create(name)
        self.sql(name, self.schema)

    def restart(self, name: str) -> Data:
        """Start the process of a service, anew if it was killed."""
        if name in self.data:
            self.data[name].remove_hooks()
            self.data[name].stop()
        self.dead.discard(name)
        data = self.data[name] = self._plans[name]()
        data.install_hooks()
        return data

    def recover(self) -> None:
        """Start what was killed, let all reach each other, and settle."""
        self.kill.clear()
        self.down.clear()
        for name in sorted(self.dead):
            self.restart(name).prepare()
        self.settle()

    def sql(self, name: str, script: str) -> None:
        """Run a script past the kit."""
        connection = self.engine.connect(self.urls[name])
        try:
            if hasattr(connection, "executescript"):
                connection.executescript(script)
            else:
                connection.cursor().execute(script)
            connection.commit()
        finally:
            connection.close()

    def prepare(self) -> None:
        """Prepare all services, then let them copy what they replicate."""
        for data in self.data.values():
            data.prepare()
        for data in self.data.values():
            data.copy()

    def connect(self, name: str, **options: Any) -> Any:
        """Connect as the application of a service does."""
        return self.engine.connect(self.urls[name], **options)

    def do(self, name: str, *statements: str) -> list[Any]:
        """Run statements in one transaction of a service's application; return the last's rows."""
        connection = self.engine.connect_with(self.urls[name], functools.partial(self._end, name))
        try:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            rows = list(map(tuple, cursor.fetchall())) if cursor.description else []
            connection.commit()
        finally:
            connection.close()
        return rows

    def _end(self, name: str, commit: Callable[[], None]) -> None:
        self.step(f"before commit at {name}", name)
        commit()
        self.step(f"after commit at {name}", name)

    def rows(self, name: str, query: str) -> list[tuple[Any, ...]]:
        """Read a service's database past the kit."""
        database = self.data[name].database
        with database.snapshot() as raw:
            return [tuple(row) for row in database.rows(raw, query)]

    def settle(self) -> None:
        """Confirm, sweep and catch up until nothing is open."""
        for _ in range(2):
            for data in self.data.values():
                data.sweep(doubt=-1)
        for data in self.data.values():
            data._pull_all()

    def open_ends(self) -> list[tuple[Any, ...]]:
        """Return what isn't settled anywhere."""
        queries = (
            "SELECT 'tentative', txn FROM _sk_txn WHERE state = 'tentative'",
            "SELECT 'untold', txn FROM _sk_outcome WHERE state = 'committed'",
            "SELECT 'captured', tbl FROM _sk_captured",
            "SELECT 'stuck', tbl FROM _sk_stuck",
        )
        return [
            (name, *row)
            for name in self.data
            for query in queries
            for row in self.rows(name, query)
        ]

    def call(
        self,
        caller: str,
        peer: str,
        operation: str,
        payload: dict[str, Any],
        timeout: float,
        safe: bool,
    ) -> dict[str, Any]:
        """Be the wire: JSON both ways, refusals as 409s."""
        self.calls.append((peer, operation))
        self.step(f"before {operation} at {peer}", caller, peer)
        if self.slow.get(peer, 0.0) > timeout:
            raise PeerUnavailable(f"{peer} did not answer in {timeout} s")
        try:
            answer = self.data[peer].operations()[operation](json.loads(json.dumps(payload)))
        except Refused as refusal:
            raise PeerRefused(refusal.reason, refusal.details) from refusal
        self.step(f"after {operation} at {peer}", caller, peer)
        decoded: dict[str, Any] = json.loads(json.dumps(answer))
        return self.changing(peer, operation, decoded)

    def step(self, name: str, caller: str, peer: str | None = None) -> None:
        """Pass a step, unless somebody who is needed is killed at it or was before."""
        self.steps.append(name)
        if name in self.kill:
            self.dead.add(self.kill[name])
        if caller in self.dead:
            raise Died(f"{caller}: {name}")
        if peer is not None and (peer in self.dead | self.down or peer not in self.data):
            raise PeerUnavailable(f"{peer} is down")

    def close(self) -> None:
        """Unhook."""
        for data in self.data.values():
            data.remove_hooks()
            data.stop()
