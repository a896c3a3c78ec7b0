"""One request and its answer, held so that the request can be run again."""

from __future__ import annotations

import contextlib
import io
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

LARGEST_BODY = 1024 * 1024
Environ = Dict[str, Any]
Headers = List[Tuple[str, str]]


class Replay:
    """A request's environment as often as it is asked for, if its body is small enough to keep."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        self._body: Optional[bytes] = None
        self.possible = _length(environ) <= LARGEST_BODY
        if self.possible:
            self._body = environ["wsgi.input"].read(_length(environ)) if _length(environ) else b""

    def environ(self) -> Environ:
        """Return an environment of its own for one run."""
        if self._body is None:
            return self._environ
        return dict(self._environ, **{"wsgi.input": io.BytesIO(self._body)})


def _length(environ: Environ) -> int:
    """Return a body's length; one that isn't told counts as too large."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return LARGEST_BODY + 1
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else LARGEST_BODY + 1


class Answer:
    """What a WSGI application answered, its body not read yet."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []
        self._begun: List[bytes] = []
        self._body: Iterable[bytes] = ()
        self._closing: Callable[[], None] = _nothing

    def of(self, application: Any, environ: Environ) -> None:
        """Ask a WSGI application, up to where it has told status and headers."""
        body = application(environ, self._start_response)
        self._closing = getattr(body, "close", _nothing)
        self._body = body
        if not self.status:  # it may tell them as late as with the first part of the body
            parts = iter(body)
            self._begun.append(next(parts, b""))
            self._body = parts

    def replace(self, status: str, headers: Headers, body: bytes) -> None:
        """Be another answer instead."""
        self.close()
        self.status, self.headers, self._begun, self._body = status, headers, [], [body]

    def _start_response(self, status: str, headers: Headers, exc_info: Any = None) -> Any:
        self.status, self.headers = status, list(headers)
        return self._begun.append

    def parts(self) -> Iterator[bytes]:
        """Yield the body."""
        yield from self._begun
        yield from self._body

    def close(self) -> None:
        """Tell the application that its body isn't needed any longer."""
        closing, self._closing = self._closing, _nothing
        closing()


class Body:
    """A response's body for the server; what has to happen at its end happens at its end."""

    def __init__(self, answer: Answer, at_end: contextlib.ExitStack) -> None:
        self._parts = answer.parts()
        self._at_end = at_end

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        """End the request."""
        self._at_end.close()


def _nothing() -> None:
    """Do nothing."""
