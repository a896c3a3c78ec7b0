"""What clients are told when a service, or a client itself, doesn't do its part."""

from __future__ import annotations

import http.client
import socket
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from backends import routes
from client import ask, eventually
from under_test import GatewayUnderTest, Limits, Running, address, backend

from ports import free_port


def fresh(what: str) -> str:
    """A path of the raw backend that no test has asked for."""
    return f"{what}-{uuid.uuid4().hex}"


def test_slow_service(hasty: Running) -> None:
    """A service that is too slow is a 504 that names it, in time."""
    begun = time.monotonic()
    reply = ask(hasty.port, "/slow/3.0")
    assert reply.status == 504
    assert (reply.json["error"], reply.json["service"]) == ("timeout", "shop")
    assert time.monotonic() - begun < 2


def test_page(hasty: Running) -> None:
    """Browsers get an error as a page, programs as JSON."""
    page = ask(hasty.port, "/slow/3.0", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.header("Content-Type") == "text/html; charset=utf-8"
    assert b"did not answer in time" in page.body


@pytest.mark.parametrize("what", ["close", "garbage"])
def test_broken_service(hasty: Running, what: str) -> None:
    """A service that closes the connection or doesn't speak HTTP is a 502."""
    assert ask(hasty.port, f"/raw/{what}", "POST", body=b"x").status == 502


def test_safe_requests_repeated(hasty: Running) -> None:
    """A safe request whose connection broke is sent again, and the client sees nothing of it."""
    once = fresh("once")
    assert ask(hasty.port, f"/raw/{once}").body == b"ok"
    assert ask(hasty.port, f"/raw/count-{once}").body == b"2"


def test_unsafe_requests_not_repeated(hasty: Running) -> None:
    """A request that may have changed something is never sent twice."""
    once, empty = fresh("once"), fresh("once")
    assert ask(hasty.port, f"/raw/{once}", "POST", body=b"x").status == 502
    assert ask(hasty.port, f"/raw/{empty}", "POST").status == 502
    assert ask(hasty.port, f"/raw/count-{once}").body == b"1"
    assert ask(hasty.port, f"/raw/count-{empty}").body == b"1"


def test_idle_connections(hasty: Running) -> None:
    """Pauses between requests make none fail, also those that are never repeated."""
    for pause in (0, 0.3, 0.3):
        time.sleep(pause)
        assert ask(hasty.port, "/upload", "POST", body=b"some").json["length"] == 4


def test_slow_not_repeated(hasty: Running) -> None:
    """A service that was too slow isn't asked again: that would double the wait and the load."""
    silent = fresh("silent")
    assert ask(hasty.port, f"/raw/{silent}").status == 504
    assert ask(hasty.port, f"/raw/count-{silent}").body == b"1"


def test_early_answer(gateway: Running) -> None:
    """An answer that comes before the body was sent reaches the client."""
    reply = ask(gateway.port, "/raw/early", "POST", body=b"x" * 300_000)
    assert (reply.status, reply.body) == (413, b"large")


def test_slow_client_body(hasty: Running) -> None:
    """A client that stops in the middle of its body is told 408, in time."""
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=10) as client:
        client.sendall(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
        begun = time.monotonic()
        assert client.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begun < 3


def test_slow_client_headers(hasty: Running) -> None:
    """A client that never ends its headers is cut off, in time."""
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=10) as client:
        client.sendall(b"GET /items/ HTTP/1.1\r\nHost: x\r\n")
        begun = time.monotonic()
        client.recv(1000)
        assert time.monotonic() - begun < 5


def test_client_leaves(gateway: Running) -> None:
    """A body that ends too early is an error, and the service's connection isn't used again."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as client:
        client.sendall(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert ask(gateway.port, "/upload", "POST", body=b"fine").json["length"] == 4


def test_nobody_there(under_test: GatewayUnderTest, table: dict[str, Any], folder: Path) -> None:
    """A service that isn't there is a 502 that names it; the others go on."""
    services = {**table["services"], "orders": {"instances": [address(free_port())]}}
    with under_test.run({**table, "services": services}, folder / "nobody", Limits()) as running:
        reply = ask(running.port, "/orders/1")
        assert reply.status == 502
        assert reply.json["service"] == "orders"
        assert ask(running.port, "/items/").status == 200


def test_killed_in_the_middle(under_test: GatewayUnderTest, folder: Path) -> None:
    """A service killed in the middle of an answer leaves a broken answer, and comes back."""
    port = free_port()
    table = {
        "format": 1,
        "default": "orders",
        "services": {"orders": {"instances": [address(port)]}},
        "routes": [route for route in routes() if route["service"] == "orders"],
    }
    with (
        backend("orders", port, folder),
        under_test.run(table, folder / "killed", Limits()) as running,
    ):
        assert ask(running.port, "/orders/1").status == 200
        with pytest.raises(http.client.IncompleteRead):
            ask(running.port, "/orders/die")
        eventually(lambda: ask(running.port, "/orders/1").status == 200)
