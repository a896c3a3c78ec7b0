"""Several services in one process, each with a database of its own; the wire is a function."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from servicekit.data import Data
from servicekit.errors import PeerRefused, PeerUnavailable, Refused
from servicekit.events import Events


class Engine(Protocol):
    """A kind of database that tests run on."""

    name: str

    def create(self, service: str) -> str:
        """Make an empty database and return its URL."""

    def connect(self, url: str, **options: Any) -> Any:
        """Connect as an application does, by the driver's own function."""


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


class World:
    """Services that reach each other through `call`, which tests may break."""

    def __init__(self, engine: Engine, schema: str) -> None:
        self.engine = engine
        self.schema = schema
        self.data: dict[str, Data] = {}
        self.urls: dict[str, str] = {}
        self.events: dict[str, Recorder] = {}
        self.down: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str, str, Mapping[str, Any]], None] = lambda *_: None
        self.after: Callable[[str, str, dict[str, Any]], None] = lambda *_: None

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
        data = Data(
            url, name, owned, replicas, declared or {}, self.call,
            events=self.events[name], **options,
        )  # fmt: skip
        data.install_hooks()
        self.data[name] = data
        return data

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
        """Prepare all services, as if they started one after the other; then all are ready."""
        for data in self.data.values():
            data.prepare()
        for data in self.data.values():
            data.prepare()

    def connect(self, name: str, **options: Any) -> Any:
        """Connect as the application of a service does."""
        return self.engine.connect(self.urls[name], **options)

    def rows(self, name: str, query: str) -> list[tuple[Any, ...]]:
        """Read a service's database past the kit."""
        database = self.data[name].database
        with database.snapshot() as raw:
            return [tuple(row) for row in database.rows(raw, query)]

    def settle(self) -> None:
        """Confirm, sweep and catch up until nothing is open."""
        for data in self.data.values():
            data.sweep(doubt=-1)
        for data in self.data.values():
            data.sweep(doubt=-1)
            data._pull_all()

    def call(
        self, peer: str, operation: str, payload: dict[str, Any], timeout: float, safe: bool
    ) -> dict[str, Any]:
        """Be the wire: JSON both ways, refusals as 409s."""
        self.calls.append((peer, operation))
        self.before(peer, operation, payload)
        if peer in self.down or peer not in self.data:
            raise PeerUnavailable(f"{peer} is down")
        try:
            answer = self.data[peer].operations()[operation](json.loads(json.dumps(payload)))
        except Refused as refusal:
            raise PeerRefused(refusal.reason, refusal.details) from refusal
        self.after(peer, operation, answer)
        decoded: dict[str, Any] = json.loads(json.dumps(answer))
        return decoded

    def close(self) -> None:
        """Unhook."""
        for data in self.data.values():
            data.remove_hooks()
            data.stop()


class SqliteEngine:
    """Files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, service: str) -> str:
        return f"sqlite:///{self.folder / service}.db"

    def connect(self, url: str, **options: Any) -> Any:
        return sqlite3.connect(url[len("sqlite:///") :], **options)
