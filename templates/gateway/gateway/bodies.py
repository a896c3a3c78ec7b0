"""Bodies on their way through: read piece by piece, never held as a whole."""

from __future__ import annotations

import socket
from itertools import chain
from typing import Any, Callable, Iterator, Mapping

from flask import Response

from gateway.balance import Instance

PIECE = 65536
_NO_BODY = (204, 304)


class ClientError(Exception):
    """The client ended its body too early, broke its framing, or was too slow."""

    def __init__(self, too_slow: bool) -> None:
        super().__init__("the client's body ended too early")
        self.too_slow = too_slow


class RequestBody:
    """The client's body. `length` is None if it comes in chunks. Keeps the first `keep` bytes."""

    def __init__(self, stream: Any, length: int | None, keep: int = 0) -> None:
        self._stream = stream
        self._length = length
        self._keep = keep
        self.kept = bytearray()
        self.passed = 0

    @classmethod
    def of(cls, environ: Mapping[str, Any], keep: int = 0) -> RequestBody | None:
        """Return the body of a request, or None if it has none."""
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return cls(environ["wsgi.input"], None, keep)
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdigit() or not int(length):
            return None
        return cls(environ["wsgi.input"], int(length), keep)

    @property
    def length(self) -> int | None:
        """How many bytes it has, if that is known."""
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        while self._length is None or self.passed < self._length:
            piece = self._piece()
            if not piece:
                if self._length is None:
                    return
                raise ClientError(too_slow=False)
            self.passed += len(piece)
            self.kept += piece[: max(0, self._keep - len(self.kept))]
            yield piece

    def _piece(self) -> bytes:
        left = PIECE if self._length is None else min(PIECE, self._length - self.passed)
        try:
            return bytes(self._stream.read(left))
        except (BlockingIOError, socket.timeout) as error:
            raise ClientError(too_slow=True) from error
        except (OSError, ValueError, StopIteration) as error:
            raise ClientError(too_slow=False) from error


class Answer:
    """A service's answer: headers and the first piece of its body are there. Must be closed.

    The first piece is waited for, since until then nothing has gone to the client: a service that
    breaks off before it can be asked again, or be told of by a status.
    """

    def __init__(self, method: str, instance: Instance, response: Any) -> None:
        self.instance = instance
        self.status: int = response.status
        self.phrase: str = "{} {}".format(response.status, response.reason or "")
        self.pairs: list[tuple[str, str]] = list(response.headers.items())
        self.attempts = 1
        self.sent = 0
        self.complete = False
        self.closed: list[Callable[[], None]] = []
        self._response = response
        if method == "HEAD" or self.status in _NO_BODY:
            response.read()
            self.complete = True
        self._pieces: Iterator[bytes] = response.stream(PIECE, decode_content=False)
        self._first = next(self._pieces, b"")

    def __iter__(self) -> Iterator[bytes]:
        for piece in chain([self._first] if self._first else [], self._pieces):
            self.sent += len(piece)
            yield piece
        self.complete = True

    def close(self) -> None:
        """Give the connection back if it can be used again, and tell those who wait for it."""
        if self.complete:
            self._response.release_conn()
        else:
            self._response.close()
        closed, self.closed = self.closed, []
        for tell in closed:
            tell()


class Relayed(Response):
    """A response whose headers are exactly the given ones: nothing is added or made absolute."""

    default_mimetype = None
    autocorrect_location_header = False

    def get_wsgi_headers(self, environ: Any) -> Any:
        """Return the headers as they are."""
        return self.headers
