"""A server that breaks rules on purpose: it sends prepared bytes and tells what it got.

Run with a port; a request's path names what it does.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from typing import Any

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ANSWERS = {
    "hop": b"HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\n"
    b"Keep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\nTrailer: X-T\r\n"
    b"X-Kept: yes\r\nContent-Length: 2\r\n\r\nok",
    "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
    "cut-chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n",
    "headers": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
    "once-headers": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
    "garbage": b"SSH-2.0-OpenSSH_9.2\r\n",
    "phrase": b'HTTP/1.1 299 Rather Fine\r\nContent-Length: 2\r\nETag: "a"\r\n\r\nok',
    "early": b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n"
    b"Connection: close\r\n\r\nlarge",
    "close": b"",
}
counts: dict[str, int] = {}
lock = threading.Lock()


def serve(connection: socket.socket) -> None:
    """Answer requests on one connection."""
    file = connection.makefile("rb")
    with connection:
        while line := file.readline():
            path = line.split()[1].decode().split("?")[0].rsplit("/", 1)[-1]
            headers = read_headers(file)
            if path != "early":
                file.read(int(headers.get("content-length", 0)))
            with lock:
                counts[path] = turn = counts.get(path, 0) + 1
            if answer(connection, path, turn):
                if path == "early":
                    linger(connection)
                return


def linger(connection: socket.socket) -> None:
    """Close in steps, as RFC 9112 (9.6) wants it: else a reset may overtake the answer."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def answer(connection: socket.socket, path: str, turn: int) -> bool:
    """Answer one request; whether the connection is closed then."""
    if path.startswith("count-"):
        text = str(counts.get(path[6:], 0)).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
        return False
    if path.startswith("once-") and turn > 1:
        connection.sendall(OK)
        return False
    if path.startswith("silent"):
        time.sleep(10)
        return True
    if path in ANSWERS:
        connection.sendall(ANSWERS[path])
        return path not in ("hop", "phrase")
    if path.startswith("once-"):
        return True
    connection.sendall(OK)
    return False


def read_headers(file: Any) -> dict[str, str]:
    """Return a request's headers, names in lower case."""
    headers = {}
    while (line := file.readline().strip()) != b"":
        key, _, value = line.decode("latin-1").partition(":")
        headers[key.lower()] = value.strip()
    return headers


def main() -> None:
    """Serve until killed."""
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
