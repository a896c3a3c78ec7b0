"""Calls of other services: pooled connections, deadlines, careful retries."""

from __future__ import annotations

import json
import random
import time
from typing import Any, Callable, Dict, Mapping, Optional

import urllib3
from urllib3.exceptions import HTTPError

from servicekit import tracing
from servicekit.auth import Tokens
from servicekit.breaker import Breaker
from servicekit.errors import PeerRefused, PeerUnavailable
from servicekit.telemetry import Metrics

CONNECT_SECONDS = 1.0
ATTEMPTS = 3
_BUSY_STATUSES = (502, 503, 504)


class Peers:
    """The other services, by name."""

    def __init__(
        self,
        urls: Mapping[str, str],
        tokens: Tokens,
        metrics: Optional[Metrics] = None,
        breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._urls = {name: url.rstrip("/") for name, url in urls.items()}
        self._tokens = tokens
        self._metrics = metrics or Metrics()
        self._breakers = {name: breaker() for name in urls}
        self._pool = urllib3.PoolManager(num_pools=len(urls) + 1, maxsize=32, retries=False)

    def call(
        self,
        peer: str,
        operation: str,
        payload: Mapping[str, Any],
        timeout: float,
        repeat_safe: bool,
    ) -> Dict[str, Any]:
        """Return what a peer's operation answers within `timeout` seconds.

        Raises `PeerRefused` if the peer declines, `PeerUnavailable` if it can't be known what
        the peer did. Only what is `repeat_safe` is sent again after a failure.
        """
        started = time.monotonic()
        outcome = "unavailable"
        try:
            answer = self._attempts(peer, operation, payload, started + timeout, repeat_safe)
            outcome = "answered"
            return answer
        except PeerRefused:
            outcome = "refused"
            raise
        finally:
            self._metrics.peer_calls.labels(peer, operation, outcome).inc()
            self._metrics.peer_seconds.labels(peer, operation).observe(time.monotonic() - started)

    def reachable(self, peer: str, timeout: float = 1.0) -> bool:
        """Whether a peer's process answers; asks even where the breaker wouldn't."""
        try:
            limit = urllib3.Timeout(total=timeout)
            response = self._pool.request("GET", f"{self._urls[peer]}/healthz", timeout=limit)
        except HTTPError:
            return False
        return int(response.status) == 200  # noqa: PLR2004 - HTTP's OK

    def _attempts(
        self,
        peer: str,
        operation: str,
        payload: Mapping[str, Any],
        deadline: float,
        repeat_safe: bool,
    ) -> Dict[str, Any]:
        if peer not in self._urls:
            raise PeerUnavailable(f"{peer} is no peer of this service")
        body = json.dumps(payload).encode("utf-8")
        last = ATTEMPTS if repeat_safe else 1
        for attempt in range(1, last + 1):
            try:
                return self._attempt(peer, operation, body, deadline)
            except PeerUnavailable:
                pause = random.uniform(0.5, 1) * 0.05 * 2**attempt  # noqa: S311 - no secret
                if attempt == last or time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, peer: str, operation: str, body: bytes, deadline: float) -> Dict[str, Any]:
        breaker = self._breakers[peer]
        if not breaker.allows():
            raise PeerUnavailable(f"{peer} failed several times; it is left alone for a moment")
        try:
            response = self._send(peer, operation, body, max(0.001, deadline - time.monotonic()))
        except HTTPError as error:
            breaker.failed()
            raise PeerUnavailable(f"{peer}: {operation}: {error}") from error
        if response.status in _BUSY_STATUSES:
            breaker.failed()
        else:
            breaker.succeeded()
        return _answer(peer, operation, int(response.status), response.data)

    def _send(self, peer: str, operation: str, body: bytes, seconds: float) -> Any:
        trace = tracing.current()
        return self._pool.request(
            "POST",
            f"{self._urls[peer]}/internal/{operation}",
            body=body,
            headers={
                "Authorization": f"Bearer {self._tokens.issue(peer)}",
                "Content-Type": "application/json",
                **(trace.headers() if trace else {}),
            },
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), total=seconds),
            redirect=False,
        )


def _answer(peer: str, operation: str, status: int, data: bytes) -> Dict[str, Any]:
    """Return what a response says, or raise what it means."""
    try:
        answer = json.loads(data.decode("utf-8"))
    except ValueError:
        answer = None
    if status == 200 and isinstance(answer, dict):  # noqa: PLR2004 - HTTP's OK
        return answer
    if 400 <= status < 500:  # noqa: PLR2004 - HTTP's class of refusals
        said = answer if isinstance(answer, dict) else {}
        raise PeerRefused(str(said.get("reason", f"http_{status}")), said.get("details"))
    raise PeerUnavailable(f"{peer}: {operation}: answered {status}")
