"""Connections to one instance: pooled, and sending what the client wrote byte for byte."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import Any, Iterable, Mapping
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from gateway.settings import Settings


@dataclass(frozen=True)
class Outgoing:
    """A request as a service gets it. `target` is path and query as the client wrote them."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: Iterable[bytes] | None = None
    chunked: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether it does no harm if a service gets it twice."""
        return self.method in ("GET", "HEAD", "OPTIONS", "TRACE") and self.body is None


class _AsWritten:
    """Mixed into a connection: sends targets untouched, and no request on one long unused.

    urllib3 normalises the targets it is given (escapes, letter case), so it gets them in
    hexadecimal digits. A connection that the instance may be about to close isn't used again; only
    its socket is closed then, since urllib3's own `close` forgets the request in hand.
    """

    idle_limit = 4.0
    send_timeout = 60.0
    sock: Any
    _answered = 0.0

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.sock.settimeout(self.send_timeout)

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None and time.monotonic() - self._answered > self.idle_limit:
            http.client.HTTPConnection.close(self)  # type: ignore[arg-type]
        super().putrequest(method, _decoded(url), *args, **kwargs)  # type: ignore[misc]

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        response = super().getresponse(*args, **kwargs)  # type: ignore[misc]
        self._answered = time.monotonic()
        return response


def open_pool(address: str, settings: Settings) -> HTTPConnectionPool:
    """Return the pool of connections to the instance at `address`."""
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    connection = type(
        "Connection",
        (_AsWritten, HTTPSConnection if secure else HTTPConnection),
        {"idle_limit": settings.idle_limit, "send_timeout": settings.read_timeout},
    )
    pool_class: type[HTTPConnectionPool] = HTTPSConnectionPool if secure else HTTPConnectionPool
    pool = pool_class(str(parts.hostname), parts.port, maxsize=settings.gateway_threads)
    pool.ConnectionCls = connection
    return pool


def send(pool: HTTPConnectionPool, outgoing: Outgoing, timeout: urllib3.Timeout) -> Any:
    """Send a request and return the response as soon as its headers are there."""
    return pool.urlopen(
        outgoing.method,
        _encoded(outgoing.target),
        body=outgoing.body,
        headers=dict(outgoing.headers),
        timeout=timeout,
        chunked=outgoing.chunked,
        retries=False,
        redirect=False,
        assert_same_host=False,
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
    )


def _encoded(target: str) -> str:
    return "/" + target.encode("latin-1").hex()


def _decoded(url: str) -> str:
    target = bytes.fromhex(url[1:])
    return target.decode("ascii") if _is_ascii(target) else quote(target, safe=_PRINTABLE)


def _is_ascii(target: bytes) -> bool:
    return max(target, default=0) < 128  # noqa: PLR2004


_PRINTABLE = "".join(map(chr, range(33, 127)))
