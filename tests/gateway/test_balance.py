"""Several instances of a service: who is asked, who is left out, who comes back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from backends import routes
from client import ask, eventually
from under_test import FlaskGateway, Limits, Running, address, backend, raw_backend

from ports import free_port

LIMITS = Limits(failures=2, pause=0.4)
HASTY = Limits(read=1.0, failures=2, pause=0.4)


@contextmanager
def over(
    ports: list[int],
    folder: Path,
    balance: str = "round_robin",
    raw: bool = False,
    limits: Limits = LIMITS,
) -> Iterator[Running]:
    """Run a gateway over instances of one service."""
    everything = [{"rule": "/<path:x>", "methods": ["GET", "POST"], "endpoint": "x"}]
    table: dict[str, Any] = {
        "format": 1,
        "default": "shop",
        "balance": balance,
        "services": {"shop": {"instances": [address(port) for port in ports]}},
        "routes": [{**route, "service": "shop"} for route in (everything if raw else routes())],
    }
    with FlaskGateway().run(table, folder / "own", limits) as running:
        yield running


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(backend("shop", port, tmp_path_factory.mktemp("backend")))
        yield ports


def asked(port: int, number: int, pause: float = 0.0) -> Counter[int]:
    """Return how often each instance answered; `pause` are the seconds before each request."""
    found: Counter[int] = Counter()
    for _ in range(number):
        time.sleep(pause)
        found[ask(port, "/echo").json["pid"]] += 1
    return found


def test_round_robin(three: list[int], tmp_path: Path) -> None:
    """Instances take turns."""
    with over(three, tmp_path) as running:
        assert sorted(asked(running.port, 12).values()) == [4, 4, 4]


def test_random(three: list[int], tmp_path: Path) -> None:
    """Chance asks every instance, in no order."""
    with over(three, tmp_path, "random") as running:
        assert len(asked(running.port, 40)) == 3


def test_least_connections(three: list[int], tmp_path: Path) -> None:
    """An instance busy with slow requests gets no new ones while others are free."""
    with over(three, tmp_path, "least_connections") as running, ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(ask, running.port, "/slow/6.0") for _ in range(2)]
        time.sleep(1.0)
        # A client has its answer a moment before the gateway counts the instance as free.
        assert len(asked(running.port, 10, pause=0.2)) == 1
        assert all(reply.result().status == 200 for reply in slow)


def test_instance_gone(tmp_path: Path) -> None:
    """Clients notice nothing of an instance that dies, and it is asked again when it is back."""
    one, two = free_port(), free_port()
    with backend("shop", one, tmp_path), over([one, two], tmp_path) as running:
        with backend("shop", two, tmp_path):
            assert len(asked(running.port, 4)) == 2
        statuses = {
            ask(running.port, "/echo", method, body=b"x").status
            for method in ["POST", "PUT", "DELETE"] * 4
        }
        assert statuses == {200}
        assert b"held back" in ask(running.internal_port, "/readyz").body
        with backend("shop", two, tmp_path):
            eventually(lambda: len(asked(running.port, 4)) == 2)
        assert b"held back" not in ask(running.internal_port, "/readyz").body


def test_breaker(tmp_path: Path) -> None:
    """A service that keeps failing is answered for at once, until a trial goes well."""
    port = free_port()
    with over([port], tmp_path) as running:
        statuses = [ask(running.port, "/items/").status for _ in range(4)]
        assert statuses == [502, 502, 503, 503]
        reply = ask(running.port, "/items/")
        assert reply.json["error"] == "held_back"
        assert reply.header("Retry-After") == "1"
        with backend("shop", port, tmp_path):
            time.sleep(LIMITS.pause * 2)
            assert ask(running.port, "/items/").status == 200


def test_one_trial(tmp_path: Path) -> None:
    """While a service is on trial, all but one request are answered without it."""
    port = free_port()
    with raw_backend(port, tmp_path), over([port], tmp_path, raw=True, limits=HASTY) as running:
        assert [ask(running.port, "/silent").status for _ in range(2)] == [504, 504]
        time.sleep(LIMITS.pause * 2)
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: ask(running.port, "/silent").status, range(8)))
        assert Counter(replies)[504] <= 2
        assert Counter(replies)[503] >= 6


def test_calls_are_not_serialised(tmp_path: Path, three: list[int]) -> None:
    """Slow calls through one breaker run side by side."""
    with over(three[:1], tmp_path) as running, ThreadPoolExecutor(8) as pool:
        begun = time.monotonic()
        list(pool.map(lambda _: ask(running.port, "/slow/0.5"), range(8)))
        assert time.monotonic() - begun < 1.5
