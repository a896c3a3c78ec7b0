"""What other services and operators may ask of a process: operations, health, numbers."""

from __future__ import annotations

import json
import logging
from typing import Any, Callable, Dict, Iterable, Mapping, Tuple

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.wrappers import Request, Response

from servicekit import tracing
from servicekit.auth import Tokens, Unauthorized
from servicekit.errors import Refused
from servicekit.readiness import Readiness
from servicekit.telemetry import Metrics

log = logging.getLogger(__name__)
Operation = Callable[[Dict[str, Any]], Mapping[str, Any]]
PREFIX = "/internal/"


class Internal:
    """The WSGI application of the internal port."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        tokens: Tokens,
        readiness: Readiness,
        metrics: Metrics,
        openapi: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._operations = operations
        self._tokens = tokens
        self._readiness = readiness
        self._metrics = metrics
        self._openapi = openapi
        self._pages: Mapping[str, Callable[[], Response]] = {
            "/healthz": lambda: _json(200, {"alive": True}),
            "/readyz": self._ready,
            "/metrics": self._numbers,
            "/openapi.json": lambda: _json(200, self._openapi()),
        }

    def __call__(
        self, environ: Dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request."""
        with tracing.work(tracing.from_environ(environ)):
            response: Any = self._response(Request(environ))
            answer: Iterable[bytes] = response(environ, start_response)
            return answer

    def _response(self, request: Request) -> Response:
        if request.path.startswith(PREFIX):
            return self._operation(request)
        page = self._pages.get(request.path)
        if page is None:
            return _json(404, {"reason": "unknown_path"})
        if request.method not in ("GET", "HEAD"):
            return _json(405, {"reason": "method"})
        return page()

    def _ready(self) -> Response:
        ready, report = self._readiness.report()
        return _json(200 if ready else 503, report)

    def _numbers(self) -> Response:
        text = generate_latest(self._metrics.registry)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _operation(self, request: Request) -> Response:
        name = request.path[len(PREFIX) :]
        if request.method != "POST":
            return _json(405, {"reason": "method"})
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            caller = self._tokens.verify(token if scheme == "Bearer" else "")
        except Unauthorized as error:
            log.warning("call refused: %s", error, extra={"operation": name})
            return _json(401, {"reason": "unauthorized", "details": {"message": str(error)}})
        if name not in self._operations:
            return _json(404, {"reason": "unknown_operation", "details": {"operation": name}})
        status, answer, outcome = self._run(name, caller, request.get_data())
        self._metrics.operations.labels(name, outcome).inc()
        return _json(status, answer)

    def _run(self, name: str, caller: str, body: bytes) -> Tuple[int, Mapping[str, Any], str]:
        try:
            payload = json.loads(body.decode("utf-8"))
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return 400, {"reason": "not_an_object"}, "malformed"
        try:
            return 200, self._operations[name](payload), "answered"
        except Refused as refusal:
            return 409, {"reason": refusal.reason, "details": refusal.details}, "refused"
        except Exception:
            log.exception("operation failed", extra={"operation": name, "caller": caller})
            return 500, {"reason": "error"}, "failed"


def _json(status: int, data: Mapping[str, Any]) -> Response:
    return Response(json.dumps(data), status=status, mimetype="application/json")
