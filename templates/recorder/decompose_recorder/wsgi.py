"""Stands around each Flask application, however it is called: test client or real server."""

from __future__ import annotations

import io
import threading
import urllib.parse
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from decompose_recorder.imports import after_import

Pair = Tuple[str, str]
Call = Callable[[Any, Dict[str, Any], Any, Callable[..., Any]], Iterable[bytes]]
LARGEST = 16 * 1024 * 1024
_inside = threading.local()


def surround(around: Call) -> None:
    """Have `around(call, app, environ, start_response)` answer each request of any application.

    An application that is called while it answers, by itself or by a wrapper of its own, is part
    of the request at hand.
    """
    after_import("flask.app", lambda module: _patch(module.Flask, around))


def _patch(kind: Any, around: Any) -> None:
    for name in ("__call__", "wsgi_app"):
        setattr(kind, name, _surrounded(getattr(kind, name), around))


def _surrounded(original: Any, around: Any) -> Any:
    def call(self: Any, environ: Dict[str, Any], start_response: Any) -> Any:
        if getattr(_inside, "request", False):
            return original(self, environ, start_response)
        _inside.request = True
        try:
            return around(original, self, environ, start_response)
        finally:
            _inside.request = False

    return call


class Answer:
    """What an application answered, held until all of it is there."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: List[Pair] = []
        self._error: Any = None
        self._written: List[bytes] = []

    def start_response(self, status: str, headers: List[Pair], exc_info: Any = None) -> Any:
        """Take status and headers from the application."""
        self.status, self.headers, self._error = status, list(headers), exc_info
        return self._written.append

    def read(self, pieces: Any) -> bytes:
        """Take the body; the application has ended then."""
        try:
            for piece in pieces:
                self._written.append(piece)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        return b"".join(self._written)

    def send(self, body: bytes, start_response: Callable[..., Any]) -> List[bytes]:
        """Give it to the server."""
        start_response(self.status, self.headers, self._error)
        return [body]


def request_body(environ: Dict[str, Any]) -> bytes:
    """Return the body, and leave it in the environment for the application."""
    stream = environ.get("wsgi.input")
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        body = _read(stream, int(length))
    else:
        body = stream.read() if stream and environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _read(stream: Any, length: int) -> bytes:
    pieces = []
    while length > 0:
        piece = stream.read(length)
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def target(environ: Dict[str, Any]) -> str:
    """Return path and query as they were sent; test clients may leave the query out of the URI."""
    sent: Optional[str] = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if sent:
        parts = urllib.parse.urlsplit(sent if "://" in sent else "http://host" + sent)
        path, query = parts.path, parts.query or environ.get("QUERY_STRING", "")
    else:
        whole = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        path, query = urllib.parse.quote(whole.encode("latin-1")), environ.get("QUERY_STRING", "")
    return path + ("?" + query if query else "")


def headers(environ: Dict[str, Any]) -> List[Pair]:
    """Return the request's headers, sorted."""
    found = [
        (key[5:].replace("_", "-").lower(), value)
        for key, value in environ.items()
        if key.startswith("HTTP_") and isinstance(value, str)
    ]
    if environ.get("CONTENT_TYPE"):
        found.append(("content-type", environ["CONTENT_TYPE"]))
    return sorted(found)
