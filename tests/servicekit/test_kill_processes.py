"""Real services are killed with SIGKILL in the middle of a write over three databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kit_fakes
import kit_process
import pytest
from split_world import PostgresEngine, SqliteEngine

from conftest import POSTGRES
from ports import free_port

SCHEMA = """
CREATE TABLE users (number INTEGER PRIMARY KEY);
CREATE TABLE stock (sku INTEGER PRIMARY KEY, held INTEGER);
CREATE TABLE orders (number INTEGER PRIMARY KEY);
"""
OWNERS = {"users": "accounts", "stock": "stock", "orders": "orders"}
OPEN = (
    "SELECT txn FROM _sk_txn WHERE state = 'tentative'",
    "SELECT txn FROM _sk_outcome WHERE state = 'committed'",
    "SELECT tbl FROM _sk_captured",
    "SELECT tbl FROM _sk_stuck",
)
CASES = [
    ("orders", "before apply at accounts", False),
    ("orders", "after apply at accounts", False),
    ("orders", "before apply at stock", False),
    ("orders", "after apply at stock", False),
    ("orders", "before commit", False),
    ("orders", "after commit", True),
    ("orders", "before confirm at accounts", True),
    ("orders", "after confirm at stock", True),
    ("accounts", "before apply", False),
    ("accounts", "after apply", False),
    ("stock", "before apply", False),
    ("stock", "after apply", False),
    ("stock", "before confirm", True),
    ("accounts", "after confirm", True),
]


class System:
    """Three services as processes, each with a folder, two ports and a database."""

    def __init__(self, folder: Path, engine: Any) -> None:
        self._engine = engine
        self._folder = folder
        self._ports = {name: (free_port(), free_port()) for name in OWNERS.values()}
        self._urls = {name: engine.create(name) for name in OWNERS.values()}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in self._ports:
            self._write(name)
            self.start(name)
        self.wait_ready()
        connection = engine.connect(self._urls["stock"])
        connection.cursor().execute("INSERT INTO stock VALUES (1, 0)")
        connection.commit()
        connection.close()

    def _write(self, name: str) -> None:
        (self._folder / name).mkdir()
        files = {"schema.sql": SCHEMA, "app.py": Path(kit_process.__file__).read_text()}
        kit_fakes.write(
            self._folder / name,
            files,
            name=name,
            schema="schema.sql",
            secret=None,
            database={"config": "DATABASE"},
            owned=[table for table, owner in OWNERS.items() if owner == name],
            replicas={table: owner for table, owner in OWNERS.items() if owner != name},
            peers=[peer for peer in self._ports if peer != name],
        )

    def start(self, name: str) -> None:
        port, internal = self._ports[name]
        peers = {
            f"PEER_{n.upper()}_URL": f"http://127.0.0.1:{p[1]}" for n, p in self._ports.items()
        }
        environment = {
            **os.environ,
            **peers,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "DATABASE_URL": self._urls[name].replace("sqlite:///", "sqlite:///"),
            "SERVICEKIT_SECRET": kit_fakes.SECRET,
            "PORT": str(port),
            "INTERNAL_PORT": str(internal),
        }
        command = [sys.executable, kit_process.__file__, str(self._folder / name / "service.json")]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log
            )

    def wait_ready(self) -> None:
        for _, internal in self._ports.values():
            _until(lambda port=internal: _status(f"http://127.0.0.1:{port}/readyz") == 200)

    def order(self, number: int) -> int:
        """Ask for an order; return the status, 0 if the connection broke."""
        body = urllib.parse.urlencode({"number": number}).encode()
        return _status(f"http://127.0.0.1:{self._ports['orders'][0]}/orders", body)

    def die(self, name: str, step: str) -> None:
        """Let a service be killed when it comes to a step."""
        (self._folder / name / "die").write_text(step)

    def revive(self, name: str) -> None:
        """Wait until a service was killed, and start it again."""
        assert self._processes[name].wait(20) == -signal.SIGKILL
        self.start(name)
        self.wait_ready()

    def rows(self, name: str, query: str) -> list[Any]:
        connection = self._engine.connect(self._urls[name])
        try:
            cursor = connection.cursor()
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            connection.close()

    def settled(self) -> bool:
        """Whether nothing is open, and all replicas are as their owners are."""
        if any(self.rows(name, query) for name in self._ports for query in OPEN):
            return False
        tables = {table: f"SELECT * FROM {table} ORDER BY 1" for table in OWNERS}
        expected = {table: self.rows(OWNERS[table], query) for table, query in tables.items()}
        return all(
            self.rows(name, query) == expected[table]
            for name in self._ports
            for table, query in tables.items()
        )

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        self._engine.close()


def _status(url: str, body: bytes | None = None) -> int:
    try:
        with urllib.request.urlopen(url, body, timeout=30) as answer:  # noqa: S310 - our own
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0


def _until(true: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module", params=["sqlite3", *POSTGRES])
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """One system for all cases: whoever was killed is started again."""
    folder = tmp_path_factory.mktemp("system")
    engine: Any = SqliteEngine(folder)
    if request.param != "sqlite3":
        engine = PostgresEngine(request.getfixturevalue("server"), request.param)
    made = System(folder, engine)
    yield made
    made.stop()


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES, start=1)))
def test_no_row_is_lost_and_none_doubled(
    system: System, number: int, case: tuple[str, str, bool]
) -> None:
    """Whoever is killed at whichever step, all three databases have the order or none has."""
    victim, step, committed = case
    # Until the breaker towards whoever was killed last closes, orders are refused.
    _until(lambda: system.order(1000 + number) == 200)
    _until(system.settled)
    system.die(victim, step)
    status = system.order(number)
    system.revive(victim)
    _until(system.settled)
    found = [
        len(system.rows("orders", f"SELECT * FROM orders WHERE number = {number}")),
        len(system.rows("accounts", f"SELECT * FROM users WHERE number = {number}")),
    ]
    orders = system.rows("orders", "SELECT count(*) FROM orders")
    assert system.rows("stock", "SELECT held FROM stock") == orders
    assert found in ([0, 0], [1, 1])
    if victim == "orders":
        assert found == ([1, 1] if committed else [0, 0])
    assert (status == 200) <= (found == [1, 1])
    assert (status == 503) <= (found == [0, 0])
