"""Short-lived tokens by which services know each other."""

from __future__ import annotations

import hashlib
import time
from datetime import timezone
from typing import Any, Callable, Sequence

from itsdangerous import BadData, URLSafeTimedSerializer

LIFETIME_SECONDS = 60
CLOCK_SKEW_SECONDS = 30


class Unauthorized(Exception):
    """A token is missing, expired, meant for another service, or signed with no key of ours."""


class Tokens:
    """Issues tokens for one audience each, and verifies those that are meant for this service.

    The first key signs, each one is accepted: to rotate, put a new key behind the old one
    everywhere, then move it to the front everywhere, then drop the old one.
    """

    def __init__(
        self, keys: Sequence[str], service: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = tuple(keys)
        self._service = service
        self._clock = clock

    def issue(self, audience: str) -> str:
        """Return a token with which this service calls another."""
        token = _serializer(self._keys[0], audience).dumps(self._service)
        return token if isinstance(token, str) else token.decode("ascii")

    def verify(self, token: str) -> str:
        """Return the name of the service that calls; raises `Unauthorized`."""
        for key in self._keys:
            try:
                caller, issued = _serializer(key, self._service).loads(token, return_timestamp=True)
            except BadData:
                continue
            return str(self._in_time(caller, issued))
        raise Unauthorized("the token isn't valid here")

    def _in_time(self, caller: Any, issued: Any) -> Any:
        age = self._clock() - issued.replace(tzinfo=timezone.utc).timestamp()
        if not -CLOCK_SKEW_SECONDS <= age <= LIFETIME_SECONDS:
            raise Unauthorized(f"the token is {age:.0f} seconds old; are the clocks right?")
        return caller


def _serializer(key: str, audience: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        key, salt=f"servicekit:{audience}", signer_kwargs={"digest_method": hashlib.sha256}
    )
