"""Comparing a service with the monolith: it gets a copy of what the monolith answers."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Iterable, Iterator, Mapping

from gateway import log
from gateway.bodies import Answer, RequestBody
from gateway.forward import Forwarder
from gateway.metrics import Metrics
from gateway.refusal import Refusal
from gateway.table import Route
from gateway.transport import Outgoing

KEEP = 1024 * 1024
_SAFE = ("GET", "HEAD", "OPTIONS")
_THREADS = 4
_WAITING = 64
_COMPARED_HEADERS = ("content-type", "location", "allow", "www-authenticate")


class Shadow:
    """Sends copies once the client has the monolith's answer, so they cost it no time.

    What is larger than `KEEP` bytes, or comes while too many copies wait, isn't compared; that is
    counted as skipped.
    """

    def __init__(self, forwarder: Forwarder, metrics: Metrics, unsafe: bool) -> None:
        self._forwarder = forwarder
        self._metrics = metrics
        self._unsafe = unsafe
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
        else:
            self._pool.submit(self._compare, route, _copy(outgoing, body), watched)

    def _compare(self, route: Route, outgoing: Outgoing, watched: _Watched) -> None:
        try:
            differences = self._differences(route, outgoing, watched)
        except Exception as error:  # a copy's failure is a finding, whatever it is
            differences = {"error": repr(error)}
        finally:
            self._room.release()
        self._metrics.compared(route.endpoint, "different" if differences else "same")
        if differences:
            facts = {"method": outgoing.method, "target": outgoing.target}
            log.event("shadow", {"endpoint": route.endpoint, **facts, "differences": differences})

    def _differences(
        self, route: Route, outgoing: Outgoing, watched: _Watched
    ) -> dict[str, object]:
        try:
            answer = self._forwarder.send(route.service, outgoing)
        except Refusal as refusal:
            return {"error": refusal.reason}
        try:
            data = b"".join(_bounded(answer))
        finally:
            answer.close()
        return dict(_compared(watched, answer, data))


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


def _compared(watched: _Watched, answer: Answer, data: bytes) -> Iterable[tuple[str, object]]:
    """Yield what differs, each with the monolith's and the service's value."""
    if watched.answer.status != answer.status:
        yield "status", [watched.answer.status, answer.status]
    ours, theirs = _headers(watched.answer), _headers(answer)
    for name in _COMPARED_HEADERS:
        if ours.get(name) != theirs.get(name):
            yield name, [ours.get(name), theirs.get(name)]
    if _meaning(bytes(watched.data)) != _meaning(data):
        yield "body", [len(watched.data), len(data)]


def _headers(answer: Answer) -> Mapping[str, str]:
    return {name.lower(): value for name, value in answer.pairs}


def _meaning(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError:
        return data
