"""Who a piece of work is done for: request and trace ids that follow it across services."""

from __future__ import annotations

import contextlib
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Dict, Iterator, Mapping, Optional

_REQUEST_ID = re.compile(r"[\w.:@/+=\-]{1,128}\Z", re.ASCII)
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|\Z)")


@dataclass(frozen=True)
class Trace:
    """Ids of one unit of work, as in W3C Trace Context."""

    request_id: str
    trace_id: str
    span_id: str
    flags: str = "01"

    def headers(self) -> Dict[str, str]:
        """Return the headers that carry the ids to the next service."""
        traceparent = f"00-{self.trace_id}-{self.span_id}-{self.flags}"
        return {"X-Request-ID": self.request_id, "traceparent": traceparent}


_current: ContextVar[Optional[Trace]] = ContextVar("servicekit_trace", default=None)


def current() -> Optional[Trace]:
    """Return the ids of the work at hand, if there are any."""
    return _current.get()


def from_environ(environ: Mapping[str, object]) -> Trace:
    """Return the ids that a request brings, in a span of its own; new ones if it brings none."""
    request_id = str(environ.get("HTTP_X_REQUEST_ID", ""))
    parent = _TRACEPARENT.match(str(environ.get("HTTP_TRACEPARENT", "")))
    return Trace(
        request_id=request_id if _REQUEST_ID.match(request_id) else secrets.token_hex(16),
        trace_id=parent.group(1) if parent else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        flags=parent.group(3) if parent else "01",
    )


@contextlib.contextmanager
def work(trace: Trace) -> Iterator[Trace]:
    """Make `trace` the current ids within a block."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
