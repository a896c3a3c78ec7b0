"""One request while the gateway answers it: what it is called, and what is logged of it."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any, Mapping
from urllib.parse import quote, urlsplit

_REQUEST_ID = re.compile(r"[\w.:+/=-]{1,128}\Z", re.ASCII)
_TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z")


class Exchange:
    """A request and, as it becomes known, who answered it and how.

    `target` is path and query as the client wrote them, below the gateway's own mount point;
    `path` is what rules are matched against.
    """

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.environ = environ
        self.started = time.monotonic()
        self.method: str = environ["REQUEST_METHOD"]
        self.path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        self.target = _target(environ)
        self.request_id = _accepted(_REQUEST_ID, environ.get("HTTP_X_REQUEST_ID")) or _new_id()
        self.trace = _accepted(_TRACE, environ.get("HTTP_TRACEPARENT")) or _new_trace()
        self.service = ""
        self.instance = ""
        self.attempts = 0
        self.status = 0
        self.reason = ""

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return time.monotonic() - self.started

    def facts(self, sent: int, complete: bool) -> dict[str, object]:
        """Return what the access log says when it has ended."""
        facts: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "request_id": self.request_id,
            "trace_id": self.trace[3:35],
            "client": self.environ.get("REMOTE_ADDR", ""),
            "method": self.method,
            "target": self.target,
            "status": self.status,
            "bytes": sent,
            "ms": round(self.seconds * 1000, 1),
            "service": self.service,
            "instance": self.instance,
            "attempts": self.attempts,
        }
        if self.reason:
            facts["reason"] = self.reason
        if not complete:
            facts["complete"] = False
        return facts


def _target(environ: Mapping[str, Any]) -> str:
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or _rebuilt(environ)
    mount = environ.get("SCRIPT_NAME", "")
    if not raw.startswith("/") and raw != "*":  # the absolute form, as proxies are asked
        parts = urlsplit(raw)
        raw = (parts.path or "/") + ("?" + parts.query if "?" in raw else "")
    return raw[len(mount) :] or "/" if mount and raw.startswith(mount) else raw


def _rebuilt(environ: Mapping[str, Any]) -> str:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "/")
    query = environ.get("QUERY_STRING", "")
    return quote(path.encode("latin-1")) + ("?" + query if query else "")


def _accepted(pattern: re.Pattern[str], value: str | None) -> str:
    return value if value and pattern.match(value) else ""


def _new_id() -> str:
    return uuid.uuid4().hex


def _new_trace() -> str:
    return f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
