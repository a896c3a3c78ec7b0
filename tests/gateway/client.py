"""A plain HTTP client that hides nothing."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    phrase: str
    pairs: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header that must not be there twice."""
        found = self.all(name)
        assert len(found) < 2, found
        return found[0] if found else None

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def got(self) -> dict[str, str]:
        """Return the headers that an echoing backend got."""
        return {key.lower(): value for key, value in self.json["headers"]}


def ask(
    port: int,
    target: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterable[bytes] | None = None,
    connection: http.client.HTTPConnection | None = None,
) -> Reply:
    """Send a request; the target goes out as it is."""
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        own.request(method, target, body=body, headers=dict(headers or {}))
        response = own.getresponse()
        pairs = response.getheaders()
        return Reply(response.status, response.reason, pairs, response.read())
    finally:
        if connection is None:
            own.close()


def eventually(check: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until `check` is true."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)
