"""Comparing a service with the monolith: it gets a copy of what the monolith answers."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Iterable, Iterator

from urllib3.exceptions import HTTPError

from gateway import log
from gateway.bodies import Answer, RequestBody
from gateway.forward import Forwarder
from gateway.kept import Kept
from gateway.metrics import Metrics
from gateway.refusal import Refusal
from gateway.table import MONOLITH, Route
from gateway.transport import Outgoing

KEEP = 1024 * 1024
_SAFE = ("GET", "HEAD", "OPTIONS")
_THREADS = 4
_WAITING = 64
_OF_A_CONNECTION = {
    "connection",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
    "x-request-id",
}
_COMPARED_HEADERS = ("content-type", "location", "allow", "www-authenticate")


class Shadow:
    """Sends copies once the client has the monolith's answer, so they cost it no time.

    What is larger than `KEEP` bytes, or comes while too many copies wait, isn't compared; that is
    counted as skipped. Comparisons are counted, logged if something differs, and `kept`.
    """

    def __init__(
        self, forwarder: Forwarder, metrics: Metrics, unsafe: bool, kept: Kept | None
    ) -> None:
        self._forwarder = forwarder
        self._metrics = metrics
        self._unsafe = unsafe
        self._kept = kept
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="shadow")
        self._room = threading.Semaphore(_WAITING)

    def wants(self, route: Route | None, method: str) -> bool:
        """Whether the service of `route` gets a copy of this request."""
        return route is not None and route.mode == "shadow" and (self._unsafe or method in _SAFE)

    def watch(
        self, route: Route, outgoing: Outgoing, body: RequestBody | None, answer: Answer
    ) -> Any:
        """Return the monolith's answer such that it is compared when it has been sent."""
        watched = _Watched(answer)
        answer.closed.append(lambda: self._sent(route, outgoing, body, watched))
        return watched

    def _sent(
        self, route: Route, outgoing: Outgoing, body: RequestBody | None, watched: _Watched
    ) -> None:
        whole = watched.answer.complete and watched.answer.sent <= KEEP
        small = whole and (body is None or body.passed <= KEEP)
        if not small or not self._room.acquire(blocking=False):
            self._metrics.compared(route.endpoint, "skipped")
            if self._kept is not None:
                self._kept.add({"endpoint": route.endpoint, "skipped": True})
        else:
            self._pool.submit(self._compare, route, _copy(outgoing, body), watched)

    def _compare(self, route: Route, outgoing: Outgoing, watched: _Watched) -> None:
        facts = {"endpoint": route.endpoint, "method": outgoing.method, "target": outgoing.target}
        expected = _Held(watched.answer, bytes(watched.data))
        actual = None
        try:
            actual = self._asked(route.service, outgoing)
            differences = dict(_compared(expected, actual))
        except Refusal as refusal:
            differences = {"error": refusal.reason}
        except Exception as error:  # a copy's failure is a finding, whatever it is
            differences = {"error": repr(error)}
        try:
            self._metrics.compared(route.endpoint, "different" if differences else "same")
            if differences:
                log.event("shadow", {**facts, "differences": differences})
            if self._kept is not None:
                self._kept.add({**facts, **self._answers(outgoing, expected, actual)})
        finally:
            self._room.release()

    def _asked(self, service: str, outgoing: Outgoing) -> _Held:
        answer = self._forwarder.send(service, outgoing)
        try:
            return _Held(answer, b"".join(_bounded(answer)))
        finally:
            answer.close()

    def _answers(self, outgoing: Outgoing, expected: _Held, actual: _Held | None) -> dict[str, Any]:
        """Return what is kept: both answers if they differ, and the monolith's if asked again."""
        if actual is not None and expected.kept == actual.kept:
            return {"same": True}
        again = None
        if outgoing.repeatable:
            with contextlib.suppress(Refusal, OSError, HTTPError):
                again = self._asked(MONOLITH, outgoing)
        held = {"monolith": expected, "again": again, "service": actual}
        return {name: one and one.kept for name, one in held.items()}


class _Held:
    """An answer with its whole body, or its beginning."""

    def __init__(self, answer: Answer, data: bytes) -> None:
        self.status = answer.status
        self.data = data
        self.headers = {name.lower(): value for name, value in answer.pairs}
        self._pairs = [
            (name.lower(), value)
            for name, value in answer.pairs
            if name.lower() not in _OF_A_CONNECTION
        ]

    @property
    def kept(self) -> dict[str, Any]:
        """The answer as it is kept."""
        body = base64.b64encode(self.data).decode()
        return {"status": self.status, "headers": self._pairs, "body": body}


class _Watched:
    """Passes an answer on and keeps its beginning."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.data = bytearray()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.answer:
            self.data += piece[: max(0, KEEP - len(self.data))]
            yield piece

    def close(self) -> None:
        """Close the answer."""
        self.answer.close()


def _copy(outgoing: Outgoing, body: RequestBody | None) -> Outgoing:
    headers = {**outgoing.headers, "X-Gateway-Shadow": "1"}
    if body is None:
        return replace(outgoing, headers=headers)
    headers["Content-Length"] = str(len(body.kept))
    return replace(outgoing, headers=headers, body=[bytes(body.kept)], chunked=False)


def _bounded(answer: Answer) -> Iterable[bytes]:
    for piece in answer:
        yield piece
        if answer.sent > KEEP:
            return


def _compared(expected: _Held, actual: _Held) -> Iterable[tuple[str, object]]:
    """Yield what differs, each with the monolith's and the service's value."""
    if expected.status != actual.status:
        yield "status", [expected.status, actual.status]
    for name in _COMPARED_HEADERS:
        if expected.headers.get(name) != actual.headers.get(name):
            yield name, [expected.headers.get(name), actual.headers.get(name)]
    if _meaning(expected.data) != _meaning(actual.data):
        yield "body", [len(expected.data), len(actual.data)]


def _meaning(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError:
        return data
