"""A side of a replay: a running system that is asked over HTTP, and its databases."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from decompose.errors import UserError
from decompose.verify.places import Answer
from decompose.verify.rows import State
from decompose.verify.store import Store
from decompose.verify.tape import Request
from decompose.verify.values import from_tape

MOMENT = "x-decompose-moment"
_BAD_REQUEST = 400
_TIMEOUT = 120.0
_PAUSE = 0.1
_OF_A_CONNECTION = frozenset({"connection", "content-length", "transfer-encoding", "expect"})


class Side:
    """The monolith, or the split behind its gateway.

    Of one that was `started_elsewhere`, each answer has to say that it was given in the recorded
    moment.
    """

    def __init__(
        self,
        address: str,
        stores: Sequence[Store],
        copies: Mapping[str, Store] | None = None,
        *,
        started_elsewhere: bool = False,
    ) -> None:
        self._address = urlsplit(address)
        self._stores = stores
        self._copies = copies or {}
        self._started_elsewhere = started_elsewhere

    def bring_to(self, wanted: State) -> None:
        """Make the rows what they were when the next request was recorded."""
        went_back = [store.bring_to(wanted) for store in self._stores]
        if any(went_back) and len(went_back) > 1:  # the monolith has no copies
            for store in self._stores:
                store.copy_anew()

    def ask(self, request: Request, hold: float = 0.0) -> Answer:
        """Send a recorded request as it was, in its moment.

        The monolith waits `hold` seconds before each of its transactions writes.
        """
        connection = _connection(self._address)
        try:
            _send(connection, request, hold)
            answered = connection.getresponse()
            headers = tuple((name.lower(), value) for name, value in answered.getheaders())
            answer = Answer(status=answered.status, headers=headers, body=answered.read())
        finally:
            connection.close()
        if self._started_elsewhere and request.endpoint and answer.status < _BAD_REQUEST:
            _require_moment(request, answer)
        return answer

    def attempt(self, request: Request, hold: float = 0.0) -> Answer:
        """Send a recorded request; status 0 stands for an answer that did not come."""
        try:
            return self.ask(request, hold)
        except (OSError, http.client.HTTPException):
            return Answer(status=0, headers=(), body=b"")

    def state(self) -> State:
        """All rows, gathered from their owners."""
        found: State = {}
        for store in self._stores:
            for table, rows in store.state().items():
                found[table] = {**found.get(table, {}), **rows} if table in found else rows
        return found

    def copies(self) -> dict[str, State]:
        """The rows of each service's copies of others' tables."""
        return {service: store.state() for service, store in self._copies.items()}

    def settle(self, until: float) -> bool:
        """Wait until all services agree on what has become of forwarded writes; whether they do."""
        while not all(store.settled() for store in self._stores):
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return kind(address.netloc, timeout=_TIMEOUT)


def _require_moment(request: Request, answer: Answer) -> None:
    if not answer.header(MOMENT):
        raise UserError(
            f"What answers {request.method} {request.target} was not started for a replay:"
            " its time and random values are its own.",
            hint="Start it with what --prepare DIR writes.",
        )


def _send(connection: http.client.HTTPConnection, request: Request, hold: float) -> None:
    body = as_bytes(request.body)
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in _headers(request):
        connection.putheader(name, value.encode("latin-1", "replace"))
    connection.putheader(MOMENT, f"{request.now!r};{request.seed};{hold}")
    if body or request.method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)


def _headers(request: Request) -> Iterable[tuple[str, str]]:
    for name, value in request.headers:
        if name not in _OF_A_CONNECTION:
            yield name, value


def as_bytes(body: str | dict[str, str]) -> bytes:
    """A recorded body."""
    if isinstance(body, str):
        return body.encode()
    (data,) = from_tape([body])
    return bytes(data)
