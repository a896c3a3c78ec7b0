"""Large bodies, slow ones, and many at a time."""

from __future__ import annotations

import hashlib
import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import ask
from under_test import Running

LARGE = 100 * 1024 * 1024


def pieces(length: int) -> Iterator[bytes]:
    piece = bytes(1024 * 1024)
    for start in range(0, length, len(piece)):
        yield piece[: length - start]


def memory(pid: int) -> int:
    """Return the most memory that a process and its children ever used, in bytes."""
    own = Path(f"/proc/{pid}/status").read_text()
    peak = int(own.split("VmHWM:")[1].split()[0]) * 1024
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max([peak, *(memory(int(child)) for child in children)])


def test_large_download(gateway: Running) -> None:
    """100 MB come through without being held in memory."""
    before = memory(gateway.pid)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    connection.request("GET", f"/sized/{LARGE}")
    response = connection.getresponse()
    length = 0
    while piece := response.read(1024 * 1024):
        length += len(piece)
    assert length == LARGE
    assert memory(gateway.pid) - before < 20 * 1024 * 1024


def test_large_upload(gateway: Running) -> None:
    """100 MB go up, with a length and in chunks, without being held in memory."""
    before = memory(gateway.pid)
    digest = hashlib.sha256()
    for piece in pieces(LARGE):
        digest.update(piece)
    sized = {"Content-Length": str(LARGE)}
    for headers in (sized, {}):
        reply = ask(gateway.port, "/upload", "POST", headers, pieces(LARGE))
        assert reply.json["length"] == LARGE
        assert reply.json["sha"] == digest.hexdigest()
    assert memory(gateway.pid) - before < 20 * 1024 * 1024


def test_upload_streamed(gateway: Running) -> None:
    """A service gets the beginning of a body before the client has sent its end."""

    def slowly() -> Iterator[bytes]:
        for _ in range(3):
            yield bytes(200_000)
            time.sleep(0.2)

    reply = ask(gateway.port, "/upload", "POST", {"Content-Length": "600000"}, slowly())
    assert reply.json["spread"] > 0.3


def test_concurrent(gateway: Running) -> None:
    """Requests run side by side, each with its own answer."""
    begun = time.monotonic()
    with ThreadPoolExecutor(24) as pool:
        slow = [pool.submit(ask, gateway.port, "/slow/0.5") for _ in range(8)]
        orders = list(pool.map(lambda n: ask(gateway.port, f"/orders/{n}"), range(200)))
        assert all(answer.result().body == b"at last" for answer in slow)
    assert [reply.json["number"] for reply in orders] == list(range(200))
    assert time.monotonic() - begun < 4


def test_slow_clients(gateway: Running) -> None:
    """Clients that send slowly don't keep others waiting."""
    stop = threading.Event()

    def slowly() -> Iterator[bytes]:
        while not stop.wait(0.05):
            yield b"x"

    with ThreadPoolExecutor(10) as pool:
        waiting = [
            pool.submit(ask, gateway.port, "/upload", "POST", None, slowly()) for _ in range(10)
        ]
        begun = time.monotonic()
        assert ask(gateway.port, "/items/").status == 200
        assert time.monotonic() - begun < 1
        stop.set()
        assert all(reply.result().status == 200 for reply in waiting)
