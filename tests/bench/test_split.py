"""What a split costs: latency and throughput per kind of endpoint, beside the monolith."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from decompose.write import write_system
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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


def say(line: str) -> None:
    """A line of the table."""
    sys.stdout.write(line + "\n")


@pytest.mark.bench
def test_cost_of_a_split(tmp_path: Path) -> None:
    """Every kind of endpoint answers on both sides; the table says what each costs."""
    write_system(tmp_path / "system", club().files)
    with monolith(tmp_path) as one, running(tmp_path / "system") as other:
        sides = Visitor(one, "Ada"), Visitor(other, "Ada")
        say("kind of endpoint    monolith p50   split p50  ratio   p95 ratio   requests/s")
        for kind in KINDS:
            before, after = (alone(side, kind) for side in sides)
            rates = [together(side, kind) for side in sides]
            p50 = [1000 * statistics.median(times) for times in (before, after)]
            p95 = after[int(0.95 * REQUESTS)] / before[int(0.95 * REQUESTS)]
            say(f"{kind:18} {p50[0]:9.1f} ms {p50[1]:8.1f} ms {p50[1] / p50[0]:6.1f} {p95:10.1f}"
                f"   {rates[0]:7.0f} / {rates[1]:.0f}")  # fmt: skip
            assert all(rate > 0 for rate in rates)
