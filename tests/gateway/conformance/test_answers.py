"""What a client gets of an answer that comes through the gateway."""

from __future__ import annotations

import http.client
import socket
import time

import pytest
from client import ask
from under_test import Running


def test_hop_by_hop(gateway: Running) -> None:
    """Headers of the connection to a service don't reach the client; others do."""
    reply = ask(gateway.port, "/raw/hop")
    names = {name.lower() for name, _ in reply.pairs}
    assert not names & {"proxy-authenticate", "upgrade", "trailer"}
    assert reply.header("X-Kept") == "yes"
    assert reply.body == b"ok"


def test_hop_by_hop_by_name(gateway: Running) -> None:
    """Nor do those that the service's Connection header names."""
    assert ask(gateway.port, "/raw/hop").header("X-Secret") is None


def test_status(gateway: Running) -> None:
    """Odd statuses and their phrases come through."""
    reply = ask(gateway.port, "/raw/phrase")
    assert (reply.status, reply.phrase) == (299, "Rather Fine")
    assert reply.header("Content-Type") is None


def test_head(gateway: Running) -> None:
    """HEAD has the headers of GET, its length too, and no body."""
    reply = ask(gateway.port, "/sized/12345", "HEAD")
    assert reply.header("Content-Length") == "12345"
    assert reply.body == b""


def test_websocket(gateway: Running) -> None:
    """A WebSocket is refused with 501 and a reason that programs can read."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    reply = ask(gateway.port, "/echo", headers=headers)
    assert reply.status == 501
    assert reply.json["error"] == "websocket"


def test_streamed(gateway: Running) -> None:
    """Each piece of an answer arrives when the service sends it."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request("GET", "/drip")
    response = connection.getresponse()
    begun = time.monotonic()
    times = []
    while response.readline():
        times.append(time.monotonic() - begun)
    assert len(times) == 8
    assert times[0] < 0.15
    assert times[-1] > 0.5


@pytest.mark.parametrize("length", [0, 1, 65536, 65537, 300_000])
@pytest.mark.parametrize("kind", ["download", "sized"])
def test_lengths(gateway: Running, kind: str, length: int) -> None:
    """Bodies of any length arrive whole."""
    assert len(ask(gateway.port, f"/{kind}/{length}").body) == length


@pytest.mark.parametrize("how", ["cut", "cut-chunked"])
def test_cut_off(gateway: Running, how: str) -> None:
    """An answer that a service breaks off is broken off for the client too, never complete."""
    with pytest.raises(http.client.IncompleteRead):
        ask(gateway.port, f"/raw/{how}")


def test_keep_alive(gateway: Running) -> None:
    """A client's connection serves many requests, also after errors and redirects."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.connect()
    own = connection.sock
    for target in ("/items/", "/nothing", "/items", "/fail", "/empty", "/orders/1"):
        ask(gateway.port, target, connection=connection)
    assert connection.sock is own


def test_connections_reused(gateway: Running) -> None:
    """Requests to a service share a connection."""
    peers = {ask(gateway.port, "/echo").json["peer"] for _ in range(6)}
    assert len(peers) <= 2


def test_client_gone(gateway: Running) -> None:
    """A client that leaves in the middle of a download does no harm to the next."""
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", gateway.port)) as leaving:
            leaving.sendall(b"GET /sized/50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
            leaving.recv(1000)
    assert len(ask(gateway.port, "/sized/1000000").body) == 1_000_000
