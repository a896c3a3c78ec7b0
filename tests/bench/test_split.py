"""What a split costs: latency and throughput per kind of endpoint, beside the monolith."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

from bench.speed import record
from bench.speed.serving import bare_nginx
from decompose.write import write_system
from ports import free_port
from targets.running import running
from targets.split import CLUB, club

REQUESTS = 200
CLIENTS = 8
KINDS: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "no seam": ("GET", "/members/1", None),
    "replica": ("GET", "/bookings/all.json", None),
    "forwarded write": ("POST", "/bookings/", {"court": "1"}),
}
"""Kinds of endpoints: method, path, form."""


class Visitor:
    """A signed-in client."""

    def __init__(self, base: str, name: str) -> None:
        self.pool = urllib3.PoolManager(maxsize=CLIENTS)
        self.base = base
        joined = self.pool.request(
            "POST", f"{base}/members/", fields={"name": name}, redirect=False
        )
        assert joined.status == 302, joined.data
        self.cookie = joined.headers["Set-Cookie"].partition(";")[0]

    def ask(self, kind: str) -> float:
        """The seconds that one request takes."""
        method, path, form = KINDS[kind]
        started = time.perf_counter()
        answer = self.pool.request(
            method, self.base + path, fields=form, headers={"Cookie": self.cookie}, redirect=False
        )
        assert answer.status in (200, 302), answer.data
        return time.perf_counter() - started


@contextmanager
def monolith(folder: Path) -> Iterator[str]:
    """The club as it was, on the same server with the same number of threads."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/club.db",
        "SECRET_KEY": "bench",
        "PYTHONPATH": str(CLUB),
    }
    make = "from club import *; create_app().app_context().push(); db.create_all()"
    subprocess.run([sys.executable, "-c", make], env=environment, check=True)
    options = f"--bind 127.0.0.1:{port} --worker-class gthread --threads 16 --log-level error"
    command = [sys.executable, "-m", "gunicorn", *options.split(), "club:create_app()"]
    server = subprocess.Popen(command, env=environment, cwd=folder)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib3.request("GET", address, retries=False)
                break
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def alone(visitor: Visitor, kind: str) -> list[float]:
    """Latencies of requests one after the other."""
    return sorted(visitor.ask(kind) for _ in range(REQUESTS))


def together(visitor: Visitor, kind: str) -> float:
    """Requests in a second, of several clients at once."""
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda _: visitor.ask(kind), range(REQUESTS)))
    return REQUESTS / (time.perf_counter() - started)


@pytest.mark.bench
def test_cost_of_a_split(tmp_path: Path) -> None:
    """Every kind of endpoint answers on all sides; what each costs is kept in speed.json."""
    write_system(tmp_path / "system", club().files)
    found: dict[str, dict[str, object]] = {}
    with (
        monolith(tmp_path) as one,
        bare_nginx(urlsplit(one).port or 0, tmp_path) as port,
        running(tmp_path / "system") as other,
    ):
        addresses = {"the monolith": one, "it behind nginx": f"http://127.0.0.1:{port}",
                     "the split": other}  # fmt: skip
        sides = {told: Visitor(address, told) for told, address in addresses.items()}
        for kind in KINDS:
            for told, side in sides.items():
                times = alone(side, kind)
                median, late = statistics.median(times), times[int(0.95 * REQUESTS)]
                found |= {
                    f"{kind}: {told}, median in ms": {"value": 1000 * median, "goal": ""},
                    f"{kind}: {told}, 95 of 100 within, in ms": {"value": 1000 * late, "goal": ""},
                    f"{kind}: {told}, requests a second": {
                        "value": together(side, kind), "goal": ""
                    },
                }  # fmt: skip
    assert all(one["value"] for one in found.values())
    record.keep("split", found)
